r"""Reversible worlds with additive noise that are not Gaussian, and so have no linear optimum.

.. math:: \tanh m(z) = r\tanh z, \qquad q(\eta) \propto \cosh(\eta)^{-k}, \qquad
          p(z)\,q(z'-m(z)) \propto (\cosh z\cosh z' - r\sinh z\sinh z')^{-k}

Independence, stationarity, additive noise and reversibility hold together in them for every $0<r<1$ and $k>0$: the
repair of Theorem 5.2 is not about Gaussian worlds alone. For k = 2 the noise is logistic and $m(z)$ is uniform; as k
grows, $\sqrt k\,z$ tends to the Gaussian world of correlation r.

References
----------
W, Theorem 5.2 and Assumptions (i)-(iii).
"""

from collections.abc import Iterator
from itertools import product

import sympy as sp

from theory.claim import Claim, Instance, Kind, Profile, Role, Step, Verdict
from theory.claims.assumptions import assume
from theory.instances import CORRELATIONS
from theory.notation import t, z, z_next
from theory.optimality import LAW_IS_GAUSSIAN, law

_slope = sp.Symbol("r", real=True)
_power, _spread = sp.symbols("k s_G", positive=True)
_v, _m = sp.symbols("v m", real=True)
_c, _c_next, _s, _s_next, _cosh, _sinh = sp.symbols("c c' s s' C S", real=True)
_in_range = sp.And(_slope > 0, _slope < 1)

_pair, _drift = sp.Function("p"), sp.Function("m")
_eigenvalue = sp.Symbol("lambda", real=True)
_REVERSIBLE = sp.Eq(_pair(z, z_next), _pair(z_next, z))

DRIFT = Step(
    "drift",
    r"Let $c=\cosh z$, $s=\sinh z$, $C=\cosh m$, $S=\sinh m$ and $v>0$, $v^2=c^2-r^2s^2$, which is at least $1$. "
    r"$\tanh m=r\tanh z$, that is $Sc=rsC$, gives $vC=c$ and $vS=rs$.",
    sp.Implies(
        sp.And(
            _in_range,
            sp.And(sp.Eq(_c**2 - _s**2, 1), _c > 0),
            sp.And(sp.Eq(_cosh**2 - _sinh**2, 1), _cosh > 0, sp.Eq(_sinh * _c, _slope * _s * _cosh)),
        ),
        sp.And(
            _c**2 - _slope**2 * _s**2 >= 1,
            sp.Implies(
                sp.And(_v > 0, sp.Eq(_v**2, _c**2 - _slope**2 * _s**2)),
                sp.And(sp.Eq(_v * _cosh, _c), sp.Eq(_v * _sinh, _slope * _s)),
            ),
        ),
    ),
    decided_by=Kind.SMT,
    over={"r": "(0, 1)"},
)
PAIR = Step(
    "pair",
    r"So $v\cosh(z'-m)=\cosh z\cosh z'-r\sinh z\sinh z'$, by the addition theorem.",
    sp.Eq(
        _v * sp.cosh(z_next - _m),
        (_v * sp.cosh(_m)) * sp.cosh(z_next) - (_v * sp.sinh(_m)) * sp.sinh(z_next),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"v, m, z'": "real"},
)
REVERSIBLE = Step(
    "reversible",
    r"With $p\propto v^{-k}$, $p(z)\,q(z'-m(z))$ is a multiple of its power $-k$, and symmetric in $z,z'$. Both "
    r"marginal laws of a pair are then $p$: the world is stationary and reversible.",
    sp.Eq(
        sp.cosh(z) * sp.cosh(z_next) - _slope * sp.sinh(z) * sp.sinh(z_next),
        ((1 - _slope) * sp.cosh(z + z_next) + (1 + _slope) * sp.cosh(z - z_next)) / 2,
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"r": "(0, 1)", "z, z'": "real"},
)
MOMENTS = Step(
    "moments",
    r"With $c'=\cosh z'$, $s'=\sinh z'$: $|s|\le c$ and $|s'|\le c'$, so $cc'-rss'\ge(1-r)\,cc'$. The density is at "
    r"most a multiple of $(\cosh z\cosh z')^{-k}$, and all moments are finite.",
    sp.Implies(
        sp.And(_in_range, _c >= 1, _c_next >= 1, sp.Abs(_s) <= _c, sp.Abs(_s_next) <= _c_next),
        _c * _c_next - _slope * _s * _s_next >= (1 - _slope) * _c * _c_next,
    ),
    decided_by=Kind.SMT,
    over={"r": "(0, 1)"},
)
CORRELATED = Step(
    "correlated",
    r"$m$ is odd, so $\mathbb{E}\,z=0$. For $z\ne0$, $sS=s\,rs/v>0$: $m(z)$ has the sign of $z$, and "
    r"$\mathbb{E}[zz']=\mathbb{E}[z\,m(z)]>0$.",
    sp.Implies(sp.And(_in_range, _v > 0, sp.Ne(_s, 0), sp.Eq(_v * _sinh, _slope * _s)), _s * _sinh > 0),
    decided_by=Kind.SMT,
    over={"r": "(0, 1)", "s": "real, not 0"},
)
TAIL = Step(
    "tail",
    r"$v^2\le c^2$, so $p(z)$ is at least a multiple of $\cosh(z)^{-k}\ge e^{-k|z|}$.",
    sp.Implies(sp.And(_in_range, sp.Eq(_v**2, _c**2 - _slope**2 * _s**2)), _v**2 <= _c**2),
    decided_by=Kind.SMT,
    over={"r": "(0, 1)"},
)
NOT_GAUSSIAN = Step(
    "not_gaussian",
    r"A Gaussian density falls below every multiple of that, whatever its variance $s_G$.",
    sp.Eq(sp.Limit(sp.exp(_power * z - z**2 / (2 * _spread)), z, sp.oo), 0, evaluate=False),
    decided_by=Kind.SYMBOLIC,
    over={"k": "(0, oo)", "s_G": "(0, oo)"},
)
NOT_LINEAR = Step(
    "not_linear",
    r"In a reversible world $Sz=m(z)$. As $z\to\infty$, $\tanh m\to r$, neither $0$ nor $1$, so $m$ has a limit, "
    r"neither $0$ nor infinite, and $m(z)=\lambda z$ for no $\lambda$: no latent is an eigenfunction.",
    sp.Eq(sp.Limit(_slope * sp.tanh(z), z, sp.oo), _slope, evaluate=False),
    by=("linear_optimum_is_an_eigenfunction",),
    decided_by=Kind.SYMBOLIC,
    over={"r": "(0, 1)"},
)


def _worlds(_profile: Profile) -> Iterator[Instance]:
    r"""Logistic noise, k = 2: pair densities where $e^{2z}$ is rational, and $z$ as uniform drift plus noise."""
    half_width = sp.atanh(_slope)
    wave = sp.sin(half_width * t) / (half_width * t) * (sp.pi * t / 2) / sp.sinh(sp.pi * t / 2)
    variance = half_width**2 / 3 + sp.pi**2 / 12

    def square_of_cosh(square_of_exponential: sp.Expr) -> sp.Expr:
        return (square_of_exponential + 2 + 1 / square_of_exponential) / 4

    def density(here: sp.Expr, there: sp.Expr, slope: sp.Expr) -> sp.Expr:
        """Density of a pair up to a factor, from $e^{2z}$ and $e^{2z'}$."""
        moved = slope * (here - 1) / (here + 1)
        noise = square_of_cosh(there * (1 - moved) / (1 + moved))
        return 1 / (square_of_cosh(here) - slope**2 * (square_of_cosh(here) - 1)) / noise

    points = (sp.Rational(1, 3), sp.Integer(2), sp.Integer(5))
    for slope, (here, there) in product(CORRELATIONS, product(points, repeat=2)):
        yield {
            _pair(z, z_next): density(here, there, slope),
            _pair(z_next, z): density(there, here, slope),
            _drift(z): sp.atanh(slope * sp.tanh(z)),
            **law(wave.subs(_slope, slope), variance.subs(_slope, slope)),
        }


CLAIM = Claim(
    id="reversible_non_gaussian_worlds",
    paper="W",
    locator="Theorem 5.2",
    role=Role.EXTENSION,
    title="Reversible worlds with additive noise need not be Gaussian",
    says=r"For every $0<r<1$ and $k>0$, independent copies of $z'=m(z)+\eta$ with $\tanh m(z)=r\tanh z$ and "
    r"$q\propto\cosh^{-k}$ are stationary and reversible under $p\propto v^{-k}$, but not Gaussian, and linear maps "
    r"are not optimal: $Sz=m(z)$ is $\lambda z$ for no $\lambda$.",
    statement=sp.And(_REVERSIBLE, sp.Not(LAW_IS_GAUSSIAN), sp.Not(sp.Eq(_drift(z), _eigenvalue * z))),
    assumptions=assume("independent_coordinates", "one_law")
    | {
        "hyperbolic_drift": r"$z'=m(z)+\eta$ with $\tanh m(z)=r\tanh z$.",
        "hyperbolic_noise": r"$\eta$ is independent of $z$ with a density $q\propto\cosh^{-k}$, $k>0$.",
        "slope": r"$0<r<1$.",
    },
    steps=(DRIFT, PAIR, REVERSIBLE, MOMENTS, CORRELATED, TAIL, NOT_GAUSSIAN, NOT_LINEAR),
    holds_at=_worlds,
    expected=Verdict.PROVED,
)

_linear = sp.Rational(1, 2)
SIBLING = CLAIM.without(
    "hyperbolic_drift",
    title="The same noise with a linear drift",
    says=r"The same for $m(z)=z/2$: $0\to z\to z'\to0$ would be as likely as $0\to z'\to z\to0$ (Kolmogorov).",
    statement=sp.Eq(
        sp.cosh(z) * sp.cosh(z_next - _linear * z) * sp.cosh(_linear * z_next),
        sp.cosh(z_next) * sp.cosh(z - _linear * z_next) * sp.cosh(_linear * z),
    ),
    fails_at={z: sp.Integer(1), z_next: sp.Integer(2)},
)
