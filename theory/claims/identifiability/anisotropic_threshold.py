r"""Latents of different speed: linear outputs stay optimal up to an exact threshold.

.. math:: \mathbb{E}[H_a(z') \mid z] = \prod_j \rho_j^{a_j}\, H_a(z), \qquad
          \text{the } n \text{ linear maps span the top eigenspace} \iff \min_j \rho_j > \max_j \rho_j^2

Beyond the threshold the square of the slowest latent displaces the fastest latent.

References
----------
W, Appendix F (anisotropy).
"""

from collections.abc import Iterator
from itertools import product

import sympy as sp

from theory.claim import Claim, Kind, Profile, Role, Step, Verdict
from theory.claims.assumptions import assume
from theory.gaussian_world import eigenvalue, transition
from theory.hermite import MultiIndex, generating_function, multi_indices
from theory.notation import GaussianExpectation, s, t

_fastest, _slowest = sp.symbols("rho_min rho_max", real=True)
_z1, _z2, _eta1, _eta2 = sp.symbols("z_1 z_2 eta_1 eta_2", real=True)
_top, _linear = sp.symbols("E_top E_linear")
_factor, _rest, _other = sp.symbols("r x mu", real=True)
_ordered = sp.And(_fastest > 0, _fastest <= _slowest, _slowest < 1)

PRODUCT = Step(
    "product",
    r"Coordinates are independent: integrated over both noises, $G(z_1',s)\,G(z_2',t)$ is "
    r"$G(z_1,\rho_1s)\,G(z_2,\rho_2t)$, so the eigenvalue of $H_a$ is $\rho_1^{a_1}\rho_2^{a_2}$, "
    r"and so on for more coordinates.",
    sp.Eq(
        GaussianExpectation(
            GaussianExpectation(
                generating_function(transition(_z1, _eta1, _fastest), s)
                * generating_function(transition(_z2, _eta2, _slowest), t),
                _eta1,
            ),
            _eta2,
        ),
        generating_function(_z1, _fastest * s) * generating_function(_z2, _slowest * t),
    ),
    by=("degree_contraction",),
    decided_by=Kind.SYMBOLIC,
    over={"s": "real", "t": "real", "rho_min": "(0, 1)", "rho_max": "(0, 1)"},
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


def _correlations(profile: Profile) -> Iterator[tuple[sp.Rational, sp.Rational]]:
    steps = profile.pick(quick=8, thorough=16)
    return product((sp.Rational(i, steps) for i in range(1, steps)), repeat=2)


def _top_eigenspace(rhos: tuple[sp.Rational, sp.Rational]) -> list[MultiIndex]:
    """Multi-indices of degree 1 to 6 whose eigenvalue is at least the second largest."""
    values = {a: eigenvalue(a, rhos) for degree in range(1, 7) for a in multi_indices(2, degree)}
    second = sorted(values.values(), reverse=True)[1]
    return [a for a, value in values.items() if value >= second]


CLAIM = Claim(
    id="anisotropic_threshold",
    paper="W",
    locator="Appendix F, anisotropic latents",
    role=Role.EXTENSION,
    title="Linear outputs are the only optimum iff the fastest latent outlasts the square of the slowest",
    says=r"With correlations $0<\rho_j<1$, the $n$-dimensional top eigenspace $E_{top}$ off the constants is that of "
    r"the linear maps, $E_{linear}$, and unique, iff $\min_j\rho_j>\max_j\rho_j^2$.",
    statement=sp.Equivalent(sp.Eq(_top, _linear), _fastest > _slowest**2),
    assumptions=assume("gaussian_latents", "gaussian_noise", "stationary", "independent_coordinates")
    | {
        "correlations": r"$0<\rho_j<1$ for every $j$.",
        "threshold": r"$\min_j\rho_j>\max_j\rho_j^2$, for linear optimality.",
    },
    steps=(PRODUCT, NONLINEAR, CRITERION),
    holds_at=lambda profile: (
        {
            _fastest: min(rhos),
            _slowest: max(rhos),
            _top: sp.FiniteSet(*(sp.Tuple(*a) for a in _top_eigenspace(rhos))),
            _linear: sp.FiniteSet(sp.Tuple(0, 1), sp.Tuple(1, 0)),
        }
        for rhos in _correlations(profile)
    ),
    expected=Verdict.PROVED,
)


SIBLING = CLAIM.without(
    "threshold",
    title="Linear optimality for any correlations",
    says=r"The fastest latent always outlasts the square of the slowest.",
    statement=_fastest > eigenvalue((0, 2), (_fastest, _slowest)),
    fails_at={_fastest: sp.Rational(4, 5), _slowest: sp.Rational(9, 10)},
)
