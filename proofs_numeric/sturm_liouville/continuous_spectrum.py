"""Bottom of the continuous spectrum, by Persson's theorem."""

import numpy as np

from proofs_numeric.sturm_liouville.function import Function

#: Relative step of the difference quotient, and growth per doubling that counts as none, in the far tail.
_DIFFERENCE = 1e-3
_NO_GROWTH = 0.01


def continuous_from(
    log_density: Function,
    *,
    support: tuple[float, float] = (-np.inf, np.inf),
    mobility: Function = np.ones_like,
    anchor: float = 0.0,
    scale: float = 1.0,
) -> float:
    """Bottom of the continuous spectrum, infinite where it is discrete; parameters as of `diffusion_spectrum`."""
    return min(_continuous_from(log_density, mobility, end, anchor, scale) for end in support)


def _continuous_from(log_density: Function, mobility: Function, end: float, anchor: float, scale: float) -> float:
    """Limit of the potential in a tail, from the score far out: zero, finite, or infinite."""
    if np.isfinite(end):
        return np.inf
    far = scale * 2.0 ** np.arange(10, 31) * np.sign(end)
    with np.errstate(all="ignore"):
        places = anchor + np.outer([1 + _DIFFERENCE, 1 - _DIFFERENCE], far)
        log_flux = np.asarray(log_density(places)) + np.log(mobility(places)) / 2
        slope = (log_flux[0] - log_flux[1]) / (2 * _DIFFERENCE * far)
        potential = mobility(anchor + far) * slope**2 / 4
    if not np.isfinite(potential).all():
        return np.inf
    if potential[-1] == 0:
        return 0.0
    growth = np.log2(potential[-1] / potential[-2])
    if abs(growth) < _NO_GROWTH:
        return float(potential[-1])
    return np.inf if growth > 0 else 0.0
