"""Regulators with solutions by hand, and the corners that the strategy reaches."""

import numpy as np
import pytest
from hypothesis import find, given

from proofs_numeric.identification import root_mean_square, transitions
from proofs_numeric.regulators import Regulator
from proofs_numeric.strategies import regulators

ONE = np.eye(1)
GOLDEN = (1 + 5**0.5) / 2


def test_the_scalar_regulator_is_golden():
    problem = Regulator(ONE, ONE, ONE, ONE)
    P, K = problem.solve()
    np.testing.assert_allclose(P, [[GOLDEN]])
    np.testing.assert_allclose(K, [[1 / GOLDEN]])
    np.testing.assert_allclose(problem.cost_to_go(K), P)
    np.testing.assert_allclose(problem.covariance(K, ONE), [[1 / (1 - (1 - 1 / GOLDEN) ** 2)]])
    assert problem.condition(K) == pytest.approx(1 / (1 - (1 - 1 / GOLDEN) ** 2))


@pytest.mark.parametrize("error", [1e-6, 1e-3])
def test_round_off_covers_an_error_of_the_cost_to_go(error):
    problem = Regulator(ONE, ONE, ONE, ONE)
    P, K = problem.solve()
    assert problem.round_off(P, K) < 1e-13
    assert error <= problem.round_off(P + error, K) <= 1.01 * error


def test_a_gain_that_is_off_costs_more():
    problem = Regulator(2 * ONE, ONE, ONE, ONE)
    P, K = problem.solve()
    assert problem.cost_to_go(K + 0.1) > P


@given(regulators())
def test_regulators_are_solved_and_stable(problem):
    P, K = problem.solve()
    assert np.max(np.abs(np.linalg.eigvals(problem.closed_loop(K)))) < 1
    assert np.min(np.linalg.eigvalsh(P)) >= -problem.round_off(P, K)


@pytest.mark.parametrize(
    "wanted",
    [
        lambda problem: np.max(np.abs(np.linalg.eigvals(problem.A))) > 1,
        lambda problem: not problem.A.any(),
        lambda problem: not problem.B.any(),
        lambda problem: not problem.C.any(),
        lambda problem: problem.B.shape == (6, 3),
        lambda problem: 0 < np.linalg.matrix_rank(problem.B) < min(problem.B.shape),
    ],
    ids=["unstable", "no dynamics", "no control", "no cost", "largest", "redundant inputs"],
)
def test_regulators_reach_their_corners(wanted):
    find(regulators(), wanted)


@given(transitions(max_amplitude=0.0))
def test_a_sample_through_a_rotation_has_no_error(sample):
    assert root_mean_square(sample.error) == 0
    theta = np.hstack([sample.world.A, sample.world.B])
    rotated = sample.world.rotated(sample.rotation)
    np.testing.assert_allclose(sample.turned_back(np.hstack([rotated.A, rotated.B])), theta, atol=1e-12)
