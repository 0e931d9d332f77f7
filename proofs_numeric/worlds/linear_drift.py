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
    """

    rho: float
    density: Callable[[Array], Array]
    noise_density: Callable[[Array], Array]
    borders: Array
    noise_borders: Array
    next_borders: Array
    noise: tuple[Array, Array]
    atom: float = 0.0

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
            joint = steps * self.density(latents) * self.noise_density(x - self.rho * latents)
            found[:, start : start + size] = np.einsum("kij,ij->ki", functions(latents), joint)
        if self.atom:
            before = points / self.rho
            inside = (self.borders[0] <= before) & (before <= self.borders[-1])
            mass = self.atom * inside * self.density(before) / self.rho
            found = (1 - self.atom) * found + mass * functions(np.where(inside, before, 0))
        return found


#: Panels that are integrated over at a time.
_CHUNK = 4_000


def _panels(borders: Array, count: int) -> tuple[Array, Array]:
    """Gauss-Legendre points and weights between borders of shape (..., borders), each (..., borders - 1, count)."""
    nodes, rule = leggauss(count)
    half = np.diff(borders)[..., None] / 2
    return borders[..., :-1, None] + half * (1 + nodes), half * rule
