r"""A reversible Gaussian world with additive noise is an Ornstein-Uhlenbeck world.

.. math:: \gamma(z)\,q(z'-m(z)) = \gamma(z')\,q(z-m(z')) \;\Longrightarrow\;
          m(z)=\rho z, \quad \eta\sim N(0,(1-\rho^2)v)

References
----------
H. Cramér, "Über eine Eigenschaft der normalen Verteilungsfunktion", Mathematische Zeitschrift 41, 1936.
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.claims.assumptions import assume
from theory.notation import rho, z, z_next

_v, _noise, _c = sp.symbols("v s c", real=True)
_m, _m_next, _first, _second, _m_first, _m_second = sp.symbols("m m' p q m_p m_q", real=True)
_A, _A_first, _A_second = sp.symbols("A A_p A_q", real=True)


def _log_density(z: sp.Expr, z_next: sp.Expr, drift: sp.Expr) -> sp.Expr:
    """Logarithm of the density of a pair, up to a constant."""
    return -(z**2) / (2 * _v) - (z_next - drift) ** 2 / (2 * _noise)


def _own(z: sp.Expr, drift: sp.Expr) -> sp.Expr:
    """Part of the log density, times -s, that depends on one of the pair alone."""
    return _noise * z**2 / (2 * _v) + drift**2 / 2 - z**2 / 2


def _balanced(z: sp.Expr, z_next: sp.Expr) -> sp.Eq:
    """Detailed balance for the affine drift."""
    drift, drift_next = rho * z + _c, rho * z_next + _c
    return sp.Eq(_log_density(z, z_next, drift), _log_density(z_next, z, drift_next), evaluate=False)


DETAILED_BALANCE = Step(
    "detailed_balance",
    r"By Cramér's theorem $\eta$ is Gaussian, its mean put into $m$, its variance $s\ne0$. With $m=m(z)$, $m'=m(z')$, "
    r"$A(z)=sz^2/(2v)+m^2/2-z^2/2$, the log densities of $(z,z')$ and $(z',z)$ differ by $[z'm-zm'-A(z)+A(z')]/s$, "
    r"which is $0$ in a reversible world.",
    sp.Eq(
        _log_density(z, z_next, _m) - _log_density(z_next, z, _m_next),
        (z_next * _m - z * _m_next - _own(z, _m) + _own(z_next, _m_next)) / _noise,
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"z, z', m, m'": "real", "s, v": "not 0"},
)
AFFINE = Step(
    "affine",
    r"At almost any two values $p\ne q$ of $z'$, with $m_p=m(p)$ and $A_p=A(p)$, the difference of the two equations "
    r"makes $m(z)$ affine in $z$, for almost every $z$.",
    sp.Implies(
        sp.And(
            sp.Eq(_first * _m - z * _m_first, _A - _A_first),
            sp.Eq(_second * _m - z * _m_second, _A - _A_second),
            sp.Ne(_first, _second),
        ),
        sp.Eq(_m, (z * (_m_first - _m_second) + _A_second - _A_first) / (_first - _second)),
    ),
    decided_by=Kind.SMT,
    over={"z, p, q": "real"},
)
ORNSTEIN_UHLENBECK = sp.And(sp.Eq(_m, rho * z), sp.Eq(_noise, (1 - rho**2) * _v), rho > -1, rho < 1)
CONSTANTS = Step(
    "constants",
    r"Detailed balance for $m(z)=\rho z+c$ at $(1,0)$ and $(-1,0)$ gives $c=0$ and $s=(1-\rho^2)v$, so $|\rho|<1$. "
    r"Changed on a null set of $z$, $m$ is affine everywhere, and densities balanced almost everywhere are so at "
    r"these points.",
    sp.Implies(
        sp.And(
            _v > 0,
            _noise > 0,
            sp.Eq(_m, rho * z + _c),
            _balanced(sp.Integer(1), sp.Integer(0)),
            _balanced(sp.Integer(-1), sp.Integer(0)),
        ),
        ORNSTEIN_UHLENBECK,
    ),
    decided_by=Kind.SMT,
    over={"rho, c": "real", "s, v": "(0, oo)"},
)

CLAIM = Claim(
    id="drift_of_a_reversible_gaussian_world",
    paper="W",
    locator="Assumptions (i)-(iii)",
    role=Role.EXTENSION,
    title="A reversible Gaussian world is an Ornstein-Uhlenbeck world",
    says=r"If $z$ is Gaussian and $z'=m(z)+\eta$ is reversible with independent noise that is not constant, then "
    r"$m(z)=\rho z$ with $|\rho|<1$, up to a constant that belongs to $\eta$, and $\eta$ is Gaussian, of variance "
    r"$s=(1-\rho^2)v$ for $z\sim N(0,v)$.",
    statement=ORNSTEIN_UHLENBECK,
    assumptions=assume("gaussian_latents", "additive_noise", "noise", "reversible"),
    background=("cramer_decomposition",),
    steps=(DETAILED_BALANCE, AFFINE, CONSTANTS),
    expected=Verdict.PROVED,
)


_reflected = sp.Piecewise((-z, sp.Abs(z) < 1), (z, True))
SIBLING = CLAIM.without(
    "noise",
    title="Drift of a reversible Gaussian world without noise",
    says=r"The same for $z'=m(z)$ with $m(z)=-z$ for $|z|<1$ and $m(z)=z$ otherwise, which keeps the Gaussian law and "
    r"is its own inverse: affine, it would satisfy $m(2)-2\,m(1)+m(0)=0$.",
    statement=sp.Implies(
        sp.Eq(_reflected.subs(z, _reflected), z, evaluate=False),
        sp.Eq(_reflected.subs(z, 2 * z) - 2 * _reflected + _reflected.subs(z, 0), 0, evaluate=False),
    ),
    fails_at={z: sp.Rational(1, 2)},
)
