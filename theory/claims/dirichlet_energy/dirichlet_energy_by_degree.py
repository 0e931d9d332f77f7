r"""The Dirichlet energy weighs each Hermite degree by itself.

.. math:: \mathbb{E}\,|Dh(z)|_F^2 = \sum_{d\ge0} d\, w_d

References
----------
W, Appendix E; Janson (1997), chapter 15 (the number operator).
"""

from itertools import product
from math import factorial, prod

import sympy as sp

from theory.claim import Claim, Finding, Kind, Profile, Role, Step, Verdict, evidence
from theory.claims.assumptions import assume
from theory.gaussian_world import PairPolynomials
from theory.hermite import generating_function, multi_indices, sequence
from theory.instances import CORRELATIONS, dense_encoders, of_encoder
from theory.notation import d, dirichlet_energy, k, t, w, x

DERIVATIVE = Step(
    "derivative",
    r"$\partial_xG(x,t)=t\,G(x,t)$ for the generating function: $\mathrm{He}_d'=d\,\mathrm{He}_{d-1}$. A partial "
    r"derivative takes $H_a$ to a multiple of $H_{a-e_j}$, and different $a$ to orthogonal ones.",
    sp.Eq(sp.Derivative(generating_function(x, t), x), t * generating_function(x, t)),
    decided_by=Kind.SYMBOLIC,
    over={"x": "real", "t": "real"},
)
DEGREE = Step(
    "degree",
    r"$\mathbb{E}\,\mathrm{He}_d^2=d!$, so the energy of $\mathrm{He}_d(z_1)\,\mathrm{He}_k(z_2)$, over its variance "
    r"$d!\,k!$, is its degree; and one more coordinate adds its own.",
    sp.Eq(
        (d**2 * sp.factorial(d - 1) * sp.factorial(k) + sp.factorial(d) * k**2 * sp.factorial(k - 1))
        / (sp.factorial(d) * sp.factorial(k)),
        d + k,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"d": "every integer >= 1", "k": "every integer >= 1"},
)

CLAIM = Claim(
    id="dirichlet_energy_by_degree",
    paper="W",
    locator="Appendix E",
    role=Role.EXTENSION,
    title="The Dirichlet energy weighs each Hermite degree by itself",
    says=r"$\mathbb{E}|Dh(z)|_F^2=\sum_d d\,w_d$ for every $h$ whose energy is finite.",
    statement=sp.Eq(dirichlet_energy, sp.Sum(d * w[d], (d, 0, sp.oo))),
    assumptions=assume("gaussian_latents", "square_integrable"),
    background=("hermite_completeness",),
    steps=(DERIVATIVE, DEGREE),
    holds_at=lambda profile: (
        of_encoder(encoder, CORRELATIONS[0])
        for encoder in dense_encoders(profile.pick(quick=[(1, 1, 6), (2, 2, 2)], thorough=[(1, 2, 12), (3, 2, 3)]))
    ),
    expected=Verdict.PROVED,
)


@evidence(CLAIM.id, Kind.EXHAUSTIVE)
def energies_by_moments(profile: Profile) -> Finding:
    """Differentiate products of Hermite polynomials, integrate the inner product of gradients by moments."""
    top = profile.pick(quick={1: 8, 2: 4, 3: 2}, thorough={1: 16, 2: 6, 3: 4})
    wrong, pairs = [], 0
    for dim, degree in top.items():
        world = PairPolynomials(dim)
        values = [sequence(coordinate, degree) for coordinate in world.latent]
        functions = {
            a: prod((values[j][a[j]] for j in range(dim)), start=world.ring.one)
            for size in range(degree + 1)
            for a in multi_indices(dim, size)
        }
        for (a, first), (b, second) in product(functions.items(), repeat=2):
            energy = sum((first.diff(z) * second.diff(z) for z in world.latent), world.ring.zero)
            pairs += 1
            if world.expectation(energy) != (sum(a) * prod(map(factorial, a)) if a == b else 0):
                wrong.append((a, b))
    return Finding(not wrong, {"max_degree_by_dim": str(top), "pairs": pairs}, str(wrong or ""))


_u, _width = sp.symbols("u a", positive=True)
_quadratic = sp.sqrt(5) / 2 * (_u**2 - 1)
SIBLING = CLAIM.without(
    "gaussian_latents",
    title="Energy by degree for latents of another law",
    says=r"The orthonormal polynomial of degree 2 has energy 2 for every law: for the uniform one on $[-a,a]$, of "
    r"variance 1 at $a=\sqrt3$, it is $\frac{\sqrt5}{2}(u^2-1)$.",
    statement=sp.Eq(sp.Integral(sp.diff(_quadratic, _u) ** 2, (_u, -_width, _width)) / (2 * _width), 2),
    fails_at={_width: sp.sqrt(3)},
)
