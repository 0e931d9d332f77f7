"""The flipped drift against its closed forms, its unflipped limit and a simulated world."""

import numpy as np
import pytest
from scipy.stats import kstest, norm

from proofs_numeric.flipped_drift import odd_functions

RHO, THRESHOLD = 0.7, 1.2


def simulated(pairs, seed=0):
    random = np.random.default_rng(seed)
    z, noise = random.standard_normal((2, pairs))
    drift = RHO * np.where(np.abs(z) < THRESHOLD, z, -z)
    return z, drift + np.sqrt(1 - RHO**2) * noise


def test_the_functions_are_of_unit_variance_and_orthogonal():
    odd = odd_functions(RHO, THRESHOLD)
    basis = np.stack([odd.latent, odd.cubic])
    np.testing.assert_allclose(basis @ basis.T, np.eye(2), atol=1e-10)


@pytest.mark.parametrize("sign", [1, -1])
def test_without_a_flip_the_latent_is_the_eigenfunction(sign):
    # The threshold is beyond all latents but a share of 1e-13, whose flip shows in the seventh digit.
    odd = odd_functions(RHO, 7.5).with_sign(sign)
    np.testing.assert_allclose(odd.operator @ odd.latent, sign * RHO * odd.latent, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(odd.operator @ odd.cubic, sign * RHO**3 * odd.cubic, rtol=1e-5, atol=1e-5)


def test_the_simulated_world_is_stationary_and_has_these_correlations():
    # Five checks, each false with probability 1e-6 at most.
    z, z_next = simulated(200_000)
    assert kstest(z_next, "norm").pvalue > 1e-6
    odd = odd_functions(RHO, THRESHOLD)
    cubic, cubic_next = ((x**3 - 3 * x) / np.sqrt(6) for x in (z, z_next))
    for products, expected in (
        (z * z_next, odd.latent @ odd.operator @ odd.latent),
        ((z * cubic_next + cubic * z_next) / 2, odd.latent @ odd.operator @ odd.cubic),
        (cubic * cubic_next, odd.cubic @ odd.operator @ odd.cubic),
        ((z**2 - 1) * (z_next**2 - 1) / 2, RHO**2),
    ):
        error = products.std() / np.sqrt(len(products))
        assert abs(products.mean() - expected) < norm.isf(0.5e-6) * error
