r"""Planning in a rotated latent is planning in the world, for costs that this one rotation leaves alone.

.. math:: \ell(Qz, a) = \ell(z, a),\; \ell_T(Qz) = \ell_T(z) \implies
          \hat J(a_{0:T-1};\, Qz_0) = J(a_{0:T-1};\, z_0) \text{ for every plan}

with $\hat z_{t+1} = Q\,F(Q^\top\hat z_t, a_t, \xi_t)$, the transition $z_{t+1} = F(z_t, a_t, \xi_t)$ in the
coordinates $\hat z = Qz$. Every Markov kernel on $\mathbb{R}^n$ is of this form.

References
----------
W, Theorem 5.4; Kallenberg (2021), Lemma 4.22 (kernels as functions of independent noise).
"""

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from itertools import product

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.claims.assumptions import assume
from theory.control import Q, action, moved, moved_in_learned_latent, state
from theory.matrices import VectorFunction
from theory.notation import m

_paid, _paid_hat, _next, _next_hat = sp.symbols("S Shat c chat", real=True)
_first, _second, _first_hat, _second_hat = sp.symbols("J_1 J_2 Jhat_1 Jhat_2", real=True)
_rotated = sp.MatMul(Q, state)
_plan = sp.Symbol("a")
_cost, _cost_hat = sp.Function("J")(_plan, state), sp.Function("Jhat")(_plan, _rotated)


def _policy(observed: sp.MatrixExpr) -> sp.MatrixExpr:
    return VectorFunction(sp.Symbol("pi"), m, observed)


def _or_equal(first: sp.Expr, second: sp.Expr, first_hat: sp.Expr, second_hat: sp.Expr) -> sp.Basic:
    """Both pairs are in the same order."""
    return sp.And(
        sp.Implies(first <= second, first_hat <= second_hat),
        sp.Implies(first_hat <= second_hat, first <= second),
    )


TRAJECTORY = Step(
    "trajectory",
    r"If $\hat z_t=Qz_t$, the same action and noise lead to $\hat z_{t+1}=Qz_{t+1}$. From $\hat z_0=Qz_0$ on, by "
    r"induction over $t$, $\hat z_t=Qz_t$ along every plan.",
    sp.Eq(moved_in_learned_latent(_rotated, action), sp.MatMul(Q, moved(state, action)), evaluate=False),
    decided_by=Kind.SYMBOLIC,
    over={"n": "every integer >= 1", "F": "every transition"},
)
FEEDBACK = Step(
    "feedback",
    r"The same for feedback: $\hat\pi(\hat z)=\pi(Q^\top\hat z)$ takes the actions of $\pi$, and every policy of the "
    r"learned latent is of this form.",
    sp.Eq(
        moved_in_learned_latent(_rotated, _policy(sp.MatMul(sp.Transpose(Q), _rotated))),
        sp.MatMul(Q, moved(state, _policy(state))),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"n": "every integer >= 1", "F": "every transition", "pi": "every policy"},
)
COST = Step(
    "cost",
    r"Each stage costs the same, $\hat c=\ell(Qz_t,a_t)=\ell(z_t,a_t)=c$, and so does the end; so the costs paid until "
    r"$t+1$ are equal if those until $t$ are. By induction they are equal on every trajectory, hence in expectation.",
    sp.Implies(sp.And(sp.Eq(_paid_hat, _paid), sp.Eq(_next_hat, _next)), sp.Eq(_paid_hat + _next_hat, _paid + _next)),
    decided_by=Kind.SMT,
)
ORDER = Step(
    "order",
    r"Any two plans are in the same order, so the same plans are optimal, and at the same cost.",
    sp.Implies(
        sp.And(sp.Eq(_first_hat, _first), sp.Eq(_second_hat, _second)),
        _or_equal(_first, _second, _first_hat, _second_hat),
    ),
    decided_by=Kind.SMT,
)

Vector = tuple[Fraction, Fraction]
Matrix = tuple[Vector, Vector]

QUARTER_TURN: Matrix = (Fraction(0), Fraction(-1)), (Fraction(1), Fraction(0))
#: Rotation by atan(4/3).
OBLIQUE_TURN: Matrix = (Fraction(3, 5), Fraction(-4, 5)), (Fraction(4, 5), Fraction(3, 5))


def _turned(matrix: Matrix, vector: Vector) -> Vector:
    (a, b), (c, d) = matrix
    return a * vector[0] + b * vector[1], c * vector[0] + d * vector[1]


def _bent(state: Vector, action: int, noise: int) -> Vector:
    """A transition that is neither linear nor rotation invariant."""
    x, y = state
    return x / 2 + action * y**2 / 4 + noise, y / 3 - x * action + noise * x / 2


def _transported(turn: Matrix, state: Vector, action: int, noise: int) -> Vector:
    (a, b), (c, d) = turn
    return _turned(turn, _bent(_turned(((a, c), (b, d)), state), action, noise))


def _quartic(state: Vector, action: int) -> Fraction:
    """Invariant under quarter turns, and under no other rotation of the plane."""
    return state[0] ** 4 + state[1] ** 4 + action * (state[0] ** 2 - state[1] ** 2) ** 2 + action**2


def radial_cost(state: Vector, action: int) -> Fraction:
    """Invariant under every rotation of the plane."""
    return (1 + action**2) * (state[0] ** 2 + state[1] ** 2) + action


def costs_of_plans(
    turn: Matrix, cost: Callable[[Vector, int], Fraction], horizon: int
) -> dict[tuple[int, ...], tuple[sp.Rational, sp.Rational]]:
    """Expected cost of every plan of a nonlinear world, in the world and in its rotation, exactly."""
    start = Fraction(1), Fraction(1, 2)
    return {
        plan: (
            _total(_bent, cost, start, plan),
            _total(partial(_transported, turn), cost, _turned(turn, start), plan),
        )
        for plan in product((-1, 0, 1), repeat=horizon)
    }


def _total(
    transition: Callable[[Vector, int, int], Vector],
    cost: Callable[[Vector, int], Fraction],
    start: Vector,
    plan: tuple[int, ...],
) -> sp.Rational:
    """Expected cost of a plan, exactly: every sequence of noises is tried."""
    total = Fraction(0)
    for noises in product((-1, 1), repeat=len(plan)):
        place = start
        for act, noise in zip(plan, noises, strict=True):
            total += cost(place, act)
            place = transition(place, act, noise)
        total += cost(place, 0)
    return sp.Rational(total / 2 ** len(plan))


CLAIM = Claim(
    id="planning_under_one_rotation",
    paper="W",
    locator="Theorem 5.4",
    role=Role.EXTENSION,
    title="Costs invariant under the one recovered rotation are enough for exact planning",
    says=r"If $\ell$ and $\ell_T$ are invariant under $Q$, every plan and every policy has the same cost in the "
    r"learned latent $\hat z=Qz$ as in the world, and the same ones are optimal. Costs invariant under a group $G$ "
    r"will do if $Q\in G$; of all of $O(n)$ nothing else is used.",
    statement=sp.Eq(_cost_hat, _cost),
    assumptions=assume("rotation", "transported_transition", "finite_costs")
    | {"invariant_under_q": r"$\ell(Qz,a)=\ell(z,a)$ and $\ell_T(Qz)=\ell_T(z)$ for all $z$, $a$."},
    steps=(TRAJECTORY, FEEDBACK, COST, ORDER),
    holds_at=lambda profile: (
        {_cost: cost, _cost_hat: cost_hat}
        for turn, invariant in ((QUARTER_TURN, _quartic), (OBLIQUE_TURN, radial_cost))
        for horizon in profile.pick(quick=(1, 2), thorough=(1, 2, 3))
        for cost, cost_hat in costs_of_plans(turn, invariant, horizon).values()
    ),
    expected=Verdict.PROVED,
)

_a, _b, _angle = sp.symbols("a_1 a_2 theta", real=True)
SIBLING = CLAIM.without(
    "transported_transition",
    title="Planning with the transition of the world in rotated coordinates",
    says=r"For $n=2$, $T=1$, $F(z,a)=z+(a,0)$ and $\ell_T(z)=|z|^2$ from $z_0=(1,0)$: with $F$ itself in place of "
    r"$Q\,F(Q^\top\cdot)$, $\hat z_0=Qz_0=(\cos\theta,\sin\theta)$, a plan that is better in the world looks better.",
    statement=sp.Implies(
        (1 + _a) ** 2 < (1 + _b) ** 2,
        (sp.cos(_angle) + _a) ** 2 + sp.sin(_angle) ** 2 < (sp.cos(_angle) + _b) ** 2 + sp.sin(_angle) ** 2,
    ),
    fails_at={_a: sp.Integer(-1), _b: sp.Integer(0), _angle: sp.pi / 2},
)
