"""Encoders near and far from a rotation, searched for one beyond the bound of Theorem 5.3."""

from fractions import Fraction

import numpy as np
from hypothesis import assume, target
from hypothesis import strategies as st

from proofs_numeric.fuzzing import fuzz
from proofs_numeric.hermite_coefficients import Coefficients
from proofs_numeric.strategies import correlations, hermite_encoders
from theory.claim import Finding, Kind, Profile, evidence
from theory.claims.recovery.approximate_recovery import printed_bound
from theory.encoder import HermiteEncoder


def error_is_within_the_bound(encoder: HermiteEncoder, amplitude: float, rho: Fraction) -> None:
    """Assert the printed bound for the identity plus a perturbation of the given amplitude."""
    perturbation = Coefficients.of(encoder)
    outputs, dim = perturbation.linear.shape
    assume(outputs == dim)
    near = Coefficients(
        np.eye(dim) + amplitude * perturbation.linear,
        amplitude * perturbation.nonlinear,
        perturbation.degrees,
    )
    covariance, correlation = near.covariance, float(rho)
    excess = near.alignment_loss(correlation) - 2 * (1 - correlation) * np.trace(covariance)
    defect = float(np.linalg.norm(covariance - np.eye(dim)))
    bound = float(printed_bound(excess, defect, correlation))
    error = near.recovery_error()
    # Where the bound is itself round-off, so is the ratio.
    target(error / (bound + 1e-12))
    assert error <= bound * (1 + 1e-9) + 1e-9, f"error {error:.6g} > bound {bound:.6g}"


@evidence("approximate_recovery", Kind.FUZZ)
def searched_beyond_the_bound(profile: Profile) -> Finding:
    """Search for the largest ratio of recovery error and printed bound."""
    return fuzz(
        error_is_within_the_bound,
        hermite_encoders(max_dim=4, max_degree=4),
        st.floats(-1, 1),
        correlations(),
        examples=profile.pick(quick=150, thorough=3_000),
        n="1 to 4",
        max_degree=4,
        amplitude="[-1, 1]",
        rho="(0, 1)",
    )
