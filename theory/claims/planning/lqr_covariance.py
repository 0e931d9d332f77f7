r"""The linear-quadratic regulator of the learned latent is that of the world, in rotated coordinates.

.. math:: (\hat A, \hat B, \hat C) = (QAQ^\top, QB, QCQ^\top) \implies \hat P = QPQ^\top, \quad \hat K = KQ^\top

References
----------
W, Appendix D (linear-quadratic regulator); Bertsekas (2017), section 3.1.
"""

from collections.abc import Iterator

import sympy as sp

from theory.claim import Claim, Instance, Kind, Role, Step, Verdict
from theory.claims.assumptions import assume
from theory.control import A, B, C, K, P, Q, R, curvature, gain, riccati, state
from theory.instances import rational_rotation
from theory.notation import m, n

_back = sp.Transpose(Q)
_A, _B = sp.MatMul(Q, A, _back), sp.MatMul(Q, B)
_C, _P = sp.MatMul(Q, C, _back), sp.MatMul(Q, P, _back)
_sizes = {"n": "every integer >= 1", "m": "every integer >= 1"}
_cost_to_go_learned, _gain_learned = sp.MatrixSymbol("Phat", n, n), sp.MatrixSymbol("Khat", m, n)
_c = sp.Symbol("c", real=True)

CURVATURE = Step(
    "curvature",
    r"With $\hat P=QPQ^\top$, the curvature in the action is that of the world: "
    r"$R+\hat B^\top\hat P\hat B=R+B^\top PB$.",
    sp.Eq(curvature(_B, _P, R), curvature(B, P, R), evaluate=False),
    decided_by=Kind.SYMBOLIC,
    over=_sizes,
)
GAIN = Step(
    "gain",
    r"So the gain is $\hat K=KQ^\top$.",
    sp.Eq(gain(_A, _B, _P, R), sp.MatMul(gain(A, B, P, R), _back), evaluate=False),
    decided_by=Kind.SYMBOLIC,
    over=_sizes,
)
RICCATI = Step(
    "riccati",
    r"The Riccati map takes $QPQ^\top$ to $Q$ times its value at $P$ times $Q^\top$. By induction the iterates from "
    r"the terminal cost back to the start are rotated ones, so their limit is: $\hat P=QPQ^\top$ for every horizon.",
    sp.Eq(riccati(_A, _B, _C, _P, R), sp.MatMul(Q, riccati(A, B, C, P, R), _back), evaluate=False),
    decided_by=Kind.SYMBOLIC,
    over=_sizes,
)
ACTION = Step(
    "action",
    r"The action in $\hat z=Qz$ is that of the world: $\hat K\hat z=KQ^\top Qz=Kz$.",
    sp.Eq(sp.MatMul(K, _back, sp.MatMul(Q, state)), sp.MatMul(K, state), evaluate=False),
    decided_by=Kind.SYMBOLIC,
    over=_sizes,
)
ISOTROPIC = Step(
    "isotropic",
    r"The invariant case $C=cI$ needs no transport: $\hat C=Q(cI)Q^\top=cI$.",
    sp.Eq(sp.MatMul(Q, _c * sp.Identity(n), _back), _c * sp.Identity(n), evaluate=False),
    decided_by=Kind.SYMBOLIC,
    over=_sizes,
)


def _horizons() -> Iterator[Instance]:
    """Regulators of an unstable world over the rationals and of its rotation, by their own Riccati iterations."""
    turn = rational_rotation(2, 1)
    world = [sp.ImmutableMatrix(rows) for rows in ([[1, 1], [0, 1]], [[0], [1]], [[2, 1], [1, 3]], [[1]])]
    a, b, c, r = world
    a_learned, b_learned, c_learned = map(sp.ImmutableMatrix, (turn * a * turn.T, turn * b, turn * c * turn.T))
    cost, cost_learned = c, c_learned
    for _ in range(3):
        yield {
            Q: sp.ImmutableMatrix(turn),
            P: cost,
            _cost_to_go_learned: cost_learned,
            K: gain(a, b, cost, r).doit(),
            _gain_learned: gain(a_learned, b_learned, cost_learned, r).doit(),
        }
        cost = riccati(a, b, c, cost, r).doit()
        cost_learned = riccati(a_learned, b_learned, c_learned, cost_learned, r).doit()


CLAIM = Claim(
    id="lqr_covariance",
    paper="W",
    locator="Appendix D, linear-quadratic regulator",
    role=Role.THEOREM,
    title="The regulator of the learned latent takes the actions of the regulator of the world",
    says=r"In the learned latent the cost-to-go is $\hat P=QPQ^\top$ and the gain $\hat K=KQ^\top$, for every horizon; "
    r"so the actions are those of the regulator of the world.",
    statement=sp.And(
        sp.Eq(_cost_to_go_learned, _P, evaluate=False),
        sp.Eq(_gain_learned, sp.MatMul(K, _back), evaluate=False),
    ),
    assumptions=assume("rotation")
    | {
        "linear_world": r"$z_{t+1}=Az_t+Ba_t+\xi_t$ with independent centred noise, "
        r"and $\hat A=QAQ^\top$, $\hat B=QB$.",
        "transported_cost": r"The cost is $z^\top Cz+a^\top Ra$ with $C\succeq0$, $R\succ0$, and in the learned latent "
        r"$\hat C=QCQ^\top$.",
        "convergent": r"For an infinite horizon: the Riccati iteration converges.",
    },
    steps=(CURVATURE, GAIN, RICCATI, ACTION, ISOTROPIC),
    holds_at=lambda _: _horizons(),
    expected=Verdict.PROVED,
)

_angle, _c1, _c2 = sp.symbols("theta c_1 c_2", real=True)
_turn, _weights = sp.rot_ccw_axis3(_angle)[:2, :2], sp.diag(_c1, _c2)
_world = (sp.eye(2) + _weights).inv() * _weights
_learned = (sp.eye(2) + _turn.T * _weights * _turn).inv() * _turn.T * _weights
SIBLING = CLAIM.without(
    "transported_cost",
    title="The regulator for a state cost that is not rotated",
    says=r"For $n=2$, $A=B=R=I$, $C=\mathrm{diag}(c_1,c_2)$ and one step: with $\hat C=C$, the entry $(1,2)$ of "
    r"$\hat K$ is that of $KQ^\top$.",
    statement=sp.Eq(_learned[0, 1], (_world * _turn.T)[0, 1]),
    fails_at={_angle: sp.pi / 2, _c1: sp.Integer(1), _c2: sp.Integer(0)},
)
