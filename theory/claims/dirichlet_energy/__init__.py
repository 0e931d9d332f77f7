"""Appendix E of W: linear identifiability by the Dirichlet energy, inequality by inequality."""

from theory.claims.dirichlet_energy import (
    alignment_tends_to_dirichlet_energy,
    alignment_within_dirichlet_energy,
    arithmetic_geometric_mean,
    dirichlet_energy_by_degree,
    dirichlet_energy_floor,
    exponential_above_its_tangent,
    isometries_are_affine,
    log_jacobian_has_mean_zero,
    rotation_at_the_energy_floor,
    whitening_bounds_the_energy,
)

MODULES = (
    arithmetic_geometric_mean,
    exponential_above_its_tangent,
    isometries_are_affine,
    dirichlet_energy_by_degree,
    alignment_within_dirichlet_energy,
    alignment_tends_to_dirichlet_energy,
    log_jacobian_has_mean_zero,
    dirichlet_energy_floor,
    rotation_at_the_energy_floor,
    whitening_bounds_the_energy,
)
