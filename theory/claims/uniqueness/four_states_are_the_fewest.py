r"""Worlds of three states or fewer have no linear optimum: the linear map is not even an eigenfunction.

.. math:: m(z)+r(z)=2\lambda z+\kappa, \quad r(z')=\mathbb{E}[z\mid z'] \;\Longrightarrow\; \lambda\le0

A noise of $l$ values leads each state to $l$ states at the same distances, so there are finitely many ways to
arrange the transitions. In each, probabilities and distances between the states are unknown reals, about which z3
decides.

References
----------
W, Theorem 5.2.
"""

from collections.abc import Iterator
from itertools import combinations, pairwise, product

import sympy as sp
from sympy.polys.matrices import DomainMatrix

from theory.claim import Claim, Finding, Instance, Kind, Profile, Role, Step, Verdict, evidence
from theory.claims.assumptions import assume
from theory.finite_world import JUMP, JUMP_FIELD, FiniteWorld, four_state_world
from theory.notation import x
from theory.proof import valid

_slope, _intercept = sp.symbols("lambda kappa", real=True)

_states = sp.Symbol("N", integer=True)
_first, _second, _constant = sp.symbols("x_1 x_2 c", real=True)

CONSTANT_DRIFT = Step(
    "constant_drift",
    r"If all states lead to the same states, $z'$ does not depend on $z$: $m(z)+r(z)$ is a constant $c$ at any two "
    r"states $x_1\ne x_2$, and $\lambda=0$.",
    sp.Implies(
        sp.And(
            sp.Ne(_first, _second),
            *(sp.Eq(_constant, 2 * _slope * state + _intercept) for state in (_first, _second)),
        ),
        sp.Eq(_slope, 0),
    ),
    decided_by=Kind.SMT,
    over={"x_1, x_2": "real"},
)
FEW = Step(
    "few",
    r"In every other arrangement of at most three states, $m(z)+r(z)=2\lambda z+\kappa$ makes $\lambda\le0$.",
    _slope <= 0,
)


def linear_eigenvalue(world: FiniteWorld) -> sp.Expr:
    """Eigenvalue of S for the centred linear map.

    Raises
    ------
    ValueError
        If that is no eigenfunction.
    """
    field, ones = world.field, DomainMatrix.ones((1, len(world.drift)), world.field)
    centred = world.states - ones * field.from_sympy(world.moment(1))
    image = (world.symmetrised * centred.transpose()).transpose()
    if centred.vstack(image).rank() > 1:
        raise ValueError("the linear map is no eigenfunction")
    pairs = zip(image.to_list_flat(), centred.to_list_flat(), strict=True)
    return next(field.to_sympy(there / state) for there, state in pairs if state != 0)


def three_state_world() -> FiniteWorld:
    """Drift 1, 1, 0 on 0, 1, 2, and noise 0 or 1, 1 with probability q, q^3 - 4q + 1 = 0."""
    probability = sp.CRootOf(x**3 - 4 * x + 1, 1)
    drift = {sp.Integer(state): sp.Integer(value) for state, value in enumerate((1, 1, 0))}
    noise = {sp.Integer(0): 1 - probability, sp.Integer(1): probability}
    return FiniteWorld(drift, noise, sp.QQ.algebraic_field(probability))


def _worlds(_profile: Profile) -> Iterator[Instance]:
    """Two states without memory, three whose eigenvalue is negative, and four whose eigenvalue is positive."""
    fresh = FiniteWorld(
        dict.fromkeys((sp.Integer(0), sp.Integer(1)), sp.Integer(0)),
        dict.fromkeys((sp.Integer(0), sp.Integer(1)), sp.Rational(1, 2)),
        sp.QQ,
    )
    for world in (fresh, three_state_world(), four_state_world(JUMP, JUMP_FIELD)):
        yield {_states: sp.Integer(len(world.drift)), _slope: linear_eigenvalue(world)}


CLAIM = Claim(
    id="four_states_are_the_fewest",
    paper="W",
    locator="Theorem 5.2",
    role=Role.EXTENSION,
    title="On fewer than four states no positively correlated linear map is an eigenfunction",
    says=r"In a stationary world of additive noise that is not constant, on $N\le3$ real states that all occur, the "
    r"linear map is no eigenfunction of $S$ with a positive eigenvalue.",
    statement=sp.Implies(_states <= 3, _slope <= 0),
    assumptions=assume("stationary_law", "additive_noise", "noise", "finite_variance", "positively_correlated"),
    steps=(CONSTANT_DRIFT, FEW),
    holds_at=_worlds,
    expected=Verdict.PROVED,
)

Arrangement = tuple[tuple[int, ...], ...]


def arrangements(states: int) -> Iterator[Arrangement]:
    r"""Generate, for every state, the increasing tuple of states that its transitions lead to.

    The tuples of one arrangement have one length, the number of values of the noise, which is at least 2, and they
    are not all the same. Of two arrangements that are each other's mirror image one is given: $z$ and $-z$ have the
    same $\lambda$.
    """
    for values in range(2, states + 1):
        for arrangement in product(combinations(range(states), values), repeat=states):
            mirrored = tuple(
                tuple(states - 1 - target for target in reversed(targets)) for targets in reversed(arrangement)
            )
            if len(set(arrangement)) > 1 and arrangement >= mirrored:
                yield arrangement


def regression_is_linear(arrangement: Arrangement) -> sp.Basic:
    r"""Formula: some law and noise of this arrangement have $m(z)+r(z)=2\lambda z+\kappa$.

    The states are real, in increasing order, from 0 to 1.
    """
    count, values = len(arrangement), len(arrangement[0])
    inner = [sp.Symbol(f"x_{i}", real=True) for i in range(1, count - 1)]
    states: list[sp.Expr] = [sp.Integer(0), *inner, sp.Integer(1)]
    noise = sp.symbols(f"q_:{values}", real=True)
    law = sp.symbols(f"p_:{count}", real=True)
    flow = [
        {state: law[state] * noise[targets.index(here)] for state, targets in enumerate(arrangement) if here in targets}
        for here in range(count)
    ]
    # The drift is the image of the lowest value of the noise: its mean goes into the intercept.
    drift = [states[targets[0]] for targets in arrangement]
    return sp.And(
        *(lower < upper for lower, upper in pairwise(states) if inner),
        *(probability > 0 for probability in (*law, *noise)),
        _equal(sum(noise), 1),
        _equal(sum(law), 1),
        *(
            _equal(
                states[targets[value]] - states[targets[0]], states[arrangement[0][value]] - states[arrangement[0][0]]
            )
            for targets in arrangement[1:]
            for value in range(1, values)
        ),
        *(_equal(sum(flow[here].values()), law[here]) for here in range(count)),
        *(
            _equal(
                law[here] * drift[here] + sum(states[state] * mass for state, mass in flow[here].items()),
                law[here] * (2 * _slope * states[here] + _intercept),
            )
            for here in range(count)
        ),
    )


def _equal(left: sp.Expr, right: sp.Expr) -> sp.Eq:
    return sp.Eq(left, right, evaluate=False)


@evidence(CLAIM.id, Kind.SMT, step=FEW.key)
def every_arrangement(_profile: Profile) -> Finding:
    """Decide every arrangement of two and of three states, all distances and probabilities symbolic."""
    tried = [arrangement for states in (2, 3) for arrangement in arrangements(states)]
    open_ = {
        arrangement: finding.detail
        for arrangement in tried
        # No implication: some arrangements admit no world at all.
        if not (finding := valid(sp.Not(sp.And(regression_is_linear(arrangement), _slope > 0)))).passed
    }
    return Finding(not open_, {"states": "2 and 3", "arrangements, up to mirror images": len(tried)}, str(open_ or ""))


SIBLING = CLAIM.without(
    "positively_correlated",
    title="Three states on which the linear map is no eigenfunction",
    says=r"On at most three states, the linear map is no eigenfunction of $S$ with an eigenvalue other than $0$.",
    statement=sp.Implies(_states <= 3, sp.Eq(_slope, 0)),
)


@evidence(SIBLING.id, Kind.SYMBOLIC, refutes=True)
def linear_eigenfunction_of_three_states(_profile: Profile) -> Finding:
    """Drift 1, 1, 0 on 0, 1, 2, and noise 0 or 1, 1 with probability q, q^3 - 4q + 1 = 0: a negative eigenvalue."""
    world = three_state_world()
    eigenvalue, probability = linear_eigenvalue(world), world.noise[sp.Integer(1)]
    covered = {"q": f"{probability} = {sp.N(probability, 6)}", "eigenvalue": str(sp.N(eigenvalue, 6))}
    return Finding(bool(eigenvalue < 0), covered)
