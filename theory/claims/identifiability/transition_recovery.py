r"""A rotated latent moves by the transition of the world.

.. math:: h(z)=Qz \implies h(z') = \rho\, h(z) + \sqrt{1-\rho^2}\,\xi, \qquad \xi \sim N(0, I_n)

References
----------
W, Theorem 5.1 (recovery of the transition law).
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.claims.assumptions import assume
from theory.notation import Q, h, latent, n, rho

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

CLAIM = Claim(
    id="transition_recovery",
    paper="W",
    locator="Theorem 5.1, recovery of the transition law",
    role=Role.THEOREM,
    title="The recovered latents move by the transition of the world",
    says=r"If $h(z)=Qz$ with $Q$ orthogonal, $h(z')=\rho\,h(z)+\sqrt{1-\rho^2}\,\xi$ with $\xi\sim N(0,I_n)$ "
    r"independent of $h(z)$.",
    statement=sp.Eq(h(sp.Symbol("z'")), rho * h(sp.Symbol("z")) + _scale * sp.Symbol("xi")),
    assumptions=assume("gaussian_noise", "isotropic", "correlation", "rotation"),
    steps=(LINEARITY, NOISE_LAW),
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
