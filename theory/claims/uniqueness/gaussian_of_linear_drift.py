r"""With a linear drift, linear maps are optimal if and only if the latents are Gaussian.

.. math:: z'=\lambda z+\eta: \qquad S z_j=\lambda_j z_j \;\Longrightarrow\; \mathbb{E}[z_j\mid z']=\lambda z_j'

First-order autoregressions have a stationary law for every self-decomposable one; only the Gaussian has a linear
optimum. Nothing is asked of reversibility.
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.claims.assumptions import WORLD, assume
from theory.claims.uniqueness.gaussian_of_linear_regressions import gaussian_characteristic_function
from theory.claims.uniqueness.gaussian_uniqueness import LAW_IS_GAUSSIAN, LINEAR_IS_OPTIMAL
from theory.claims.uniqueness.linear_optimum_is_an_eigenfunction import EIGENFUNCTION
from theory.notation import t, z

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
