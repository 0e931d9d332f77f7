r"""Reversible diffusions on an interval, by finite volumes: their slowest eigenfunctions.

.. math:: D\phi = \frac{(K p\,\phi')'}{p}, \qquad K p\,\phi' = 0 \text{ at both ends}

References
----------
W, Theorem 5.2 and Appendix B.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh_tridiagonal
from scipy.special import softmax

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SlowestModes:
    r"""Slowest eigenfunctions of a discretised generator, the constant one first.

    Attributes
    ----------
    points
        Centres of the cells, shape (cells,).
    weights
        Probabilities of the cells, shape (cells,).
    rates
        $\mu_k$ in ascending order, shape (modes,).
    functions
        $\phi_k$ by rows, of unit variance and orthogonal under the weights, shape (modes, cells).
    """

    points: Array
    weights: Array
    rates: Array
    functions: Array

    def affine_r2(self, mode: int) -> float:
        """Share of the variance of a non-constant mode that an affine function explains."""
        centred = self.points - self.weights @ self.points
        return float((self.weights * self.functions[mode]) @ centred) ** 2 / float(self.weights @ centred**2)

    def sign_changes(self, mode: int) -> int:
        """Number of times that a mode changes sign."""
        return int(np.count_nonzero(np.diff(np.sign(self.functions[mode]))))


def slowest_modes(
    log_density: Callable[[Array], Array],
    *,
    half_width: float,
    modes: int,
    cells: int,
    diffusion: Callable[[Array], Array] = np.ones_like,
) -> SlowestModes:
    r"""Slowest modes of the diffusion of stationary density p on (-half_width, half_width).

    Parameters
    ----------
    log_density
        $\log p$ up to a constant; p itself must not underflow.
    half_width
        Half the length of the interval, without flux through its ends.
    modes
        Number of modes, the constant one included.
    cells
        Number of cells.
    diffusion
        Coefficient K.
    """
    edges, width = np.linspace(-half_width, half_width, cells + 1, retstep=True)
    points = (edges[:-1] + edges[1:]) / 2
    inside, between = log_density(points), log_density(edges[1:-1])
    coefficient = diffusion(edges[1:-1]) / width**2
    upwards = np.append(coefficient * np.exp(between - inside[:-1]), 0)
    downwards = np.insert(coefficient * np.exp(between - inside[1:]), 0, 0)
    rates, vectors = eigh_tridiagonal(
        upwards + downwards,
        -coefficient * np.exp(between - (inside[:-1] + inside[1:]) / 2),
        select="i",
        select_range=(0, modes - 1),
    )
    weights = softmax(inside)
    return SlowestModes(points, weights, rates, vectors.T / np.sqrt(weights))
