r"""A rotated latent moves by the transition of the world.

.. math:: h(z)=Qz \implies h(z') = \rho\, h(z) + \sqrt{1-\rho^2}\,\xi, \qquad \xi \sim N(0, I_n)

References
----------
W, Theorem 5.1 (recovery of the transition law).
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.claims.assumptions import assume
from theory.instances import rational_rotation
from theory.notation import Q, encoded, latent, n, rho

_next_encoded, _xi = sp.MatrixSymbol("h(z')", n, 1), sp.MatrixSymbol("xi", n, 1)
_noise, _dual = sp.MatrixSymbol("eta", n, 1), sp.MatrixSymbol("u", n, 1)
_scale = sp.sqrt(1 - rho**2)

LINEARITY = Step(
    "linearity",
    r"$Q$ passes through the transition: $Q(\rho z + \sqrt{1-\rho^2}\,\eta)$ is $\rho\,Qz$ plus noise $Q\eta$.",
    sp.Eq(
        sp.MatMul(Q, sp.MatAdd(rho * latent, _scale * _noise)),
        sp.MatAdd(rho * sp.MatMul(Q, latent), _scale * sp.MatMul(Q, _noise)),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"n": "every integer >= 1", "rho": "(-1, 1)"},
)
NOISE_LAW = Step(
    "noise_law",
    r"$Q\eta$ is standard Gaussian: its characteristic function at $u$ is "
    r"$e^{-|Q^\top u|^2/2}$, and $|Q^\top u|^2 = u^\top QQ^\top u = |u|^2$.",
    sp.Eq(
        sp.MatMul(sp.Transpose(sp.MatMul(sp.Transpose(Q), _dual)), sp.MatMul(sp.Transpose(Q), _dual)),
        sp.MatMul(sp.Transpose(_dual), sp.MatMul(Q, sp.Transpose(Q)), _dual),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"n": "every integer >= 1"},
)


def _vector(name: str, dim: int) -> sp.ImmutableMatrix:
    return sp.ImmutableMatrix(sp.symbols(f"{name}_1:{dim + 1}", real=True))


CLAIM = Claim(
    id="transition_recovery",
    paper="W",
    locator="Theorem 5.1, recovery of the transition law",
    role=Role.THEOREM,
    title="The recovered latents move by the transition of the world",
    says=r"If $h(z)=Qz$ with $Q$ orthogonal, $h(z')=\rho\,h(z)+\sqrt{1-\rho^2}\,\xi$ with $\xi\sim N(0,I_n)$ "
    r"independent of $h(z)$, since $\xi=Q\eta$ depends on the noise alone.",
    statement=sp.Eq(_next_encoded, rho * encoded + _scale * _xi),
    assumptions=assume("gaussian_noise", "isotropic", "correlation", "rotation"),
    steps=(LINEARITY, NOISE_LAW),
    holds_at=lambda _: (
        {
            _next_encoded: rotation * (rho * _vector("z", dim) + _scale * _vector("eta", dim)),
            encoded: rotation * _vector("z", dim),
            _xi: rotation * _vector("eta", dim),
        }
        for dim in (1, 2, 3)
        for rotation in [sp.ImmutableMatrix(rational_rotation(dim, seed=dim))]
    ),
    expected=Verdict.PROVED,
)


_angle = sp.Symbol("theta", real=True)
_r1, _r2 = sp.symbols("rho_1 rho_2", real=True)
_turn = sp.rot_ccw_axis3(_angle)[:2, :2]
SIBLING = CLAIM.without(
    "isotropic",
    title="Recovered transition for latents of different correlation",
    says=r"The same for $\rho_1\neq\rho_2$: after a rotation by $\theta$ the coordinates still move separately, the "
    r"off-diagonal entry of $Q\,\mathrm{diag}(\rho_1,\rho_2)\,Q^\top$ being $0$.",
    statement=sp.Eq((_turn * sp.diag(_r1, _r2) * _turn.T)[0, 1], 0),
    fails_at={_r1: sp.Rational(1, 2), _r2: sp.Rational(1, 4), _angle: sp.pi / 4},
)
