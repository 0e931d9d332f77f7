"""Reversible diffusions in confining potentials, searched for an affine eigenfunction off the Gaussian."""

import numpy as np
from hypothesis import strategies as st
from hypothesis import target

from proofs_numeric.fuzzing import fuzz
from proofs_numeric.sturm_liouville import Array, diffusion_spectrum
from theory.claim import Finding, Kind, Profile, evidence

_TOLERANCE = 1e-10
#: At this tolerance the affine eigenfunction of a Gaussian keeps an R^2 this near 1.
_DISCRETISATION = 1e-10


def _slowest_is_not_affine(skew: float, quartic: float) -> None:
    def log_density(z: Array) -> Array:
        return -(z**2) / 2 - skew * z**3 - quartic * z**4

    r2 = diffusion_spectrum(log_density, 2, tolerance=_TOLERANCE).affine_r2(1)
    target(r2)
    assert r2 < 1 - 10 * _DISCRETISATION, f"affine R^2 = {r2:.9f}"


@evidence("gaussian_of_affine_eigenfunction", Kind.FUZZ)
def searched_off_the_gaussian(profile: Profile) -> Finding:
    """Search skewed and quartic potentials for the slowest eigenfunction that is most nearly affine."""
    return fuzz(
        _slowest_is_not_affine,
        st.floats(-0.1, 0.1),
        st.floats(0.05, 1),
        examples=profile.pick(quick=60, thorough=1_000),
        density="exp(-z^2/2 - a z^3 - b z^4)",
        a="[-0.1, 0.1]",
        b="[0.05, 1]",
        tolerance=_TOLERANCE,
    )


def _defect(variance: float, coefficient: float) -> float:
    spectrum = diffusion_spectrum(
        lambda z: -(z**2) / (2 * variance), 2, mobility=lambda z: np.full_like(z, coefficient), tolerance=_TOLERANCE
    )
    return max(abs(float(spectrum.eigenvalues[1]) * variance / coefficient - 1), 1 - spectrum.affine_r2(1))


@evidence("gaussian_of_affine_eigenfunction", Kind.FUZZ)
def gaussian_modes_are_affine(_profile: Profile) -> Finding:
    """Gaussians of several variances and coefficients: the slowest eigenfunction is affine, at the rate K/v."""
    worlds = ((1.0, 1.0), (0.5, 2.0), (2.0, 0.25))
    worst = max(_defect(*world) for world in worlds)
    return Finding(worst < _DISCRETISATION, {"v, K": [list(world) for world in worlds], "worst": worst})
