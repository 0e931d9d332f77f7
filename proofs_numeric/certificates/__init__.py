"""Certified and fuzzed evidence, a module per claim."""

from proofs_numeric.certificates import (
    alignment_floor,
    approximate_recovery,
    background,
    degree_contraction,
    first_order_family,
    gaussian_of_affine_eigenfunction,
    gaussian_of_linear_drift,
    gaussian_world_with_nonlinear_optimum,
    gaussian_world_with_quadratic_optimum,
    linear_optimum_of_a_lattice_world,
    mehler_orthogonality,
    reversible_non_gaussian_worlds,
    smooth_non_gaussian_world,
)

MODULES = (
    degree_contraction,
    mehler_orthogonality,
    alignment_floor,
    gaussian_of_linear_drift,
    gaussian_of_affine_eigenfunction,
    gaussian_world_with_nonlinear_optimum,
    gaussian_world_with_quadratic_optimum,
    approximate_recovery,
    reversible_non_gaussian_worlds,
    linear_optimum_of_a_lattice_world,
    first_order_family,
    smooth_non_gaussian_world,
    background,
)
