"""Laws that SciPy knows, standardised."""

from abc import abstractmethod
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.random import Generator
from pydantic import model_validator

from proofs_numeric.worlds.laws.law import Array, ContinuousLaw


class ScipyLaw(ContinuousLaw):
    """A distribution of SciPy, standardised."""

    @property
    @abstractmethod
    def distribution(self) -> Any:
        """Frozen distribution, of any location and scale."""

    @cached_property
    def _moments(self) -> tuple[float, float, float, float]:
        mean, variance, skewness, excess = (float(value) for value in self.distribution.stats("mvsk"))
        return mean, variance**0.5, skewness, excess

    @model_validator(mode="after")
    def _has_variance(self) -> Self:
        mean, deviation, *_ = self._moments
        if not (np.isfinite(mean) and np.isfinite(deviation) and deviation > 0):
            raise ValueError(f"{self.__class__.__name__} has the variance {deviation**2}: a latent needs a finite one")
        return self

    @property
    def kurtosis(self) -> float:
        """Fourth moment; infinite where it does not exist."""
        excess = self._moments[3]
        return 3 + excess if np.isfinite(excess) else np.inf

    @property
    def skewness(self) -> float:
        """Third moment; nan where it does not exist."""
        return self._moments[2]

    @property
    def support(self) -> tuple[float, float]:
        """Ends of the support."""
        low, high = self.distribution.support()
        return self._standard(low), self._standard(high)

    def log_density(self, x: Array) -> Array:
        """Logarithm of the density at points of any shape."""
        return np.asarray(self.distribution.logpdf(self._raw(x)) + np.log(self._moments[1]))

    def cumulative(self, x: Array) -> Array:
        """Distribution function at points of any shape."""
        return np.asarray(self.distribution.cdf(self._raw(x)))

    def survival(self, x: Array) -> Array:
        """One less the distribution function, accurate where it is small."""
        return np.asarray(self.distribution.sf(self._raw(x)))

    def quantile(self, level: Array) -> Array:
        """Inverse of the distribution function."""
        return np.asarray(self._standard(self.distribution.ppf(level)))

    def upper_quantile(self, level: Array) -> Array:
        """Inverse of the survival function."""
        return np.asarray(self._standard(self.distribution.isf(level)))

    def draw(self, shape: tuple[int, ...], rng: Generator) -> Array:
        """Draw independent values."""
        return np.asarray(self._standard(self.distribution.rvs(size=shape, random_state=rng)))

    def _raw(self, x: Array) -> Array:
        return self._moments[0] + self._moments[1] * np.asarray(x)

    def _standard(self, raw: Any) -> Any:
        return (raw - self._moments[0]) / self._moments[1]
