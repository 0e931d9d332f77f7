r"""Linear regression both ways, with additive noise, makes a stationary law Gaussian.

.. math:: z'=\lambda z+\eta, \quad \mathbb{E}[z \mid z']=\lambda z', \quad 0<|\lambda|<1
          \;\Longrightarrow\; z \sim N(0, v)

For the characteristic function $\phi$ of the latent, stationarity and the backward regression read
$\phi(t)=\phi(\lambda t)\,\phi_\eta(t)$ and $\phi'(\lambda t)\,\phi_\eta(t)=\lambda\,\phi'(t)$. The logarithmic
derivative $\psi=\phi'/\phi$ therefore satisfies $\psi(\lambda t)=\lambda\,\psi(t)$, which makes it linear.
"""

import sympy as sp

from theory.claim import Claim, Finding, Kind, Profile, Role, Step, Verdict, evidence
from theory.claims.assumptions import assume
from theory.notation import eta, k, s, t, z
from theory.optimality import LAW_IS_GAUSSIAN, autoregression, gaussian_characteristic_function
from theory.optimality import phi as _phi
from theory.optimality import variance as _v
from theory.proof import identity

_factor = sp.Symbol("lambda", real=True)
_part, _part_scaled, _modulus, _bell = sp.symbols("u u_lambda f E", real=True)
_at, _at_scaled, _noise, _slope, _slope_scaled = sp.symbols("f f_lambda q g g_lambda")


def mismatch(phi: sp.Expr, factor: sp.Expr, t: sp.Symbol) -> sp.Expr:
    r"""Value of $\phi'(\lambda t)\,\phi(t)-\lambda\,\phi'(t)\,\phi(\lambda t)$, zero if both regressions are linear."""
    slope = sp.Derivative(phi, t)
    return slope.subs(t, factor * t) * phi - factor * slope * phi.subs(t, factor * t)


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
ELIMINATION = Step(
    "elimination",
    r"With $f=\phi(t)$, $f_\lambda=\phi(\lambda t)$, $g=\phi'(t)$, $g_\lambda=\phi'(\lambda t)$, $q=\phi_\eta(t)$, the "
    r"two relations make both brackets vanish: $\phi'(\lambda t)\,\phi(t)=\lambda\,\phi'(t)\,\phi(\lambda t)$ for "
    r"every $t$, zeros of $\phi$ included.",
    sp.Eq(
        _slope_scaled * _at - _factor * _slope * _at_scaled,
        _slope_scaled * (_at - _at_scaled * _noise) + _at_scaled * (_slope_scaled * _noise - _factor * _slope),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"f, f_lambda, g, g_lambda, q": "complex"},
)
LOGARITHMIC_DERIVATIVE = Step(
    "logarithmic_derivative",
    r"$\phi$ is continuous and $\phi(0)=1$: let $(-r,r)$ be the largest interval around $0$ without a zero of $\phi$. "
    r"It holds $\lambda t$ with $t$, and division by $\phi(t)\,\phi(\lambda t)$ gives $\psi(\lambda "
    r"t)=\lambda\,\psi(t)$ for $\psi=\phi'/\phi$.",
    sp.Eq(
        _slope_scaled / _at_scaled - _factor * _slope / _at,
        (_slope_scaled * _at - _factor * _slope * _at_scaled) / (_at * _at_scaled),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"f, f_lambda": "complex, not 0"},
)
ITERATION = Step(
    "iteration",
    r"So $\psi(t)/t$ is the same at $\lambda t$ as at $t$, and by induction at $\lambda^kt$ for every $k$. With "
    r"$u=\psi(t)$ and $u_\lambda=\psi(\lambda t)$, the real and the imaginary part alike:",
    sp.Implies(
        sp.And(sp.Ne(_factor, 0), sp.Ne(t, 0), sp.Eq(_part_scaled, _factor * _part)),
        sp.Eq(_part_scaled / (_factor * t), _part / t),
    ),
    decided_by=Kind.SMT,
    over={"lambda, t": "real, not 0"},
)
LIMIT = Step(
    "limit",
    r"$|\lambda|^k\to0$, so $\psi(t)/t=\psi'(0)$.",
    # Every |lambda| in (0, 1) is 1/(1+a) with a > 0, a form in which SymPy knows the sign of the logarithm.
    sp.Eq(sp.Limit((1 + sp.Symbol("a", positive=True)) ** -k, k, sp.oo), 0, evaluate=False),
    decided_by=Kind.SYMBOLIC,
    over={"|lambda| = 1/(1+a)": "(0, 1)"},
)
SLOPE = Step(
    "slope",
    r"Finite variance makes $\phi$ twice differentiable, and $\psi'=\phi''/\phi-(\phi'/\phi)^2$ is "
    r"$\psi'(0)=\phi''(0)=-v$, because $\phi'(0)=i\,\mathbb{E}z=0$.",
    sp.Eq(
        sp.Derivative(_phi(t).diff(t) / _phi(t), t),
        _phi(t).diff(t, 2) / _phi(t) - (_phi(t).diff(t) / _phi(t)) ** 2,
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"phi": "twice differentiable, not 0"},
)
SOLUTION = Step(
    "solution",
    r"$\phi'=-vt\,\phi$ makes $\phi(t)\,e^{vt^2/2}$ constant on $(-r,r)$: its derivative is as printed, so it is "
    r"$\phi(0)=1$.",
    sp.Eq(
        sp.Derivative(_phi(t) / gaussian_characteristic_function(t, _v), t),
        (_phi(t).diff(t) + _v * t * _phi(t)) / gaussian_characteristic_function(t, _v),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"v": "real", "t": "real"},
)
NO_ZERO = Step(
    "no_zero",
    r"At a finite end $a=\pm r$ continuity gives $\phi(a)\,E=1$ with $E=e^{va^2/2}$, so the modulus $f=|\phi(a)|$ is "
    r"not $0$ and the interval was not the largest: $r=\infty$.",
    sp.Implies(sp.And(_modulus >= 0, _bell > 0, sp.Eq(_modulus * _bell, 1)), _modulus > 0),
    decided_by=Kind.SMT,
    over={"f": "[0, oo)", "E": "(0, oo)"},
)

CLAIM = Claim(
    id="gaussian_of_linear_regressions",
    paper="W",
    locator="Theorem 5.2",
    role=Role.EXTENSION,
    title="Linear regression both ways makes the latent Gaussian",
    says=r"If $z'=\lambda z+\eta$ is stationary with $\eta$ independent of $z$, $\mathbb{E}[z\mid z']=\lambda z'$ and "
    r"$0<|\lambda|<1$, then $z$ is Gaussian.",
    statement=LAW_IS_GAUSSIAN,
    assumptions=assume("stationary_law", "additive_noise", "finite_variance")
    | {
        "forward": r"$\mathbb{E}[z'\mid z]=\lambda z$ with $0<|\lambda|<1$.",
        "backward": r"$\mathbb{E}[z\mid z']=\lambda z'$.",
    },
    steps=(
        STATIONARITY,
        BACKWARD,
        ELIMINATION,
        LOGARITHMIC_DERIVATIVE,
        ITERATION,
        LIMIT,
        SLOPE,
        SOLUTION,
        NO_ZERO,
    ),
    holds_at=lambda _: (
        autoregression(sp.Rational(*drift), sp.Rational(*noise))
        for drift, noise in (((1, 2), (3, 4)), ((-1, 3), (1, 5)), ((4, 5), (2, 1)))
    ),
    expected=Verdict.PROVED,
)


@evidence(CLAIM.id, Kind.SYMBOLIC)
def the_gaussian_has_no_mismatch(_profile: Profile) -> Finding:
    """The Gaussian characteristic function satisfies the relation of the two regressions, for every lambda."""
    relation = sp.Eq(mismatch(gaussian_characteristic_function(t, _v), _factor, t), 0, evaluate=False)
    return identity(relation, **{"lambda": "real", "v": "real"})


_laplace = 1 / (1 + t**2)
SIBLING = CLAIM.without(
    "backward",
    title="Linear drift alone",
    says=r"The same for the Laplace law, $\phi(t)=1/(1+t^2)$: $\phi_\eta(t)=\lambda^2+(1-\lambda^2)\,\phi(t)$ is the "
    r"characteristic function of a noise, zero with probability $\lambda^2$, that makes $z'=\lambda z+\eta$ "
    r"stationary.",
    statement=sp.Implies(
        sp.Eq(_laplace, _laplace.subs(t, _factor * t) * (_factor**2 + (1 - _factor**2) * _laplace), evaluate=False),
        sp.Eq(mismatch(_laplace, _factor, t), 0, evaluate=False),
    ),
    fails_at={_factor: sp.Rational(1, 2), t: sp.Integer(1)},
)
