"""Standard Gaussian law."""

from functools import cached_property
from typing import Any, Literal

import numpy as np
from scipy import stats
from scipy.special import ndtr, ndtri

from proofs_numeric.worlds.laws.law import Array
from proofs_numeric.worlds.laws.scipy_law import ScipyLaw

#: Beyond so many of its standard deviations a Gaussian has no mass in double precision.
DEVIATIONS = 38


class Gaussian(ScipyLaw):
    """Standard Gaussian law."""

    law: Literal["gaussian"] = "gaussian"

    @cached_property
    def distribution(self) -> Any:
        """Frozen distribution."""
        return stats.norm()

    def log_density(self, x: Array) -> Array:
        """Logarithm of the density at points of any shape."""
        return np.asarray(-(x**2) / 2 - np.log(2 * np.pi) / 2)

    def cumulative(self, x: Array) -> Array:
        """Distribution function at points of any shape."""
        return np.asarray(ndtr(x))

    def survival(self, x: Array) -> Array:
        """One less the distribution function, accurate where it is small."""
        return np.asarray(ndtr(-np.asarray(x)))

    def quantile(self, level: Array) -> Array:
        """Inverse of the distribution function."""
        return np.asarray(ndtri(level))

    def upper_quantile(self, level: Array) -> Array:
        """Inverse of the survival function."""
        return -np.asarray(ndtri(level))
