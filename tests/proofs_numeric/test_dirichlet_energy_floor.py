"""The swirl of the unit square, whose energy is measured in Gaussian coordinates."""

import numpy as np
import pytest
from scipy.stats import norm

from proofs_numeric.certificates import dirichlet_energy_floor
from proofs_numeric.certificates.dirichlet_energy_floor import swirl
from theory.claim import Profile

CENTRE, RADIUS = (0.4, 0.6), 0.3


@pytest.fixture
def points():
    return np.random.default_rng(2605).uniform(0.05, 0.95, size=(200, 2))


@pytest.mark.parametrize("turn", [-3.0, 0.5, 6.0])
def test_the_jacobian_is_that_of_the_map(points, turn):
    _, jacobians = swirl(points, turn, CENTRE, RADIUS)
    step = 1e-6
    for axis in range(2):
        shift = step * np.eye(2)[axis]
        ahead, behind = (swirl(points + sign * shift, turn, CENTRE, RADIUS)[0] for sign in (1, -1))
        # The error of the central difference is of the order of its square step and of the round-off over the step.
        np.testing.assert_allclose(jacobians[:, :, axis], (ahead - behind) / (2 * step), atol=1e-7)


def test_area_is_preserved_and_the_border_left_alone(points):
    images, jacobians = swirl(points, 3.0, CENTRE, RADIUS)
    np.testing.assert_allclose(np.linalg.det(jacobians), 1, atol=1e-12)
    outside = np.linalg.norm(points - CENTRE, axis=1) >= RADIUS
    assert 0 < outside.sum() < len(points)
    np.testing.assert_allclose(images[outside], points[outside], rtol=1e-14)


def test_the_energy_is_that_of_a_rule_over_the_square():
    # The midpoint rule of 200 cells a side; that of 400 differs by 2.5e-10.
    middle = (np.arange(200) + 0.5) / 200
    points = np.stack(np.meshgrid(middle, middle), axis=-1).reshape(-1, 2)
    images, jacobians = swirl(points, 3.0, CENTRE, RADIUS)
    scales = norm.pdf(norm.ppf(points))[:, None, :] / norm.pdf(norm.ppf(images))[:, :, None]
    energy, _ = dirichlet_energy_floor._energy_and_log_jacobian(3.0, CENTRE, RADIUS)
    assert energy == pytest.approx(np.mean(np.sum((scales * jacobians) ** 2, axis=(1, 2))), abs=1e-9)


def test_a_map_that_shrinks_areas_is_noticed(monkeypatch):
    def shrunk(*arguments):
        images, jacobians = swirl(*arguments)
        return images, jacobians * (1 - 1e-8)

    monkeypatch.setattr(dirichlet_energy_floor, "swirl", shrunk)
    assert dirichlet_energy_floor.swirls_stay_above_the_floor.check(Profile.QUICK).passed is False
