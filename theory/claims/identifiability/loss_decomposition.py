r"""The alignment loss is a sum over Hermite degrees.

.. math:: L(h) = \mathbb{E}\,|h(z')-h(z)|^2 = 2 \sum_{d\ge0} (1-\rho^d)\, w_d, \qquad
          w_d = \sum_i \sum_{|a|=d} c_{i,a}^2

References
----------
W, Theorem 5.1.
"""

import sympy as sp

from theory.claim import JSON, Claim, Finding, Kind, Profile, Role, Step, Verdict, evidence
from theory.claims.assumptions import GAUSSIAN_WORLD, assume
from theory.gaussian_world import contraction, transition
from theory.instances import CORRELATIONS, dense_encoders, of_encoder
from theory.notation import (
    Expectation,
    GaussianExpectation,
    alignment_loss,
    d,
    eta,
    h,
    rho,
    t,
    w,
    z,
    z_next,
)
from theory.proof import true_at

_p, _q = sp.symbols("p q", real=True)

SQUARE = Step(
    "square",
    r"Expand the square, output by output, with $p = h_i(z)$ and $q = h_i(z')$.",
    sp.Eq((_q - _p) ** 2, _p**2 + _q**2 - 2 * _p * _q),
    decided_by=Kind.SYMBOLIC,
    over={"p": "real", "q": "real"},
)
STATIONARITY = Step(
    "stationarity",
    r"$z'$ has the law of $z$, so that $\mathbb{E}|h(z')|^2 = \mathbb{E}|h(z)|^2$: the moment "
    r"generating function of $\rho z + \sqrt{1-\rho^2}\,\eta$ is that of $N(0,1)$.",
    sp.Eq(
        GaussianExpectation(GaussianExpectation(sp.exp(t * transition(z, eta, rho)), eta), z),
        sp.exp(t**2 / 2),
    ),
    decided_by=Kind.SYMBOLIC,
    over={"t": "real", "rho": "(-1, 1)"},
)
CORRELATION = Step(
    "correlation",
    r"$\mathbb{E}|h(z)|^2 = \sum_d w_d$ and $\mathbb{E}\langle h(z'), h(z)\rangle = \sum_d \rho^d w_d$, "
    r"since the $H_a$ are complete and stay orthogonal across the transition.",
    sp.Eq(Expectation(h(z_next) * h(z)), sp.Sum(contraction(d, rho) * w[d], (d, 0, sp.oo))),
    by=("mehler_orthogonality",),
)
DEGREE = Step(
    "degree",
    r"Degree $d$ contributes $w_d + w_d - 2\rho^d w_d$.",
    sp.Eq(w[d] + w[d] - 2 * contraction(d, rho) * w[d], 2 * (1 - contraction(d, rho)) * w[d]),
    decided_by=Kind.SYMBOLIC,
    over={"d": "every integer >= 0", "rho": "(-1, 1)"},
)

CLAIM = Claim(
    id="loss_decomposition",
    paper="W",
    locator="Theorem 5.1, spectral form of the alignment loss",
    role=Role.THEOREM,
    title="The alignment loss is a sum over Hermite degrees",
    says=r"$L(h) = 2\sum_d (1-\rho^d)\,w_d$, where $w_d$ is the variance of $h$ at Hermite degree $d$.",
    statement=sp.Eq(alignment_loss, 2 * sp.Sum((1 - contraction(d, rho)) * w[d], (d, 0, sp.oo))),
    assumptions=assume(*GAUSSIAN_WORLD, "correlation", "square_integrable"),
    background=("hermite_completeness",),
    steps=(SQUARE, STATIONARITY, CORRELATION, DEGREE),
    holds_at=lambda profile: (
        of_encoder(encoder, correlation)
        for encoder in dense_encoders(profile.pick(quick=[(1, 1, 6), (2, 2, 2)], thorough=[(1, 2, 12), (3, 2, 3)]))
        for correlation in CORRELATIONS
    ),
    expected=Verdict.PROVED,
)


@evidence(CLAIM.id, Kind.EXHAUSTIVE)
def loss_by_moments(profile: Profile) -> Finding:
    """Expand |h(z') - h(z)|^2 of rational encoders, integrate by moments, compare in Q[rho]."""
    sizes = profile.pick(
        quick=[(1, 1, 8), (1, 2, 5), (2, 2, 4), (3, 2, 3)],
        thorough=[(1, 1, 12), (2, 2, 6), (3, 3, 4), (4, 2, 3)],
    )
    wrong = []
    for size, encoder in zip(sizes, dense_encoders(sizes), strict=True):
        by_moments = encoder.alignment_loss_by_moments()
        if encoder.alignment_loss(by_moments.ring.gens[0]) != by_moments:
            wrong.append(size)
    covered: dict[str, JSON] = {
        "n, m, degree": [list(size) for size in sizes],
        "coefficients": "all, dense",
        "rho": "symbolic",
    }
    return Finding(not wrong, covered, f"differs at {wrong}" if wrong else "")


@evidence(CLAIM.id, Kind.EXHAUSTIVE)
def correlations_by_moments(profile: Profile) -> Finding:
    """Integrate the product of h(z') and h(z) of rational encoders by moments, for each correlation."""
    instances = (
        of_encoder(encoder, correlation)
        | {
            CORRELATION.statement.lhs: sp.sympify(encoder.pair_correlation_by_moments().as_expr()).subs(
                sp.Symbol("rho"), correlation
            )
        }
        for encoder in dense_encoders(profile.pick(quick=[(1, 1, 5), (2, 2, 2)], thorough=[(1, 2, 10), (3, 2, 3)]))
        for correlation in CORRELATIONS
    )
    return true_at(CORRELATION.statement, instances)


SIBLING = CLAIM.without(
    "stationary",
    title="Spectral form of the loss without stationarity",
    says=r"The same for $z' = \rho z + \eta$, whose law is not that of $z$; here for $h(z)=z$, $w_1 = 1$.",
    statement=sp.Eq(GaussianExpectation(GaussianExpectation((rho * z + eta - z) ** 2, eta), z), 2 * (1 - rho)),
    fails_at={rho: sp.Rational(1, 2)},
)
