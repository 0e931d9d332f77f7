r"""Latents of different speed: linear outputs stay optimal up to an exact threshold.

.. math:: \mathbb{E}[H_a(z') \mid z] = \prod_j \rho_j^{a_j}\, H_a(z), \qquad
          \text{the } n \text{ linear maps span the top eigenspace} \iff \min_j \rho_j > \max_j \rho_j^2

Beyond the threshold the square of the slowest latent displaces the fastest latent.

References
----------
W, Appendix F (anisotropy).
"""

import sympy as sp

from theory.claim import Claim, Finding, Kind, Profile, Role, Step, Verdict, evidence
from theory.claims.assumptions import assume
from theory.gaussian_world import contraction, eigenvalue
from theory.hermite import multi_indices
from theory.notation import d, k

_fastest, _slowest = sp.symbols("rho_min rho_max", real=True)
_factor, _rest, _other = sp.symbols("r x mu", real=True)
_ordered = sp.And(_fastest > 0, _fastest <= _slowest, _slowest < 1)

PRODUCT = Step(
    "product",
    r"Coordinates are independent, so the eigenvalue of $H_a$ is a product; "
    r"for two coordinates, $\rho_1^{j}\rho_2^{k}$.",
    sp.Eq(
        eigenvalue((d, k), (_fastest, _slowest)),
        contraction(d, _fastest) * contraction(k, _slowest),
        evaluate=False,
    ),
    by=("degree_contraction",),
    decided_by=Kind.SYMBOLIC,
    over={"d": "every integer >= 0", "k": "every integer >= 0"},
)
NONLINEAR = Step(
    "nonlinear",
    r"For $|a|\ge2$ it is at most $\rho_{\max}^2$: two factors $r,x\le\rho_{\max}$ have a product $\le\rho_{\max}^2$, "
    r"and every further factor $r<1$ only shrinks it.",
    sp.Implies(
        sp.And(_ordered, _factor > 0, _factor <= _slowest, _rest > 0),
        sp.And(
            sp.Implies(_rest <= _slowest, _factor * _rest <= _slowest**2),
            sp.Implies(_rest <= _slowest**2, _factor * _rest <= _slowest**2),
        ),
    ),
    decided_by=Kind.SMT,
    over={"r": "(0, rho_max]", "x": "(0, oo)"},
)
REACHED = Step(
    "reached",
    r"$\mathrm{He}_2$ of the slowest latent reaches $\rho_{\max}^2$.",
    sp.Eq(eigenvalue((0, 2), (_fastest, _slowest)), _slowest**2, evaluate=False),
    decided_by=Kind.SYMBOLIC,
)
CRITERION = Step(
    "criterion",
    r"So all linear eigenvalues exceed all others $\mu$ if $\rho_{\min}>\rho_{\max}^2$; otherwise that of degree 2 in "
    r"the slowest latent is at least $\rho_{\min}$.",
    sp.Implies(
        _ordered,
        sp.And(
            sp.Implies(sp.And(_fastest > _slowest**2, _other <= _slowest**2), _fastest > _other),
            sp.Implies(_fastest <= _slowest**2, eigenvalue((0, 2), (_fastest, _slowest)) >= _fastest),
        ),
    ),
    decided_by=Kind.SMT,
    over={"rho_min": "(0, rho_max]", "rho_max": "(0, 1)"},
)

CLAIM = Claim(
    id="anisotropic_threshold",
    paper="W",
    locator="Appendix F, anisotropic latents",
    role=Role.EXTENSION,
    title="Linear outputs are optimal iff the fastest latent outlasts the square of the slowest",
    says=r"With correlations $0<\rho_j<1$, the $n$-dimensional top eigenspace $E_{top}$ off the constants is that of "
    r"the linear maps, $E_{linear}$, and unique, iff $\min_j\rho_j>\max_j\rho_j^2$.",
    statement=sp.Equivalent(sp.Eq(sp.Symbol("E_top"), sp.Symbol("E_linear")), _fastest > _slowest**2),
    assumptions=assume("gaussian_latents", "gaussian_noise", "stationary", "independent_coordinates")
    | {
        "correlations": r"$0<\rho_j<1$ for every $j$.",
        "threshold": r"$\min_j\rho_j>\max_j\rho_j^2$, for linear optimality.",
    },
    steps=(PRODUCT, NONLINEAR, REACHED, CRITERION),
    expected=Verdict.PROVED,
)


@evidence(CLAIM.id, Kind.EXHAUSTIVE)
def sorted_spectra(profile: Profile) -> Finding:
    """Sort the exact eigenvalues of degree <= 6 for a grid of correlations; compare with the criterion."""
    steps = profile.pick(quick=8, thorough=16)
    grid = [sp.Rational(i, steps) for i in range(1, steps)]
    indices = [a for degree in range(1, 7) for a in multi_indices(2, degree)]
    wrong = []
    for rhos in ((a, b) for a in grid for b in grid):
        values = {a: eigenvalue(a, rhos) for a in indices}
        linear = [value for a, value in values.items() if sum(a) == 1]
        others = [value for a, value in values.items() if sum(a) > 1]
        if (min(linear) > max(others)) != (min(rhos) > max(rhos) ** 2):
            wrong.append(rhos)
    return Finding(not wrong, {"rho_1, rho_2": f"multiples of 1/{steps}", "degrees": "1 to 6"}, str(wrong or ""))


SIBLING = CLAIM.without(
    "threshold",
    title="Linear optimality for any correlations",
    says=r"The fastest latent always outlasts the square of the slowest.",
    statement=_fastest > eigenvalue((0, 2), (_fastest, _slowest)),
    fails_at={_fastest: sp.Rational(4, 5), _slowest: sp.Rational(9, 10)},
)
