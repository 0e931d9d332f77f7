"""What a law of one latent is: of mean 0 and variance 1, with a density or without."""

from abc import abstractmethod
from functools import cached_property

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import ndtri

from proofs_numeric.worlds.quadrature import borders, transported
from proofs_numeric.worlds.specified import Specified

Array = NDArray[np.float64]


class Law(Specified):
    """A law of mean 0 and variance 1.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the law has no finite variance.
    """

    @property
    @abstractmethod
    def kurtosis(self) -> float:
        """Fourth moment; infinite where it does not exist."""

    @property
    @abstractmethod
    def skewness(self) -> float:
        """Third moment; nan where it does not exist."""

    @abstractmethod
    def draw(self, shape: tuple[int, ...], rng: Generator) -> Array:
        """Draw independent values."""

    @abstractmethod
    def cumulative(self, x: Array) -> Array:
        """Distribution function at points of any shape."""


class ContinuousLaw(Law):
    """A law with a density.

    Attributes
    ----------
    breakpoints
        Points where the density is not smooth.
    """

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """Points inside of the support where the density is not smooth."""
        return ()

    @property
    @abstractmethod
    def support(self) -> tuple[float, float]:
        """Ends of the support."""

    @property
    def tail_indices(self) -> tuple[float, float]:
        r"""$a$ of tails $|x|^{-a-1}$ below and above; infinite for lighter ones."""
        return np.inf, np.inf

    @abstractmethod
    def log_density(self, x: Array) -> Array:
        """Logarithm of the density at points of any shape."""

    def density(self, x: Array) -> Array:
        """Density at points of any shape."""
        return np.asarray(np.exp(self.log_density(x)))

    @abstractmethod
    def survival(self, x: Array) -> Array:
        """One less the distribution function, accurate where it is small."""

    @abstractmethod
    def quantile(self, level: Array) -> Array:
        """Inverse of the distribution function."""

    @abstractmethod
    def upper_quantile(self, level: Array) -> Array:
        """Inverse of the survival function."""

    def score(self, x: Array) -> Array:
        r"""Gaussian score $\Phi^{-1}(F(x))$ of points of any shape, accurate in both tails."""
        below = self.cumulative(x)
        return np.asarray(np.where(below < 0.5, ndtri(below), -ndtri(self.survival(x))))

    def quadrature(self, panels: int = 6) -> tuple[Array, Array]:
        """Points and probabilities, equally spread in Gaussian scores."""
        return transported(self.quantile, self.upper_quantile, panels)

    @cached_property
    def borders(self) -> Array:
        """Points between which the density is smooth and varies moderately, the ends of the support among them."""
        ends = [end for end in self.support if np.isfinite(end)]
        return np.unique(np.concatenate([borders(self.quantile, self.upper_quantile), ends, self.breakpoints]))

    def draw(self, shape: tuple[int, ...], rng: Generator) -> Array:
        """Draw independent values."""
        return self.quantile(rng.uniform(size=shape))
