"""The search for lattice worlds, and the first-order equations on a grid, against worlds known exactly."""

import numpy as np
import pytest

from proofs_numeric.certificates.first_order_family import Perturbation, coefficients, error
from proofs_numeric.certificates.linear_optimum_of_a_lattice_world import (
    departure,
    eigenvalue_of_the_linear_map,
    is_optimal,
    lattice_worlds,
    stationary_law,
)

FOUR = next(world for world in lattice_worlds(4) if world.drift.tolist() == [-1, -1, 1, 1] and len(world.noise) == 3)


@pytest.mark.parametrize(("count", "worlds"), [(3, 0), (4, 3), (5, 2)])
def test_every_world_of_a_size_keeps_to_its_states(count, worlds):
    generated = list(lattice_worlds(count))
    assert len(generated) == worlds
    for world in generated:
        transition = world.transition(np.full(len(world.noise), 1 / len(world.noise)))
        assert transition.sum(axis=1) == pytest.approx(np.ones(count))
        assert (transition.sum(axis=0) > 0).all()


def test_the_four_state_world_is_recognised_and_its_neighbours_are_not():
    jump = (np.sqrt(73) - 3) / 16
    exact, near = (np.array([a, 1 - 2 * a, a]) for a in (jump, jump + 1e-3))
    assert departure(FOUR, exact) == pytest.approx(np.zeros(4), abs=1e-14)
    assert np.abs(departure(FOUR, near)).max() > 1e-4
    assert is_optimal(FOUR, exact)
    assert eigenvalue_of_the_linear_map(FOUR, exact) == pytest.approx((13 + np.sqrt(73)) / 48)
    assert stationary_law(FOUR.transition(exact)) == pytest.approx(np.array([jump, 1 - jump, 1 - jump, jump]) / 2)


def test_a_linear_map_below_another_eigenfunction_is_not_optimal():
    # Rare jumps: the drift shrinks the states to -1 and 1, and their sign is kept for longer than their value.
    assert not is_optimal(FOUR, np.array([0.01, 0.98, 0.01]))


@pytest.mark.parametrize("rho", [0.3, 0.7])
def test_a_slower_gaussian_world_has_the_variance_of_its_autoregression(rho):
    drift = np.array([0.0, 1.0, 0.0, 0.0, 0.0])
    size = 0.01
    law, regression = coefficients(Perturbation(drift, np.zeros(5)), size, rho)
    correlation = rho + size
    variance = (1 - rho**2) / (1 - correlation**2)
    assert law[:3] == pytest.approx([1, 0, (variance - 1) / np.sqrt(2)], abs=1e-12)
    assert regression[1] == pytest.approx(2 * (correlation - rho) * variance, abs=1e-12)


def test_the_error_of_wrong_coefficients_does_not_vanish():
    generator = np.random.default_rng(0)
    drift, noise = generator.normal(size=(2, 5)) / 2
    noise[0] = drift[4] = 0
    right = error(Perturbation(drift, noise), 1e-3, 0.6)
    law, _ = coefficients(Perturbation(drift, noise), 1e-3, 0.6)
    below, _ = coefficients(Perturbation(drift, noise), -1e-3, 0.6)
    assert right < 1e-4
    # The noise enters at order k by the k-th power of its scale: by the scale alone the law would be another.
    wrong = (np.sqrt(3) * 0.6**2 * drift[2] + 0.8 * noise[3]) / (1 - 0.6**3)
    assert abs((law[3] - below[3]) / 2e-3 - wrong) > 1e-2
