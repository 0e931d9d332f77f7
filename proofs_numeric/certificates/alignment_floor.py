"""Whitened Hermite encoders, searched for one below the alignment floor."""

from fractions import Fraction

import numpy as np
from hypothesis import assume, target

from proofs_numeric.fuzzing import fuzz
from proofs_numeric.hermite_coefficients import Coefficients
from proofs_numeric.strategies import correlations, hermite_encoders
from theory.claim import Finding, Kind, Profile, evidence
from theory.encoder import HermiteEncoder

_ROUND_OFF = 1e-9


def stays_above_the_floor(encoder: HermiteEncoder, rho: Fraction) -> None:
    """Assert that the whitened encoder is not below the floor, and steer the search towards it."""
    coefficients = Coefficients.of(encoder)
    covariance = coefficients.covariance
    assume(np.linalg.cond(covariance) < 1e6)
    white = coefficients.whitened()
    outputs, dim = white.linear.shape
    excess = white.alignment_loss(float(rho)) - 2 * (1 - float(rho)) * outputs
    if outputs == dim:
        target(-excess)
    assert excess >= -_ROUND_OFF * outputs, f"excess {excess:.3g} of {outputs} outputs"


@evidence("alignment_floor", Kind.FUZZ)
def searched_below_the_floor(profile: Profile) -> Finding:
    """Search whitened Hermite encoders for the smallest excess over the floor."""
    return fuzz(
        stays_above_the_floor,
        hermite_encoders(max_dim=4, max_degree=4),
        correlations(),
        examples=profile.pick(quick=100, thorough=2_000),
        n="1 to 4",
        max_degree=4,
        rho="(0, 1)",
    )
