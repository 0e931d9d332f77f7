r"""No centred map of the latent is more correlated across a transition than a linear one.

.. math:: \sum_{d\ge1} \rho^d\, w_d \;\le\; \rho \sum_{d\ge1} w_d, \qquad
          \text{with equality iff } w_d = 0 \text{ for all } d \ge 2

References
----------
W, Theorem 5.1 (correlation bound and its equality case).
"""

import sympy as sp

from theory.claim import Claim, Finding, Kind, Profile, Role, Step, Verdict, evidence
from theory.claims.assumptions import assume
from theory.gaussian_world import contraction
from theory.instances import CORRELATIONS, by_index
from theory.notation import d, rho, w
from theory.proof import attained_at

#: Stand for rho^d and for the variance at degree d.
_power, _variance = sp.symbols("x v", real=True)
_in_range = sp.And(rho > 0, rho < 1)

LOWEST = Step(
    "lowest",
    r"Degree 1 is contracted by $\rho$, degree 2 by less: $\rho^2 < \rho$.",
    sp.Implies(
        _in_range,
        sp.And(
            contraction(sp.Integer(2), rho) < rho,
            contraction(sp.Integer(1), rho) >= rho,
            contraction(sp.Integer(1), rho) <= rho,
            evaluate=False,
        ),
    ),
    decided_by=Kind.SMT,
    over={"rho": "(0, 1)"},
)
POWERS = Step(
    "powers",
    r"Hence $0<\rho^d\le\rho^2<\rho$ for all $d\ge2$, by induction on $d$ with $x=\rho^d$.",
    sp.Implies(
        sp.And(_in_range, _power > 0, _power <= rho**2),
        sp.And(_power * rho > 0, _power * rho <= rho**2, rho**2 < rho),
    ),
    decided_by=Kind.SMT,
    over={"rho": "(0, 1)"},
)
INDUCTION = Step(
    "induction",
    r"The induction goes from $\rho^d$ to $\rho^{d+1}=\rho^d\,\rho$.",
    sp.Eq(contraction(d + 1, rho), contraction(d, rho) * rho, evaluate=False),
    decided_by=Kind.SYMBOLIC,
    over={"d": "every integer >= 0"},
)
TERM = Step(
    "term",
    r"A term with variance $v\ge0$ and $0<x\le\rho$ obeys $xv\le\rho v$; with $x<\rho$ equality forces $v=0$.",
    sp.Implies(
        sp.And(_in_range, _power > 0, _variance >= 0),
        sp.And(
            sp.Implies(_power <= rho, _power * _variance <= rho * _variance),
            sp.Implies(
                sp.And(_power < rho, _power * _variance >= rho * _variance),
                sp.And(_variance <= 0, _variance >= 0),
            ),
        ),
    ),
    decided_by=Kind.SMT,
    over={"rho": "(0, 1)", "v": "[0, oo)"},
)

CLAIM = Claim(
    id="correlation_bound",
    paper="W",
    locator="Theorem 5.1, correlation bound and equality case",
    role=Role.THEOREM,
    title="No centred map is more correlated across a transition than a linear one",
    says=r"$\sum_{d\ge1}\rho^d w_d \le \rho\sum_{d\ge1} w_d$, with equality iff $w_d=0$ for all $d\ge2$. "
    r"Termwise, since a convergent sum of terms $\le0$ is $\le0$, and $0$ only if every term is.",
    statement=sp.LessThan(sp.Sum(contraction(d, rho) * w[d], (d, 1, sp.oo)), rho * sp.Sum(w[d], (d, 1, sp.oo))),
    assumptions=assume("positive_correlation", "square_integrable", "centred"),
    steps=(LOWEST, INDUCTION, POWERS, TERM),
    holds_at=lambda _: (
        {rho: r, sp.oo: sp.Integer(9), **by_index(w[d], {1: sp.Integer(1), 2: variance, 9: variance / 3})}
        for r in CORRELATIONS
        for variance in (sp.Integer(0), sp.Integer(1), sp.Rational(7, 2))
    ),
    expected=Verdict.PROVED,
)


@evidence(CLAIM.id, Kind.EXHAUSTIVE)
def attained_by_degree_one(_profile: Profile) -> Finding:
    """A map of degree 1 alone has the correlation of the bound."""
    linear = by_index(w[d], {1: sp.Integer(3)})
    return attained_at(CLAIM.statement, ({rho: r, sp.oo: sp.Integer(9), **linear} for r in CORRELATIONS))


SIBLING = CLAIM.without(
    "centred",
    title="Correlation bound for maps that are not centred",
    says=r"$\sum_{d\ge0}\rho^d w_d \le \rho\sum_{d\ge0} w_d$, the mean included: here $w_0=v$ and nothing "
    r"else: a constant is perfectly correlated with itself.",
    statement=sp.LessThan(contraction(sp.Integer(0), rho) * _variance, rho * _variance),
    fails_at={rho: sp.Rational(1, 2), _variance: sp.Integer(1)},
)
