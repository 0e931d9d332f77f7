"""Encoders near and far from a rotation, searched for one beyond the bounds on the recovery error."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from hypothesis import target

from proofs_numeric.bounds import recovery_bound
from proofs_numeric.fuzzing import fuzz
from proofs_numeric.hermite_coefficients import Coefficients
from proofs_numeric.strategies import correlations, near_identity_encoders
from theory.claim import Finding, Kind, Profile, evidence
from theory.encoder import HermiteEncoder

#: A root of a number near zero has an error of the root of its rounding, doubled in the square that it is in.
ROUND_OFF = 4 * float(np.sqrt(np.finfo(np.float64).eps))

#: Bound on the recovery error by excess, defect, pair correlation and number of latents.
Bound = Callable[[float, float, float, int], float]


def error_is_within(bound: Bound, encoder: HermiteEncoder, rho: Fraction) -> None:
    """Assert a bound on the recovery error of an encoder."""
    coefficients, correlation = Coefficients.of(encoder), float(rho)
    limit = bound(coefficients.excess(correlation), coefficients.defect, correlation, encoder.dim)
    error = coefficients.recovery_error()
    compare(error, limit)


def compare(error: float, limit: float) -> None:
    """Assert that an error is within its bound but for round-off, and steer the search to the largest ratio."""
    target(error / (limit + ROUND_OFF))
    assert error <= limit + ROUND_OFF, f"error {error:.9g} > bound {limit:.9g}"


def search(bound: Bound, *, examples: int, shrink: bool = True) -> Finding:
    """Search encoders near the identity for one whose recovery error is beyond a bound."""

    def holds(encoder: HermiteEncoder, rho: Fraction) -> None:
        error_is_within(bound, encoder, rho)

    return fuzz(
        holds,
        near_identity_encoders(),
        correlations(),
        examples=examples,
        shrink=shrink,
        n="1 to 3",
        max_degree=3,
        rho="(0, 1)",
    )


def printed(excess: float, defect: float, rho: float, _dim: int) -> float:
    """Bound as printed."""
    return float(recovery_bound(excess, defect, rho, sharp=False))


@evidence("approximate_recovery", Kind.FUZZ)
def searched_beyond_the_bound(profile: Profile) -> Finding:
    """Search for the largest ratio of recovery error and printed bound."""
    return search(printed, examples=profile.pick(quick=60, thorough=3_000))
