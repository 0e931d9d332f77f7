r"""Ky Fan's principle in the Gaussian world: the alignment floor of m whitened outputs.

.. math:: L(h) \ge 2 \sum_{k=1}^{m} (1-\mu_k), \qquad
          \mu_1 \ge \mu_2 \ge \dots \text{ the numbers } \rho^{|a|},\ |a| \ge 1

Degree d occurs $\binom{n+d-1}{d}$ times among the $\mu_k$. W states only m = n.

References
----------
W, Theorem 5.1 (case m = n); Horn & Johnson (2013), Corollary 4.3.39 (Ky Fan).
"""

from collections.abc import Iterator
from itertools import islice

import sympy as sp

from theory.claim import Claim, Finding, Kind, Profile, Role, Step, Verdict, evidence
from theory.claims.assumptions import GAUSSIAN_WORLD, assume
from theory.encoder import HermiteEncoder
from theory.gaussian_world import contraction, multiplicity
from theory.hermite import multi_indices
from theory.instances import CORRELATIONS, by_index, of_encoder, whitened_encoders
from theory.notation import alignment_loss, d, k, m, rho

_weight, _eigenvalue, _smallest, _chosen = sp.symbols("omega mu mu_m chi", real=True)
_mu = sp.IndexedBase("mu", real=True)

BESSEL = Step(
    "bessel",
    r"Let $\omega_a=\sum_i c_{i,a}^2$. Whitening makes $C C^\top=I_m$, so $P=C^\top C$ is a projection with "
    r"diagonal $\omega_a$ and trace $m$; from $P=P^2$, $\omega_a\ge\omega_a^2$, hence $0\le\omega_a\le1$.",
    sp.Implies(_weight >= _weight**2, sp.And(_weight >= 0, _weight <= 1)),
    decided_by=Kind.SMT,
    over={"omega": "real"},
)
REARRANGE = Step(
    "rearrange",
    r"With $\chi_a=1$ on the $m$ largest eigenvalues and $0$ elsewhere, "
    r"$\sum_a\omega_a\mu_a-\sum_a\chi_a\mu_a=\sum_a(\omega_a-\chi_a)(\mu_a-\mu_m)$, "
    r"because $\sum_a\omega_a=\sum_a\chi_a=m$. Term by term:",
    sp.Eq(
        _weight * _eigenvalue - _chosen * _eigenvalue,
        (_weight - _chosen) * (_eigenvalue - _smallest) + _smallest * (_weight - _chosen),
    ),
    decided_by=Kind.SYMBOLIC,
    over={"omega": "real", "mu": "real", "chi": "real"},
)
SIGNS = Step(
    "signs",
    r"No term is positive: $\chi_a=1$ where $\mu_a>\mu_m$, and $\chi_a=0$ where $\mu_a<\mu_m$.",
    sp.Implies(
        sp.And(
            _weight >= 0,
            _weight <= 1,
            sp.Or(
                sp.And(sp.Eq(_chosen, 1), _eigenvalue >= _smallest),
                sp.And(sp.Eq(_chosen, 0), _eigenvalue <= _smallest),
            ),
        ),
        (_weight - _chosen) * (_eigenvalue - _smallest) <= 0,
    ),
    decided_by=Kind.SMT,
    over={"omega": "[0, 1]", "chi": "{0, 1}"},
)
LOSS = Step(
    "loss",
    r"By the loss decomposition $L(h)=2\sum_a(1-\mu_a)\omega_a=2m-2\sum_a\omega_a\mu_a$.",
    sp.Eq(sp.Mul(2, 1 - _eigenvalue, _weight, evaluate=False), 2 * _weight - 2 * _weight * _eigenvalue),
    by=("loss_decomposition",),
    decided_by=Kind.SYMBOLIC,
    over={"omega": "real", "mu": "real"},
)

ATTAINED = Step(
    "attained",
    r"The output $H_a$ has $w_d=1$ at $d=|a|$ and no other variance: its loss is $2(1-\rho^d)$, and the $m$ of "
    r"largest $\rho^{|a|}$ attain the floor.",
    sp.Eq(
        2 * sp.Sum((1 - contraction(k, rho)) * sp.KroneckerDelta(k, d), (k, 0, sp.oo)), 2 * (1 - contraction(d, rho))
    ),
    by=("loss_decomposition",),
    decided_by=Kind.SYMBOLIC,
    over={"d": "every integer >= 0"},
)

CLAIM = Claim(
    id="floor_for_any_number_of_outputs",
    paper="W",
    locator="Theorem 5.1 (m = n)",
    role=Role.EXTENSION,
    title="The alignment floor of any number of whitened outputs",
    says=r"For $h:\mathbb{R}^n\to\mathbb{R}^m$ whitened, $L(h)\ge2\sum_{k\le m}(1-\mu_k)$ with $\mu_k$ the $k$-th "
    r"largest of the $\rho^{|a|}$, $|a|\ge1$; the corresponding $H_a$ attain it.",
    statement=sp.GreaterThan(alignment_loss, 2 * sp.Sum(1 - _mu[k], (k, 1, m))),
    assumptions=assume(*GAUSSIAN_WORLD, "correlation", "whitened"),
    steps=(BESSEL, REARRANGE, SIGNS, LOSS, ATTAINED),
    holds_at=lambda _: (
        of_encoder(h, r) | by_index(_mu[k], dict(enumerate(sorted([r] * 2 + [r**2] * 3, reverse=True), 1)))
        for outputs in (1, 2, 3, 4)
        for h in whitened_encoders(outputs)
        for r in (*CORRELATIONS, *(-r for r in CORRELATIONS))
    ),
    expected=Verdict.PROVED,
)


def lowest_losses(dim: int, rho: sp.Expr) -> Iterator[sp.Expr]:
    r"""Generate $2(1-\rho^{|a|})$ over the multi-indices of `dim` latents, degree by degree.

    This is the increasing order for $0<\rho<1$.
    """
    degree = 1
    while True:
        yield from [2 * (1 - contraction(degree, rho))] * multiplicity(dim, degree)
        degree += 1


@evidence(CLAIM.id, Kind.EXHAUSTIVE)
def hermite_outputs_attain_the_floor(profile: Profile) -> Finding:
    """The m lowest Hermite polynomials, integrated by moments, attain the floor for each (n, m)."""
    sizes = profile.pick(
        quick=[(n, m) for n in (1, 2, 3) for m in range(1, 7)],
        thorough=[(n, m) for n in (1, 2, 3, 4) for m in range(1, 15)],
    )
    wrong = []
    for dim, outputs in sizes:
        lowest = (a for degree in range(1, outputs + 1) for a in multi_indices(dim, degree))
        losses, rho_ = [], None
        for index in islice(lowest, outputs):
            encoder = HermiteEncoder(dim, ({index: sp.Integer(1)},))
            loss = encoder.alignment_loss_by_moments()
            rho_ = loss.ring.gens[0]
            losses.append(loss.quo_ground(loss.ring.domain.convert(encoder.covariance()[0][0])))
        if sum(losses) != sum(islice(lowest_losses(dim, rho_), outputs)):
            wrong.append((dim, outputs))
    return Finding(not wrong, {"n, m": [list(size) for size in sizes]}, f"differs at {wrong}" if wrong else "")


SIBLING = CLAIM.without(
    "whitened",
    title="Floor of outputs that may repeat each other",
    says=r"The same for $m=2$ outputs of one latent of unit variance that may be correlated: $h=(z,z)$.",
    statement=sp.GreaterThan(2 * 2 * (1 - rho), 2 * ((1 - rho) + (1 - contraction(sp.Integer(2), rho)))),
    fails_at={rho: sp.Rational(1, 2)},
)
