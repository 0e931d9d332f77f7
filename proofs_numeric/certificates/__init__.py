"""Certified and fuzzed evidence, a module per claim."""

from proofs_numeric.certificates import (
    alignment_floor,
    approximate_planning,
    approximate_recovery,
    background,

    degree_contraction,


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

    approximate_planning,
    sharp_planning_bound,
    separable_costs,


    background,
)
