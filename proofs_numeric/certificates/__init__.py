"""Certified and fuzzed evidence, a module per claim."""

from proofs_numeric.certificates import (
    alignment_floor,
    approximate_recovery,
    background,
    degree_contraction,
    mehler_orthogonality,
    reversible_non_gaussian_worlds,
    smooth_non_gaussian_world,
)

MODULES = (
    degree_contraction,
    mehler_orthogonality,
    alignment_floor,
    approximate_recovery,
    reversible_non_gaussian_worlds,
    smooth_non_gaussian_world,
    background,
)
