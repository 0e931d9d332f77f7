"""Theorem 5.2 of W and its neighbourhood: which latent laws have a linear optimum."""

from theory.claims.uniqueness import (
    drift_of_a_reversible_gaussian_world,
    first_eigenfunction_is_monotone,
    gaussian_of_affine_eigenfunction,
    gaussian_of_linear_drift,
    gaussian_of_linear_regressions,
    gaussian_of_reversible_linear_optimum,
    gaussian_uniqueness,
    gaussian_world_with_nonlinear_optimum,
    gaussian_world_with_quadratic_optimum,
    linear_optimum_is_an_eigenfunction,
    sign_change_of_eigenfunctions,
    zeros_of_eigenfunctions,
)

MODULES = (
    gaussian_uniqueness,
    linear_optimum_is_an_eigenfunction,
    gaussian_of_linear_regressions,
    drift_of_a_reversible_gaussian_world,
    gaussian_of_reversible_linear_optimum,
    gaussian_of_linear_drift,
    gaussian_of_affine_eigenfunction,
    gaussian_world_with_nonlinear_optimum,
    gaussian_world_with_quadratic_optimum,
    zeros_of_eigenfunctions,
    sign_change_of_eigenfunctions,
    first_eigenfunction_is_monotone,
)
