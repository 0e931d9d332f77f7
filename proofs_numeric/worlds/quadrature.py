"""Quadrature of a law of one variable in Gaussian scores, split at the score zero."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray
from scipy.special import ndtr

Array = NDArray[np.float64]

#: Beyond it a Gaussian has no mass.
_REACH = 12.0
_POINTS = 8


@cache
def scores(panels: int) -> tuple[Array, Array]:
    """Quadrature of the standard Gaussian law: points and probabilities, by so many panels on each side of zero."""
    nodes, rule = leggauss(_POINTS)
    edges = np.linspace(-_REACH, _REACH, 2 * panels + 1)
    half = np.diff(edges)[:, None] / 2
    points = (edges[:-1, None] + edges[1:, None]) / 2 + half * nodes
    weights = half * rule * np.exp(-(points**2) / 2)
    return points.ravel(), weights.ravel() / weights.sum()


def borders(quantile: Callable[[Array], Array], upper_quantile: Callable[[Array], Array], panels: int = 9) -> Array:
    """Values at the borders of the panels, those of equal value once."""
    places = np.linspace(-_REACH, _REACH, 2 * panels + 1)
    return np.unique(np.concatenate([quantile(ndtr(places[:panels])), upper_quantile(ndtr(-places[panels:]))]))


def transported(
    quantile: Callable[[Array], Array], upper_quantile: Callable[[Array], Array], panels: int = 6
) -> tuple[Array, Array]:
    """Quadrature of the law with these inverses of its distribution function and of its survival function."""
    points, weights = scores(panels)
    below = points < 0
    return np.concatenate([quantile(ndtr(points[below])), upper_quantile(ndtr(-points[~below]))]), weights
