"""Powers of the hyperbolic secant."""

from functools import cached_property
from typing import Literal

import numpy as np
from numpy.random import Generator
from pydantic import PositiveFloat
from scipy.special import betainc, betaincinv, expit, gammaln, logit, polygamma

from proofs_numeric.worlds.laws.law import Array, ContinuousLaw


class HyperbolicSecant(ContinuousLaw):
    r"""Density proportional to $\cosh(x/s)^{-k}$: hyperbolic secant for k = 1, logistic for k = 2.

    It is the law of half the log odds of a symmetric beta variable.

    Parameters
    ----------
    power
        k, positive.
    """

    law: Literal["hyperbolic_secant"] = "hyperbolic_secant"
    power: PositiveFloat

    @cached_property
    def scale(self) -> float:
        r"""$s$, for which the variance $s^2\psi_1(k/2)/2$ is 1."""
        return float((2 / polygamma(1, self.power / 2)) ** 0.5)

    @property
    def kurtosis(self) -> float:
        r"""Fourth moment $3 + \psi_3(k/2)/(2\psi_1(k/2)^2)$."""
        return float(3 + polygamma(3, self.power / 2) / (2 * polygamma(1, self.power / 2) ** 2))

    @property
    def skewness(self) -> float:
        """Third moment."""
        return 0.0

    @property
    def support(self) -> tuple[float, float]:
        """Ends of the support."""
        return -np.inf, np.inf

    def log_density(self, x: Array) -> Array:
        """Logarithm of the density at points of any shape."""
        raw, k = np.abs(x) / self.scale, self.power
        log_total = (k - 1) * np.log(2) + 2 * gammaln(k / 2) - gammaln(k) + np.log(self.scale)
        return np.asarray(-k * (raw + np.log1p(np.exp(-2 * raw)) - np.log(2)) - log_total)

    def cumulative(self, x: Array) -> Array:
        """Distribution function at points of any shape."""
        return np.asarray(betainc(self.power / 2, self.power / 2, expit(2 * np.asarray(x) / self.scale)))

    def survival(self, x: Array) -> Array:
        """One less the distribution function, accurate where it is small."""
        return self.cumulative(-np.asarray(x))

    def quantile(self, level: Array) -> Array:
        """Inverse of the distribution function."""
        level = np.asarray(level)
        odds = betaincinv(self.power / 2, self.power / 2, np.minimum(level, 1 - level))
        return np.asarray(np.where(level < 0.5, 1, -1) * self.scale * logit(odds) / 2)

    def upper_quantile(self, level: Array) -> Array:
        """Inverse of the survival function."""
        return -self.quantile(level)

    def draw(self, shape: tuple[int, ...], rng: Generator) -> Array:
        """Draw independent values."""
        # The logarithm of a quotient of gamma variables is finite where the beta variable rounds to 1.
        first, second = np.log(rng.standard_gamma(self.power / 2, (2, *shape)))
        return np.asarray(self.scale * (first - second) / 2)
