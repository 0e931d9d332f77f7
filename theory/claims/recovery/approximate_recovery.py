r"""Approximate identifiability: a small excess loss and a small covariance defect bound the error.

.. math:: \min_{Q \in O(n)} \mathbb{E}\,|h(z)-Qz|^2 \;\le\; D + (\varepsilon + D)^2, \qquad
          D = \frac{\delta}{2\rho(1-\rho)}

with excess $\delta = L(h) - 2(1-\rho)\,\mathrm{tr}\,\mathrm{Cov}\,h$ and defect
$\varepsilon = |\mathrm{Cov}\,h - I|_F$.

References
----------
W, Theorem 5.3; Horn & Johnson (2013), Theorem 7.3.1 (polar decomposition).
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.claims.assumptions import GAUSSIAN_WORLD, assume
from theory.claims.identifiability.degree_penalty import penalty
from theory.notation import Expectation, rho

_excess, _nonlinear, _defect = sp.symbols("delta D epsilon", real=True)
_penalty, _variance, _sum = sp.symbols("P v E", real=True)
_sigma, _first, _second, _norm = sp.symbols("sigma lambda_1 lambda_2 f", real=True)
_error = sp.Symbol("e", real=True)


def nonlinear_variance_bound(excess: sp.Expr, rho: sp.Expr) -> sp.Expr:
    r"""Bound $D=\delta/(2\rho(1-\rho))$ on the variance at degrees 2 and more. (W, Theorem 5.3)."""
    return excess / penalty(sp.Integer(2), rho)


def printed_bound(excess: sp.Expr, defect: sp.Expr, rho: sp.Expr) -> sp.Expr:
    r"""Bound $D+(\varepsilon+D)^2$ on the recovery error, as printed. (W, Theorem 5.3)."""
    nonlinear = nonlinear_variance_bound(excess, rho)
    return nonlinear + (defect + nonlinear) ** 2


EXCESS = Step(
    "excess",
    r"The excess is $\delta=\sum_{d\ge2}P(d)\,w_d$, and $P(d)\ge P(2)=2\rho(1-\rho)$: "
    r"each term obeys $P(2)\,v\le P(d)\,v$.",
    sp.Implies(
        sp.And(
            rho > 0,
            rho < 1,
            _variance >= 0,
            _penalty >= penalty(sp.Integer(2), rho),
        ),
        2 * rho * (1 - rho) * _variance <= _penalty * _variance,
    ),
    by=("loss_decomposition", "degree_penalty"),
    decided_by=Kind.SMT,
    over={"rho": "(0, 1)"},
)
NONLINEAR = Step(
    "nonlinear",
    r"Summed up, the nonlinear variance is at most $D=\delta/(2\rho(1-\rho))$.",
    sp.Implies(
        sp.And(rho > 0, rho < 1, 2 * rho * (1 - rho) * _variance <= _excess),
        _variance <= nonlinear_variance_bound(_excess, rho),
    ),
    decided_by=Kind.SMT,
    over={"rho": "(0, 1)", "delta": "real"},
)
TRACE = Step(
    "trace",
    r"Write $h(z)=Az+r(z)$ with $r$ nonlinear, $N=\mathrm{Cov}\,r\succeq0$. $|N|_F\le\mathrm{tr}\,N\le D$, since "
    r"eigenvalues $\lambda\ge0$ obey $\sum\lambda^2\le(\sum\lambda)^2$, one more at a time.",
    sp.Implies(
        sp.And(_sum >= 0, _first >= 0, _second >= 0, _second <= _first**2),
        _second + _sum**2 <= (_first + _sum) ** 2,
    ),
    decided_by=Kind.SMT,
    over={"lambda_1": "[0, oo)", "E": "[0, oo)"},
)
DEFECT = Step(
    "defect",
    r"$\mathrm{Cov}\,h=AA^\top+N$, so $f=|AA^\top-I|_F\le\varepsilon+|N|_F\le\varepsilon+D$ by the "
    r"triangle inequality.",
    sp.Implies(sp.And(_norm <= _defect + _sum, _sum <= _nonlinear), _norm <= _defect + _nonlinear),
    decided_by=Kind.SMT,
    over={"epsilon": "real", "D": "real"},
)
SINGULAR_VALUE = Step(
    "singular_value",
    r"Polar decomposition $A=PQ$: $|A-Q|_F^2=\sum_i(\sigma_i-1)^2\le\sum_i(\sigma_i^2-1)^2=f^2$, because "
    r"$|\sigma-1|\le|\sigma-1|(\sigma+1)$ for $\sigma\ge0$.",
    sp.Implies(_sigma >= 0, (_sigma - 1) ** 2 <= (_sigma**2 - 1) ** 2),
    decided_by=Kind.SMT,
    over={"sigma": "[0, oo)"},
)
TOTAL = Step(
    "total",
    r"Linear and nonlinear part are orthogonal, so the error is $e=|A-Q|_F^2+\mathrm{tr}\,N\le f^2+D$.",
    sp.Implies(
        sp.And(
            _norm >= 0,
            _norm <= _defect + _nonlinear,
            _variance <= _nonlinear,
            _error <= _norm**2 + _variance,
        ),
        _error <= _nonlinear + (_defect + _nonlinear) ** 2,
    ),
    decided_by=Kind.SMT,
    over={"epsilon": "real", "D": "real"},
)

CLAIM = Claim(
    id="approximate_recovery",
    paper="W",
    locator="Theorem 5.3",
    role=Role.THEOREM,
    title="A small excess loss and a small covariance defect bound the recovery error",
    says=r"$\min_Q\mathbb{E}|h(z)-Qz|^2\le D+(\varepsilon+D)^2$ with $D=\delta/(2\rho(1-\rho))$.",
    statement=sp.LessThan(Expectation(sp.Symbol("|h(z)-Qz|^2", real=True)), printed_bound(_excess, _defect, rho)),
    assumptions=assume(*GAUSSIAN_WORLD, "positive_correlation", "centred")
    | {
        "excess": r"$L(h) \le 2(1-\rho)\,\mathrm{tr}\,\mathrm{Cov}\,h + \delta$.",
        "defect": r"$|\mathrm{Cov}\,h - I|_F \le \varepsilon$.",
    },
    background=("hermite_completeness", "polar_decomposition"),
    steps=(EXCESS, NONLINEAR, TRACE, DEFECT, SINGULAR_VALUE, TOTAL),
    expected=Verdict.PROVED,
)


SIBLING = CLAIM.without(
    "excess",
    title="Recovery from the covariance alone",
    says=r"The error is at most $\varepsilon^2$ whatever the excess: for $h=H_2(z)$, $n=1$, $\varepsilon=0$, the error "
    r"is $\min_q\mathbb{E}|H_2(z)-qz|^2 = 1+q^2$ at $q=\pm1$.",
    statement=sp.LessThan(1 + sp.Symbol("q", real=True) ** 2, _defect**2),
    fails_at={sp.Symbol("q", real=True): sp.Integer(1), _defect: sp.Integer(0)},
)
