"""Hypothesis strategies for worlds and for the other objects of the theory, degenerate cases included.

They shrink towards the Gaussian world of one latent and correlation one half, and the identity. They own a domain and
promise no distribution over it.
"""

from proofs_numeric.strategies.control import regulators
from proofs_numeric.strategies.dynamics import (
    diffusion_worlds,
    hyperbolic_worlds,
    latents,
    lattice_worlds,
    transitions,
    transport_worlds,
    worlds,
)
from proofs_numeric.strategies.hermite import hermite_encoders, near_identity_encoders
from proofs_numeric.strategies.linear import correlations, orthogonal_matrices
from proofs_numeric.strategies.maps import encoders, mixings

__all__ = [
    "correlations",
    "diffusion_worlds",
    "encoders",
    "hermite_encoders",
    "hyperbolic_worlds",
    "latents",
    "lattice_worlds",
    "mixings",
    "near_identity_encoders",
    "orthogonal_matrices",
    "regulators",
    "transitions",
    "transport_worlds",
    "worlds",
]
