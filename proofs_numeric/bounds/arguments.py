"""Arguments of the bounds, checked."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def correlations(value: ArrayLike) -> Array:
    """Pair correlations, of any shape.

    Raises
    ------
    ValueError
        If one is not in (0, 1).
    """
    array = np.asarray(value, dtype=np.float64)
    wrong = array[~((array > 0) & (array < 1))]
    if wrong.size:
        raise ValueError(f"correlation {wrong.flat[0]} is not in (0, 1): elsewhere rotations are not optimal")
    return array


def latents(value: ArrayLike) -> Array:
    """Numbers of latents, of any shape.

    Raises
    ------
    ValueError
        If one is not a whole number, at least 1.
    """
    array = np.asarray(value, dtype=np.float64)
    wrong = array[~((array >= 1) & (array == np.floor(array)) & np.isfinite(array))]
    if wrong.size:
        raise ValueError(f"{wrong.flat[0]:g} latents: give a whole number, at least 1")
    return array


def not_negative(name: str, value: ArrayLike) -> Array:
    """Finite moments that are not negative, of any shape.

    Raises
    ------
    ValueError
        If one is; the message names them.
    """
    array = np.asarray(value, dtype=np.float64)
    wrong = array[~((array >= 0) & np.isfinite(array))]
    if wrong.size:
        raise ValueError(f"{name} {wrong.flat[0]:g} is not in [0, oo): for an estimate use recovery_confidence_bound")
    return array


def require(name: str, array: Array, allowed: NDArray[np.bool_], remedy: str) -> None:
    """Refuse numbers that are not allowed or not finite.

    Raises
    ------
    ValueError
        If there is one; the message names it and the remedy.
    """
    wrong = array[~(allowed & np.isfinite(array))]
    if wrong.size:
        raise ValueError(f"{name} is {wrong.flat[0]:g}: {remedy}")
