r"""Planning in the learned latent is planning in the world, for costs invariant under all rotations.

.. math:: \hat V^*(Qz) = V^*(z), \qquad
          \operatorname{argmin}_a \hat J(a;\, Qz) = \operatorname{argmin}_a J(a;\, z), \quad a = (a_0, \ldots, a_{T-1})

References
----------
W, Theorem 5.4.
"""

from collections.abc import Iterator

import sympy as sp

from theory.claim import Claim, Instance, Kind, Role, Step, Verdict
from theory.claims.assumptions import assume
from theory.claims.planning.planning_under_one_rotation import (
    OBLIQUE_TURN,
    QUARTER_TURN,
    costs_of_plans,
    radial_cost,
)
from theory.control import Q, squared_norm, state

_value, _value_hat = sp.Function("V")(state), sp.Function("Vhat")(sp.MatMul(Q, state))
_optimal, _optimal_hat = (sp.Function("argmin")(sp.Symbol(name)) for name in ("J", "Jhat"))

INVARIANT = Step(
    "invariant",
    r"Costs invariant under $O(n)$ are functions of $|z|$ and $a$; $|Qz|^2=|z|^2$, so they are invariant under the one "
    r"recovered $Q$, and planning under one rotation applies.",
    sp.Eq(squared_norm(sp.MatMul(Q, state)), squared_norm(state), evaluate=False),
    by=("planning_under_one_rotation",),
    decided_by=Kind.SYMBOLIC,
    over={"n": "every integer >= 1"},
)


def _worlds() -> Iterator[Instance]:
    """Optima over every plan of a nonlinear world, and of its rotations."""
    for turn in (QUARTER_TURN, OBLIQUE_TURN):
        for horizon in (1, 2):
            plans = costs_of_plans(turn, radial_cost, horizon)
            (best, optimal), (best_hat, optimal_hat) = (
                (
                    min(costs),
                    sp.FiniteSet(*(sp.Tuple(*plan) for plan, c in zip(plans, costs, strict=True) if c == min(costs))),
                )
                for costs in zip(*plans.values(), strict=True)
            )
            yield {_value: best, _value_hat: best_hat, _optimal: optimal, _optimal_hat: optimal_hat}


CLAIM = Claim(
    id="planning_equivalence",
    paper="W",
    locator="Theorem 5.4",
    role=Role.THEOREM,
    title="Planning in the learned latent is planning in the world",
    says=r"If $h(z)=Qz$ and the stage and terminal costs are $O(n)$-invariant in the state, the optimal value and the "
    r"optimal plans in the learned latent from $Qz$ are those in the world from $z$.",
    statement=sp.And(
        sp.Eq(_value_hat, _value),
        sp.Eq(_optimal_hat, _optimal),
    ),
    assumptions=assume("rotation", "transported_transition", "finite_costs")
    | {"invariant_costs": r"$\ell(Uz,a)=\ell(z,a)$ and $\ell_T(Uz)=\ell_T(z)$ for all $U\in O(n)$."},
    steps=(INVARIANT,),
    holds_at=lambda _: _worlds(),
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
