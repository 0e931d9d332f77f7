r"""S of a linear drift $z'=\rho z+\eta$, applied to functions at points, from the densities of $z$ and $\eta$.

.. math:: (S f)(x) = \frac{p(x)\,\mathbb{E}[f(\rho x+\eta)] + \int p(z)\,q(x-\rho z)\,f(z)\,dz}{p(x)+p'(x)}

This needs no matrix elements, so that its residual judges those of a Ritz method.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Gauss-Legendre nodes of a panel: of the points, and of the integral at each of them.
_OUTER, _INNER = 8, 6


@dataclass(frozen=True)
class LinearDrift:
    r"""A latent and its successor $z'=\rho z+\eta$.

    Parameters
    ----------
    rho
        $\rho$.
    density, noise_density
        $p$, and the density of $\eta$ where that is not zero.
    borders, noise_borders, next_borders
        Points between which both densities and that of $z'$ are smooth and vary moderately, the ends of the
        supports among them, ascending.
    noise
        Quadrature of the law of $\eta$.
    atom
        Probability that $\eta$ is zero.
    noise_levels
        Distribution and survival function of $\eta$, where they are smooth.
    """

    rho: float
    density: Callable[[Array], Array]
    noise_density: Callable[[Array], Array]
    borders: Array
    noise_borders: Array
    next_borders: Array
    noise: tuple[Array, Array]
    atom: float = 0.0
    noise_levels: tuple[Callable[[Array], Array], Callable[[Array], Array]] | None = None

    def by_cells(self, points: Array, weights: Array, borders: Array) -> Array:
        r"""Eigenvalues of S on functions that are constant in cells, off the constants, descending.

        They are below those of all functions, however crude the cells are, and miss no function that is much wider than
        a cell. Their errors fall with the square of the width: half of what that foretells is added to them, from
        the change to cells of twice the width, so that they stay below unless halving divides an error by 7 or more.

        Parameters
        ----------
        points, weights
            Quadrature of z, with panels within the cells.
        borders
            Inner borders of the cells.
        """
        if self.noise_levels is None:
            return np.empty(0)
        seen = weights > _NEGLIGIBLE
        points, weights = points[seen], weights[seen]
        cumulative, survival = self.noise_levels
        levels = np.concatenate([[-np.inf], borders, [np.inf]]) - self.rho * points[:, None]
        # The tail that is resolved.
        left = levels < 0
        tails = np.empty(levels.shape)
        tails[left], tails[~left] = cumulative(levels[left]), survival(levels[~left])
        conditional = np.abs(np.diff(tails, axis=1))
        around = left[:, :-1] & ~left[:, 1:]
        conditional[around] = 1 - (tails[:, :-1] + tails[:, 1:])[around]
        joint = np.zeros((len(borders) + 1,) * 2)
        np.add.at(joint, np.searchsorted(borders, points), weights[:, None] * np.maximum(conditional, 0))
        pairs = np.arange(0, len(joint), 2)
        fine, coarse = (
            _constant_in_cells(joint),
            _constant_in_cells(np.add.reduceat(np.add.reduceat(joint, pairs), pairs, 1)),
        )
        fine[: len(coarse)] += (fine[: len(coarse)] - coarse) / 6
        return fine

    def apply(self, functions: Callable[[Array], Array]) -> tuple[Array, Array, Array, Array]:
        r"""Apply S.

        Parameters
        ----------
        functions
            Maps points of any shape to (functions, ...), the constant first.

        Returns
        -------
        tuple
            Quadrature of $\bar p$: points and weights, each of shape (size,); functions and their images there, each
            of shape (functions, size).
        """
        borders = np.unique(np.concatenate([self.borders, self.next_borders]))
        points, steps = _panels(borders, _OUTER)
        points, steps = points.ravel(), steps.ravel()
        values = functions(points)
        backward = self._backward(points, functions, len(values))
        now, then = self.density(points), backward[0] / values[0]
        noise, q = self.noise
        forward = functions(self.rho * points[:, None] + noise) @ q
        both = now + then
        seen = both * steps > 0
        images = (now * forward + backward)[:, seen] / both[seen]
        weights = (both * steps)[seen] / 2
        return points[seen], weights / weights.sum(), values[:, seen], images

    def _backward(self, points: Array, functions: Callable[[Array], Array], count: int) -> Array:
        r"""$\int p(z)\,q(x-\rho z)\,f(z)\,dz$, shape (functions, size)."""
        found = np.empty((count, len(points)))
        size = max(1, _CHUNK // (len(self.borders) + len(self.noise_borders)))
        for start in range(0, len(points), size):
            x = points[start : start + size, None]
            changes = (x - self.noise_borders) / self.rho
            borders = np.concatenate([np.broadcast_to(self.borders, (len(x), len(self.borders))), changes], axis=1)
            latents, steps = _panels(np.sort(np.clip(borders, *self.borders[[0, -1]]), axis=1), _INNER)
            latents, steps = latents.reshape(len(x), -1), steps.reshape(len(x), -1)
            with np.errstate(invalid="ignore"):  # an end where a density is infinite
                joint = steps * self.density(latents) * self.noise_density(x - self.rho * latents)
            joint = np.where(steps > 0, joint, 0)
            found[:, start : start + size] = np.einsum("kij,ij->ki", functions(latents), joint)
        if self.atom:
            before = points / self.rho
            inside = (self.borders[0] <= before) & (before <= self.borders[-1])
            mass = self.atom * inside * self.density(before) / self.rho
            found = (1 - self.atom) * found + mass * functions(np.where(inside, before, 0))
        return found


def _constant_in_cells(joint: Array) -> Array:
    """Eigenvalues of S off the constants, descending, from the probabilities of pairs of cells."""
    root = np.sqrt((joint.sum(0) + joint.sum(1)) / 2)
    reached = root > 0
    symmetric = ((joint + joint.T) / 2)[np.ix_(reached, reached)] / np.outer(root[reached], root[reached])
    return np.asarray(np.linalg.eigvalsh(symmetric)[-2::-1])


_NEGLIGIBLE = 1e-17  # probability of a point
#: Panels that are integrated over at a time.
_CHUNK = 4_000


def _panels(borders: Array, count: int) -> tuple[Array, Array]:
    """Gauss-Legendre points and weights between borders of shape (..., borders), each (..., borders - 1, count)."""
    nodes, rule = leggauss(count)
    half = np.diff(borders)[..., None] / 2
    return borders[..., :-1, None] + half * (1 + nodes), half * rule
