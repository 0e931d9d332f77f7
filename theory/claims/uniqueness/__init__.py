"""Theorem 5.2 of W and its neighbourhood: which latent laws have a linear optimum."""

from theory.claims.uniqueness import (
    gaussian_of_linear_regressions,
    gaussian_of_reversible_linear_optimum,
    gaussian_uniqueness,
)

MODULES = (
    gaussian_uniqueness,
    gaussian_of_linear_regressions,
    gaussian_of_reversible_linear_optimum,
)
