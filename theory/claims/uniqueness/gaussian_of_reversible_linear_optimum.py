r"""In a reversible world a linear optimum makes the latents Gaussian.

.. math:: S=T=T^*, \quad Sz_j=\lambda_j z_j \;\Longrightarrow\;
          \mathbb{E}[z_j'\mid z]=\lambda_j z_j, \quad \mathbb{E}[z_j\mid z']=\lambda_j z_j'

This is what holds of W, Theorem 5.2, in discrete time.

References
----------
W, Theorem 5.2.
"""

import sympy as sp

from theory.claim import Claim, Role, Step, Verdict
from theory.claims.assumptions import WORLD, assume
from theory.claims.uniqueness.gaussian_uniqueness import LAW_IS_GAUSSIAN, LINEAR_IS_OPTIMAL

GAUSSIAN = Step(
    "gaussian",
    r"Each latent is regressed linearly on the other, both ways, so it is Gaussian.",
    LAW_IS_GAUSSIAN,
    by=("gaussian_of_linear_regressions",),
)

CLAIM = Claim(
    id="gaussian_of_reversible_linear_optimum",
    paper="W",
    locator="Theorem 5.2",
    role=Role.EXTENSION,
    title="In a reversible world a linear optimum makes the latents Gaussian",
    says=r"In a reversible world of correlated pairs, if linear maps minimise the alignment loss, the latents are "
    r"Gaussian.",
    statement=sp.Implies(LINEAR_IS_OPTIMAL, LAW_IS_GAUSSIAN),
    assumptions=assume(*WORLD, "reversible", "correlated"),
    steps=(GAUSSIAN,),
    expected=Verdict.PROVED,
)

_flip = sp.Symbol("q", real=True)
SIBLING = CLAIM.without(
    "additive_noise",
    title="Reversible worlds without additive noise",
    says=r"The same for $z=\pm1$ that changes sign with probability $q$: it is reversible, every function of it is linear, "
    r"and its fourth moment would be $3$.",
    statement=sp.Implies(
        sp.And(_flip > 0, _flip < sp.Rational(1, 2)), sp.Eq((1 + (-1) ** 4) / sp.Integer(2), 3, evaluate=False)
    ),
    fails_at={_flip: sp.Rational(1, 4)},
)
