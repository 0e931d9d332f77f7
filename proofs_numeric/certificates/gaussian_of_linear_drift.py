"""Autoregressions with noise of many laws, searched for one off the Gaussian that is regressed linearly backwards."""

import numpy as np
from hypothesis import assume, target
from hypothesis import strategies as st
from numpy.typing import NDArray

from proofs_numeric.fuzzing import fuzz
from theory.claim import Finding, Kind, Profile, evidence

Complex = NDArray[np.complex128]

_T = np.linspace(0.1, 3, 30)
#: Weight below which a term of the moving average is dropped.
_SMALLEST = 1e-12
_GAUSSIAN = 1e-6
_ROUND_OFF = 1e-10


def _stationary(drift: float, jumps: NDArray[np.float64], smooth: float) -> tuple[list[Complex], list[Complex]]:
    r"""Characteristic function and its derivative, at $t$ and at $\lambda t$, of $\sum_k\lambda^k\eta_k$.

    The noise is one of the jumps, each as likely, plus a Gaussian of variance `smooth`; t runs over `_T`.
    """
    terms = int(np.log(_SMALLEST) / np.log(drift))
    scales = drift ** np.arange(terms)[::-1, None]
    t = scales * _T
    waves = np.exp(1j * t[..., None] * jumps)
    bells = np.exp(-smooth * t**2 / 2)
    noises = waves.mean(axis=-1) * bells
    noise_slopes = scales * ((1j * waves * jumps).mean(axis=-1) * bells - smooth * t * noises)
    value, slope = np.ones(_T.shape, np.complex128), np.zeros(_T.shape, np.complex128)
    values, slopes = [], []
    for noise, noise_slope in zip(noises, noise_slopes, strict=True):
        value, slope = value * noise, slope * noise + value * noise_slope
        values.append(value)
        slopes.append(slope)
    # The product without its last factor is a function of lambda t, whose derivative has a factor lambda.
    return [values[-1], values[-2]], [slopes[-1], slopes[-2] / drift]


def _distance_and_mismatch(drift: float, jumps: list[float], smooth: float) -> tuple[float, float]:
    """Distance of the latent's law from the Gaussian, and mismatch of its two regressions."""
    centred = np.array(jumps) - np.mean(jumps)
    variance = np.mean(centred**2) + smooth
    assume(variance > 0.01)
    # The latent, not the noise, has unit variance.
    scale = np.sqrt((1 - drift**2) / variance)
    (value, near), (slope, near_slope) = _stationary(drift, scale * centred, scale**2 * smooth)
    distance = np.abs(value - np.exp(-(_T**2) / 2)).max()
    return float(distance), float(np.abs(near_slope * value - drift * slope * near).max())


def _backward_regression_is_not_linear(drift: float, jumps: list[float], smooth: float) -> None:
    distance, mismatch = _distance_and_mismatch(drift, jumps, smooth)
    assume(distance > _GAUSSIAN)
    target(-mismatch / distance)
    assert mismatch > _ROUND_OFF, f"no mismatch at a distance of {distance:.3g} from the Gaussian"


def _backward_regression_is_linear(drift: float, variance: float) -> None:
    distance, mismatch = _distance_and_mismatch(drift, [0.0], variance)
    assert max(distance, mismatch) <= _ROUND_OFF, f"distance {distance:.3g}, mismatch {mismatch:.3g}"


@evidence("gaussian_of_linear_drift", Kind.FUZZ)
def searched_off_the_gaussian(profile: Profile) -> Finding:
    """Search mixtures for the noise whose autoregression comes nearest to a linear backward regression."""
    return fuzz(
        _backward_regression_is_not_linear,
        st.floats(0.2, 0.8),
        st.lists(st.floats(-3, 3), min_size=2, max_size=4),
        st.floats(0, 1),
        examples=profile.pick(quick=150, thorough=3_000),
        drift="[0.2, 0.8]",
        noise="uniform choice of 2 to 4 jumps in [-3, 3], plus a Gaussian",
        distance_from_gaussian=f"> {_GAUSSIAN}",
    )


@evidence("gaussian_of_linear_drift", Kind.FUZZ)
def gaussian_noise_has_no_mismatch(profile: Profile) -> Finding:
    """Autoregressions with Gaussian noise: the same computation finds neither distance nor mismatch."""
    return fuzz(
        _backward_regression_is_linear,
        st.floats(0.2, 0.8),
        st.floats(0.02, 2),
        examples=profile.pick(quick=30, thorough=300),
        drift="[0.2, 0.8]",
        noise_variance="[0.02, 2]",
    )
