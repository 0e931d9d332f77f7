r"""The exponential function lies above its tangent at 0, which is Jensen's inequality for it.

.. math:: e^x \ge 1 + x, \qquad
          \mathbb{E}\,e^{X} \ge 1 + \mathbb{E}X

References
----------
W, Appendix E.
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.notation import s, x

_exponential, _slope, _mean, _mean_exponential, _mean_gap = sp.symbols("e c M G g", real=True)

REMAINDER = Step(
    "remainder",
    r"Taylor's formula with the remainder as an integral.",
    sp.Eq(sp.exp(x) - 1 - x, sp.Integral((x - s) * sp.exp(s), (s, 0, x))),
    decided_by=Kind.SYMBOLIC,
    over={"x": "real"},
)
SIGN = Step(
    "sign",
    r"Between $0$ and $x$ the integrand, with $e=e^s>0$, has the sign of $x$ and vanishes only at $s=x$: the integral "
    r"from $0$ to $x$ is positive unless $x=0$.",
    sp.Implies(
        sp.And(_exponential > 0, sp.Or(sp.And(s >= 0, s < x), sp.And(x < s, s <= 0))),
        x * (x - s) * _exponential > 0,
    ),
    decided_by=Kind.SMT,
    over={"x": "real", "s": "between 0 and x"},
)
MEAN = Step(
    "mean",
    r"So $e^X-1-X\ge0$ has a mean $g=G-1-M\ge0$, $G=\mathbb{E}\,e^X$, $M=\mathbb{E}X$, which is $0$ only if $X=0$ "
    r"almost surely.",
    sp.Implies(
        sp.And(_mean_gap >= 0, sp.Eq(_mean_gap, _mean_exponential - 1 - _mean)),
        sp.And(
            _mean_exponential >= 1 + _mean,
            sp.Implies(sp.Eq(_mean_exponential, 1 + _mean), sp.Eq(_mean_gap, 0)),
        ),
    ),
    decided_by=Kind.SMT,
)

CLAIM = Claim(
    id="exponential_above_its_tangent",
    paper="W",
    locator="Appendix E",
    role=Role.EXTENSION,
    title="The exponential function lies above its tangent",
    says=r"$e^x\ge1+x$ with equality iff $x=0$; so $\mathbb{E}\,e^X\ge1+\mathbb{E}X$, with equality iff $X=0$ "
    r"almost surely.",
    statement=sp.And(
        sp.GreaterThan(sp.exp(x), 1 + x), sp.Equivalent(sp.Eq(sp.exp(x), 1 + x, evaluate=False), sp.Eq(x, 0))
    ),
    assumptions={"tangent": r"The line $1+cx$ is the tangent at $0$: $c=1$."},
    steps=(REMAINDER, SIGN, MEAN),
    holds_at=lambda _: ({x: sp.Rational(value, 8)} for value in (-40, -8, -1, 0, 1, 8, 40)),
    expected=Verdict.PROVED,
)


SIBLING = CLAIM.without(
    "tangent",
    title="The exponential function above a line of any slope",
    says=r"$e^x\ge1+cx$ for every slope $c$.",
    statement=sp.GreaterThan(sp.exp(x), 1 + _slope * x),
    fails_at={x: sp.Rational(1, 2), _slope: sp.Integer(2)},
)
