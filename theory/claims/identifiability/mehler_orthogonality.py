r"""Mehler: across a transition, Hermite polynomials of different multi-indices are uncorrelated.

.. math:: \mathbb{E}[H_a(z)\,H_b(z')] = \rho^{|a|}\,\delta_{ab}

References
----------
W, Theorem 5.1 and Appendix A; Janson (1997), Theorem 4.1; O'Donnell (2014), section 11.2.
"""

from collections.abc import Iterator
from itertools import product
from math import factorial, prod

import sympy as sp

from theory.claim import JSON, Claim, Finding, Instance, Kind, Profile, Role, Step, Verdict, evidence
from theory.claims.assumptions import assume
from theory.gaussian_world import PairPolynomials, contraction, transition
from theory.hermite import generating_function, multi_indices, sequence
from theory.notation import Expectation, GaussianExpectation, H, d, eta, k, rho, s, t, z, z_next

_a, _b = sp.symbols("a b")
_size_a = sp.Symbol("|a|", integer=True, nonnegative=True)

ONE_DIMENSION = Step(
    "one_dimension",
    r"For one coordinate, the joint generating function of $\mathrm{He}_j(z)$ and "
    r"$\mathrm{He}_k(z')$ is $e^{\rho s t}$.",
    sp.Eq(
        GaussianExpectation(
            GaussianExpectation(
                generating_function(z, s) * generating_function(transition(z, eta, rho), t),
                eta,
            ),
            z,
        ),
        sp.exp(rho * s * t),
    ),
    decided_by=Kind.SYMBOLIC,
    over={"s": "real", "t": "real", "rho": "(-1, 1)"},
)
COEFFICIENTS = Step(
    "coefficients",
    r"The series of $e^{\rho s t}$ has only the terms $j=k$, and "
    r"$\mathbb{E}[\mathrm{He}_k(z)\,\mathrm{He}_k(z')] = \rho^k\,k!$.",
    sp.Eq(
        (rho * s * t) ** k / sp.factorial(k),
        contraction(k, rho) * sp.factorial(k) * (s**k / sp.factorial(k)) * (t**k / sp.factorial(k)),
    ),
    decided_by=Kind.SYMBOLIC,
    over={"k": "every integer >= 0"},
)
COORDINATES = Step(
    "coordinates",
    r"Coordinates are independent, so the factors multiply, and $\rho^{d}\rho^{k}=\rho^{d+k}$: by "
    r"induction on $n$ the factor of $H_a$ is $\rho^{|a|}$.",
    sp.Eq(contraction(d, rho) * contraction(k, rho), contraction(d + k, rho), evaluate=False),
    decided_by=Kind.SYMBOLIC,
    over={"d": "every integer >= 0", "k": "every integer >= 0"},
)


def _pairs(profile: Profile) -> Iterator[Instance]:
    """Integrate products of two Hermite polynomials of two latents by moments; 0 and 1 tell whether they differ."""
    world = PairPolynomials(2)
    indices = [a for size in range(profile.pick(quick=3, thorough=5)) for a in multi_indices(2, size)]
    for a, b in product(indices, repeat=2):
        polynomials = (
            prod((sequence(x, c)[c] for x, c in zip(latent, index, strict=True)), start=world.ring.one)
            for latent, index in ((world.latent, a), (world.next_latent, b))
        )
        norm = sp.sqrt(prod(map(factorial, (*a, *b))))
        moment = world.expectation(prod(polynomials)).as_expr().subs(sp.Symbol("rho"), rho)
        yield {
            Expectation(H(_a, z) * H(_b, z_next)): moment / norm,
            _size_a: sp.Integer(sum(a)),
            _a: sp.Integer(0),
            _b: sp.Integer(int(a != b)),
        }


CLAIM = Claim(
    id="mehler_orthogonality",
    paper="W",
    locator="Theorem 5.1, Mehler expansion",
    role=Role.THEOREM,
    title="Hermite polynomials stay orthogonal across a transition",
    says=r"$\mathbb{E}[H_a(z)\,H_b(z')] = \rho^{|a|}$ if $a=b$ and $0$ otherwise, for all multi-indices.",
    statement=sp.Eq(
        Expectation(H(_a, z) * H(_b, z_next)),
        contraction(_size_a, rho) * sp.KroneckerDelta(_a, _b),
    ),
    assumptions=assume("gaussian_latents", "gaussian_noise", "independent_coordinates", "isotropic", "correlation"),
    steps=(ONE_DIMENSION, COEFFICIENTS, COORDINATES),
    holds_at=_pairs,
    expected=Verdict.PROVED,
)


@evidence(CLAIM.id, Kind.EXHAUSTIVE)
def every_pair_of_multi_indices(profile: Profile) -> Finding:
    """Multiply out He_a(z) He_b(z') and integrate by moments, for every pair up to a degree."""
    top = profile.pick(quick={1: 10, 2: 4, 3: 2}, thorough={1: 16, 2: 6, 3: 3})
    wrong, pairs = [], 0
    for dim, degree in top.items():
        world = PairPolynomials(dim)
        now = [sequence(coordinate, degree) for coordinate in world.latent]
        later = [sequence(coordinate, degree) for coordinate in world.next_latent]
        indices = [a for size in range(degree + 1) for a in multi_indices(dim, size)]
        for a, b in product(indices, repeat=2):
            left = prod((now[i][a[i]] for i in range(dim)), start=world.ring.one)
            right = prod((later[i][b[i]] for i in range(dim)), start=world.ring.one)
            norm = prod(map(factorial, a)) if a == b else 0
            pairs += 1
            if world.expectation(left * right) != norm * contraction(sum(a), world.rho):
                wrong.append((a, b))
    covered: dict[str, JSON] = {"max_degree_by_dim": {str(dim): degree for dim, degree in top.items()}, "pairs": pairs}
    return Finding(not wrong, covered, f"pairs {wrong}" if wrong else "")


_r = sp.Symbol("r", real=True)
SIBLING = CLAIM.without(
    "independent_coordinates",
    title="Orthogonality for dependent coordinates",
    says=r"$\mathbb{E}[H_{(1,0)}(z)\,H_{(0,1)}(z')] = 0$ where $z_2 = r z_1 + \sqrt{1-r^2}\,\zeta$.",
    statement=sp.Eq(GaussianExpectation(GaussianExpectation(rho * z * (_r * z + sp.sqrt(1 - _r**2) * eta), eta), z), 0),
    fails_at={rho: sp.Rational(1, 2), _r: sp.Rational(1, 2)},
)
