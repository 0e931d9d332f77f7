"""Certified and fuzzed evidence, a module per claim."""

from proofs_numeric.certificates import (
    alignment_floor,
    approximate_recovery,
    background,
    degree_contraction,
    dirichlet_energy_floor,
    first_harmonic_is_monotone,
    first_harmonics_are_identified,
    first_order_family,
    gaussian_of_affine_eigenfunction,
    gaussian_of_linear_drift,
    gaussian_world_with_nonlinear_optimum,
    gaussian_world_with_quadratic_optimum,
    lean_axioms,
    linear_optimum_of_a_lattice_world,
    mehler_orthogonality,
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
    dirichlet_energy_floor,
    first_harmonic_is_monotone,
    first_harmonics_are_identified,
    lean_axioms,
    smooth_non_gaussian_world,
    linear_optimum_of_a_lattice_world,
    first_order_family,
    background,
)
