r"""Reaching an encoded goal in the learned latent is reaching the goal in the world.

.. math:: |\hat z_T - h(g)|^2 = |Qz_T - Qg|^2 = |z_T - g|^2

References
----------
W, Appendix D (goal reaching).
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.claims.assumptions import assume
from theory.control import Q, goal, squared_norm, state

DISTANCE = Step(
    "distance",
    r"The distance to the encoded goal is the distance to the goal, in every state.",
    sp.Eq(
        squared_norm(sp.MatAdd(sp.MatMul(Q, state), -sp.MatMul(Q, goal))),
        squared_norm(sp.MatAdd(state, -goal)),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"n": "every integer >= 1", "g": "every goal"},
)
STANDING_GOAL = Step(
    "standing_goal",
    r"Let the state be $(z,g)$ with a goal that stands still, $(z,g)\mapsto(F(z,a,\xi),g)$. The cost is invariant "
    r"under the one rotation $Q\oplus Q$, not under all of $O(2n)$: planning under one rotation applies.",
    sp.Eq(
        sp.MatMul(sp.BlockDiagMatrix(Q, Q), sp.BlockMatrix([[state], [goal]])),
        sp.BlockMatrix([[sp.MatMul(Q, state)], [sp.MatMul(Q, goal)]]),
        evaluate=False,
    ),
    by=("planning_under_one_rotation",),
    decided_by=Kind.SYMBOLIC,
    over={"n": "every integer >= 1"},
)

CLAIM = Claim(
    id="goal_reaching",
    paper="W",
    locator="Appendix D, goal reaching",
    role=Role.THEOREM,
    title="Reaching the encoded goal is reaching the goal",
    says=r"For costs that depend on the state through $|z-g|$ alone, planning in the learned latent towards $h(g)=Qg$ "
    r"has the costs and the optimal plans of planning in the world towards $g$.",
    statement=DISTANCE.statement,
    assumptions=assume("rotation", "transported_transition", "finite_costs")
    | {"encoded_goal": r"The goal of the planner in the learned latent is $h(g)$."},
    steps=(DISTANCE, STANDING_GOAL),
    expected=Verdict.PROVED,
)

_first, _second, _goal = sp.symbols("z_1 z_2 g", real=True)
NOT_ENCODED = CLAIM.without(
    "encoded_goal",
    title="A goal given in the coordinates of the world",
    says=r"For $n=1$, $Q=-1$ and the goal $g$ itself in the learned latent: of two end points the nearer one looks "
    r"nearer.",
    statement=sp.Implies(
        (_first - _goal) ** 2 < (_second - _goal) ** 2, (-_first - _goal) ** 2 < (-_second - _goal) ** 2
    ),
    fails_at={_first: sp.Integer(1), _second: sp.Integer(-1), _goal: sp.Integer(1)},
)

_x, _y, _scale = sp.symbols("x y c", real=True)
NOT_ORTHOGONAL = CLAIM.without(
    "rotation",
    title="A linear latent that is stretched",
    says=r"For $h(z)=(c z_1, z_2)$ and the goal $0$: of two end points $(x,0)$ and $(0,y)$ the nearer one looks "
    r"nearer.",
    statement=sp.Implies(_x**2 < _y**2, (_scale * _x) ** 2 < _y**2),
    fails_at={_x: sp.Integer(1), _y: sp.Integer(2), _scale: sp.Integer(3)},
)
