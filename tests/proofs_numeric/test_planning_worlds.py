"""Finite worlds: one whose loss is known by hand, and what the strategy promises."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from proofs_numeric.planning_worlds import PlanningProblem, planning_problems
from theory.claims.planning.sharp_planning_bound import sharp_planning_bound


def nearly_attaining(horizon, size=0.01, rare=1e-9):
    """The example of the claim on the points 1 and -1; two more, never visited, carry the slopes outwards."""
    points = np.array([[1.0], [-1.0], [9.0], [-9.0]])
    right, left, _, _ = np.eye(4)
    slopes = np.array([[1.0] * horizon + [1.0], [-1.0] * horizon + [1.0]])
    world = PlanningProblem(
        points,
        points + size * np.array([[2 * horizon + 1], [-1], [0], [0]]),
        np.array([0.5 - rare, 0.5 - rare, rare, rare]),
        np.array([[right] * (horizon + 1), [right] * horizon + [left]]),
        slopes[..., None] * points[:, 0],
        np.zeros(2),
        1.0,
    )
    return replace(world, charges=-world.costs(world.seen))


@pytest.mark.parametrize("horizon", [1, 2, 5])
def test_the_example_of_the_claim_nearly_attains_the_sharp_bound(horizon):
    world = nearly_attaining(horizon)
    bound = float(sharp_planning_bound(1.0, horizon, world.density_ratio(), world.recovery_error))
    assert world.horizon == horizon
    assert 0.999999 < world.loss() / bound <= 1


def test_costs_are_lipschitz_and_those_of_the_laws():
    world = nearly_attaining(1)
    assert world.costs(world.points + 0.5) - world.costs(world.points) == pytest.approx([1.0, 0.0])
    assert world.costs(world.points) - world.charges == pytest.approx([2.0, -2.0])


@pytest.mark.parametrize("separable", [True, False], ids=["separable", "general"])
def test_generated_worlds_are_worlds(separable):
    @given(planning_problems(separable=separable))
    def check(world):
        np.testing.assert_allclose(world.laws.sum(axis=2), 1)
        assert world.reference.sum() == pytest.approx(1)
        assert world.laws.min() >= 0
        assert world.density_ratio() >= 1 - 1e-12
        assert world.loss() >= 0
        if separable:
            assert np.ptp(world.values, axis=0).max() == 0
            assert np.ptp(world.laws[:, 0], axis=0).max() == 0

    check()
