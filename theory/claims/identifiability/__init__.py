"""Theorem 5.1 of W and its neighbourhood: what the optimum is in the Gaussian world."""

from theory.claims.identifiability import (
    alignment_floor,
    anisotropic_threshold,
    correlation_bound,
    degree_contraction,
    degree_penalty,
    fewer_outputs_than_latents,
    floor_for_any_number_of_outputs,
    loss_decomposition,
    mehler_orthogonality,
    more_outputs_than_latents,
    negative_correlation,
    rotation_at_the_floor,
    transition_recovery,
)

MODULES = (
    degree_contraction,
    mehler_orthogonality,
    loss_decomposition,
    degree_penalty,
    correlation_bound,
    alignment_floor,
    rotation_at_the_floor,
    transition_recovery,
    floor_for_any_number_of_outputs,
    fewer_outputs_than_latents,
    more_outputs_than_latents,
    anisotropic_threshold,
    negative_correlation,
)
