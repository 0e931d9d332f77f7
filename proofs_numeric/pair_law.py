r"""The whitened optimum of pairs of latents, whether they are stationary or not.

The loss $L(h) = \mathbb{E}|h(z')-h(z)|^2$ and a regularizer that sees both latents of a pair as one sample know nothing
of which latent came first. With $\bar p = (p+p')/2$, the mean of the laws of $z$ and of $z'$,

.. math:: L(h) = 2\,\mathbb{E}_{\bar p}|h|^2 - 2\,\mathbb{E}\langle h(z), h(z')\rangle,

so that the optimum of covariance I under $\bar p$ is spanned by the top eigenfunctions of the symmetric form
$(\mathbb{E}[f(z)g(z')] + \mathbb{E}[g(z)f(z')])/2$ in $L^2(\bar p)$. For a stationary world that form is S.

Functions are piecewise constant on cells (Rayleigh-Ritz), which errs by the square of the cells' width: the change
between two grids estimates the error of the coarser one, and three times that of the finer one.

References
----------
W, section 4 and Appendix H (both views enter the regularizer).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator, eigsh

Array = NDArray[np.float64]

#: Of the Gauss-Legendre rule within a cell.
_POINTS = 12


@dataclass(frozen=True)
class PairOptimum:
    r"""Whitened optimum of two copies of a pair, with two outputs.

    Parameters
    ----------
    eigenvalues
        Of the two functions that span it, and the largest one of all other functions of mean zero, descending.
    r2
        Coefficient of determination of the latents, distributed as $\bar p$, by the optimum.
    """

    eigenvalues: tuple[float, float, float]
    r2: float

    @property
    def gap(self) -> float:
        """What a unit of variance outside of the optimum costs at least, in eigenvalue."""
        return self.eigenvalues[1] - self.eigenvalues[2]


@dataclass(frozen=True, eq=False)
class PairLaw:
    """Law of one latent and its successor on cells of the line.

    Parameters
    ----------
    latents
        A value of the latent for each cell, ascending, shape (cells,).
    joint
        Probability of each pair of cells, shape (cells, cells).
    """

    latents: Array
    joint: Array

    @cached_property
    def marginals(self) -> tuple[Array, Array]:
        """Probabilities of the cells for the latent and for its successor."""
        return self.joint.sum(1), self.joint.sum(0)

    def optimum(self) -> PairOptimum:
        """Find the whitened optimum of two independent copies, unique where its gap is positive."""
        first, second = self.marginals
        size = len(self.latents)
        root = np.sqrt((np.outer(first, first) + np.outer(second, second)) / 2)
        inverse = 1 / root

        def apply(vector: Array, sign: int) -> Array:
            values = inverse * vector.reshape(size, size)
            values = (values + sign * values.T) / 2
            return (inverse * (self.joint @ values @ self.joint.T + self.joint.T @ values @ self.joint) / 2).ravel()

        # Two copies of a function have one eigenvalue; iterations miss none of them if the latents' exchange keeps
        # or changes the sign. The constant is among the first.
        start = np.random.default_rng(0).standard_normal(size * size)
        found: list[tuple[float, Array]] = []
        for sign, count in ((1, 4), (-1, 3)):
            operator = LinearOperator((size * size,) * 2, matvec=partial(apply, sign=sign), dtype=np.float64)
            values, vectors = eigsh(operator, k=count, which="LA", v0=start, tol=1e-10)
            found += zip(values, vectors.T, strict=True)
        _, *best = sorted(found, key=lambda pair: -pair[0])
        standard = self._standard
        latents = [(root * axis).ravel() for axis in (standard[:, None], standard[None, :])]
        r2 = np.mean([sum((latent @ function) ** 2 for _, function in best[:2]) for latent in latents])
        return PairOptimum((float(best[0][0]), float(best[1][0]), float(best[2][0])), float(r2))

    @property
    def _standard(self) -> Array:
        """Latents of mean zero and variance one under the mean of the two laws."""
        weights = np.mean(self.marginals, axis=0)
        centred = self.latents - weights @ self.latents
        return centred / np.sqrt(weights @ centred**2)


def linear_channel(
    density: Callable[[Array], Array],
    noise_cumulative: Callable[[Array], Array],
    rho: float,
    *,
    half_width: float,
    cells: int,
    scale: float = 1.0,
) -> PairLaw:
    r"""Law of $(z, \rho z + \eta)$ with $\eta$ independent of $z$.

    Parameters
    ----------
    density
        Density of $z$.
    noise_cumulative
        Distribution function of $\eta$, which may have atoms.
    rho
        Correlation.
    half_width
        The cells cover $[-\text{half\_width}, \text{half\_width}]$; mass beyond its ends counts to the outermost ones.
    cells
        Number of cells, even so that 0 is an edge; their width grows in proportion to $\sqrt{x^2+\text{scale}^2}$.
    """
    edges = scale * np.sinh(np.linspace(-1, 1, cells + 1) * np.arcsinh(half_width / scale))
    edges[cells // 2] = 0
    nodes, rule = leggauss(_POINTS)
    half = np.diff(edges)[:, None] / 2
    points = (edges[:-1, None] + edges[1:, None]) / 2 + half * nodes
    weights = half * rule * density(points)
    weights /= weights.sum()
    inner = edges[1:-1]
    below = noise_cumulative(inner - rho * points[..., None])
    below = np.concatenate([np.zeros_like(below[..., :1]), below, np.ones_like(below[..., :1])], axis=-1)
    joint = np.einsum("iq,iqj->ij", weights, np.diff(below, axis=-1))
    reached = joint.sum(0) + joint.sum(1) > 0
    return PairLaw(((edges[1:] + edges[:-1]) / 2)[reached], joint[np.ix_(reached, reached)])
