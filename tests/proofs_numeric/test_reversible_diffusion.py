"""Slowest modes against closed forms, with constant and varying coefficients."""

import numpy as np
import pytest

from proofs_numeric.reversible_diffusion import slowest_modes


def test_gaussian_rates_are_the_degrees():
    modes = slowest_modes(lambda z: -(z**2) / 2, half_width=7, modes=5, cells=2000)
    np.testing.assert_allclose(modes.rates, range(5), atol=1e-4)
    assert modes.affine_r2(1) > 1 - 1e-8
    assert modes.affine_r2(2) < 1e-8


def test_a_flat_density_has_cosines():
    modes = slowest_modes(np.zeros_like, half_width=1, modes=4, cells=400)
    np.testing.assert_allclose(modes.rates, (np.arange(4) * np.pi / 2) ** 2, rtol=1e-3, atol=1e-9)
    # An affine function explains 96/pi^4 of the variance of half a cosine.
    assert modes.affine_r2(1) == pytest.approx(96 / np.pi**4, rel=1e-4)


def test_a_varying_coefficient_has_legendre_polynomials():
    modes = slowest_modes(np.zeros_like, half_width=1, modes=4, cells=400, diffusion=lambda z: 1 - z**2)
    np.testing.assert_allclose(modes.rates, [0, 2, 6, 12], rtol=1e-3, atol=1e-9)
    assert modes.affine_r2(1) > 1 - 1e-6


def test_modes_are_orthonormal_and_change_sign():
    modes = slowest_modes(lambda z: z**2 - z**4 / 2 - 0.2 * z**3, half_width=2.5, modes=5, cells=300)
    gram = (modes.functions * modes.weights) @ modes.functions.T
    np.testing.assert_allclose(gram, np.eye(5), atol=1e-9)
    assert [modes.sign_changes(mode) for mode in range(5)] == [0, 1, 2, 3, 4]
