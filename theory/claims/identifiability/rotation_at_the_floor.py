r"""Linear identifiability: the floor is attained by the rotations of the latent and by nothing else.

.. math:: L(h) = 2(1-\rho)\,n \iff h(z) = Qz \text{ almost surely, } QQ^\top = I_n

References
----------
W, Theorem 5.1.
"""

import sympy as sp

from theory.claim import Claim, Finding, Kind, Profile, Role, Step, Verdict, evidence
from theory.claims.assumptions import GAUSSIAN_WORLD, assume
from theory.encoder import HermiteEncoder
from theory.gaussian_world import contraction
from theory.hermite import generating_function, multi_indices
from theory.instances import (
    CORRELATIONS,
    expressions,
    linear_part,
    of_encoder,
    rational_rotation,
    whitened_encoders,
)
from theory.notation import A, Q, alignment_loss, encoded, latent, n, rho, t, x

_loss, _variance, _correlation = sp.symbols("L V C", real=True)

ONLY_IF_EQUAL = Step(
    "only_if_equal",
    r"$2(V-C)=2(1-\rho)V$ forces $C=\rho V$, the equality case of the correlation bound: $w_d=0$ for $d\ge2$.",
    sp.Implies(
        sp.And(
            sp.Eq(_loss, 2 * (_variance - _correlation)),
            sp.Eq(_loss, 2 * (1 - rho) * _variance),
        ),
        sp.Eq(_correlation, rho * _variance),
    ),
    by=("loss_decomposition", "correlation_bound"),
    decided_by=Kind.SMT,
    over={"rho": "real", "V": "real", "C": "real"},
)
LINEAR = Step(
    "linear",
    r"The Hermite polynomials of degree 1 are the coordinates, $\mathrm{He}_1(x)=\partial_t G(x,t)|_{t=0}=x$: a "
    r"centred map whose variance is all at degree 1 is $h(z)=Az$.",
    sp.Eq(sp.Subs(sp.Derivative(generating_function(x, t), t), t, 0), x),
    decided_by=Kind.SYMBOLIC,
    over={"x": "real"},
)
COVARIANCE = Step(
    "covariance",
    r"$\mathrm{Cov}(Az)=A\,\mathbb{E}[zz^\top]A^\top=AA^\top$, so whitening says that $A$ is orthogonal.",
    sp.Eq(
        sp.MatMul(sp.MatMul(A, latent), sp.Transpose(sp.MatMul(A, latent))),
        sp.MatMul(A, sp.MatMul(latent, sp.Transpose(latent)), sp.Transpose(A)),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"n": "every integer >= 1"},
)
ROTATIONS_ATTAIN = Step(
    "rotations_attain",
    r"Conversely, $h(z)=Qz$ has $w_1=\mathrm{tr}\,QQ^\top=\mathrm{tr}\,I=n$ and no other variance, so its loss is "
    r"$2(1-\rho)\,n$.",
    sp.Eq(2 * (1 - contraction(sp.Integer(1), rho)) * sp.Trace(sp.Identity(n)), 2 * (1 - rho) * n),
    decided_by=Kind.SYMBOLIC,
    over={"n": "every integer >= 1"},
)

CLAIM = Claim(
    id="rotation_at_the_floor",
    paper="W",
    locator="Theorem 5.1, linear identifiability",
    role=Role.THEOREM,
    title="The floor is attained by rotations of the latent, and by nothing else",
    says=r"For whitened $h$: $L(h)=2(1-\rho)\,n$ iff $h(z)=Qz$ almost surely, with $Q$ orthogonal.",
    statement=sp.Equivalent(sp.Eq(alignment_loss, 2 * (1 - rho) * n), sp.Eq(encoded, Q * latent)),
    assumptions=assume(*GAUSSIAN_WORLD, "positive_correlation", "whitened"),
    background=("hermite_completeness",),
    steps=(ONLY_IF_EQUAL, LINEAR, COVARIANCE, ROTATIONS_ATTAIN),
    holds_at=lambda _: (
        of_encoder(h, r) | {encoded: expressions(h), Q * latent: expressions(linear_part(h))}
        for h in whitened_encoders(2)
        for r in CORRELATIONS
    ),
    expected=Verdict.PROVED,
)


@evidence(CLAIM.id, Kind.EXHAUSTIVE)
def rational_rotations_attain_the_floor(_profile: Profile) -> Finding:
    """Rational rotations, and the same with one output bent, integrated by moments."""
    wrong = []
    for dim in (1, 2, 3):
        rotation = rational_rotation(dim)
        unit = list(multi_indices(dim, 1))
        outputs = tuple(dict(zip(unit, rotation.row(i), strict=True)) for i in range(dim))
        # (3 He_1 + 2 sqrt(2) He_2/sqrt(2)) / sqrt(17), scaled by sqrt(17) to stay rational.
        bent = ({unit[0]: sp.Integer(3), tuple(2 * a for a in unit[0]): sp.Integer(2)}, *outputs[1:])
        loss = HermiteEncoder(dim, outputs).alignment_loss_by_moments()
        bent_loss = HermiteEncoder(dim, bent).alignment_loss_by_moments()
        one, correlation = loss.ring.one, loss.ring.gens[0]
        floor = 2 * (one - correlation)
        if loss != dim * floor:
            wrong.append(f"rotation of {dim} latents")
        if bent_loss - (dim - 1 + 17) * floor != 2 * 8 * (correlation - correlation**2):
            wrong.append(f"bent map of {dim} latents")
    return Finding(not wrong, {"n": [1, 2, 3], "rho": "symbolic"}, ", ".join(wrong))


_c = sp.Symbol("c", real=True)
SIBLING = CLAIM.without(
    "whitened",
    title="Identifiability from the total variance alone",
    says=r"The same with $\mathbb{E}|h|^2=n$ in place of whitening: $h(z)=(c z_1, \sqrt{2-c^2}\,z_2)$ attains "
    r"the floor for $n=2$, so it would have to be a rotation: $c^2=1$.",
    statement=sp.Implies(
        sp.Eq(2 * (1 - rho) * (_c**2 + sp.sqrt(2 - _c**2) ** 2), 2 * (1 - rho) * 2, evaluate=False),
        sp.Eq(_c**2, 1),
    ),
    fails_at={rho: sp.Rational(1, 2), _c: sp.Integer(0)},
)
