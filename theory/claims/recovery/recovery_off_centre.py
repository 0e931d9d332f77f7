r"""The recovery error of an encoder whose mean is not zero, from centred and from raw moments.

.. math:: \min_Q \mathbb{E}\,|h-Qz|^2 = |\mathbb{E}h|^2 + \min_Q \mathbb{E}\,|h-\mathbb{E}h-Qz|^2

Raw moments $\varepsilon'=|\mathbb{E}hh^\top-I|_F$ and $\delta'=L(h)-2(1-\rho)\,\mathbb{E}|h|^2$ may take the place of
$\varepsilon$ and $\delta$ where $D+|\mathbb{E}h|^2$ takes that of $D$, and
$D=\delta'/(2\rho(1-\rho))+|\mathbb{E}h|^2/\rho$.

References
----------
W, Theorem 5.3, which assumes $\mathbb{E}h=0$.
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.claims.assumptions import GAUSSIAN_WORLD, assume
from theory.claims.recovery.approximate_recovery import nonlinear_variance_bound
from theory.claims.recovery.recovery_by_direction import direction_error
from theory.claims.recovery.sharp_recovery import sharp_bound
from theory.notation import Expectation, rho

_mean, _centred, _later = sp.symbols("m y y'", real=True)
_nonlinear, _defect, _loss, _total = sp.symbols("D epsilon L v", real=True)
_sigma, _variance, _part = sp.symbols("sigma nu m_i", real=True)


def nonlinear_variance_from_raw_moments(raw_excess: sp.Expr, mean_square: sp.Expr, rho: sp.Expr) -> sp.Expr:
    r"""Bound $D=\delta'/(2\rho(1-\rho))+|\mathbb{E}h|^2/\rho$ on the variance at degrees 2 and more."""
    return nonlinear_variance_bound(raw_excess, rho) + mean_square / rho


SPLIT = Step(
    "split",
    r"Output by output, with $y=h_i-m-(Qz)_i$ and $\mathbb{E}y=0$: the middle term has expectation $0$, so the error "
    r"is $|\mathbb{E}h|^2$ plus that of the centred encoder.",
    sp.Eq((_mean + _centred) ** 2, _mean**2 + 2 * _mean * _centred + _centred**2, evaluate=False),
    decided_by=Kind.SYMBOLIC,
    over={"m": "real", "y": "real"},
)
LOSS = Step(
    "loss",
    r"Loss and covariance do not see the mean, so the bounds hold for the centred encoder as they are.",
    sp.Eq((_mean + _later) - (_mean + _centred), _later - _centred, evaluate=False),
    by=("sharp_recovery", "sharp_recovery_any_defect"),
    decided_by=Kind.SYMBOLIC,
    over={"m": "real", "y": "real", "y'": "real"},
)
RAW_DEFECT = Step(
    "raw_defect",
    r"$\mathbb{E}hh^\top=AA^\top+N+mm^\top$ with $m=\mathbb{E}h$: in each direction $\nu+m_i^2$ takes the place of "
    r"$\nu$, in defect and error alike, and $\sum_i(\nu_i+m_i^2)\le D+|m|^2$.",
    sp.Eq(
        direction_error(_sigma, _variance) + _part**2,
        direction_error(_sigma, _variance + _part**2),
        evaluate=False,
    ),
    by=("recovery_by_direction", "sharp_recovery"),
    decided_by=Kind.SYMBOLIC,
    over={"sigma": "[0, oo)", "nu": "[0, oo)", "m_i": "real"},
)
RAW_EXCESS = Step(
    "raw_excess",
    r"$\mathbb{E}|h|^2=\mathrm{tr}\,\mathrm{Cov}\,h+|m|^2$ understates the excess by $2(1-\rho)|m|^2$: with "
    r"$v=\mathrm{tr}\,\mathrm{Cov}\,h$,",
    sp.Eq(
        nonlinear_variance_bound(_loss - 2 * (1 - rho) * _total, rho),
        nonlinear_variance_from_raw_moments(_loss - 2 * (1 - rho) * (_total + _mean**2), _mean**2, rho),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"rho": "(0, 1)"},
)

CLAIM = Claim(
    id="recovery_off_centre",
    paper="W",
    locator="Theorem 5.3",
    role=Role.EXTENSION,
    title="The recovery error of an encoder that is not centred",
    says=r"For $\varepsilon+D\le1$: $\min_Q\mathbb{E}|h-Qz|^2\le m^2+D+(1-\sqrt{1-\varepsilon-D})^2$. With raw "
    r"moments, and $\varepsilon'+D+m^2\le1$: $\le D+m^2+(1-\sqrt{1-\varepsilon'-D-m^2})^2$ and "
    r"$D=\delta'/(2\rho(1-\rho))+m^2/\rho$.",
    statement=sp.LessThan(
        Expectation(sp.Symbol("|h(z)-Qz|^2", real=True)), _mean**2 + sharp_bound(_nonlinear, _defect)
    ),
    assumptions=assume(*GAUSSIAN_WORLD, "positive_correlation")
    | {
        "mean": r"$|\mathbb{E}h|\le m$.",
        "excess": r"$L(h) \le 2(1-\rho)\,\mathrm{tr}\,\mathrm{Cov}\,h + 2\rho(1-\rho)D$.",
        "defect": r"$|\mathrm{Cov}\,h - I|_F \le \varepsilon$.",
        "small": r"$\varepsilon + D \le 1$.",
    },
    steps=(SPLIT, LOSS, RAW_DEFECT, RAW_EXCESS),
    expected=Verdict.PROVED,
)

SIBLING = CLAIM.without(
    "mean",
    title="Raw moments put into the bound for centred encoders",
    says=r"The same without the mean: for $n=1$, $h=\sqrt{1-m^2}\,z+m$ has $\varepsilon'=0$, $\delta'=-2(1-\rho)m^2$ "
    r"and the error $m^2+(1-\sqrt{1-m^2})^2$.",
    statement=sp.Le(
        direction_error(sp.sqrt(1 - _mean**2), _mean**2),
        sharp_bound(nonlinear_variance_bound(-2 * (1 - rho) * _mean**2, rho), sp.Integer(0)),
    ),
    fails_at={_mean: sp.Rational(1, 2), rho: sp.Rational(1, 2)},
)
