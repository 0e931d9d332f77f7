r"""In the limit of small steps the alignment loss is the Dirichlet energy of a step; at no fixed step it is.

.. math:: \lim_{\rho\to1} \frac{L(h)}{2(1-\rho)} = \mathbb{E}|Dh|_F^2

So a lower bound of the energy bounds the loss only in that limit: at a fixed correlation a unit of
variance of degree d costs at most $2$, while its energy is $d$.

References
----------
W, Appendix E, reduction to the Dirichlet energy.
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.claims.assumptions import GAUSSIAN_WORLD, assume
from theory.gaussian_world import contraction
from theory.instances import dense_encoders, of_encoder
from theory.notation import alignment_loss, d, dirichlet_energy, rho

DEGREE = Step(
    "degree",
    r"A unit of variance of degree $d$ has the loss $2(1-\rho^d)$ and the energy $d$, and the quotient tends to it.",
    sp.Eq(sp.Limit((1 - contraction(d, rho)) / (1 - rho), rho, 1, dir="-"), d),
    by=("loss_decomposition", "dirichlet_energy_by_degree"),
    decided_by=Kind.SYMBOLIC,
    over={"d": "every integer >= 0"},
)
DOMINATED = Step(
    "dominated",
    r"The quotients are at most $d$, and $\sum d\,w_d$ converges: the limit may be taken degree by degree.",
    sp.LessThan(alignment_loss, 2 * (1 - rho) * dirichlet_energy),
    by=("alignment_within_dirichlet_energy",),
)

CLAIM = Claim(
    id="alignment_tends_to_dirichlet_energy",
    paper="W",
    locator="Appendix E, reduction to the Dirichlet energy",
    role=Role.EXTENSION,
    title="The alignment loss of small steps is the Dirichlet energy",
    says=r"$L(h)/(2(1-\rho))\to\mathbb{E}|Dh|_F^2$ as $\rho\to1$, for every $h$ of finite energy.",
    statement=sp.Eq(sp.Limit(alignment_loss / (2 * (1 - rho)), rho, 1, dir="-"), dirichlet_energy, evaluate=False),
    assumptions=assume(*GAUSSIAN_WORLD, "square_integrable") | {"small_steps": r"$\rho\to1$."},
    background=("hermite_completeness",),
    steps=(DEGREE, DOMINATED),
    holds_at=lambda _: (of_encoder(encoder, rho) for encoder in dense_encoders([(1, 1, 5), (2, 1, 2)])),
    expected=Verdict.PROVED,
)


SIBLING = CLAIM.without(
    "small_steps",
    title="The Dirichlet energy as a lower bound of the loss at a fixed step",
    says=r"$L(h)\ge2(1-\rho)\,\mathbb{E}|Dh|_F^2$ at every correlation; for $h=H_d$ it reads "
    r"$2(1-\rho^d)\ge2(1-\rho)\,d$.",
    statement=sp.GreaterThan(2 * (1 - contraction(d, rho)), 2 * (1 - rho) * d),
    fails_at={rho: sp.Rational(1, 2), d: sp.Integer(2)},
)
