"""Theorem 5.2 of W and its neighbourhood: which latent laws have a linear optimum."""

from theory.claims.uniqueness import (
    drift_of_a_reversible_gaussian_world,
    gaussian_of_linear_drift,
    gaussian_of_linear_regressions,
    gaussian_of_reversible_linear_optimum,
    gaussian_uniqueness,
    linear_optimum_is_an_eigenfunction,
)

MODULES = (
    gaussian_uniqueness,
    linear_optimum_is_an_eigenfunction,
    gaussian_of_linear_regressions,
    drift_of_a_reversible_gaussian_world,
    gaussian_of_reversible_linear_optimum,
    gaussian_of_linear_drift,
)
