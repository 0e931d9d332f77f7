"""Quadrature of a law of one variable in Gaussian scores, split at the score zero."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray
from scipy.special import ndtr

Array = NDArray[np.float64]

#: Panels of the Gauss-Legendre rule.
_EDGES = np.arange(-12.0, 13.0, 2.0)
_POINTS = 8


@cache
def scores() -> tuple[Array, Array]:
    """Quadrature of the standard Gaussian law: points and probabilities."""
    nodes, rule = leggauss(_POINTS)
    half = np.diff(_EDGES)[:, None] / 2
    points = (_EDGES[:-1, None] + _EDGES[1:, None]) / 2 + half * nodes
    weights = half * rule * np.exp(-(points**2) / 2)
    return points.ravel(), weights.ravel() / weights.sum()


def transported(quantile: Callable[[Array], Array], upper_quantile: Callable[[Array], Array]) -> tuple[Array, Array]:
    """Quadrature of the law with these inverses of its distribution function and of its survival function."""
    points, weights = scores()
    below = points < 0
    return np.concatenate([quantile(ndtr(points[below])), upper_quantile(ndtr(-points[~below]))]), weights
