r"""With fewer outputs than latents, the floor is attained by the orthonormal projections.

.. math:: m \le n: \quad L(h) \ge 2(1-\rho)\,m, \qquad
          L(h) = 2(1-\rho)\,m \iff h(z) = Uz,\ UU^\top = I_m

References
----------
W, Theorem 5.1 (case m = n); the case m < n is left open there.
"""

import sympy as sp

from theory.claim import Claim, Finding, Kind, Profile, Role, Step, Verdict, evidence
from theory.claims.assumptions import GAUSSIAN_WORLD, assume
from theory.claims.identifiability import rotation_at_the_floor
from theory.gaussian_world import contraction
from theory.instances import CORRELATIONS, expressions, linear_part, of_encoder, whitened_encoders
from theory.notation import A, alignment_loss, latent, m, outputs, rho
from theory.proof import attained_at

_loss, _variance, _correlation, _m = sp.symbols("L V C M", real=True)

FLOOR = Step(
    "floor",
    r"$V=\mathrm{tr}\,\mathrm{Cov}\,h=m$ and $C\le\rho V$, so $L=2(V-C)\ge2(1-\rho)m$; equality forces $C=\rho V$.",
    sp.Implies(
        sp.And(
            sp.Eq(_loss, 2 * (_variance - _correlation)),
            _correlation <= rho * _variance,
            sp.Eq(_variance, _m),
        ),
        sp.And(
            _loss >= 2 * (1 - rho) * _m,
            sp.Implies(sp.Eq(_loss, 2 * (1 - rho) * _m), sp.Eq(_correlation, rho * _variance)),
        ),
    ),
    by=("loss_decomposition", "correlation_bound"),
    decided_by=Kind.SMT,
    over={"rho": "real", "V": "real", "C": "real", "M": "real"},
)
PROJECTION = Step(
    "projection",
    r"Then $h(z)=Az$ and whitening says $AA^\top=I_m$: the steps of rotation_at_the_floor, where $A$ is already "
    r"$m\times n$.",
    rotation_at_the_floor.COVARIANCE.statement,
    by=("rotation_at_the_floor",),
)
ATTAINED = Step(
    "attained",
    r"Such an $A$ exists iff $m\le n$; its loss is $2(1-\rho)\,\mathrm{tr}\,AA^\top=2(1-\rho)\,m$.",
    sp.Eq(2 * (1 - rho) * sp.Trace(sp.Identity(m)), 2 * (1 - rho) * m),
    decided_by=Kind.SYMBOLIC,
    over={"m": "every integer >= 1"},
)

CLAIM = Claim(
    id="fewer_outputs_than_latents",
    paper="W",
    locator="Theorem 5.1 (m = n)",
    role=Role.EXTENSION,
    title="With fewer outputs than latents, the floor is attained by orthonormal projections",
    says=r"For $m\le n$ and whitened $h:\mathbb{R}^n\to\mathbb{R}^m$: $L(h)\ge2(1-\rho)m$, with equality iff "
    r"$h(z)=Az$, $AA^\top=I_m$.",
    statement=sp.And(
        sp.GreaterThan(alignment_loss, 2 * (1 - rho) * m),
        sp.Equivalent(sp.Eq(alignment_loss, 2 * (1 - rho) * m), sp.Eq(outputs, A * latent)),
    ),
    assumptions=assume(*GAUSSIAN_WORLD, "positive_correlation", "whitened") | {"fewer_outputs": r"$m \le n$."},
    background=("hermite_completeness",),
    steps=(FLOOR, PROJECTION, ATTAINED),
    holds_at=lambda _: (
        of_encoder(h, r) | {outputs: expressions(h), A * latent: expressions(linear_part(h))}
        for count in (1, 2)
        for h in whitened_encoders(count)
        for r in CORRELATIONS
    ),
    expected=Verdict.PROVED,
)


@evidence(CLAIM.id, Kind.EXHAUSTIVE)
def attained_by_projections(_profile: Profile) -> Finding:
    """Whitened linear encoders of one and two outputs have the loss of the floor."""
    projections = [h for count in (1, 2) for h in whitened_encoders(count) if h == linear_part(h)]
    return attained_at(CLAIM.statement, (of_encoder(h, r) for h in projections for r in CORRELATIONS))


SIBLING = CLAIM.without(
    "fewer_outputs",
    title="The linear floor with more outputs than latents",
    says=r"The floor $2(1-\rho)m$ is attained for $m=2$ outputs of one latent too, whose lowest loss is that of "
    r"$(z, H_2(z))$.",
    statement=sp.Eq(2 * (1 - rho) + 2 * (1 - contraction(sp.Integer(2), rho)), 2 * (1 - rho) * 2),
    fails_at={rho: sp.Rational(1, 2)},
)
