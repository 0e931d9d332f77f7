r"""Worlds in which planning with an approximate encoder is computed to round-off, and their generators.

.. math:: J(a) = \sum_{t \le T} \sum_k p^a_t(k)\, \ell^a_t(x_k), \qquad
          \hat J(a) = \sum_{t \le T} \sum_k p^a_t(k)\, \ell^a_t(Q^\top h(x_k))

References
----------
McShane (1934): $\min_j v_j + L|z - x_j|$ is $L$-Lipschitz, and every $L$-Lipschitz function on points is one.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from numpy.typing import NDArray

from proofs_numeric.fuzzing import WithinBound, fuzz
from proofs_numeric.strategies import orthogonal_matrices
from theory.claim import Finding, Profile

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PlanningProblem:
    """States at finitely many points, and plans that each move them in a way of their own.

    Parameters
    ----------
    points, seen
        States and what the encoder makes of them, turned back by $Q^T$; shapes (k, n).
    reference
        Law under which the recovery error is measured, shape (k,).
    laws
        Law of the state under each plan at t = 0 to T, shape (plans, T + 1, k).
    values
        Costs of each plan at the points before they are made Lipschitz, shape (plans, T + 1, k).
    charges
        Cost of the actions of each plan, whatever the state; shape (plans,).
    lipschitz
        Lipschitz constant of the costs.
    """

    points: Array
    seen: Array
    reference: Array
    laws: Array
    values: Array
    charges: Array
    lipschitz: float

    @property
    def horizon(self) -> int:
        """Number of actions of a plan."""
        return self.laws.shape[1] - 1

    @property
    def recovery_error(self) -> float:
        """Mean squared error of the encoder under the reference law."""
        return float(self.reference @ np.sum((self.seen - self.points) ** 2, axis=1))

    def density_ratio(self, first: int = 0) -> float:
        """Largest density of a state under a plan, from time `first` on."""
        return float(np.max(self.laws[:, first:] / self.reference))

    def costs(self, states: Array) -> Array:
        """Expected cost of each plan where the points are taken for these states."""
        distances = np.linalg.norm(states[:, None] - self.points, axis=2)
        stages = np.min(self.values[..., None, :] + self.lipschitz * distances, axis=-1)
        return np.sum(self.laws * stages, axis=(1, 2)) + self.charges

    def loss(self) -> float:
        """What the plan chosen through the encoder costs more than the best one, at worst among ties."""
        true, seen = self.costs(self.points), self.costs(self.seen)
        tied = seen <= seen.min() + 1e-12 * (1 + abs(seen.min()))
        return float(true[tied].max() - true.min())


@st.composite
def planning_problems(draw: DrawFn, *, separable: bool) -> PlanningProblem:
    """Worlds of 2 to 5 points in one or two dimensions, 2 or 3 plans and 1 to 3 actions.

    Parameters
    ----------
    separable
        Whether the state costs the same under every plan, and all plans start from one law.
    """
    dim, size = draw(st.integers(1, 2)), draw(st.integers(2, 5))
    plans, stages = draw(st.integers(2, 3)), draw(st.integers(2, 4))
    turn = draw(orthogonal_matrices(dim))
    amplitude, lipschitz = draw(st.floats(0, 2)), draw(st.floats(0, 4))
    # A world has a hundred numbers: too many to draw, so they come from a drawn seed. In sparse worlds most
    # of them are 0, and plans lead to single points.
    rng, sparse = np.random.default_rng(draw(st.integers(0, 2**32 - 1))), draw(st.booleans())

    def numbers(*shape: int) -> Array:
        return rng.uniform(-1, 1, shape) * (rng.random(shape) < (0.3 if sparse else 1.0))

    points, reference = numbers(size, dim), rng.uniform(0.01, 1, size)
    laws, values = np.abs(numbers(plans, stages, size)), 2 * numbers(plans, stages, size)
    laws[..., -1] += laws.sum(axis=2) == 0
    # The cost of the last state knows no action; a separable cost knows none at all.
    shared = slice(0, stages) if separable else slice(stages - 1, stages)
    values[:, shared] = values[:1, shared]
    if separable:
        laws[:, 0] = laws[0, 0]
    world = PlanningProblem(
        points,
        (points @ turn.T + amplitude * numbers(size, dim)) @ turn,
        reference / reference.sum(),
        laws / laws.sum(axis=2, keepdims=True),
        values,
        2 * numbers(plans),
        lipschitz,
    )
    # The worst charges make all plans look alike.
    return replace(world, charges=world.charges - world.costs(world.seen)) if draw(st.booleans()) else world


def search_beyond(bound: Callable[[PlanningProblem], float], *, separable: bool, profile: Profile) -> Finding:
    """Search finite worlds for one whose loss exceeds a bound, and report the largest ratio."""
    within_bound = WithinBound()

    def holds(world: PlanningProblem) -> None:
        within_bound(world.loss(), bound(world))

    finding = fuzz(
        holds,
        planning_problems(separable=separable),
        examples=profile.pick(quick=100, thorough=5_000),
        n="1 and 2",
        points="2 to 5",
        plans="2 and 3",
        T="1 to 3",
    )
    return within_bound.report(finding)
