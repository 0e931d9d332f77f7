r"""Logistic noise: a small shift of it changes its density by a linear factor, up to second order.

.. math:: q(e) = \frac{e^{-e}}{(1+e^{-e})^2}, \qquad \psi = -(\log q)' = \tanh(e/2), \qquad
          k(y,u) = \frac{q(y-u)}{q(y)}, \qquad |k(y,u) - 1 - u\,\psi(y)| \le \tfrac12 u^2 e^{|u|}

The bounds are uniform in y because the score is bounded.

References
----------
W, Theorem 5.2, whose converse they are used against.
"""

from collections.abc import Iterator
from itertools import product

import sympy as sp

from theory.claim import Claim, Instance, Kind, Profile, Role, Step, Verdict
from theory.notation import latex

value = sp.Symbol("e", real=True)
_score = sp.Symbol("psi", real=True)
_shift, _time = sp.symbols("U t", real=True)
_rate, _length = sp.symbols("c x", positive=True)
_point, _move = sp.symbols("y u", real=True)
_power = sp.Symbol("k", integer=True, nonnegative=True)
_decay = sp.Symbol("s", real=True)
_odds = sp.exp(-value)
density = _odds / (1 + _odds) ** 2
score = (1 - _odds) / (1 + _odds)

#: Bounds on the second and fourth moment of the noise.
VARIANCE_AT_LEAST, VARIANCE_AT_MOST, FOURTH_MOMENT_AT_LEAST = sp.Integer(3), sp.Rational(31, 9), sp.Integer(45)

SCORE = Step(
    "score",
    r"The score is $\psi(e)=\tanh(e/2)=(1-e^{-e})/(1+e^{-e})$, so $|\psi|\le1$.",
    sp.Eq(sp.Derivative(density, value), -score * density, evaluate=False),
    decided_by=Kind.SYMBOLIC,
    over={"e": "real"},
)
CURVATURE = Step(
    "curvature",
    r"The second derivative is $\tfrac12(3\psi^2-1)\,q$.",
    sp.Eq(sp.Derivative(density, (value, 2)), (3 * score**2 - 1) / 2 * density, evaluate=False),
    decided_by=Kind.SYMBOLIC,
    over={"e": "real"},
)
BOUNDED = Step(
    "bounded",
    r"Its factor lies in $[-1,1]$, because $|\psi|\le1$.",
    sp.Implies(sp.And(_score >= -1, _score <= 1), sp.Abs((3 * _score**2 - 1) / 2) <= 1),
    decided_by=Kind.SMT,
    over={"psi": "[-1, 1]"},
)
TILT = Step(
    "tilt",
    r"$k(y,\cdot)$ has $k(y,0)=1$, $\partial_uk=\psi(y-u)\,k$ and $|\partial_u^2k|\le k$. Hence $0<k\le e^{|u|}$, and "
    r"by Taylor, with $U=|u|$: $|k-1|\le Ue^U$, $|\partial_uk-\psi(y)|\le Ue^U$, "
    r"$|k-1-u\psi(y)|\le\int_0^U(U-t)\,e^U\,dt$.",
    sp.Eq(
        sp.Integral((_shift - _time) * sp.exp(_shift), (_time, 0, _shift)),
        _shift**2 * sp.exp(_shift) / 2,
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"U": "[0, oo)"},
)
TAIL = Step(
    "tail",
    r"With $s=e^{-|e|}$ the density is $s/(1+s)^2$, between $s-2s^2$ and both $s$ and $s-2s^2+3s^3$.",
    sp.Implies(
        sp.And(_decay > 0, _decay <= 1),
        sp.And(
            _decay / (1 + _decay) ** 2 >= _decay - 2 * _decay**2,
            _decay / (1 + _decay) ** 2 <= _decay,
            _decay / (1 + _decay) ** 2 <= _decay - 2 * _decay**2 + 3 * _decay**3,
        ),
    ),
    decided_by=Kind.SMT,
    over={"s": "(0, 1]"},
)


def laplace_moment(power: sp.Expr, rate: sp.Expr) -> sp.Expr:
    r"""Value of $2\int_0^\infty x^k\,e^{-cx}\,dx$, a bound on $\mathbb{E}[|\eta|^k\,e^{(1-c)|\eta|}]$."""
    return 2 * sp.factorial(power) / rate ** (power + 1)


LAPLACE = Step(
    "laplace",
    r"So $\mathbb{E}[|\eta|^k\,e^{a|\eta|}]\le2\int_0^\infty x^k\,e^{-cx}\,dx$ with $c=1-a>0$.",
    sp.Eq(
        2 * sp.Integral(_length**_power * sp.exp(-_rate * _length), (_length, 0, sp.oo)),
        laplace_moment(_power, _rate),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"k": "every integer >= 0", "c": "(0, oo)"},
)


def _twice_moment(power: int, *coefficients: int) -> sp.Integral:
    """Integral over the line of |x|^k times a polynomial in exp(-|x|) without constant term."""
    bound = sp.Add(*(c * sp.exp(-rate * _length) for rate, c in enumerate(coefficients, 1)))
    return sp.Integral(2 * sp.expand(_length**power * bound), (_length, 0, sp.oo))


MOMENTS = Step(
    "moments",
    rf"Likewise ${VARIANCE_AT_LEAST}\le\mathbb{{E}}\,\eta^2\le{latex(VARIANCE_AT_MOST)}$ and "
    rf"$\mathbb{{E}}\,\eta^4\ge{FOURTH_MOMENT_AT_LEAST}$: the integrals of the bounds are these.",
    sp.Eq(
        sp.Matrix([_twice_moment(2, 1, -2), _twice_moment(2, 1, -2, 3), _twice_moment(4, 1, -2)]),
        sp.Matrix([VARIANCE_AT_LEAST, VARIANCE_AT_MOST, FOURTH_MOMENT_AT_LEAST]),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
)

_tilt = sp.Symbol("k", real=True)


def _points(_profile: Profile) -> Iterator[Instance]:
    """Points and shifts, the density as the derivative of the logistic function."""
    logistic = 1 / (1 + _odds)
    for point, move in product((-12, 0, 2), map(sp.Rational, ("-3", "-1/20", "0", "1/20", "2"))):
        shifted, unshifted = (sp.diff(logistic, value).subs(value, at) for at in (point - move, sp.Integer(point)))
        yield {_tilt: shifted / unshifted, _move: move, _point: sp.Integer(point)}


CLAIM = Claim(
    id="logistic_tilt_bounds",
    paper="W",
    locator="Theorem 5.2, for a counterexample to it",
    role=Role.EXTENSION,
    title="A small shift tilts the logistic density linearly",
    says=r"$|k(y,u)-1-u\,\psi(y)|\le\tfrac12u^2e^{|u|}$ for all real $y,u$, where $k(y,u)=q(y-u)/q(y)$.",
    statement=sp.LessThan(
        sp.Abs(_tilt - 1 - _move * score.subs(value, _point)), _move**2 * sp.exp(sp.Abs(_move)) / 2, evaluate=False
    ),
    assumptions={"logistic_noise": r"The noise is logistic: $q(e)=e^{-e}/(1+e^{-e})^2$."},
    steps=(SCORE, CURVATURE, BOUNDED, TILT, TAIL, LAPLACE, MOMENTS),
    holds_at=_points,
    expected=Verdict.PROVED,
)

SIBLING = CLAIM.without(
    "logistic_noise",
    title="The same for every noise",
    says=r"Standard Gaussian noise has $\psi(y)=y$ and $k(y,u)=e^{uy-u^2/2}$: no bound is uniform in $y$.",
    statement=sp.LessThan(
        sp.Abs(sp.exp(_shift * value - _shift**2 / 2) - 1 - _shift * value),
        _shift**2 * sp.exp(sp.Abs(_shift)) / 2,
        evaluate=False,
    ),
    fails_at={_shift: sp.Integer(1), value: sp.Integer(4)},
)
