r"""Rayleigh-Ritz values of S in polynomials of a coordinate of the latent, with error bars from their residuals.

Where the matrix elements are exact, the Ritz value $\theta_i$ is at most the eigenvalue $\lambda_i$, and by Kato

.. math:: \lambda_i \le \theta_i + \frac{|Sf_i-\theta_i f_i|^2}{\theta_i-\nu}, \qquad
          \lambda_{i+1} \le \nu < \theta_i,

with $\nu$ the upper bound of the next one, from the last one on. Beside it a bar has the change of the Rayleigh
quotient from one quadrature to another. What no residual can tell is that a whole eigenfunction was missed: that is
seen where lower bounds from other functions, of which each is crude but none is missed, exceed a Ritz value and its
bar.

References
----------
T. Kato, "On the upper and lower bounds of eigenvalues", J. Phys. Soc. Japan 4, 1949.
P. D. Brubeck, Y. Nakatsukasa, L. N. Trefethen, "Vandermonde with Arnoldi", SIAM Review 63, 2021.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from proofs_numeric.worlds.joint import PairForms, by_weight
from proofs_numeric.worlds.linear_drift import LinearDrift
from proofs_numeric.worlds.spectrum import ROUND_OFF, Spectrum

Array = NDArray[np.float64]

#: Functions in which a Ritz value is still looked for.
_FEWEST = 4


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
        Quadrature of the mean law, each of shape (size,).
    values
        Functions at the points, shape (functions, size).
    products
        $\langle b_i, b_j\rangle$, $\langle b_i, S b_j\rangle$ and $\langle S b_i, S b_j\rangle$ by another quadrature
        than that of `forward`, shape (3, functions, functions).
    lower
        Lower bounds of the eigenvalues off the constants, descending.
    first
        $\mathbb{E}[b_i(z)\,b_j(z)]$, shape (functions, functions), in a world that is not stationary.
    """

    forward: Array
    latent: Array
    points: Array
    weights: Array
    values: Array
    products: Array
    lower: Array
    first: Array | None = None

    @classmethod
    def of_polynomials(
        cls,
        latent: tuple[Array, Array],
        drift: LinearDrift,
        coordinate: Callable[[Array], Array],
        degree: int,
        lower: Array,
        *,
        stationary: bool = True,
    ) -> "RitzBasis":
        r"""Polynomials of a coordinate, made orthonormal by Arnoldi's process.

        Parameters
        ----------
        latent
            Quadrature of z: points and probabilities, each of shape (size,).
        drift
            What leads from $z$ to $z'$.
        coordinate
            An increasing function of z.
        degree
            Largest degree of the polynomials.
        lower
            Lower bounds of the eigenvalues off the constants, descending.
        stationary
            Whether $z$ and $z'$ have one law.
        """
        (z, p), (noise, q) = latent, drift.noise
        z_next = drift.rho * z[:, None] + noise
        both = np.concatenate([z, z_next.ravel()])
        weights = np.concatenate([p, np.outer(p, q).ravel()]) / 2
        polynomials, values = _orthonormal(coordinate(both), weights, degree)
        now, then = values[:, : len(z)], values[:, len(z) :].reshape(-1, *z_next.shape)
        centred = both - weights @ both
        points, weights_there, values_there, images = drift.apply(lambda x: polynomials(coordinate(x)))
        return cls(
            (now * p) @ (then @ q).T,
            values @ (weights * centred) / np.sqrt(weights @ centred**2),
            points,
            weights_there,
            values_there,
            np.array(
                [
                    (a * weights_there) @ b.T
                    for a, b in ((values_there, values_there), (values_there, images), (images, images))
                ]
            ),
            lower,
            None if stationary else (now * p) @ now.T,
        )

    def spectrum(self, count: int, essential: float = 0.0) -> Spectrum:
        """Ritz values of S, at most `count` with the constant, and only those above what is not resolved.

        Parameters
        ----------
        count
            Number of eigenpairs, the constant one included.
        essential
            Top of the essential spectrum of S.

        Raises
        ------
        ValueError
            If a density is infinite at a point, so that nothing is resolved.
        """
        # In fewer functions where the further ones are lost in round-off.
        sizes = {len(self.forward) * share // 4 for share in range(1, 5)}
        solved = [self._solve(size, essential) for size in sorted(sizes, reverse=True) if size > _FEWEST]
        if not all(np.isfinite(solution[2]).all() for solution in solved):
            raise ValueError("the spectrum is not resolved: a density is infinite at a point")
        values, vectors, errors, sine = min(solved, key=lambda solution: solution[2][0])
        shares = (self.latent[1:] @ vectors) ** 2
        compared = min(len(values), len(self.lower))
        missed = self.lower[:compared] > values[:compared] + errors[:compared]
        if missed.any():
            essential = max(essential, float(self.lower[np.argmax(missed)]))
        kept = int((values[: count - 1] > essential).sum())
        functions = vectors[:, :kept].T @ self.values[1:]
        functions *= np.where(functions[:, -1:] < 0, -1, 1)
        return Spectrum(
            np.append(1.0, values[:kept]),
            np.append(ROUND_OFF, errors[:kept]),
            self.points,
            self.weights,
            np.concatenate([np.ones((1, len(self.points))), functions]),
            np.append(0.0, shares[:kept]),
            # The share of z in a function that is turned by this angle.
            float(ROUND_OFF + sine**2 + 2 * sine * np.sqrt(shares[0] * max(0.0, 1 - shares[0]))),
            self.forward[1:, 1:],
            essential,
            self._forms(values, vectors),
        )

    def _forms(self, values: Array, vectors: Array) -> PairForms | None:
        """Forms on the Ritz vectors."""
        if self.first is None:
            return None
        turn = np.zeros((len(vectors) + 1, len(values) + 1))
        turn[0, 0] = 1
        turn[1:, 1:] = vectors[:, by_weight(values)]
        return PairForms(turn.T @ self.forward @ turn, turn.T @ self.first @ turn, self.latent @ turn)

    def _solve(self, size: int, essential: float) -> tuple[Array, Array, Array, float]:
        """Ritz values, descending, in so many functions; their vectors, error bars, and the first one's angle."""
        block = self.forward[1:size, 1:size]
        values, leading = np.linalg.eigh((block + block.T) / 2)
        values, vectors = values[::-1], np.zeros((len(self.forward) - 1, size - 1))
        vectors[: size - 1] = leading[:, ::-1]
        residuals, inconsistencies = self._residuals(values, vectors)
        errors, sine, above = np.empty(len(values)), 1.0, essential
        for i in range(len(values))[::-1]:
            if i + 1 < len(self.lower):
                above = max(above, float(self.lower[i + 1]))
            distance = values[i] - above
            temple = residuals[i] ** 2 / distance if distance > 0 else np.inf
            errors[i] = ROUND_OFF + inconsistencies[i] + min(residuals[i], temple)
            sine = min(1.0, residuals[i] / distance) if distance > 0 else 1.0
            above = max(essential, values[i] + errors[i])
        return values, vectors, errors, sine

    def _residuals(self, values: Array, vectors: Array) -> tuple[Array, Array]:
        """Norms of the residuals of Ritz vectors, and how far their Rayleigh quotients are from the Ritz values."""
        masses, quotients, squares = (
            np.einsum("ik,ij,jk->k", vectors, product[1:, 1:], vectors) for product in self.products
        )
        residuals = (squares - 2 * values * quotients + values**2 * masses) / masses
        return np.sqrt(np.maximum(residuals, 0)), np.abs(quotients / masses - values)


def _orthonormal(places: Array, weights: Array, last: int) -> tuple[Callable[[Array], Array], Array]:
    """Polynomials orthonormal under the weights, as a function and at the places, shape (functions, places)."""
    root, lowest, highest = np.sqrt(weights), places.min(), places.max()
    rows, steps = np.empty((last + 1, len(places))), np.empty((last, 2))
    rows[0] = root / np.linalg.norm(root)
    for degree in range(last):
        following = places * rows[degree]
        middle = rows[degree] @ following
        following -= middle * rows[degree]
        if degree:
            following -= steps[degree - 1, 1] * rows[degree - 1]
        # What round-off left of the others.
        following -= (rows[: degree + 1] @ following) @ rows[: degree + 1]
        steps[degree] = middle, np.linalg.norm(following)
        rows[degree + 1] = following / steps[degree, 1]

    def polynomials(x: Array) -> Array:
        """Their three-term recurrence, shape (functions, ...)."""
        x = np.clip(x, lowest, highest)
        found = np.empty((last + 1, *np.shape(x)))
        found[0] = 1 / np.linalg.norm(root)
        for degree, (middle, step) in enumerate(steps):
            found[degree + 1] = (x - middle) * found[degree]
            if degree:
                found[degree + 1] -= steps[degree - 1, 1] * found[degree - 1]
            found[degree + 1] /= step
        return found

    return polynomials, rows / root
