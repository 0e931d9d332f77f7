"""Certified and fuzzed evidence, a module per claim."""

from proofs_numeric.certificates import (
    alignment_floor,
    approximate_recovery,
    background,
    degree_contraction,
    mehler_orthogonality,
    recovery_with_confidence,
    sharp_recovery,
)

MODULES = (
    degree_contraction,
    mehler_orthogonality,
    alignment_floor,
    approximate_recovery,
    sharp_recovery,
    recovery_with_confidence,
    background,
)
