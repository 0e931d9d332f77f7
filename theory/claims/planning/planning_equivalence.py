r"""Planning in the learned latent is planning in the world, for costs invariant under all rotations.

.. math:: \hat V^*(Qz) = V^*(z), \qquad
          \operatorname{argmin}_a \hat J(a;\, Qz) = \operatorname{argmin}_a J(a;\, z), \quad a = (a_0, \ldots, a_{T-1})

References
----------
W, Theorem 5.4.
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.claims.assumptions import assume
from theory.control import Q, squared_norm, state

INVARIANT = Step(
    "invariant",
    r"Costs invariant under $O(n)$ are functions of $|z|$ and $a$; $|Qz|^2=|z|^2$, so they are invariant under the one "
    r"recovered $Q$, and planning under one rotation applies.",
    sp.Eq(squared_norm(sp.MatMul(Q, state)), squared_norm(state), evaluate=False),
    by=("planning_under_one_rotation",),
    decided_by=Kind.SYMBOLIC,
    over={"n": "every integer >= 1"},
)

CLAIM = Claim(
    id="planning_equivalence",
    paper="W",
    locator="Theorem 5.4",
    role=Role.THEOREM,
    title="Planning in the learned latent is planning in the world",
    says=r"If $h(z)=Qz$ and the stage and terminal costs are $O(n)$-invariant in the state, the optimal value and the "
    r"optimal plans in the learned latent from $Qz$ are those in the world from $z$.",
    statement=sp.And(
        sp.Eq(sp.Function("Vhat")(sp.MatMul(Q, state)), sp.Function("V")(state)),
        sp.Eq(sp.Function("argmin")(sp.Symbol("Jhat")), sp.Function("argmin")(sp.Symbol("J"))),
    ),
    assumptions=assume("rotation", "transported_transition", "finite_costs")
    | {"invariant_costs": r"$\ell(Uz,a)=\ell(z,a)$ and $\ell_T(Uz)=\ell_T(z)$ for all $U\in O(n)$."},
    steps=(INVARIANT,),
    sharpened_by="planning_under_one_rotation",
    expected=Verdict.PROVED,
)

_x1, _y1, _x2, _y2, _angle = sp.symbols("x_1 y_1 x_2 y_2 theta", real=True)
SIBLING = CLAIM.without(
    "invariant_costs",
    title="Planning with a cost that singles out a direction",
    says=r"For $n=2$ and the terminal cost $\ell_T(z)=z_1$: of two plans that end in $(x_1,y_1)$ and $(x_2,y_2)$, the "
    r"better one also looks better after the rotation by $\theta$.",
    statement=sp.Implies(
        _x1 < _x2,
        sp.cos(_angle) * _x1 - sp.sin(_angle) * _y1 < sp.cos(_angle) * _x2 - sp.sin(_angle) * _y2,
    ),
    fails_at={
        _x1: sp.Integer(0),
        _y1: sp.Integer(0),
        _x2: sp.Integer(1),
        _y2: sp.Integer(1),
        _angle: sp.pi / 2,
    },
)
