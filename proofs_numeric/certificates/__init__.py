"""Certified and fuzzed evidence, a module per claim."""

from proofs_numeric.certificates import (
    alignment_floor,
    approximate_recovery,
    background,
    degree_contraction,
    dirichlet_energy_floor,
    lean_axioms,
    mehler_orthogonality,
)

MODULES = (
    degree_contraction,
    mehler_orthogonality,
    alignment_floor,
    approximate_recovery,
    dirichlet_energy_floor,
    lean_axioms,
    background,
)
