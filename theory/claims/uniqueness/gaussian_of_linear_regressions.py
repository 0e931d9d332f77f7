r"""Linear regression both ways, with additive noise, makes a stationary law Gaussian.

.. math:: z'=\lambda z+\eta, \quad \mathbb{E}[z \mid z']=\lambda z', \quad 0<|\lambda|<1
          \;\Longrightarrow\; z \sim N(0, v)

For the characteristic function $\phi$ of the latent, stationarity and the backward regression read
$\phi(t)=\phi(\lambda t)\,\phi_\eta(t)$ and $\phi'(\lambda t)\,\phi_\eta(t)=\lambda\,\phi'(t)$. The logarithmic
derivative $\psi=\phi'/\phi$ therefore satisfies $\psi(\lambda t)=\lambda\,\psi(t)$, which makes it linear.
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.claims.assumptions import assume
from theory.notation import eta, s, t, z

_factor = sp.Symbol("lambda", real=True)
_v = sp.Symbol("v", real=True)
_phi, _psi = sp.Function("phi"), sp.Function("psi")
_at, _at_scaled, _noise, _slope, _slope_scaled = sp.symbols("f f_lambda q g g_lambda")

STATIONARITY = Step(
    "stationarity",
    r"$e^{it(\lambda z+\eta)}$ is a product of independent factors, so $\phi(t)=\phi(\lambda t)\,\phi_\eta(t)$.",
    sp.Eq(
        sp.exp(sp.I * t * (_factor * z + eta)),
        sp.exp(sp.I * _factor * t * z) * sp.exp(sp.I * t * eta),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"lambda": "real", "t": "real"},
)
BACKWARD = Step(
    "backward",
    r"$z\,e^{itz'}=-i\,\partial_s e^{isz}|_{s=\lambda t}\,e^{it\eta}$, so $\mathbb{E}[z\,e^{itz'}]"
    r"=\lambda\,\mathbb{E}[z'e^{itz'}]$ reads $\phi'(\lambda t)\,\phi_\eta(t)=\lambda\,\phi'(t)$.",
    sp.Eq(
        z * sp.exp(sp.I * t * (_factor * z + eta)),
        -sp.I * sp.Subs(sp.Derivative(sp.exp(sp.I * s * z), s), s, _factor * t) * sp.exp(sp.I * t * eta),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"lambda": "real", "t": "real"},
)
ELIMINATE = Step(
    "eliminate",
    r"With $f=\phi(t)$, $f_\lambda=\phi(\lambda t)$, $g=\phi'(t)$, $g_\lambda=\phi'(\lambda t)$, $q=\phi_\eta(t)$: the two "
    r"relations make the right-hand side vanish, so $\phi'(\lambda t)\,\phi(t)=\lambda\,\phi'(t)\,\phi(\lambda t)$ for "
    r"every $t$, without a division.",
    sp.Eq(
        _slope_scaled * _at - _factor * _slope * _at_scaled,
        _slope_scaled * (_at - _at_scaled * _noise) + _at_scaled * (_slope_scaled * _noise - _factor * _slope),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"f, f_lambda, g, g_lambda, q": "complex"},
)

CLAIM = Claim(
    id="gaussian_of_linear_regressions",
    paper="W",
    locator="Theorem 5.2",
    role=Role.EXTENSION,
    title="Linear regression both ways makes the latent Gaussian",
    says=r"If $z'=\lambda z+\eta$ is stationary with $\eta$ independent of $z$, $\mathbb{E}[z\mid z']=\lambda z'$ and "
    r"$0<|\lambda|<1$, then $z$ is Gaussian.",
    statement=sp.Eq(_phi(t), sp.exp(-_v * t**2 / 2)),
    assumptions=assume("stationary_law", "additive_noise", "finite_variance")
    | {
        "forward": r"$\mathbb{E}[z'\mid z]=\lambda z$ with $0<|\lambda|<1$.",
        "backward": r"$\mathbb{E}[z\mid z']=\lambda z'$.",
    },
    steps=(STATIONARITY, BACKWARD, ELIMINATE),
    expected=Verdict.PROVED,
)


_laplace = 1 / (1 + t**2)
_score = sp.diff(sp.log(_laplace), t)
SIBLING = CLAIM.without(
    "backward",
    title="Linear drift alone",
    says=r"The same for the Laplace law, $\phi(t)=1/(1+t^2)$, with $\phi_\eta(t)=\lambda^2+(1-\lambda^2)\,\phi(t)$, the "
    r"noise that makes $z'=\lambda z+\eta$ stationary: its $\psi(t)=-2t/(1+t^2)$ would be linear.",
    statement=sp.Implies(
        sp.Eq(_laplace, _laplace.subs(t, _factor * t) * (_factor**2 + (1 - _factor**2) * _laplace), evaluate=False),
        sp.Eq(_score.subs(t, _factor * t), _factor * _score, evaluate=False),
    ),
    fails_at={_factor: sp.Rational(1, 2), t: sp.Integer(1)},
)
