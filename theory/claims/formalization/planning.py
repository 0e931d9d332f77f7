r"""Planning.lean: the expected costs of two worlds there are free functionals, assumed to be equal.

The counterexamples live on the line, in a world as plain as any: $z_{t+1}=z_t+v\,a_t$, its rival
$\hat z_{t+1}=\hat z_t+\hat v\,a_t$ with $\hat z_0=qz_0$. With $s$ the sum of the actions so far, a cost of
the state is evaluated at $z+vs$ and at $qz+\hat vs$.

References
----------
W, Theorem 5.4 and Appendix G; lean/LeJEPA/Planning.lean.
"""

from collections.abc import Iterator, Mapping
from itertools import chain, product

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.notation import Expectation

_state, _actions, _drift, _rival_drift, _map = sp.symbols("z s v u q", real=True)
_rival_expected, _expected = (Expectation(sp.Symbol(name, real=True)) for name in (r"c(\hat z_t,a_t)", r"c(Qz_t,a_t)"))
_law, _rival_law, _kernel, _rival_kernel, _cost = sp.symbols("p r k l c", real=True)

_there, _here = _map * _state + _rival_drift * _actions, _state + _drift * _actions
_INVARIANT = {"invariant_costs": r"$c(Qz,a)=c(z,a)$ for all $z$, $a$; here $q^2=1$ and the cost is the square."}
_SAME_PLAN = {"same_plan": r"Both worlds follow the same plan."}
#: One step, which only the rival world takes.
_one_step = {
    _state: sp.Integer(0),
    _map: sp.Integer(1),
    _drift: sp.Integer(0),
    _rival_drift: sp.Integer(1),
    _actions: sp.Integer(1),
}

LAW = Step(
    "law",
    r"Let $Q$ be injective. If $r=\hat p_t(Qx)$ is $p=p_t(x)$ and the kernel $l=\hat P_a(Qx,Qy)$ is $k=P_a(x,y)$, the "
    r"terms of $\hat p_{t+1}(Qy)=\sum_x\hat p_t(Qx)\,\hat P_a(Qx,Qy)$ are those of $p_{t+1}(y)$: by induction from "
    r"$\hat z_0=Qz_0$, $\hat p_t(Qx)=p_t(x)$ for all $t$.",
    sp.Implies(
        sp.And(sp.Eq(_rival_law, _law), sp.Eq(_rival_kernel, _kernel)),
        sp.Eq(_rival_law * _rival_kernel, _law * _kernel),
    ),
    decided_by=Kind.SMT,
)
COST = Step(
    "cost",
    r"So $\mathbb{E}\,c(\hat z_t,a_t)=\sum_x\hat p_t(Qx)\,c(Qx,a_t)$ has the terms of $\mathbb{E}\,c(Qz_t,a_t)$; and "
    r"if $c(Qx,a)=c(x,a)$, those of $\mathbb{E}\,c(z_t,a_t)$.",
    sp.Implies(sp.Eq(_rival_law, _law), sp.Eq(_rival_law * _cost, _law * _cost)),
    decided_by=Kind.SMT,
)


def _decision_processes() -> Iterator[dict[sp.Basic, sp.Basic]]:
    """Expected costs after each plan of up to three actions, three states here and four there, one that Q misses."""
    image = (2, 0, 3)
    kernels = [sp.Matrix([[1, 2, 1], [0, 3, 1], [2, 1, 1]]) / 4, sp.Matrix([[0, 4, 0], [1, 1, 2], [3, 0, 1]]) / 4]
    rivals = []
    for kernel in kernels:
        rival = sp.eye(4)
        for i, j in product(range(3), repeat=2):
            rival[image[i], image[j]] = kernel[i, j]
        rivals.append(rival)
    costs = sp.Matrix([[3, -1], [0, 2], [7, 5], [1, -4]])
    for plan in chain.from_iterable(product((0, 1), repeat=length) for length in (1, 2, 3)):
        law, rival_law = sp.Matrix([[1, 3, 0]]) / 4, sp.zeros(1, 4)
        for i in range(3):
            rival_law[image[i]] = law[i]
        for action in plan[:-1]:
            law, rival_law = law * kernels[action], rival_law * rivals[action]
        yield {
            _rival_expected: rival_law.dot(costs.col(plan[-1])),
            _expected: sum(law[i] * costs[image[i], plan[-1]] for i in range(3)),
        }


PUSHFORWARD = Claim(
    id="costs_of_pushed_forward_dynamics",
    paper="W",
    locator="Appendix G, Lean axioms `stage_pushforward` and `terminal_pushforward`",
    role=Role.EXTENSION,
    title="Expected costs agree where the dynamics are pushed forward",
    says=r"Let the kernel $\hat P_a$ be that of $P_a$ pushed forward by an injective $Q$, on countably many states, "
    r"and $\hat z_0=Qz_0$. Then $\mathbb{E}\,c(\hat z_t,a_t)=\mathbb{E}\,c(Qz_t,a_t)$ for every cost, plan and time.",
    statement=sp.Eq(_rival_expected, _expected),
    assumptions={"pushed_forward": r"$\hat P_a(Qx,Qy)=P_a(x,y)$; here $u=qv$."} | _SAME_PLAN,
    steps=(LAW, COST),
    holds_at=lambda _: _decision_processes(),
    expected=Verdict.PROVED,
)
PUSHFORWARD_SIBLING = PUSHFORWARD.without(
    "pushed_forward",
    title="Expected costs of unrelated dynamics",
    says=r"The same for any two worlds, and the cost $c(z)=z$: $qz+us=q(z+vs)$.",
    statement=sp.Eq(_there, _map * _here),
    fails_at=_one_step,
)


def _false(
    name: str,
    what: str,
    says: str,
    statement: sp.Basic,
    assumptions: dict[str, str],
    at: Mapping[sp.Symbol, sp.Expr] = _one_step,
) -> Claim:
    """Claim of a declaration that is false for want of a tie between the two worlds."""
    return Claim(
        id=f"lean_{name}",
        paper="W",
        locator=f"Appendix G, Lean {what}`{name}`",
        role=Role.THEOREM,
        title=f"Lean {name}",
        says=says,
        statement=statement,
        assumptions=assumptions,
        expected=Verdict.REPAIRED,
        repaired_by=PUSHFORWARD.id,
        fails_at=at,
    )


def _sibling(claim: Claim, dropped: str, says: str) -> Claim:
    """Sibling of a false declaration, which is false at the same point."""
    return claim.without(
        dropped,
        title=f"{claim.title} without an assumption",
        says=says,
        statement=claim.statement,
        fails_at=claim.fails_at,
    )


STAGE = _false(
    "stage_pushforward",
    "axiom ",
    r"$\hat E[c(z_t,a_t)\mid Qz]=E[c(Qz_t,a_t)\mid z]$ for all $\hat E$, $E$, $Q$ and $c$. But nothing ties $\hat E$ "
    r"to $E$: for the cost $c(z)=z$ on the line, $qz+us=q(z+vs)$.",
    sp.Eq(_there, _map * _here),
    _SAME_PLAN,
)
STAGE_SIBLING = _sibling(STAGE, "same_plan", r"The same for two plans.")

TERMINAL = _false(
    "terminal_pushforward",
    "axiom ",
    r"The same at the terminal time: $\hat E[c(z_T)\mid Qz]=E[c(Qz_T)\mid z]$.",
    sp.Eq(_there, _map * _here),
    _SAME_PLAN,
)
TERMINAL_SIBLING = _sibling(TERMINAL, "same_plan", r"The same for two plans.")

STAGE_COST = _false(
    "stage_cost_equiv",
    "",
    r"For an invariant cost, $\hat E[c(z_t,a_t)\mid Qz]=E[c(z_t,a_t)\mid z]$; for $c(z)=z^2$ on the line, "
    r"$(qz+us)^2=(z+vs)^2$.",
    sp.Eq(_there**2, _here**2),
    _INVARIANT,
)
STAGE_COST_SIBLING = _sibling(STAGE_COST, "invariant_costs", r"The same for any cost.")

TERMINAL_COST = _false(
    "terminal_cost_equiv",
    "",
    r"For an invariant cost, $\hat E[c(z_T)\mid Qz]=E[c(z_T)\mid z]$.",
    sp.Eq(_there**2, _here**2),
    _INVARIANT,
)
TERMINAL_COST_SIBLING = _sibling(TERMINAL_COST, "invariant_costs", r"The same for any cost.")

EQUIVALENCE = _false(
    "planning_equivalence",
    "",
    r"For invariant costs the total cost of every plan is the same from $Qz$ under $\hat E$ and from $z$ under $E$; "
    r"for one step and the terminal cost $z^2$, $(qz+us)^2=(z+vs)^2$. `value_equivalence` restates it.",
    sp.Eq(_there**2, _here**2),
    _INVARIANT,
)
EQUIVALENCE_SIBLING = _sibling(EQUIVALENCE, "invariant_costs", r"The same for any costs.")

MINIMIZER = _false(
    "minimizer_equivalence",
    "",
    r"For invariant costs the optimal plans from $Qz$ under $\hat E$ and from $z$ under $E$ are the same; for one step "
    r"and the terminal cost $z^2$, to stay is as good as the action $s$ here iff it is there.",
    sp.Equivalent((_map * _state) ** 2 <= _there**2, _state**2 <= _here**2),
    _INVARIANT,
    _one_step | {_state: sp.Integer(1), _drift: sp.Integer(-1)},
)
MINIMIZER_SIBLING = _sibling(MINIMIZER, "invariant_costs", r"The same for any costs.")
