r"""Approximate identifiability: a small excess loss and a small covariance defect bound the error.

.. math:: \min_{Q \in O(n)} \mathbb{E}\,|h(z)-Qz|^2 \;\le\; D + (\varepsilon + D)^2, \qquad
          D = \frac{\delta}{2\rho(1-\rho)}

with excess $\delta = L(h) - 2(1-\rho)\,\mathrm{tr}\,\mathrm{Cov}\,h$ and defect
$\varepsilon = |\mathrm{Cov}\,h - I|_F$.

References
----------
W, Theorem 5.3.
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.claims.assumptions import GAUSSIAN_WORLD, assume
from theory.claims.identifiability.degree_penalty import penalty
from theory.notation import n, recovery_error, rho

_excess, _nonlinear, _defect = sp.symbols("delta D epsilon", real=True)
_penalty, _variance = sp.symbols("P v", real=True)
_first, _second, _entry = sp.symbols("N_ii N_jj N_ij", real=True)
_POINTS = ((_second, -_entry), (-_entry, _first), (1, 1), (1, -1))
_norm, _trace, _column, _distortion = sp.symbols("F T R f", real=True)
_whole, _bent, _wholes, _bents = sp.symbols("c nu S_c S_nu", real=True)
_sigma = sp.Symbol("sigma", real=True)
_U, _Sigma, _V = (sp.MatrixSymbol(name, n, n) for name in ("U", "Sigma", "V"))


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
VARIANCE = Step(
    "variance",
    r"Write $h(z)=Az+r(z)$ with $r$ nonlinear and $N=\mathrm{Cov}\,r$. The variance of $x r_i+y r_j$ is never "
    r"negative; at four points $(x,y)$ this says $N_{ij}^2\le N_{ii}N_{jj}$.",
    sp.Implies(
        sp.And(
            _first >= 0,
            _second >= 0,
            *(x**2 * _first + 2 * x * y * _entry + y**2 * _second >= 0 for x, y in _POINTS),
        ),
        _entry**2 <= _first * _second,
    ),
    decided_by=Kind.SMT,
    over={"N_ii": "[0, oo)", "N_jj": "[0, oo)", "N_ij": "real"},
)
TRACE = Step(
    "trace",
    r"So $|N|_F\le\mathrm{tr}\,N\le D$, one index at a time: let $F\le T^2$ for the squared norm and the trace of a "
    r"leading block. If $N_{ii}$ is the next diagonal entry, the squares above it add up to $R\le N_{ii}T$, and the "
    r"larger block obeys the same.",
    sp.Implies(
        sp.And(_first >= 0, _trace >= 0, _norm <= _trace**2, _column <= _first * _trace),
        _norm + 2 * _column + _first**2 <= (_trace + _first) ** 2,
    ),
    decided_by=Kind.SMT,
    over={"N_ii": "[0, oo)", "T": "[0, oo)"},
)
ENTRY = Step(
    "entry",
    r"$\mathrm{Cov}\,h=AA^\top+N$, as linear and nonlinear part are orthogonal. So $AA^\top-I$ has entries $c-\nu$, "
    r"with $c$ of $\mathrm{Cov}\,h-I$ and $\nu$ of $N$, and for $\varepsilon, D>0$",
    sp.Implies(
        sp.And(_defect > 0, _nonlinear > 0),
        (_whole - _bent) ** 2 <= (1 + _nonlinear / _defect) * _whole**2 + (1 + _defect / _nonlinear) * _bent**2,
    ),
    decided_by=Kind.SMT,
    over={"c": "real", "nu": "real", "epsilon": "(0, oo)", "D": "(0, oo)"},
)
DEFECT = Step(
    "defect",
    r"Added up, with $S_c=\sum c^2\le\varepsilon^2$ and $S_\nu=\sum\nu^2=|N|_F^2\le D^2$: "
    r"$|AA^\top-I|_F^2\le(\varepsilon+D)^2$. Where $\varepsilon$ or $D$ is zero, it holds for every larger one, hence "
    r"in the limit.",
    sp.Implies(
        sp.And(_defect > 0, _nonlinear > 0, _wholes <= _defect**2, _bents <= _nonlinear**2),
        (1 + _nonlinear / _defect) * _wholes + (1 + _defect / _nonlinear) * _bents <= (_defect + _nonlinear) ** 2,
    ),
    decided_by=Kind.SMT,
    over={"epsilon": "(0, oo)", "D": "(0, oo)"},
)
SINGULAR_BASIS = Step(
    "singular_basis",
    r"With $A=U\Sigma V^\top$, $AA^\top=U\Sigma^2U^\top$, so that "
    r"$|AA^\top-I|_F^2=|\Sigma^2-I|_F^2=\sum_i(\sigma_i^2-1)^2$.",
    sp.Eq(
        sp.MatMul(_U, _Sigma, sp.Inverse(_V), _V, _Sigma, sp.Inverse(_U)),
        _U * _Sigma**2 * sp.Inverse(_U),
        evaluate=False,
    ),
    by=("nearest_rotation",),
    decided_by=Kind.SYMBOLIC,
    over={"n": "every integer >= 1"},
)
SINGULAR_VALUE = Step(
    "singular_value",
    r"The nearest rotation has $|A-Q|_F^2=\sum_i(\sigma_i-1)^2\le\sum_i(\sigma_i^2-1)^2$, because "
    r"$|\sigma-1|\le|\sigma-1|(\sigma+1)$ for $\sigma\ge0$.",
    sp.Implies(_sigma >= 0, (_sigma - 1) ** 2 <= (_sigma**2 - 1) ** 2),
    by=("nearest_rotation",),
    decided_by=Kind.SMT,
    over={"sigma": "[0, oo)"},
)
TOTAL = Step(
    "total",
    r"By the same orthogonality the error is $|A-Q|_F^2+v$ with $v=\mathrm{tr}\,N\le D$, hence at most $f+v$ with "
    r"$f=|AA^\top-I|_F^2\le(\varepsilon+D)^2$.",
    sp.Implies(
        sp.And(
            _distortion <= (_defect + nonlinear_variance_bound(_excess, rho)) ** 2,
            _variance <= nonlinear_variance_bound(_excess, rho),
            recovery_error <= _distortion + _variance,
        ),
        recovery_error <= printed_bound(_excess, _defect, rho),
    ),
    decided_by=Kind.SMT,
    over={"epsilon": "real", "delta": "real", "rho": "(0, 1)"},
)

CLAIM = Claim(
    id="approximate_recovery",
    paper="W",
    locator="Theorem 5.3",
    role=Role.THEOREM,
    title="A small excess loss and a small covariance defect bound the recovery error",
    says=r"$\min_Q\mathbb{E}|h(z)-Qz|^2\le D+(\varepsilon+D)^2$ with $D=\delta/(2\rho(1-\rho))$.",
    statement=recovery_error <= printed_bound(_excess, _defect, rho),
    assumptions=assume(*GAUSSIAN_WORLD, "positive_correlation", "centred")
    | {
        "excess": r"$L(h) \le 2(1-\rho)\,\mathrm{tr}\,\mathrm{Cov}\,h + \delta$.",
        "defect": r"$|\mathrm{Cov}\,h - I|_F \le \varepsilon$.",
    },
    background=("hermite_completeness", "singular_value_decomposition"),
    steps=(EXCESS, NONLINEAR, VARIANCE, TRACE, ENTRY, DEFECT, SINGULAR_BASIS, SINGULAR_VALUE, TOTAL),
    expected=Verdict.PROVED,
    sharpened_by="sharp_recovery",
)


SIBLING = CLAIM.without(
    "excess",
    title="Recovery from the covariance alone",
    says=r"The error is at most $\varepsilon^2$ whatever the excess: for $h=H_2(z)$, $n=1$, $\varepsilon=0$, the error "
    r"is $\min_q\mathbb{E}|H_2(z)-qz|^2 = 1+q^2$ at $q=\pm1$.",
    statement=sp.LessThan(1 + sp.Symbol("q", real=True) ** 2, _defect**2),
    fails_at={sp.Symbol("q", real=True): sp.Integer(1), _defect: sp.Integer(0)},
)
