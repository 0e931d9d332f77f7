"""Certified and fuzzed evidence, a module per claim."""

from proofs_numeric.certificates import (
    alignment_floor,
    approximate_planning,
    approximate_recovery,
    background,
    controller_loss,
    degree_contraction,
    gaussian_density_ratio,
    identification_error,
    lqr_covariance,
    mehler_orthogonality,
    separable_costs,
    sharp_planning_bound,
)

MODULES = (
    degree_contraction,
    mehler_orthogonality,
    alignment_floor,
    approximate_recovery,
    lqr_covariance,
    gaussian_density_ratio,
    approximate_planning,
    sharp_planning_bound,
    separable_costs,
    identification_error,
    controller_loss,
    background,
)
