"""Certified and fuzzed evidence, a module per claim."""

from proofs_numeric.certificates import (
    alignment_floor,
    approximate_recovery,
    background,
    degree_contraction,
    dirichlet_energy_floor,
    first_harmonic_is_monotone,
    first_harmonics_are_identified,
    lean_axioms,
    mehler_orthogonality,
)

MODULES = (
    degree_contraction,
    mehler_orthogonality,
    alignment_floor,
    approximate_recovery,
    dirichlet_energy_floor,
    first_harmonic_is_monotone,
    first_harmonics_are_identified,
    lean_axioms,
    background,
)
