r"""At negative correlation a quadratic map beats every linear one.

.. math:: -1<\rho<0: \quad \rho^d \le \rho^2 \text{ for all } d\ge1, \text{ with equality iff } d = 2

References
----------
W, Assumptions (i)-(iii), which admit negative correlations; Theorem 5.1 assumes positive ones.
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.claims.assumptions import GAUSSIAN_WORLD, assume
from theory.gaussian_world import contraction
from theory.instances import CORRELATIONS, of_encoder, whitened_encoders
from theory.notation import alignment_loss, d, rho

_power, _variance = sp.symbols("x v", real=True)
_two = sp.Integer(2)
_in_range = sp.And(rho > -1, rho < 0)

ODD = Step(
    "odd",
    r"$\rho^{2k+1}=\rho\,\rho^{2k}<0<\rho^2$, with $x=\rho^{2k}>0$.",
    sp.Implies(sp.And(_in_range, _power > 0), sp.And(rho * _power < 0, contraction(_two, rho) > 0)),
    decided_by=Kind.SMT,
    over={"rho": "(-1, 0)"},
)
EVEN = Step(
    "even",
    r"$0<\rho^{2k+2}<\rho^2$ for $k\ge1$, by induction with $x=\rho^{2k}$ in $(0,\rho^2]$.",
    sp.Implies(
        sp.And(_in_range, _power > 0, _power <= rho**2),
        sp.And(_power * contraction(_two, rho) > 0, _power * contraction(_two, rho) < rho**2),
    ),
    decided_by=Kind.SMT,
    over={"rho": "(-1, 0)"},
)
INDUCTION = Step(
    "induction",
    r"The induction goes from $\rho^d$ to $\rho^{d+2}=\rho^d\rho^2$.",
    sp.Eq(contraction(d + 2, rho), contraction(d, rho) * rho**2, evaluate=False),
    decided_by=Kind.SYMBOLIC,
    over={"d": "every integer >= 0"},
)
LOSS = Step(
    "loss",
    r"One whitened output therefore has loss at least $2(1-\rho^2)$, attained only at degree 2, and every linear one "
    r"has the larger loss $2(1-\rho)$.",
    sp.Implies(_in_range, 2 * (1 - contraction(_two, rho)) < 2 * (1 - contraction(sp.Integer(1), rho))),
    by=("floor_for_any_number_of_outputs",),
    decided_by=Kind.SMT,
    over={"rho": "(-1, 0)"},
)

ONLY = Step(
    "only",
    r"The excess $2\sum_d(\rho^2-\rho^d)w_d$ of one whitened output has no negative term: it vanishes only if every "
    r"$v=w_d$ does whose $x=\rho^d$ is below $\rho^2$.",
    sp.Implies(
        sp.And(_in_range, _power < contraction(_two, rho), _variance >= 0, (rho**2 - _power) * _variance <= 0),
        sp.And(_variance >= 0, _variance <= 0),
    ),
    by=("loss_decomposition",),
    decided_by=Kind.SMT,
    over={"rho": "(-1, 0)", "v": "[0, oo)"},
)

CLAIM = Claim(
    id="negative_correlation",
    paper="W",
    locator="Assumptions (i)-(iii)",
    role=Role.EXTENSION,
    title="At negative correlation a quadratic map beats every linear one",
    says=r"For $-1<\rho<0$ the lowest loss of one whitened output is $2(1-\rho^2)$, attained only by quadratic maps.",
    statement=sp.GreaterThan(alignment_loss, 2 * (1 - contraction(_two, rho))),
    assumptions=assume(*GAUSSIAN_WORLD, "whitened") | {"negative_correlation": r"$-1<\rho<0$."},
    steps=(ODD, INDUCTION, EVEN, LOSS, ONLY),
    holds_at=lambda _: (of_encoder(h, -r) for h in whitened_encoders(1) for r in CORRELATIONS),
    expected=Verdict.PROVED,
)


SIBLING = CLAIM.without(
    "negative_correlation",
    title="Quadratic optimum at positive correlation",
    says=r"Degree 2 has a lower loss than degree 1 at every correlation.",
    statement=2 * (1 - contraction(_two, rho)) < 2 * (1 - contraction(sp.Integer(1), rho)),
    fails_at={rho: sp.Rational(1, 2)},
)
