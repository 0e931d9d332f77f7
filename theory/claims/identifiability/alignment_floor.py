r"""The alignment floor: no whitened encoder has a smaller alignment loss than 2(1 - rho) n.

.. math:: L(h) \ge 2(1-\rho)\,n

References
----------
W, Theorem 5.1.
"""

import sympy as sp

from theory import gaussian_world
from theory.claim import Claim, Finding, Kind, Profile, Role, Step, Verdict, evidence
from theory.claims.assumptions import GAUSSIAN_WORLD, assume
from theory.instances import CORRELATIONS, linear_part, of_encoder, whitened_encoders
from theory.notation import alignment_loss, n, rho
from theory.proof import attained_at

_loss, _variance, _correlation, _n = sp.symbols("L V C N", real=True)

SPLIT = Step(
    "split",
    r"With $V=\sum_{d\ge1}w_d$ and $C=\sum_{d\ge1}\rho^d w_d\le\rho V$, the loss is $2(V-C)\ge2(1-\rho)V$.",
    sp.Implies(
        sp.And(rho > 0, rho < 1, _correlation <= rho * _variance, sp.Eq(_loss, 2 * (_variance - _correlation))),
        _loss >= 2 * (1 - rho) * _variance,
    ),
    by=("loss_decomposition", "correlation_bound"),
    decided_by=Kind.SMT,
    over={"rho": "(0, 1)", "V": "real", "C": "real"},
)
WHITENED = Step(
    "whitened",
    r"Whitening fixes $V=\mathrm{tr}\,\mathrm{Cov}\,h=n$.",
    sp.Implies(
        sp.And(_loss >= 2 * (1 - rho) * _variance, sp.Eq(_variance, _n)),
        _loss >= 2 * (1 - rho) * _n,
    ),
    decided_by=Kind.SMT,
    over={"rho": "real", "N": "real"},
)

CLAIM = Claim(
    id="alignment_floor",
    paper="W",
    locator="Theorem 5.1, lower bound",
    role=Role.THEOREM,
    title="No whitened encoder has a smaller alignment loss than the linear one",
    says=r"$L(h) \ge 2(1-\rho)\,n$ for every whitened $h:\mathbb{R}^n\to\mathbb{R}^n$.",
    statement=sp.GreaterThan(alignment_loss, gaussian_world.alignment_floor(rho, n)),
    assumptions=assume(*GAUSSIAN_WORLD, "positive_correlation", "whitened"),
    steps=(SPLIT, WHITENED),
    holds_at=lambda _: (of_encoder(h, r) for h in whitened_encoders(2) for r in CORRELATIONS),
    expected=Verdict.PROVED,
)


@evidence(CLAIM.id, Kind.EXHAUSTIVE)
def attained_by_rotations(_profile: Profile) -> Finding:
    """Whitened linear encoders have the loss of the floor."""
    rotations = [h for h in whitened_encoders(2) if h == linear_part(h)]
    return attained_at(CLAIM.statement, (of_encoder(h, r) for h in rotations for r in CORRELATIONS))


_scale = sp.Symbol("c", real=True)
SIBLING = CLAIM.without(
    "whitened",
    title="Alignment floor without whitening",
    says=r"The same for $h = c\,z$ with any $c$, whose loss is $2(1-\rho)\,n\,c^2$; the constant encoder has none.",
    statement=sp.GreaterThan(2 * (1 - rho) * n * _scale**2, 2 * (1 - rho) * n),
    fails_at={rho: sp.Rational(1, 2), n: sp.Integer(2), _scale: sp.Integer(0)},
)
