"""The floor of the alignment loss."""

import numpy as np
from numpy.typing import ArrayLike

from proofs_numeric.bounds.arguments import Array, correlations, latents
from proofs_numeric.bounds.compiled import compiled
from theory import gaussian_world
from theory.notation import n, rho

_FLOOR = compiled(gaussian_world.alignment_floor(rho, n), rho, n)


def alignment_floor(rho: ArrayLike, n: ArrayLike) -> Array:
    r"""Smallest alignment loss of a whitened encoder (claim `alignment_floor`).

    .. math:: L(h) \ge 2(1-\rho)\,n

    Parameters
    ----------
    rho
        Pair correlation, in (0, 1).
    n
        Number of latents, at least 1; broadcast against `rho`.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    W, Theorem 5.1.
    """
    with np.errstate(over="ignore"):
        return np.asarray(_FLOOR(*np.broadcast_arrays(correlations(rho), latents(n))))
