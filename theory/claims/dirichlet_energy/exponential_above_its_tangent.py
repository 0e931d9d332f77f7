r"""The exponential function lies above its tangent at 0, which is Jensen's inequality for it.

.. math:: e^x \ge 1 + x, \qquad
          \mathbb{E}\,e^{X} \ge 1 + \mathbb{E}X = 1 \text{ if } \mathbb{E}X = 0

References
----------
W, Appendix E.
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.notation import s, x

_exponential, _slope = sp.symbols("e c", real=True)

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

CLAIM = Claim(
    id="exponential_above_its_tangent",
    paper="W",
    locator="Appendix E",
    role=Role.EXTENSION,
    title="The exponential function lies above its tangent",
    says=r"$e^x\ge1+x$ with equality iff $x=0$; so $\mathbb{E}\,e^X\ge1$ if $\mathbb{E}X=0$, with equality iff $X=0$ "
    r"almost surely.",
    statement=sp.GreaterThan(sp.exp(x), 1 + x),
    assumptions={"tangent": r"The line $1+cx$ is the tangent at $0$: $c=1$."},
    steps=(REMAINDER, SIGN),
    expected=Verdict.PROVED,
)


SIBLING = CLAIM.without(
    "tangent",
    title="The exponential function above a line of any slope",
    says=r"$e^x\ge1+cx$ for every slope $c$.",
    statement=sp.GreaterThan(sp.exp(x), 1 + _slope * x),
    fails_at={x: sp.Rational(1, 2), _slope: sp.Integer(2)},
)
