"""Appendix F of W: slow latents, and what is identified where latents are not Gaussian."""

from theory.claims.slow_features import (
    first_harmonic_is_monotone,
    first_harmonics_are_identified,
    slow_harmonics_before_a_fast_latent,
)

MODULES = (
    slow_harmonics_before_a_fast_latent,
    first_harmonic_is_monotone,
    first_harmonics_are_identified,
)
