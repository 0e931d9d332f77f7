r"""Rayleigh-Ritz values of S in polynomials of a coordinate of the latent.

The error bar of each is its change from half the degree and a quadrature of two thirds of the points.

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

#: Degree of the polynomials and panels of the quadrature: those of the values, and coarser ones for the error bars.
FINE, COARSE = (32, 9), (16, 6)


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
        degree: int,
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
        degree
            Largest degree of the polynomials.
        """
        (z, p), (z_next, q) = latent, following
        both = np.concatenate([z, z_next.ravel()])
        weights = np.concatenate([p, np.outer(p, q).ravel()]) / 2
        values = _orthonormal(coordinate(both), weights, degree)
        now, then = values[: len(z)], values[len(z) :].reshape(*z_next.shape, -1)
        centred = both - weights @ both
        return cls(
            (now * p[:, None]).T @ np.einsum("rqk,q->rk", then, q),
            values.T @ (weights * centred) / np.sqrt(weights @ centred**2),
            z,
            p,
            now.T,
        )

    def spectrum(self, coarse: "RitzBasis", count: int, essential: float = 0.0) -> Spectrum:
        """Ritz values of S, at most `count` with the constant, and only those above the essential spectrum.

        Parameters
        ----------
        coarse
            A coarser basis of the same world, for the error bars.
        count
            Number of eigenpairs, the constant one included.
        essential
            Top of the essential spectrum of S.
        """
        values, vectors, shares = self._solve()
        rough, _, rough_shares = coarse._solve()
        kept = min(count - 1, len(rough))
        kept = int((values[:kept] > essential).sum())
        functions = vectors[:, :kept].T @ self.values[1:]
        functions *= np.where(functions[:, -1:] < 0, -1, 1)
        return Spectrum(
            np.append(1.0, values[:kept]),
            ROUND_OFF + np.append(0.0, np.abs(values[:kept] - rough[:kept])),
            self.points,
            self.weights,
            np.concatenate([np.ones((1, len(self.points))), functions]),
            np.append(0.0, shares[:kept]),
            abs(float(shares[0] - rough_shares[0])) + ROUND_OFF,
            self.forward[1:, 1:],
            essential,
        )

    def _solve(self) -> tuple[Array, Array, Array]:
        block = self.forward[1:, 1:]
        values, vectors = np.linalg.eigh((block + block.T) / 2)
        values, vectors = values[::-1], vectors[:, ::-1]
        return values, vectors, (self.latent[1:] @ vectors) ** 2


def _orthonormal(places: Array, weights: Array, last: int) -> Array:
    """Polynomials of the places, orthonormal under the weights, shape (places, functions)."""
    root = np.sqrt(weights)
    columns = np.empty((len(places), last + 1))
    columns[:, 0] = root / np.linalg.norm(root)
    for degree in range(last):
        following = places * columns[:, degree]
        for _ in range(2):
            following -= columns[:, : degree + 1] @ (columns[:, : degree + 1].T @ following)
        columns[:, degree + 1] = following / np.linalg.norm(following)
    return columns / root[:, None]
