"""Bounds on the recovery error of an encoder of known moments."""

import numpy as np
from numpy.typing import ArrayLike

from proofs_numeric.bounds.arguments import Array, correlations, latents, not_negative


def recovery_bound(
    excess: ArrayLike,
    defect: ArrayLike,
    rho: ArrayLike,
    *,
    dim: ArrayLike | None = None,
    sharp: bool = True,
) -> Array:
    r"""Bound on the recovery error of an encoder of known excess and defect.

    .. math:: \min_Q \mathbb{E}\,|h-\mathbb{E}h-Qz|^2 \le D + k + (1-\sqrt{1-x})^2, \qquad
              D = \frac{\delta}{2\rho(1-\rho)}

    with $k=0$ and $x=\varepsilon+D$ while that is at most 1 (claim `sharp_recovery`); otherwise as in
    `sharp_recovery_any_defect` and `no_recovery`. The printed bound is $D+(\varepsilon+D)^2$
    (claim `approximate_recovery`). An encoder that is not centred has the error $|\mathbb{E}h|^2$ on top (claim
    `recovery_off_centre`).

    Parameters
    ----------
    excess
        $\delta = L(h) - 2(1-\rho)\,\mathrm{tr}\,\mathrm{Cov}\,h$, not negative.
    defect
        $\varepsilon = |\mathrm{Cov}\,h - I|_F$, not negative.
    rho
        Pair correlation, in (0, 1).
    dim
        Number of latents n. Without it, the bound holds for every n.
    sharp
        False for the printed bound, which does not depend on `dim`.

    Returns
    -------
    NDArray
        The bound, of the shape to which the arguments broadcast; infinite where it is beyond the largest float.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    W, Theorem 5.3.
    """
    moments = not_negative("excess", excess), not_negative("defect", defect), correlations(rho)
    return bound_of_moments(*moments, None if dim is None else latents(dim), sharp=sharp)


#: From here on a float is whole, and a share of the error that is at most one is lost in rounding.
_WHOLE = 2.0**53


def bound_of_moments(excess: Array, defect: Array, rho: Array, dim: Array | None, *, sharp: bool) -> Array:
    """Evaluate the bounds of the claims for moments that may be infinite, in an order that keeps them from overflow."""
    # Every overflow is one of a sum or product of numbers that are not negative: infinity is its correct rounding.
    with np.errstate(over="ignore"):
        nonlinear = excess / (2 * rho * (1 - rho))
        if not sharp:
            return np.asarray(nonlinear + (defect + nonlinear) ** 2)
        alive = _bound_any_defect(nonlinear, defect)
        if dim is None:
            return alive
        spread = np.sqrt(dim) * defect
        collapsed = np.where(
            defect <= 3, dim + np.minimum(nonlinear, dim + spread), np.minimum(alive, 2 * dim + spread)
        )
        return np.where(_lost_directions(nonlinear, defect) < dim, alive, collapsed)


def _lost_directions(nonlinear: Array, defect: Array) -> Array:
    return np.floor((defect / 2 + np.hypot(defect / 2, np.sqrt(nonlinear))) ** 2)


def _bound_any_defect(nonlinear: Array, defect: Array) -> Array:
    all_lost = _lost_directions(nonlinear, defect)
    precise = all_lost < _WHOLE
    lost, left, spread = (np.where(precise, value, 0.0) for value in (all_lost, nonlinear, defect))
    shortfall = np.maximum(spread / np.sqrt(lost + 1), 1 - left / np.maximum(1, lost))
    root = np.sqrt(lost) * shortfall
    deficit = left - lost + lost * shortfall + np.sqrt(np.maximum((spread - root) * (spread + root), 0))
    deficit = np.clip(deficit, 0, 1)
    # Equal to (1 - sqrt(1 - x))^2, without the cancellation at small x.
    distortion = (deficit / (1 + np.sqrt(1 - deficit))) ** 2
    return np.asarray(nonlinear + all_lost + np.where(precise, distortion, 1.0))
