r"""Uniqueness.lean: a latent component there has a diffusion, a score and an eigenvalue, each of them free.

.. math:: \texttt{LatentComponent}: \quad K > 0,\quad s : \mathbb{R} \to \mathbb{R},\quad \lambda > 0
          \qquad \text{eigenfunction } az+b: \quad K\,s(z)\,a = -\lambda\,(az+b)

References
----------
W, Theorem 5.2 and Appendix G; lean/LeJEPA/Uniqueness.lean.
"""

from collections.abc import Iterator
from itertools import product

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.notation import z

_diffusion, _eigenvalue, _slope, _intercept = sp.symbols("K lambda alpha beta", real=True)
_a, _b, _score, _density = sp.symbols("a b s p", real=True)

_COMPONENT = {"component": r"$K>0$ and $\lambda>0$."}
_AFFINE_SCORE = {"affine_score": r"$s(z)=\alpha z+\beta$ with $\alpha<0$."}

_is_gaussian_score = sp.And(_slope < 0, sp.Eq(_score, _slope * z + _intercept))
AFFINE_SCORE = Claim(
    id="lean_gaussian_of_affine_score",
    paper="W",
    locator="Appendix G, Lean `gaussian_of_affine_score`",
    role=Role.THEOREM,
    title="Lean gaussian_of_affine_score",
    says=r"An affine score $s(z)=\alpha z+\beta$, $\alpha<0$, is a Gaussian score, which is defined as an affine score "
    r"with negative slope: the conclusion is the hypothesis.",
    statement=sp.Implies(_is_gaussian_score, _is_gaussian_score, evaluate=False),
    assumptions=_AFFINE_SCORE,
    steps=(
        Step(
            "restated",
            r"The hypothesis itself.",
            sp.Implies(_is_gaussian_score, _is_gaussian_score, evaluate=False),
            decided_by=Kind.SMT,
        ),
    ),
    expected=Verdict.PROVED,
)
AFFINE_SCORE_SIBLING = AFFINE_SCORE.without(
    "affine_score",
    title="Lean gaussian_of_affine_score for any score",
    says=r"The same for any score: $s(z)=-z^3$ would be affine, the mean of $s(0)$ and $s(2z)$ equal to $s(z)$.",
    statement=sp.Eq(-((2 * z) ** 3) / 2, -(z**3)),
    fails_at={z: sp.Integer(1)},
)

_mean, _scale = -_intercept / _slope, -1 / _slope
_log_density = _slope * z**2 / 2 + _intercept * z
INTEGRATED = Step(
    "integrated",
    r"$\log p(z)=\frac\alpha2z^2+\beta z+\mathrm{const}$ has the derivative $\alpha z+\beta$; a differentiable "
    r"function on the line is given by its derivative up to a constant.",
    sp.Eq(sp.Derivative(_log_density, z), _slope * z + _intercept),
    decided_by=Kind.SYMBOLIC,
    over={"alpha": "real", "beta": "real"},
)
SQUARE_COMPLETED = Step(
    "square_completed",
    r"That is $-(z-\mu)^2/(2\sigma^2)+\mathrm{const}$ with $\mu=-\beta/\alpha$ and $\sigma^2=-1/\alpha>0$.",
    sp.Eq(_log_density, -((z - _mean) ** 2) / (2 * _scale) - _intercept**2 / (2 * _slope)),
    decided_by=Kind.SYMBOLIC,
    over={"alpha": "(-oo, 0)", "beta": "real"},
)
_variance = sp.Symbol("sigma^2", positive=True)
_centre = sp.Symbol("mu", real=True)
NORMALISED = Step(
    "normalised",
    r"A density has the integral 1, which fixes the constant.",
    sp.Eq(
        sp.Integral(sp.exp(-((z - _centre) ** 2) / (2 * _variance)), (z, -sp.oo, sp.oo)), sp.sqrt(2 * sp.pi * _variance)
    ),
    decided_by=Kind.SYMBOLIC,
    over={"mu": "real", "sigma^2": "(0, oo)"},
)


def _densities() -> Iterator[dict[sp.Basic, sp.Basic]]:
    r"""Densities of $c+\sqrt v\,\eta$ with $\eta$ standard Gaussian, and their scores."""
    for centre, variance in product(map(sp.Rational, ("0", "1", "-3/2")), map(sp.Rational, ("1", "1/2", "3/2"))):
        log_density = -((z - centre) ** 2) / (2 * variance) - sp.log(2 * sp.pi) / 2 - sp.log(variance) / 2
        slope, intercept = sp.Poly(sp.diff(log_density, z), z).all_coeffs()
        yield {_slope: slope, _intercept: intercept, sp.log(_density): log_density}


GAUSSIAN_DENSITY = Claim(
    id="gaussian_density_of_affine_score",
    paper="W",
    locator="Appendix G, Lean `gaussian_of_affine_score`",
    role=Role.EXTENSION,
    title="A density whose score is affine is Gaussian",
    says=r"If $(\log p)'(z)=\alpha z+\beta$ on the line with $\alpha<0$, then $p$ is the density of "
    r"$N(-\beta/\alpha,\,-1/\alpha)$.",
    statement=sp.Eq(sp.log(_density), -((z - _mean) ** 2) / (2 * _scale) - sp.log(2 * sp.pi * _scale) / 2),
    assumptions=_AFFINE_SCORE
    | {"density": r"$p$ is a positive differentiable density on $\mathbb{R}$ with score $s$."},
    steps=(INTEGRATED, SQUARE_COMPLETED, NORMALISED),
    holds_at=lambda _: _densities(),
    expected=Verdict.PROVED,
)
GAUSSIAN_DENSITY_SIBLING = GAUSSIAN_DENSITY.without(
    "affine_score",
    title="A density of any score",
    says=r"The same for $\log p=-z^4/4+\mathrm{const}$, whose score $-z^3$ would have a constant derivative.",
    statement=sp.Eq(-3 * z**2, -3),
    fails_at={z: sp.Integer(0)},
)


def _is_eigenfunction(slope: sp.Expr, intercept: sp.Expr) -> sp.Eq:
    """Say that an affine function is an eigenfunction of a component with any score, at the point z."""
    return sp.Eq(_diffusion * _score * slope, -_eigenvalue * (slope * z + intercept))


_centred_score = sp.Eq(_score, -_eigenvalue / _diffusion * (z + _b / _a))
_matching_score = sp.Eq(_score, _intercept - _eigenvalue / _diffusion * z)
_matching_eigenfunction = _is_eigenfunction(sp.Integer(1), -_diffusion * _intercept / _eigenvalue)
SLOPE = Step(
    "slope",
    r"If $K\,s(z)\,a=-\lambda(az+b)$ for all $z$ and $a\ne0$, then $s(z)=-\frac\lambda K(z+\frac ba)$ for all $z$.",
    sp.Implies(
        sp.And(_diffusion > 0, _eigenvalue > 0, sp.Ne(_a, 0)), sp.Implies(_is_eigenfunction(_a, _b), _centred_score)
    ),
    decided_by=Kind.SMT,
    over={"K": "(0, oo)", "lambda": "(0, oo)", "a": "real, not 0", "b": "real", "z": "real"},
)
EIGENFUNCTION = Step(
    "eigenfunction",
    r"Conversely, if $s(z)=\beta-\frac\lambda Kz$ for all $z$, then $a=1$ and $b=-K\beta/\lambda$ solve it.",
    sp.Implies(sp.And(_diffusion > 0, _eigenvalue > 0), sp.Implies(_matching_score, _matching_eigenfunction)),
    decided_by=Kind.SMT,
    over={"K": "(0, oo)", "lambda": "(0, oo)", "beta": "real", "z": "real"},
)


def _components() -> Iterator[dict[sp.Basic, sp.Basic]]:
    """Components with affine and other scores, and the affine eigenfunction with a = 1 where there is one."""
    sizes = [sp.Rational(i, 2) for i in range(1, 4)]
    for slope, intercept, rate, diffusion, bend in product(sizes, (0, 1), sizes, sizes, (0, 1)):
        score = intercept - slope * z + bend * z**3
        solutions = sp.solve(sp.Poly(diffusion * score + rate * (z + _b), z).all_coeffs(), _b)
        yield {
            _score: score,
            _intercept: sp.Integer(intercept),
            _eigenvalue: rate,
            _diffusion: diffusion,
            _a: sp.Integer(1),
            _b: sp.Integer(0),
            **(solutions or {}),
        }


MATCHING_SLOPE = Claim(
    id="affine_eigenfunction_of_matching_score",
    paper="W",
    locator="Appendix G, Lean `gaussian_uniqueness`",
    role=Role.EXTENSION,
    title="A component has an affine eigenfunction iff its score is Gaussian with the slope of the eigenvalue",
    says=r"There are $a\ne0$, $b$ with $K\,s(z)\,a=-\lambda(az+b)$ for all $z$ iff there is $\beta$ with "
    r"$s(z)=\beta-\frac\lambda Kz$ for all $z$: the one gives $\beta=-\frac{\lambda b}{Ka}$, the other $a=1$ and "
    r"$b=-K\beta/\lambda$.",
    statement=sp.And(
        sp.Implies(_is_eigenfunction(_a, _b), _centred_score), sp.Implies(_matching_score, _matching_eigenfunction)
    ),
    assumptions=_COMPONENT,
    steps=(SLOPE, EIGENFUNCTION),
    holds_at=lambda _: _components(),
    expected=Verdict.PROVED,
)
MATCHING_SLOPE_SIBLING = MATCHING_SLOPE.without(
    "component",
    title="An affine eigenfunction of every score of matching slope",
    says=r"The same at $\lambda=0$, where the score $s=\beta=1$ has the slope $0$: $K\,s(z)\,a=0$ has only $a=0$.",
    statement=sp.Implies(_matching_score, _is_eigenfunction(sp.Integer(1), _b)),
    fails_at={
        _diffusion: sp.Integer(1),
        _eigenvalue: sp.Integer(0),
        _intercept: sp.Integer(1),
        _score: sp.Integer(1),
    },
)

FIRST_EIGENFUNCTION = Claim(
    id="lean_hermite_first_eigenfunction_of_gaussian",
    paper="W",
    locator="Appendix G, Lean axiom `hermite_first_eigenfunction_of_gaussian`",
    role=Role.THEOREM,
    title="Lean hermite_first_eigenfunction_of_gaussian",
    says=r"For every component with an affine score of negative slope there are $a\ne0$, $b$ with "
    r"$K\,s(z)\,a=-\lambda(az+b)$ for all $z$. But $K$, $s$ and $\lambda$ are free fields, and this forces "
    r"$K\alpha=-\lambda$.",
    statement=sp.Eq(_diffusion * _slope, -_eigenvalue),
    assumptions=_COMPONENT | _AFFINE_SCORE,
    expected=Verdict.REPAIRED,
    repaired_by="affine_eigenfunction_of_matching_score",
    fails_at={_diffusion: sp.Integer(1), _eigenvalue: sp.Integer(2), _slope: sp.Integer(-1)},
)
FIRST_EIGENFUNCTION_SIBLING = FIRST_EIGENFUNCTION.without(
    "affine_score",
    title="Lean hermite_first_eigenfunction_of_gaussian for any score",
    says=r"The same for any score, such as one of slope $\alpha=1$.",
    statement=FIRST_EIGENFUNCTION.statement,
    fails_at={_diffusion: sp.Integer(1), _eigenvalue: sp.Integer(1), _slope: sp.Integer(1)},
)

UNIQUENESS = Claim(
    id="lean_gaussian_uniqueness",
    paper="W",
    locator="Appendix G, Lean `gaussian_uniqueness`",
    role=Role.THEOREM,
    title="Lean gaussian_uniqueness",
    says=r"A component has an affine eigenfunction at $\lambda$ iff its score is Gaussian. Forward is true; backward "
    r"is the axiom `hermite_first_eigenfunction_of_gaussian`.",
    statement=sp.Implies(_slope < 0, sp.Eq(_diffusion * _slope, -_eigenvalue)),
    assumptions=_COMPONENT,
    expected=Verdict.REPAIRED,
    repaired_by="affine_eigenfunction_of_matching_score",
    fails_at={_diffusion: sp.Integer(1), _eigenvalue: sp.Integer(2), _slope: sp.Integer(-1)},
)
UNIQUENESS_SIBLING = UNIQUENESS.without(
    "component",
    title="Lean gaussian_uniqueness for eigenvalues of any sign",
    says=r"The same without $\lambda>0$.",
    statement=UNIQUENESS.statement,
    fails_at={_diffusion: sp.Integer(1), _eigenvalue: sp.Integer(-1), _slope: sp.Integer(-1)},
)
