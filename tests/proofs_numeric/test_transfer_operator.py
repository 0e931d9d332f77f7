"""The discretised transition operator, on worlds whose spectrum is known."""

import itertools

import numpy as np
import pytest

from proofs_numeric.additive_noise import AdditiveNoiseWorld, Logistic, SymmetricGaussianPair
from proofs_numeric.linear_optimum import platykurtic_noise, solve
from proofs_numeric.transfer_operator import Grid, TransferOperator, refine

RHO = 0.7
GRID = Grid(12, 121)
OU = AdditiveNoiseWorld(lambda z: RHO * z, SymmetricGaussianPair(0.0, 1 - RHO**2))


@pytest.fixture(scope="module")
def ornstein_uhlenbeck():
    return TransferOperator(OU, GRID)


@pytest.fixture(scope="module")
def platykurtic():
    return solve(platykurtic_noise(), RHO, Grid(8, 101), functions=30, length=3.0)


@pytest.mark.parametrize("noise", [Logistic(), SymmetricGaussianPair(0.8, 0.3)], ids=["logistic", "pair"])
def test_density_is_normalised_and_has_the_stated_derivative(noise):
    grid = Grid(45, 2001)
    assert grid.spacing * noise.density(grid.nodes).sum() == pytest.approx(1, abs=1e-13)
    by_difference = (noise.density(grid.nodes + 1e-5) - noise.density(grid.nodes - 1e-5)) / 2e-5
    np.testing.assert_allclose(noise.derivative(grid.nodes), by_difference, atol=1e-9)


def test_ornstein_uhlenbeck_has_the_stationary_gaussian(ornstein_uhlenbeck):
    inside = np.abs(GRID.nodes) < 6
    gaussian = np.exp(-(GRID.nodes[inside] ** 2) / 2) / np.sqrt(2 * np.pi)
    np.testing.assert_allclose(ornstein_uhlenbeck.density[inside], gaussian, rtol=1e-10)
    assert ornstein_uhlenbeck.kurtosis == pytest.approx(3, abs=1e-11)


def test_ornstein_uhlenbeck_has_the_powers_of_rho(ornstein_uhlenbeck):
    np.testing.assert_allclose(ornstein_uhlenbeck.eigenvalues[:8], RHO ** np.arange(1, 9), atol=1e-12)
    assert ornstein_uhlenbeck.operator_norm == pytest.approx(RHO, abs=1e-13)
    assert ornstein_uhlenbeck.nonlinearity < 1e-20
    assert ornstein_uhlenbeck.linearity_defect(RHO) < 1e-13


def test_two_copies_have_the_products(ornstein_uhlenbeck):
    assert ornstein_uhlenbeck.pair_eigenvalue() == pytest.approx(RHO**2, abs=1e-12)


def test_linear_drift_has_the_moments_of_an_autoregression():
    # z' = 0.5 z + logistic noise: variance (pi^2/3)/(1 - 1/4), excess kurtosis 1.2 (1 - 1/4)^2 / (1 - 1/16).
    operator = TransferOperator(AdditiveNoiseWorld(lambda z: z / 2, Logistic()), Grid(60, 481))
    assert operator.mean(operator.grid.nodes**2) == pytest.approx(np.pi**2 / 3 / 0.75, rel=1e-12)
    assert operator.kurtosis - 3 == pytest.approx(1.2 * 0.75**2 / (1 - 1 / 16), rel=1e-11)


def test_refine_sees_a_grid_that_is_too_coarse():
    def moments(operator):
        return [operator.mean(operator.grid.nodes**2)]

    coarse, fine = (refine(OU, moments, [Grid(9, n), Grid(9, 2 * n)]) for n in (13, 121))
    assert coarse.errors[0] > 1e-3
    assert fine.errors[0] < 1e-13
    assert fine.values[0] == pytest.approx(1, abs=1e-13)
    with pytest.raises(ValueError, match="two grids"):
        refine(OU, moments, [GRID])


def test_a_world_that_does_not_settle_is_refused():
    jumps = AdditiveNoiseWorld(lambda z: np.where(z < 0, 8.0, -8.0), platykurtic_noise())
    with pytest.raises(ArithmeticError, match="stationary"):
        TransferOperator(jumps, Grid(12, 121))


def test_the_solution_is_a_linear_eigenfunction_on_grids_it_was_not_fitted_on(platykurtic):
    operator = TransferOperator(platykurtic, Grid(9, 200))
    assert operator.linearity_defect(RHO) < 1e-10
    assert operator.eigenvalues[0] == pytest.approx(RHO, abs=1e-13)
    assert operator.nonlinearity < 1e-20
    assert abs(operator.kurtosis - 3) > 0.3
    assert np.linalg.norm(operator.forward - operator.forward.T) > 0.1


def test_the_residual_falls_geometrically_with_the_basis():
    residuals = [
        TransferOperator(
            solve(platykurtic_noise(), RHO, Grid(8, 161), functions=functions, length=3.0), Grid(9, 201)
        ).linearity_defect(RHO)
        for functions in (8, 16, 24, 32)
    ]
    assert all(finer < coarser / 30 for coarser, finer in itertools.pairwise(residuals))


def test_another_drift_with_the_same_noise_is_no_solution(platykurtic):
    bent = AdditiveNoiseWorld(lambda z: platykurtic.drift(z) + 1e-3 * np.tanh(z), platykurtic.noise)
    assert TransferOperator(bent, Grid(8, 101)).linearity_defect(RHO) > 1e-5
    linear = AdditiveNoiseWorld(lambda z: RHO * z, platykurtic.noise)
    assert TransferOperator(linear, Grid(8, 101)).linearity_defect(RHO) > 1e-2
