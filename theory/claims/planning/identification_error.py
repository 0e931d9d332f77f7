r"""An approximate encoder shifts the identified dynamics by a multiple of its error.

.. math:: |\hat\Theta - \Theta|_F \;\le\; \frac{r' + |\Theta|_2\, r}{\sigma - r} + \frac{r\,\omega}{(\sigma - r)^2},
          \qquad r < \sigma

$\Theta = [A_{LS}\ B_{LS}]$ is the least-squares estimate from the states, $\hat\Theta$ that from the same
transitions through $h(z) = Qz + e(z)$, turned back by $Q^\top$. With root mean squares over the sample,
$r$ and $r'$ are those of $e(z)$ and $e(z')$, $\omega$ that of the residual $z' - \Theta\phi$, $\phi = (z, a)$; and
$\sigma$ is the least singular value of $\Phi/\sqrt N$. It holds for every finite sample.
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.notation import Expectation, m, n

_count = sp.Symbol("N", integer=True, positive=True)
_theta, _theta_hat = sp.MatrixSymbol("Theta", n, n + m), sp.MatrixSymbol("Thetahat", n, n + m)
_regressors, _errors = sp.MatrixSymbol("Phi", n + m, _count), sp.MatrixSymbol("E", n + m, _count)
_residual, _next_errors = sp.MatrixSymbol("W", n, _count), sp.MatrixSymbol("E'", n, _count)
_seen = sp.MatAdd(_regressors, _errors)
_shift = sp.MatAdd(_theta_hat, -_theta)
_forcing = sp.MatAdd(_next_errors, -sp.MatMul(_theta, _errors))
_sizes = {"n": "every integer >= 1", "m": "every integer >= 1", "N": "every number of transitions"}

_norm, _predicted, _forced, _rms, _next_rms, _noise = sp.symbols("d x g r r' omega", real=True)
_least, _spectral, _clean, _blurred = sp.symbols("sigma theta y u", real=True)


def identification_bound(
    rms_error: sp.Expr, next_rms_error: sp.Expr, spectral_norm: sp.Expr, excitation: sp.Expr, residual: sp.Expr
) -> sp.Expr:
    r"""Bound $(r'+|\Theta|_2r)/(\sigma-r)+r\omega/(\sigma-r)^2$ on the shift of the identified dynamics."""
    margin = excitation - rms_error
    return (next_rms_error + spectral_norm * rms_error) / margin + rms_error * residual / margin**2


NORMAL_EQUATIONS = Step(
    "normal_equations",
    r"Let $\hat\Phi=\Phi+E$ and $\hat Z'=\Theta\Phi+W+E'$. The normal equations $\hat\Theta\hat\Phi\hat\Phi^\top="
    r"\hat Z'\hat\Phi^\top$ say $(\hat\Theta-\Theta)\hat\Phi\hat\Phi^\top=(E'-\Theta E+W)\hat\Phi^\top$, because "
    r"$\hat Z'=\Theta\hat\Phi+(E'-\Theta E+W)$.",
    sp.Eq(
        sp.MatAdd(sp.MatMul(_theta, _regressors), _residual, _next_errors),
        sp.MatAdd(sp.MatMul(_theta, _seen), _forcing, _residual),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over=_sizes,
)
RESIDUAL = Step(
    "residual",
    r"The residual is orthogonal to the regressors, $W\Phi^\top=0$, so $W\hat\Phi^\top=W\Phi^\top+WE^\top=WE^\top$.",
    sp.Eq(
        sp.MatMul(_residual, sp.Transpose(_seen)),
        sp.MatAdd(
            sp.MatMul(_residual, sp.Transpose(_regressors)),
            sp.MatMul(_residual, sp.Transpose(_errors)),
        ),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over=_sizes,
)
ENERGY = Step(
    "energy",
    r"Multiply by $(\hat\Theta-\Theta)^\top$ and take traces: with $\Delta=\hat\Theta-\Theta$, $|\Delta\hat\Phi|_F^2="
    r"\langle E'-\Theta E,\Delta\hat\Phi\rangle+\langle W,\Delta E\rangle$. With $x=|\Delta\hat\Phi|_F/\sqrt N$ and "
    r"$d=|\Delta|_F$, by Cauchy-Schwarz $x^2\le g\,x+r\omega\,d$, $g=|E'-\Theta E|_F/\sqrt N$.",
    sp.Eq(
        sp.Trace(
            sp.MatMul(
                sp.MatAdd(sp.MatMul(_forcing, sp.Transpose(_seen)), sp.MatMul(_residual, sp.Transpose(_errors))),
                sp.Transpose(_shift),
            )
        ),
        sp.Trace(sp.MatMul(_forcing, sp.Transpose(sp.MatMul(_shift, _seen))))
        + sp.Trace(sp.MatMul(_residual, sp.Transpose(sp.MatMul(_shift, _errors)))),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over=_sizes,
)
FORCING = Step(
    "forcing",
    r"By the triangle inequality and $|\Theta E|_F\le|\Theta|_2\,|E|_F$, $g\le r'+|\Theta|_2\,r$.",
    sp.Implies(
        sp.And(_forced <= _next_rms + _blurred, _blurred <= _spectral * _rms), _forced <= _next_rms + _spectral * _rms
    ),
    decided_by=Kind.SMT,
)
EXCITATION = Step(
    "excitation",
    r"$\sigma$ is the least singular value, so $y=|\Delta\Phi|_F/\sqrt N\ge\sigma d$; and $u=|\Delta E|_F/\sqrt N\le "
    r"r\,d$. By the triangle inequality $x\ge y-u\ge(\sigma-r)\,d$.",
    sp.Implies(
        sp.And(_predicted >= _clean - _blurred, _clean >= _least * _norm, _blurred <= _rms * _norm),
        _predicted >= (_least - _rms) * _norm,
    ),
    decided_by=Kind.SMT,
)
SOLVED = Step(
    "solved",
    r"So $d\le x/(\sigma-r)$, hence $x\le g+r\omega/(\sigma-r)$, hence $d\le g/(\sigma-r)+r\omega/(\sigma-r)^2$.",
    sp.Implies(
        sp.And(
            _rms >= 0,
            _least > _rms,
            _noise >= 0,
            _norm > 0,
            _predicted >= (_least - _rms) * _norm,
            _predicted**2 <= _forced * _predicted + _rms * _noise * _norm,
        ),
        _norm <= _forced / (_least - _rms) + _rms * _noise / (_least - _rms) ** 2,
    ),
    decided_by=Kind.SMT,
    over={"r": "[0, sigma)", "d": "(0, oo)", "omega": "[0, oo)"},
)

TOTAL = Step(
    "total",
    r"With the bound of $g$, this is the bound.",
    sp.Implies(
        sp.And(
            _least > _rms,
            _forced <= _next_rms + _spectral * _rms,
            _norm <= _forced / (_least - _rms) + _rms * _noise / (_least - _rms) ** 2,
        ),
        _norm <= identification_bound(_rms, _next_rms, _spectral, _least, _noise),
    ),
    decided_by=Kind.SMT,
    over={"r": "[0, sigma)"},
)
IN_EXPECTATION = Step(
    "in_expectation",
    r"The error of the encoder is seen under the law of the data: $\mathbb{E}\,r^2\le\kappa B$, and so for $r'$.",
    sp.LessThan(Expectation(_rms**2), sp.Symbol("kappa", real=True) * sp.Symbol("B", real=True)),
    by=("encoding_error_under_a_plan",),
)

CLAIM = Claim(
    id="identification_error",
    paper="W",
    locator="Appendix D, linear-quadratic regulator",
    role=Role.EXTENSION,
    title="An approximate encoder shifts the identified dynamics by a multiple of its error",
    says=r"$|\hat\Theta-\Theta|_F\le(r'+|\Theta|_2r)/(\sigma-r)+r\omega/(\sigma-r)^2$, where $r$, $r'$ are root mean "
    r"squares of the encoder's error over the sample; their squares are at most $\kappa B$ in expectation.",
    statement=sp.LessThan(
        _norm,
        identification_bound(_rms, _next_rms, _spectral, _least, _noise),
    ),
    assumptions={
        "exciting": r"$\sigma>0$.",
        "small_error": r"$r<\sigma$.",
        "density": r"For the expectation of $r^2$: the law of the data has a density at most $\kappa$ relative to "
        r"$\mu$.",
    },
    steps=(NORMAL_EQUATIONS, RESIDUAL, ENERGY, FORCING, EXCITATION, SOLVED, TOTAL, IN_EXPECTATION),
    expected=Verdict.PROVED,
)

_input = sp.Symbol("B", real=True)
SIBLING = CLAIM.without(
    "small_error",
    title="Identification through an encoder of large error",
    says=r"The same for $n=m=1$, $A=0$ and exact data $z'=Ba$ with white $z$, $a$, $\sigma=1$: through $h(z)=-z$ "
    r"against $Q=1$, $r=2$ and $r'=2|B|$, $\hat B=-B$.",
    statement=sp.LessThan(
        2 * sp.Abs(_input),
        identification_bound(sp.Integer(2), 2 * sp.Abs(_input), sp.Abs(_input), sp.Integer(1), sp.Integer(0)),
    ),
    fails_at={_input: sp.Integer(1)},
)
