r"""Rayleigh-Ritz values of S in polynomials of a coordinate of the latent.

Ritz values only rise with the degree; the error bar of each is its rise over the last doubling of the degree.

References
----------
P. D. Brubeck, Y. Nakatsukasa, L. N. Trefethen, "Vandermonde with Arnoldi", SIAM Review 63, 2021.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from proofs_numeric.worlds.spectrum import ROUND_OFF, Spectrum

Array = NDArray[np.float64]

_DEGREE = 32


@dataclass(frozen=True)
class RitzBasis:
    r"""Functions of rising degree, orthonormal under the mean law of $z$ and $z'$, the constant first.

    Parameters
    ----------
    forward
        $\mathbb{E}[b_i(z)\,b_j(z')]$, shape (functions, functions).
    latent
        Coefficients of z, centred and of unit variance, shape (functions,).
    points, weights
        Quadrature of the law of z, each of shape (size,).
    values
        Functions at the points, shape (functions, size).
    """

    forward: Array
    latent: Array
    points: Array
    weights: Array
    values: Array

    @classmethod
    def of_polynomials(
        cls,
        latent: tuple[Array, Array],
        following: tuple[Array, Array],
        coordinate: Callable[[Array], Array],
    ) -> "RitzBasis":
        r"""Polynomials of a coordinate, made orthonormal by Arnoldi's process.

        Parameters
        ----------
        latent
            Quadrature of z: points and probabilities, each of shape (size,).
        following
            Points of $z'$, shape (size, noise), and probabilities of the noise, shape (noise,).
        coordinate
            An increasing function of z.
        """
        (z, p), (z_next, q) = latent, following
        both = np.concatenate([z, z_next.ravel()])
        weights = np.concatenate([p, np.outer(p, q).ravel()]) / 2
        values = _orthonormal(coordinate(both), weights)
        now, then = values[: len(z)], values[len(z) :].reshape(*z_next.shape, -1)
        centred = both - weights @ both
        return cls(
            (now * p[:, None]).T @ np.einsum("rqk,q->rk", then, q),
            values.T @ (weights * centred) / np.sqrt(weights @ centred**2),
            z,
            p,
            now.T,
        )

    def spectrum(self, count: int, essential: float = 0.0) -> Spectrum:
        """Ritz values of S, at most `count` with the constant, and only those above the essential spectrum."""
        size = len(self.forward)
        coarse, _, coarse_shares = self._solve(size // 2 + 1)
        fine, vectors, shares = self._solve(size)
        kept = min(count - 1, len(coarse))
        errors = np.abs(fine[:kept] - coarse[:kept]) + ROUND_OFF
        kept = int((fine[:kept] > essential).sum())
        functions = vectors[:, :kept].T @ self.values[1:]
        functions *= np.where(functions[:, -1:] < 0, -1, 1)
        return Spectrum(
            np.append(1.0, fine[:kept]),
            np.append(ROUND_OFF, errors[:kept]),
            self.points,
            self.weights,
            np.concatenate([np.ones((1, len(self.points))), functions]),
            np.append(0.0, shares[:kept]),
            abs(shares[0] - coarse_shares[0]) + ROUND_OFF,
            self.forward[1:, 1:],
            essential,
        )

    def _solve(self, size: int) -> tuple[Array, Array, Array]:
        block = self.forward[1:size, 1:size]
        values, vectors = np.linalg.eigh((block + block.T) / 2)
        values, vectors = values[::-1], vectors[:, ::-1]
        return values, vectors, (self.latent[1:size] @ vectors) ** 2


def _orthonormal(places: Array, weights: Array) -> Array:
    """Polynomials of the places, orthonormal under the weights, shape (places, functions)."""
    root = np.sqrt(weights)
    columns = np.empty((len(places), _DEGREE + 1))
    columns[:, 0] = root / np.linalg.norm(root)
    for degree in range(_DEGREE):
        following = places * columns[:, degree]
        for _ in range(2):
            following -= columns[:, : degree + 1] @ (columns[:, : degree + 1].T @ following)
        columns[:, degree + 1] = following / np.linalg.norm(following)
    return columns / root[:, None]
