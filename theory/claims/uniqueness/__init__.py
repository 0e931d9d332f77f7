"""Theorem 5.2 of W and its neighbourhood: which latent laws have a linear optimum."""

from theory.claims.uniqueness import (
    first_order_family,
    four_states_are_the_fewest,
    gaussian_noise_first_order,
    gaussian_of_linear_regressions,
    gaussian_of_reversible_linear_optimum,
    gaussian_uniqueness,
    linear_optimum_of_a_lattice_world,
)

MODULES = (
    gaussian_uniqueness,
    gaussian_of_linear_regressions,
    gaussian_of_reversible_linear_optimum,
    linear_optimum_of_a_lattice_world,
    four_states_are_the_fewest,
    first_order_family,
    gaussian_noise_first_order,
)
