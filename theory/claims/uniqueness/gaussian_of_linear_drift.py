r"""With a linear drift, linear maps are optimal if and only if the latents are Gaussian.

.. math:: z'=\lambda z+\eta: \qquad S z_j=\lambda_j z_j \;\Longrightarrow\; \mathbb{E}[z_j\mid z']=\lambda z_j'

First-order autoregressions have a stationary law for every self-decomposable one; only the Gaussian has a linear
optimum. Nothing is asked of reversibility.
"""

from collections.abc import Iterator

import sympy as sp

from theory.claim import Claim, Instance, Kind, Profile, Role, Step, Verdict
from theory.claims.assumptions import WORLD, assume
from theory.claims.uniqueness.linear_optimum_is_an_eigenfunction import EIGENFUNCTION
from theory.instances import CORRELATIONS
from theory.notation import eta, t, z
from theory.optimality import (
    LAW_IS_GAUSSIAN,
    LINEAR_IS_OPTIMAL,
    expectation,
    gaussian_characteristic_function,
    law,
    optimum,
    ornstein_uhlenbeck,
)

_drift, _eigenvalue, _backward, _v, _covariance = sp.symbols("lambda mu r v C", real=True)

EIGENFUNCTIONS = Step(
    "eigenfunctions",
    r"If linear maps are optimal, every latent is an eigenfunction of $S$.",
    sp.Implies(LINEAR_IS_OPTIMAL, EIGENFUNCTION),
    by=("linear_optimum_is_an_eigenfunction",),
)
BACKWARD = Step(
    "backward",
    r"$(\lambda z+r)/2=\mu z$ makes the backward regression $r=(2\mu-\lambda)z$. Both regressions have the covariance "
    r"$C=\lambda v=(2\mu-\lambda)v$ of the pair, so $r=\lambda z$.",
    sp.Implies(
        sp.And(
            _v > 0,
            sp.Eq(_covariance, _drift * _v),
            sp.Eq(_covariance, (2 * _eigenvalue - _drift) * _v),
            sp.Eq((_drift * z + _backward) / 2, _eigenvalue * z),
        ),
        sp.Eq(_backward, _drift * z),
    ),
    decided_by=Kind.SMT,
    over={"z, lambda, mu": "real", "v": "(0, oo)"},
)
GAUSSIAN = Step(
    "gaussian",
    r"Regressed linearly on each other, both ways, the latents are Gaussian.",
    sp.Implies(LINEAR_IS_OPTIMAL, LAW_IS_GAUSSIAN),
    by=("gaussian_of_linear_regressions",),
)
NOISE = Step(
    "noise",
    r"If $z$ is Gaussian, so is the noise: $\phi_\eta(t)=\phi(t)/\phi(\lambda t)$ is that of $N(0,(1-\lambda^2)v)$.",
    sp.Eq(
        gaussian_characteristic_function(t, _v) / gaussian_characteristic_function(_drift * t, _v),
        gaussian_characteristic_function(t, (1 - _drift**2) * _v),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"t, lambda, v": "real"},
)
CONVERSE = Step(
    "converse",
    r"Linear maps are optimal in this Ornstein-Uhlenbeck world of correlation $\rho=\lambda$.",
    sp.Implies(LAW_IS_GAUSSIAN, LINEAR_IS_OPTIMAL),
    by=("rotation_at_the_floor",),
)


def _laplace_moment(power: int) -> sp.Expr:
    return sp.factorial(power) if power % 2 == 0 else sp.Integer(0)


def _worlds(_profile: Profile) -> Iterator[Instance]:
    """Ornstein-Uhlenbeck worlds, and Laplace latents, whose cubic maps lean; their noise is Laplace or zero."""
    yield from (ornstein_uhlenbeck(latents, value) for latents in (1, 2) for value in CORRELATIONS)
    for drift in CORRELATIONS:

        def noise_moment(power: int, drift: sp.Expr = drift) -> sp.Expr:
            return _laplace_moment(power) * (1 - drift**2 if power else 1)

        pair = {z: _laplace_moment, eta: noise_moment}
        correlations = {}
        for lean in (0, -sp.Rational(1, 100)):
            f = z + lean * (z**3 - 12 * z)
            covariance = expectation(f * f.subs(z, drift * z + eta), pair)
            correlations[sp.Tuple(1, lean)] = covariance / expectation(f**2, pair)
        yield {**optimum(correlations, [sp.Tuple(1, 0)]), **law(1 / (1 + t**2), expectation(z**2, pair))}


CLAIM = Claim(
    id="gaussian_of_linear_drift",
    paper="W",
    locator="Theorem 5.2",
    role=Role.EXTENSION,
    title="With a linear drift, linear maps are optimal if and only if the latents are Gaussian",
    says=r"If $z_j'=\lambda z_j+\eta_j$ with $0<\lambda<1$ for all latents, linear maps minimise the alignment loss "
    r"among the whitened maps iff the latents are Gaussian.",
    statement=sp.Equivalent(LINEAR_IS_OPTIMAL, LAW_IS_GAUSSIAN),
    assumptions=assume(*WORLD, "one_law") | {"linear_drift": r"$m_j(z_j)=\lambda z_j$ with $0<\lambda<1$."},
    steps=(EIGENFUNCTIONS, BACKWARD, GAUSSIAN, NOISE, CONVERSE),
    holds_at=_worlds,
    expected=Verdict.PROVED,
)


SIBLING = CLAIM.without(
    "additive_noise",
    title="Linear drift without independent noise",
    says=r"The same for $z=\pm1$ that changes sign with probability $(1-\lambda)/2$: then $\mathbb{E}[z'\mid "
    r"z]=\lambda z$ and every function of $z$ is affine, but its characteristic function is $\cos t$, that of no "
    r"Gaussian.",
    statement=sp.Eq(
        (sp.exp(sp.I * t) + sp.exp(-sp.I * t)) / 2, gaussian_characteristic_function(t, sp.Integer(1)), evaluate=False
    ),
    fails_at={t: sp.pi},
)
