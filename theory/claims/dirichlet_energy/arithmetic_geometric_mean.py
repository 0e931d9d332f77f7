r"""The arithmetic mean is at least the geometric one, for every number of terms.

.. math:: \prod_{i=1}^n x_i \;\le\; \Big(\frac1n \sum_{i=1}^n x_i\Big)^n, \qquad x_i \ge 0,\ n \ge 1

Bernoulli's inequality carries it from n terms to n + 1.

References
----------
W, Appendix E.
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.notation import n

_i = sp.Symbol("i", integer=True, positive=True)
_term = sp.IndexedBase("x", real=True)
_next, _mean, _product, _mean_power = sp.symbols("x a G P", real=True)
_product_of_terms = sp.Product(_term[_i], (_i, 1, n))
_power_of_mean = (sp.Sum(_term[_i], (_i, 1, n)) / n) ** n
_excess, _exponent, _power = sp.symbols("u k B", real=True)

BERNOULLI = Step(
    "bernoulli",
    r"$B=(1+u)^k\ge1+ku$ for $u\ge-1$ and integers $k\ge0$, by induction on $k$; for $k\ge1$ the step to $k+1$ is "
    r"strict unless $u=0$.",
    sp.Implies(
        sp.And(_excess >= -1, _exponent >= 0, _power >= 1 + _exponent * _excess),
        sp.And(
            (1 + _excess) * _power >= 1 + (_exponent + 1) * _excess,
            sp.Implies(
                sp.And(_exponent >= 1, sp.Ne(_excess, 0)),
                (1 + _excess) * _power > 1 + (_exponent + 1) * _excess,
            ),
        ),
    ),
    decided_by=Kind.SMT,
    over={"u": "[-1, oo)", "k": "[0, oo)"},
)
SHIFT = Step(
    "shift",
    r"If $n$ terms have the mean $a>0$, then with one more term $x$ the mean is $a(1+u)$, $u=\frac{x-a}{(n+1)a}\ge-1$.",
    sp.Eq((n * _mean + _next) / (n + 1), _mean * (1 + (_next - _mean) / ((n + 1) * _mean))),
    decided_by=Kind.SYMBOLIC,
    over={"n": "every integer >= 1", "a": "(0, oo)", "x": "real"},
)
INDUCTION = Step(
    "induction",
    r"With $G$ the product of the $n$ terms, $G\le P=a^n$, and $B=(1+u)^{n+1}\ge1+(n+1)u=x/a$: the new mean to the "
    r"power $n+1$ is $a P B\ge G x$, strictly unless $aB=x$. (If $a=0$, both sides begin with a zero factor.)",
    sp.Implies(
        sp.And(_mean > 0, _next >= 0, _product >= 0, _product <= _mean_power, _mean_power > 0, _mean * _power >= _next),
        sp.And(
            _mean * _mean_power * _power >= _product * _next,
            sp.Implies(_mean * _power > _next, _mean * _mean_power * _power > _product * _next),
        ),
    ),
    decided_by=Kind.SMT,
    over={"a": "(0, oo)", "x": "[0, oo)"},
)

CLAIM = Claim(
    id="arithmetic_geometric_mean",
    paper="W",
    locator="Appendix E",
    role=Role.EXTENSION,
    title="The arithmetic mean is at least the geometric mean",
    says=r"$\prod_i x_i\le(\frac1n\sum_i x_i)^n$ for $x_1,\dots,x_n\ge0$, with equality iff all are equal.",
    statement=sp.And(
        sp.LessThan(_product_of_terms, _power_of_mean),
        sp.Equivalent(
            sp.Eq(_product_of_terms, _power_of_mean), sp.Eq(sp.Sum((_term[_i] - _term[1]) ** 2, (_i, 1, n)), 0)
        ),
    ),
    assumptions={"nonnegative": r"$x_i\ge0$ for every $i$.", "a_term": r"There is a term: $n\ge1$."},
    steps=(BERNOULLI, SHIFT, INDUCTION),
    holds_at=lambda _: (
        {
            n: sp.Integer(len(values)),
            # Terms are counted from 1.
            _term: sp.Tuple(sp.nan, *(sp.Rational(value, 2) for value in values)),
        }
        for values in [(3,), (0, 5), (1, 1), (2, 1, 3), (0, 0, 0), (4, 4, 4), (4, 5, 4, 4)]
    ),
    expected=Verdict.PROVED,
)


_first, _second, _third = sp.symbols("x_1 x_2 x_3", real=True)
SIBLING = CLAIM.without(
    "nonnegative",
    title="The arithmetic and the geometric mean of terms of any sign",
    says=r"$x_1x_2x_3\le(\frac13(x_1+x_2+x_3))^3$ for all real terms.",
    statement=sp.LessThan(_first * _second * _third, ((_first + _second + _third) / 3) ** 3),
    fails_at={_first: sp.Integer(-1), _second: sp.Integer(-1), _third: sp.Integer(2)},
)
