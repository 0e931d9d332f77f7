r"""The alignment loss is at most the Dirichlet energy of a step.

.. math:: L(h) \le 2(1-\rho)\,\mathbb{E}|Dh|_F^2

References
----------
W, Appendix E.
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.claims.assumptions import GAUSSIAN_WORLD, assume
from theory.instances import CORRELATIONS, dense_encoders, of_encoder, whitened_encoders
from theory.notation import alignment_loss, d, dirichlet_energy, rho, w

_degree, _power, _variance = sp.symbols("d r v", real=True)
_energy_of_a_step = 2 * (1 - rho) * dirichlet_energy

INDUCTION = Step(
    "induction",
    r"$1-\rho^d\le d(1-\rho)$, by induction from $d=1$ with $r=\rho^d\le1$; and if $r<1$, the next one is strict.",
    sp.Implies(
        sp.And(rho > 0, rho < 1, _power > 0, _power <= 1, 1 - _power <= _degree * (1 - rho)),
        sp.And(
            1 - rho * _power <= (_degree + 1) * (1 - rho),
            sp.Implies(_power < 1, 1 - rho * _power < (_degree + 1) * (1 - rho)),
        ),
    ),
    decided_by=Kind.SMT,
    over={"rho": "(0, 1)"},
)
SUM = Step(
    "sum",
    r"So a variance $v=w_d$ enters $L=2\sum(1-\rho^d)w_d$ with at most what it enters $2(1-\rho)\sum d\,w_d$ with, and "
    r"with less if $v>0$ and $d\ge2$.",
    sp.Implies(
        sp.And(_variance >= 0, 1 - _power <= _degree * (1 - rho)),
        sp.And(
            2 * (1 - _power) * _variance <= 2 * (1 - rho) * _degree * _variance,
            sp.Implies(
                sp.And(_variance > 0, 1 - _power < _degree * (1 - rho)),
                2 * (1 - _power) * _variance < 2 * (1 - rho) * _degree * _variance,
            ),
        ),
    ),
    by=("loss_decomposition", "dirichlet_energy_by_degree"),
    decided_by=Kind.SMT,
    over={"rho": "real"},
)

CLAIM = Claim(
    id="alignment_within_dirichlet_energy",
    paper="W",
    locator="Appendix E, reduction to the Dirichlet energy",
    role=Role.EXTENSION,
    title="The alignment loss is at most the Dirichlet energy of a step",
    says=r"$L(h)\le2(1-\rho)\,\mathbb{E}|Dh|_F^2$, with equality iff $h$ has no variance beyond degree 1.",
    statement=sp.And(
        sp.LessThan(alignment_loss, _energy_of_a_step),
        sp.Equivalent(sp.Eq(alignment_loss, _energy_of_a_step), sp.Eq(sp.Sum(w[d], (d, 2, sp.oo)), 0)),
    ),
    assumptions=assume(*GAUSSIAN_WORLD, "positive_correlation", "square_integrable"),
    background=("hermite_completeness",),
    steps=(INDUCTION, SUM),
    holds_at=lambda _: (
        of_encoder(encoder, correlation)
        for encoder in [*dense_encoders([(1, 1, 4), (2, 2, 2)]), *whitened_encoders(2)]
        for correlation in CORRELATIONS
    ),
    expected=Verdict.PROVED,
)


SIBLING = CLAIM.without(
    "stationary",
    title="The loss within the Dirichlet energy without stationarity",
    says=r"The same for $z'=\rho z+\eta$, where $h(z)=z$ has energy 1 and loss $(1-\rho)^2+1$.",
    statement=sp.LessThan((1 - rho) ** 2 + 1, 2 * (1 - rho)),
    fails_at={rho: sp.Rational(1, 2)},
)
