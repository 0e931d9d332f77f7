"""The fixed point with logistic noise: its limit of small covariance, and where it stops."""

import numpy as np
import pytest

from proofs_numeric.additive_noise import Logistic
from proofs_numeric.certificates import smooth_non_gaussian_world as certificate
from proofs_numeric.certificates.smooth_non_gaussian_world import (
    linear_maps_are_optimal,
    map_halves_distances,
    tilt_is_linear_to_second_order,
)
from proofs_numeric.logistic_worlds import LogisticFixedPoint, Unknowns
from proofs_numeric.transfer_operator import Grid, TransferOperator

GRID = Grid(50, 201)
VARIANCE = np.pi**2 / 3


@pytest.mark.parametrize("covariance", [1e-3, 1e-2])
def test_small_covariance_has_the_score_as_regression(covariance):
    fixed_point = LogisticFixedPoint(covariance, GRID)
    unknowns = fixed_point.solve()
    score = np.tanh(GRID.nodes / 2)
    assert np.max(np.abs(unknowns.regression - covariance * score)) < 5 * covariance**2
    assert fixed_point.slope(unknowns) == pytest.approx(2 * covariance / VARIANCE, rel=5 * covariance)
    assert fixed_point.mass @ (GRID.nodes * fixed_point.drift(unknowns)) == pytest.approx(covariance, rel=1e-12)


def test_unknowns_are_the_regression_and_the_density_of_the_world():
    fixed_point = LogisticFixedPoint(0.5, GRID)
    unknowns = fixed_point.solve()
    operator = TransferOperator(fixed_point.world(unknowns), GRID)
    np.testing.assert_allclose(operator.drift, fixed_point.drift(unknowns), atol=1e-12)
    np.testing.assert_allclose(operator.backward_regression, unknowns.regression, atol=1e-11)
    np.testing.assert_allclose(operator.density, unknowns.ratio * Logistic().density(GRID.nodes), rtol=1e-9)


def test_too_large_a_covariance_is_refused():
    with pytest.raises(ArithmeticError, match="no fixed point"), np.errstate(all="ignore"):
        LogisticFixedPoint(4.0, GRID).solve(iterations=50)


def test_distance_sees_either_unknown():
    zero, one = np.zeros(3), np.ones(3)
    assert Unknowns(zero, one).distance(Unknowns(zero, 3 * one)) == 2
    assert Unknowns(2 * one, one).distance(Unknowns(zero, one)) == 2


def test_the_map_does_not_halve_distances_at_large_covariance():
    with pytest.raises(AssertionError):
        map_halves_distances(2.0, (1.0, 0.0, 1.0, 1.0), (0.3, 1.0, -1.0, -1.0))


@pytest.mark.parametrize(("name", "wrong"), [("TOP", 0.31), ("OTHERS", 1e-4), ("KURTOSIS", 4.3)])
def test_a_wrong_constant_is_noticed(name, wrong, monkeypatch):
    linear_maps_are_optimal(0.005)
    monkeypatch.setattr(certificate, name, wrong)
    with pytest.raises(AssertionError):
        linear_maps_are_optimal(0.005)


def test_gaussian_noise_would_not_obey_the_tilt_bounds(monkeypatch):
    monkeypatch.setattr(Logistic, "density", lambda _self, value: np.exp(-(value**2) / 2))
    with pytest.raises(AssertionError):
        tilt_is_linear_to_second_order(4.0, 1.0)
