r"""A reversible diffusion of constant coefficient has an affine eigenfunction iff its law is Gaussian.

.. math:: D\phi = \frac{(K p\,\phi')'}{p}, \qquad D(az+b) = aK\,\frac{p'}{p} = -\mu(az+b)
          \iff p = N(-b/a,\,K/\mu)

This is what the printed proof of the uniqueness theorem proves; Hermite polynomials of every degree are then the
eigenfunctions.

References
----------
W, Theorem 5.2 and Appendix B.
"""

from collections.abc import Iterator

import sympy as sp

from theory.claim import Claim, Instance, Kind, Profile, Role, Step, Verdict
from theory.gaussian_world import contraction
from theory.hermite import generating_function
from theory.notation import d, t, z
from theory.sturm_liouville import generator

_a, _b, _c, _mu, _K = sp.symbols("a b c mu K", real=True)
_density, _slope = sp.symbols("p p'", real=True)
_p = sp.Function("p")
_diffusion, _rate, _v = sp.symbols("K mu v", positive=True)
_time = sp.Symbol("tau", real=True)
_factor = contraction(d, sp.exp(-_diffusion * _time / _v))


def _bell(variance: sp.Expr) -> sp.Expr:
    """Centred Gaussian density, up to a constant."""
    return sp.exp(-(z**2) / (2 * variance))


AFFINE = Step(
    "affine",
    r"The generator takes an affine function to a multiple of the score $p'/p$.",
    sp.Eq(generator(_a * z + _b, _p(z), _K, z), _a * _K * _p(z).diff(z) / _p(z), evaluate=False),
    decided_by=Kind.SYMBOLIC,
    over={"p": "positive, differentiable", "a, b, K": "real"},
)
SCORE = Step(
    "score",
    r"So if $az+b$ is an eigenfunction, $D(az+b)=-\mu(az+b)$, the score is $-(\mu/K)(z-c)$ with $c=-b/a$.",
    sp.Implies(
        sp.And(
            _K > 0,
            sp.Ne(_a, 0),
            _density > 0,
            sp.Eq(_a * _K * _slope / _density, -_mu * (_a * z + _b)),
            sp.Eq(_a * _c, -_b),
        ),
        sp.Eq(_slope / _density, -(_mu / _K) * (z - _c)),
    ),
    decided_by=Kind.SMT,
    over={"K": "(0, oo)", "a": "real, not 0", "mu": "real"},
)
SOLUTION = Step(
    "solution",
    r"Then $p(z)\,e^{\mu(z-c)^2/(2K)}$ is constant: its derivative is as printed.",
    sp.Eq(
        sp.Derivative(_p(z) * sp.exp(_mu * (z - _c) ** 2 / (2 * _K)), z),
        (_p(z).diff(z) + (_mu / _K) * (z - _c) * _p(z)) * sp.exp(_mu * (z - _c) ** 2 / (2 * _K)),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"p": "differentiable", "c, mu, K": "real"},
)
SIGN = Step(
    "sign",
    r"If $\mu\le0$, the exponent of $p(z)=p(c)\,e^{-\mu(z-c)^2/(2K)}$ is never negative, so $p\ge p(c)>0$ on the whole "
    r"line and its integral is infinite: a density has $\mu>0$.",
    sp.Implies(sp.And(_K > 0, _mu <= 0), -_mu * (z - _c) ** 2 / (2 * _K) >= 0),
    decided_by=Kind.SMT,
    over={"z, c": "real", "K": "(0, oo)"},
)
NORMALISATION = Step(
    "normalisation",
    r"For $\mu>0$ the integral is that of $N(c,K/\mu)$.",
    sp.Eq(
        sp.Integral(sp.exp(-_rate * (z - _c) ** 2 / (2 * _diffusion)), (z, -sp.oo, sp.oo)),
        sp.sqrt(2 * sp.pi * _diffusion / _rate),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"c": "real", "K, mu": "(0, oo)"},
)
CONVERSE = Step(
    "converse",
    r"Conversely, for $p=N(0,v)$ the generator takes the generating function $G(z/\sqrt v,t)$ of the Hermite "
    r"polynomials to $-(K/v)\,t\,\partial_tG$.",
    sp.Eq(
        generator(generating_function(z / sp.sqrt(_v), t), _bell(_v), _K, z),
        -(_K / _v) * t * sp.Derivative(generating_function(z / sp.sqrt(_v), t), t),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"z, t, K": "real", "v": "(0, oo)"},
)
DEGREES = Step(
    "degrees",
    r"Comparing coefficients, where $t\,\partial_tt^d=d\,t^d$: $D\,\mathrm{He}_d(z/\sqrt "
    r"v)=-(dK/v)\,\mathrm{He}_d(z/\sqrt v)$ for every $d$; degree 1 is affine.",
    sp.Eq(t * sp.Derivative(t**d, t), d * t**d, evaluate=False),
    decided_by=Kind.SYMBOLIC,
    over={"d": "every integer >= 0"},
)
SEMIGROUP = Step(
    "semigroup",
    r"The transition $e^{\tau D}$ multiplies $\mathrm{He}_d$ by the solution of $u'=-(dK/v)\,u$, $u(0)=1$, which is "
    r"$\rho^d$ with $\rho=e^{-K\tau/v}$: the contraction of an Ornstein-Uhlenbeck step.",
    sp.Eq(sp.Derivative(_factor, _time), -(d * _diffusion / _v) * _factor, evaluate=False),
    decided_by=Kind.SYMBOLIC,
    over={"tau": "real", "K, v": "(0, oo)"},
)


def _densities(_profile: Profile) -> Iterator[Instance]:
    """Gaussian densities, normalised by integration, and the logistic one, the slope of its distribution function."""
    logistic = sp.diff(1 / (1 + sp.exp(-z)), z)
    for a, b, mu, diffusion in ((1, 0, 1, 1), (2, -1, 3, 2), (-1, 4, 1, 5)):
        bell = sp.exp(-sp.Rational(mu, 2 * diffusion) * (z + sp.Rational(b, a)) ** 2)
        for density in (bell / sp.integrate(bell, (z, -sp.oo, sp.oo)), logistic):
            yield {_a: sp.Integer(a), _b: sp.Integer(b), _mu: sp.Integer(mu), _K: sp.Integer(diffusion), _p(z): density}


CLAIM = Claim(
    id="gaussian_of_affine_eigenfunction",
    paper="W",
    locator="Theorem 5.2, proof in Appendix B",
    role=Role.THEOREM,
    title="A reversible diffusion of constant coefficient has an affine eigenfunction iff its law is Gaussian",
    says=r"$D\phi=(Kp\phi')'/p$ with constant $K>0$ has an eigenfunction $az+b$, $a\ne0$, with $D\phi=-\mu\phi$, iff "
    r"$p$ is $N(-b/a,K/\mu)$, $\mu>0$.",
    statement=sp.Equivalent(
        sp.Eq(generator(_a * z + _b, _p(z), _K, z), -_mu * (_a * z + _b)),
        sp.Eq(_p(z), sp.sqrt(_mu / (2 * sp.pi * _K)) * sp.exp(-_mu * (z + _b / _a) ** 2 / (2 * _K))),
    ),
    assumptions={
        "density": r"$p$ is a positive, differentiable probability density on the whole line.",
        "diffusion": r"The latent moves by the reversible diffusion of generator $D\phi=(Kp\phi')'/p$.",
        "constant_coefficient": r"$K>0$ is constant.",
    },
    steps=(AFFINE, SCORE, SOLUTION, SIGN, NORMALISATION, CONVERSE, DEGREES, SEMIGROUP),
    holds_at=_densities,
    expected=Verdict.PROVED,
)


_student = (1 + z**2) ** -3
SIBLING = CLAIM.without(
    "constant_coefficient",
    title="Affine eigenfunctions where the diffusion coefficient varies",
    says=r"The same with $K=1+z^2$ and the Student density $p\propto(1+z^2)^{-3}$: $Dz=-4z$, but the score "
    r"$-6z/(1+z^2)$ is not affine.",
    statement=sp.Implies(
        sp.Eq(generator(z, _student, 1 + z**2, z), -4 * z, evaluate=False),
        sp.Eq(sp.diff(sp.log(_student), z), -6 * z, evaluate=False),
    ),
    fails_at={z: sp.Integer(1)},
)
