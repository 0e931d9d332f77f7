r"""The mean odds of a stranger against the other view of a pair, under a rotation of the latents.

.. math:: \mathbb{E}\,e^{s_{ij}-s_{ii}} = \left(1+2\rho\tau-(1-\rho)(3+\rho)\tau^2\right)^{-n/2}, \qquad
          s_{ij} = -\tfrac\tau2|h(z_i)-h(z_j')|^2, \quad \tau = w^{-2}

References
----------
W, section 6 (scaling) and Appendix H.
"""

from collections.abc import Iterator

import sympy as sp

from theory.claim import Claim, Instance, Kind, Profile, Role, Step, Verdict
from theory.claims.assumptions import GAUSSIAN_WORLD, assume
from theory.contrastive import odds_determinant
from theory.gaussian_world import transition
from theory.notation import Expectation, eta, n, rho, t, x, z

#: Inverse squared width of the kernel.
tau = sp.Symbol("tau", real=True)
#: View of another pair.
stranger = sp.Symbol("y", real=True)
#: Odds of a stranger against the other view of a pair, $x=s_{ij}-s_{ii}$.
mean_odds = Expectation(sp.exp(x))

#: Kernel, assumed by every claim on InfoNCE here.
KERNEL = {
    "kernel": r"The kernel is Gaussian of width $w$: $s_{ij}=-\frac\tau2|h(z_i)-h(z_j')|^2$, $\tau=w^{-2}>0$.",
    "strangers": r"The pairs of a batch are independent.",
}

_nearness = sp.Symbol("a", positive=True)
_noise_weight = 1 - tau * (1 - rho**2)
_latent_weight = 1 + tau / (1 + tau) - tau * (1 - rho) ** 2 / _noise_weight
_drift = tau * (1 - rho) * sp.sqrt(1 - rho**2) / _noise_weight


def log_odds(latent: sp.Expr, noise: sp.Expr, stranger: sp.Expr, rho: sp.Expr, tau: sp.Expr) -> sp.Expr:
    r"""Share $\frac\tau2\big((z-z')^2-(z-y)^2\big)$ of one latent in $s_{ij}-s_{ii}$."""
    return tau * ((latent - transition(latent, noise, rho)) ** 2 - (latent - stranger) ** 2) / 2


INTEGRAL = Step(
    "integral",
    r"The Gaussian integral of weight $a>0$.",
    sp.Eq(sp.Integral(sp.exp(-_nearness * t**2 / 2) / sp.sqrt(2 * sp.pi), (t, -sp.oo, sp.oo)), 1 / sp.sqrt(_nearness)),
    decided_by=Kind.SYMBOLIC,
    over={"a": "(0, oo)"},
)
SQUARES = Step(
    "squares",
    r"One latent adds the share $\frac\tau2((z-z')^2-(z-y)^2)$ to $s_{ij}-s_{ii}$, since $Q$ keeps distances. With "
    r"the exponent of the density of $(z,\eta,y)$ it is a sum of squares of three weights. The shifts of $y$ and "
    r"$\eta$ do not change volumes.",
    sp.Eq(
        log_odds(z, eta, stranger, rho, tau) - (z**2 + eta**2 + stranger**2) / 2,
        -(
            (1 + tau) * (stranger - tau * z / (1 + tau)) ** 2
            + _noise_weight * (eta + _drift * z) ** 2
            + _latent_weight * z**2
        )
        / 2,
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"rho": "(-1, 1)"},
)
WEIGHTS = Step(
    "weights",
    r"All weights are positive just where the determinant is: there the mean exists.",
    sp.Implies(
        sp.And(tau > 0, rho > -1, rho < 1),
        sp.And(
            sp.Implies(odds_determinant(rho, tau) > 0, sp.And(_noise_weight > 0, _latent_weight > 0)),
            sp.Implies(sp.And(_noise_weight > 0, _latent_weight > 0), odds_determinant(rho, tau) > 0),
        ),
    ),
    decided_by=Kind.SMT,
    over={"rho": "(-1, 1)", "tau": "(0, oo)"},
)
LATENT = Step(
    "latent",
    r"The product of the weights is the determinant, so that the mean over one latent is its root's inverse.",
    sp.Eq((1 + tau) * _noise_weight * _latent_weight, odds_determinant(rho, tau), evaluate=False),
    decided_by=Kind.SYMBOLIC,
)
LATENTS = Step(
    "latents",
    r"Latents are independent, and the mean of a product of $n$ such factors is the product of their means.",
    sp.Eq(
        sp.Product(1 / sp.sqrt(_nearness), (sp.Symbol("i", integer=True), 1, n)), _nearness ** (-n / 2), evaluate=False
    ),
    decided_by=Kind.SYMBOLIC,
    over={"n": "every integer >= 1"},
)


def _determinants(_profile: Profile) -> Iterator[Instance]:
    """Mean odds of up to three latents, as the determinant of all their Gaussians at once."""
    for dim in (1, 2, 3):
        for correlation, nearness in ((19, 20), (1, 9)), ((1, 2), (2, 3)), ((-1, 2), (1, 4)):
            at_rho, at_tau = sp.Rational(*correlation), sp.Rational(*nearness)
            covariance = sp.Matrix([[1, at_rho, 0], [at_rho, 1, 0], [0, 0, 1]])
            form = at_tau * sp.Matrix([[0, -1, 1], [-1, 1, 0], [1, 0, -1]])
            whole = sp.eye(3 * dim) - sp.diag(*[covariance * form] * dim)
            yield {rho: at_rho, tau: at_tau, n: sp.Integer(dim), mean_odds: 1 / sp.sqrt(whole.det())}


CLAIM = Claim(
    id="mean_odds_of_a_stranger",
    paper="W",
    locator="Section 6, scaling",
    role=Role.EXTENSION,
    title="The mean odds of a stranger fall or rise geometrically with the number of latents",
    says=r"$\mathbb{E}\,e^x=q^{n/2}$ for $x=s_{ij}-s_{ii}$, with $1/q=1+2\rho\tau-(1-\rho)(3+\rho)\tau^2$.",
    statement=sp.Eq(mean_odds, odds_determinant(rho, tau) ** (-n / 2), evaluate=False),
    assumptions=assume(*GAUSSIAN_WORLD, "correlation", "rotation")
    | KERNEL
    | {"mean": r"The odds have a mean: $1+2\rho\tau>(1-\rho)(3+\rho)\tau^2$."},
    steps=(INTEGRAL, SQUARES, WEIGHTS, LATENT, LATENTS),
    holds_at=_determinants,
    expected=Verdict.PROVED,
)


SIBLING = CLAIM.without(
    "mean",
    title="Mean odds of a stranger for a kernel of any width",
    says=r"For two latents the mean odds, which are positive, are $q$ whatever the width.",
    statement=1 / odds_determinant(rho, tau) > 0,
    fails_at={rho: sp.Integer(0), tau: sp.Integer(1)},
)
