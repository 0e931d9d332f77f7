r"""How far a plan concentrates a Gaussian latent: the density ratio in closed form.

.. math:: \kappa = \sup_z \frac{N(z;\, \mu, \Sigma)}{N(z;\, 0, I)}
          = \frac{e^{\mu^\top (I-\Sigma)^{-1} \mu / 2}}{\sqrt{\det \Sigma}}, \qquad 0 \prec \Sigma \prec I

A linear world driven by Gaussian noise has Gaussian states under every plan, so this is the $\kappa$ of the
bounds on planning.
"""

from collections.abc import Iterator

import sympy as sp

from theory.claim import Claim, Instance, Kind, Role, Step, Verdict
from theory.control import Q
from theory.matrices import SymmetricSymbol
from theory.notation import k, n, rho, z

_mean, _variance, _start, _distance = sp.symbols("m s z_0 x", real=True)
_ratio, _ratio_left_alone, _radius = sp.symbols("kappa kappa_k r", real=True)
_covariance = SymmetricSymbol("Sigma", n, n)
_means, _widths = sp.MatrixSymbol("mu", n, 1), sp.MatrixSymbol("D", n, n)


def _log_density(at: sp.Expr, mean: sp.Expr, variance: sp.Expr) -> sp.Expr:
    return -((at - mean) ** 2) / (2 * variance) - sp.log(2 * sp.pi * variance) / 2


def log_density_ratio(mean: sp.Expr, variance: sp.Expr) -> sp.Expr:
    r"""Logarithm $m^2/(2(1-s)) - \log(s)/2$ of the density ratio of one coordinate."""
    return mean**2 / (2 * (1 - variance)) - sp.log(variance) / 2


ROTATED = Step(
    "rotated",
    r"In the eigenbasis $\Sigma=Q\,\mathrm{diag}(s)\,Q^\top$, with $D=I-\mathrm{diag}(s)$, the form "
    r"$\mu^\top(I-\Sigma)^{-1}\mu$ becomes a sum over coordinates; so do $\log\det\Sigma$ and $|z|^2$. One coordinate "
    r"is left, of mean $m$ and variance $s$.",
    sp.Eq(
        sp.MatMul(
            sp.Transpose(sp.MatMul(Q, _means)),
            sp.Inverse(sp.MatMul(Q, _widths, sp.Transpose(Q))),
            sp.MatMul(Q, _means),
        ),
        sp.MatMul(sp.Transpose(_means), sp.Inverse(_widths), _means),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"n": "every integer >= 1"},
)
SQUARE = Step(
    "square",
    r"Completing the square, the logarithm of the ratio at $z$ is its value at $z=m/(1-s)$ less "
    r"$\frac{1-s}{2s}\left(z-\frac m{1-s}\right)^2$.",
    sp.Eq(
        sp.expand_log(_log_density(z, _mean, _variance) - _log_density(z, sp.Integer(0), sp.Integer(1)), force=True),
        log_density_ratio(_mean, _variance) - (1 - _variance) / (2 * _variance) * (z - _mean / (1 - _variance)) ** 2,
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"s": "(0, 1)", "m": "real", "z": "real"},
)
LARGEST = Step(
    "largest",
    r"For $0<s<1$ what is taken off is not negative, so the value at $z=m/(1-s)$ is the largest.",
    sp.Implies(sp.And(_variance > 0, _variance < 1), (1 - _variance) / (2 * _variance) * _distance**2 >= 0),
    decided_by=Kind.SMT,
    over={"s": "(0, 1)"},
)
UNCONTROLLED = Step(
    "uncontrolled",
    r"The Gaussian world left alone from $z_0$ has $m=\rho^kz_0$ and $s=1-\rho^{2k}$ after $k$ steps: each coordinate "
    r"gives $\log\kappa=z_0^2/2-\log(1-\rho^{2k})/2$.",
    sp.Eq(
        sp.Subs(log_density_ratio(_mean, _variance), (_mean, _variance), (rho**k * _start, 1 - rho ** (2 * k))),
        _start**2 / 2 - sp.log(1 - rho ** (2 * k)) / 2,
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"rho": "(0, 1)", "k": "every integer >= 1", "z_0": "real"},
)


def _plans() -> Iterator[Instance]:
    """Plans of one and two latents, with their density ratio where its gradient vanishes."""
    correlation, steps, third = sp.Rational(1, 2), 2, sp.Rational(1, 3)
    for mean, covariance, start in (
        (sp.Matrix([third]), sp.Matrix([sp.Rational(3, 4)]), sp.Matrix([2])),
        (
            sp.Matrix([1, -third]),
            sp.Matrix([[third, sp.Rational(1, 4)], [sp.Rational(1, 4), 2 * third]]),
            sp.ones(2, 1),
        ),
    ):
        dim = len(mean)
        left_alone = correlation**steps * start, (1 - correlation ** (2 * steps)) * sp.eye(dim)
        yield {
            n: sp.Integer(dim),
            sp.Identity(n): sp.ImmutableMatrix.eye(dim),
            _means: sp.ImmutableMatrix(mean),
            _covariance: sp.ImmutableMatrix(covariance),
            _ratio: _largest_ratio(mean, covariance),
            rho: correlation,
            k: sp.Integer(steps),
            _radius: start.norm(),
            _ratio_left_alone: _largest_ratio(*left_alone),
        }


def _largest_ratio(mean: sp.Matrix, covariance: sp.Matrix) -> sp.Expr:
    """Density relative to the standard Gaussian at its only stationary point."""
    at = sp.Matrix(sp.symbols(f"z_1:{len(mean) + 1}", real=True))
    exponent = (at.dot(at) - (at - mean).dot(covariance.inv() * (at - mean))) / 2
    (peak,) = sp.solve([exponent.diff(coordinate) for coordinate in at], list(at), dict=True)
    return sp.exp(exponent.subs(peak)) / sp.sqrt(covariance.det())


CLAIM = Claim(
    id="gaussian_density_ratio",
    paper="W",
    locator="Theorem 5.4",
    role=Role.EXTENSION,
    title="The density ratio of a plan in a linear Gaussian world, in closed form",
    says=r"If $z_t\sim N(\mu,\Sigma)$ with $0\prec\Sigma\prec I$, the least $\kappa$ relative to $N(0,I)$ is "
    r"$e^{\mu^\top(I-\Sigma)^{-1}\mu/2}/\sqrt{\det\Sigma}$. Left alone from $z_0$, the Gaussian "
    r"world has $\kappa_k=(1-\rho^{2k})^{-n/2}\,e^{r^2/2}$ after $k$ steps, $r=|z_0|$.",
    statement=sp.And(
        sp.Eq(
            _ratio,
            sp.exp(
                sp.Trace(
                    sp.MatMul(
                        sp.Transpose(_means),
                        sp.Inverse(sp.MatAdd(sp.Identity(n), -_covariance)),
                        _means,
                    )
                )
                / 2
            )
            / sp.sqrt(sp.Determinant(_covariance)),
        ),
        sp.Eq(_ratio_left_alone, (1 - rho ** (2 * k)) ** (-n / 2) * sp.exp(_radius**2 / 2)),
    ),
    assumptions={
        "gaussian_plan": r"Under the plan, $z_t\sim N(\mu,\Sigma)$ with $\Sigma\succ0$.",
        "narrower": r"$\Sigma\prec I$.",
    },
    steps=(ROTATED, SQUARE, LARGEST, UNCONTROLLED),
    holds_at=lambda _: _plans(),
    expected=Verdict.PROVED,
)

SIBLING = CLAIM.without(
    "narrower",
    title="The density ratio of a plan that widens the latent",
    says=r"The same for every variance, $n=1$: the density at $z$ is at most $\kappa$ times that of $N(0,1)$.",
    statement=sp.LessThan(
        _log_density(z, _mean, _variance) - _log_density(z, sp.Integer(0), sp.Integer(1)),
        log_density_ratio(_mean, _variance),
    ),
    fails_at={z: sp.Integer(3), _mean: sp.Integer(0), _variance: sp.Integer(2)},
)
