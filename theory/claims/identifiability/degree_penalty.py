r"""The alignment penalty per degree of nonlinearity.

.. math:: P(d) = 2(\rho - \rho^d), \qquad 0 < P(d) < P(d+1) < 2\rho \quad (d \ge 2)

A unit of variance moved from degree 1 to degree d raises the alignment loss by $P(d)$.

References
----------
W, Theorem 5.1 and section 5.
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.claims.assumptions import assume
from theory.gaussian_world import contraction
from theory.instances import CORRELATIONS
from theory.notation import d, rho


def penalty(degree: sp.Expr, rho: sp.Expr) -> sp.Expr:
    r"""Excess $2(\rho-\rho^d)$ of a unit of variance at degree d over one at degree 1. (W, section 5)."""
    return 2 * (contraction(sp.Integer(1), rho) - contraction(degree, rho))


#: Stands for rho^d, of which the formulas below need only its range.
_power = sp.Symbol("x", real=True)
_in_range = sp.And(rho > 0, rho < 1)

DIFFERENCE = Step(
    "difference",
    r"$P(d) = (1-\rho^d)\cdot 2 - (1-\rho)\cdot 2$, the excess of degree $d$ in the loss.",
    sp.Eq(
        sp.Mul(2, 1 - contraction(d, rho), evaluate=False)
        - sp.Mul(2, 1 - contraction(sp.Integer(1), rho), evaluate=False),
        penalty(d, rho),
    ),
    decided_by=Kind.SYMBOLIC,
    over={"d": "every integer >= 0"},
)
POWERS = Step(
    "powers",
    r"$0 < \rho^d \le \rho^2$ for $d\ge2$, by induction: with $x=\rho^d$ in $(0,\rho^2]$, so is $x\rho$.",
    sp.Implies(
        sp.And(_in_range, _power > 0, _power <= rho**2),
        sp.And(_power * rho > 0, _power * rho <= rho**2),
    ),
    decided_by=Kind.SMT,
    over={"rho": "(0, 1)"},
)
POSITIVE = Step(
    "positive",
    r"$P(d) \ge P(2) = 2\rho(1-\rho) > 0$.",
    sp.Implies(
        sp.And(_in_range, _power > 0, _power <= rho**2),
        sp.And(2 * (rho - _power) >= penalty(sp.Integer(2), rho), penalty(sp.Integer(2), rho) > 0),
    ),
    decided_by=Kind.SMT,
    over={"rho": "(0, 1)"},
)
INCREASING = Step(
    "increasing",
    r"$P(d+1) - P(d) = 2\rho^d(1-\rho)$,",
    sp.Eq(penalty(d + 1, rho) - penalty(d, rho), 2 * contraction(d, rho) * (1 - rho)),
    decided_by=Kind.SYMBOLIC,
    over={"d": "every integer >= 0"},
)
INCREMENT = Step(
    "increment",
    r"which is positive; and $P(d) < 2\rho$.",
    sp.Implies(
        sp.And(_in_range, _power > 0),
        sp.And(2 * _power * (1 - rho) > 0, 2 * (rho - _power) < 2 * rho),
    ),
    decided_by=Kind.SMT,
    over={"rho": "(0, 1)"},
)

CLAIM = Claim(
    id="degree_penalty",
    paper="W",
    locator="Section 5, alignment penalty per degree",
    role=Role.THEOREM,
    title="Every degree of nonlinearity is penalised, and higher degrees more",
    says=r"$P(d)=2(\rho-\rho^d)$ is positive for $d\ge2$ and increases with $d$, towards $2\rho$.",
    statement=sp.And(sp.StrictGreaterThan(penalty(d, rho), 0), sp.StrictLessThan(penalty(d, rho), penalty(d + 1, rho))),
    assumptions=assume("positive_correlation", "nonlinear_degree"),
    steps=(DIFFERENCE, POWERS, POSITIVE, INCREASING, INCREMENT),
    holds_at=lambda _: ({rho: r, d: sp.Integer(degree)} for r in CORRELATIONS for degree in range(2, 12)),
    expected=Verdict.PROVED,
)


SIBLING = CLAIM.without(
    "positive_correlation",
    title="Penalty of nonlinearity for negative correlation",
    says=r"$P(d) > 0$ for every $d\ge2$ and every $-1<\rho<1$; but at $\rho<0$ degree 2 has a lower loss than "
    r"degree 1.",
    statement=sp.StrictGreaterThan(penalty(d, rho), 0),
    fails_at={rho: -sp.Rational(1, 2), d: sp.Integer(2)},
)
