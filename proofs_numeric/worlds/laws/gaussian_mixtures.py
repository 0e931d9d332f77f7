"""Mixtures of Gaussians: of given components, and the kernel estimate of the density behind samples."""

from abc import abstractmethod
from functools import cached_property
from typing import Annotated, Literal, Self

import numpy as np
from numpy.random import Generator
from pydantic import Field, FiniteFloat, NonNegativeFloat, PositiveFloat, model_validator
from scipy import stats
from scipy.special import ndtr

from proofs_numeric.worlds.laws.gaussian import DEVIATIONS
from proofs_numeric.worlds.laws.law import Array
from proofs_numeric.worlds.laws.numerically_inverted import NumericallyInverted
from proofs_numeric.worlds.laws.probabilities import require_probabilities
from proofs_numeric.worlds.quadrature import borders

_WITHIN_A_MODE = np.linspace(-8, 8, 5)  # borders, in its standard deviations


class _Mixture(NumericallyInverted):
    """Gaussian mixture, standardised."""

    @property
    @abstractmethod
    def _raw(self) -> tuple[Array, Array, Array]:
        """Weights, means and variances before they are standardised."""

    @cached_property
    def components(self) -> tuple[Array, Array, Array]:
        """Weights, means and standard deviations of the components, standardised, each of shape (components,)."""
        weights, means, variances = self._raw
        mean = weights @ means
        deviation = np.sqrt(weights @ (variances + (means - mean) ** 2))
        return weights, (means - mean) / deviation, np.sqrt(variances) / deviation

    @property
    def kurtosis(self) -> float:
        """Fourth moment."""
        weights, means, deviations = self.components
        return float(weights @ (means**4 + 6 * means**2 * deviations**2 + 3 * deviations**4))

    @property
    def skewness(self) -> float:
        """Third moment."""
        weights, means, deviations = self.components
        return float(weights @ (means**3 + 3 * means * deviations**2))

    @property
    def support(self) -> tuple[float, float]:
        """Ends of the support."""
        return -np.inf, np.inf

    @property
    def _reach(self) -> tuple[float, float]:
        _, means, deviations = self.components
        return float((means - DEVIATIONS * deviations).min()), float((means + DEVIATIONS * deviations).max())

    def log_density(self, x: Array) -> Array:
        """Logarithm of the density at points of any shape."""
        weights, means, deviations = self.components
        with np.errstate(divide="ignore"):
            logs = np.log(weights) - np.log(deviations * np.sqrt(2 * np.pi))
        exponents = logs - ((np.asarray(x)[..., None] - means) / deviations) ** 2 / 2
        top = exponents.max(-1)
        return np.asarray(top + np.log(np.exp(exponents - top[..., None]).sum(-1)))

    def cumulative(self, x: Array) -> Array:
        """Distribution function at points of any shape."""
        weights, means, deviations = self.components
        return np.asarray(ndtr((np.asarray(x)[..., None] - means) / deviations) @ weights)

    def survival(self, x: Array) -> Array:
        """One less the distribution function, accurate where it is small."""
        weights, means, deviations = self.components
        return np.asarray(ndtr((means - np.asarray(x)[..., None]) / deviations) @ weights)

    def draw(self, shape: tuple[int, ...], rng: Generator) -> Array:
        """Draw independent values."""
        weights, means, deviations = self.components
        chosen = rng.choice(len(weights), shape, p=weights)
        return np.asarray(means[chosen] + deviations[chosen] * rng.standard_normal(shape))


class GaussianMixture(_Mixture):
    r"""Mixture $\sum_k w_k N(\mu_k, v_k)$, standardised.

    Parameters
    ----------
    weights, means, variances
        One of each for every component; weights sum to 1.
    """

    law: Literal["gaussian_mixture"] = "gaussian_mixture"
    weights: Annotated[tuple[NonNegativeFloat, ...], Field(min_length=1)]
    means: tuple[FiniteFloat, ...]
    variances: tuple[PositiveFloat, ...]

    @model_validator(mode="after")
    def _is_a_mixture(self) -> Self:
        if not len(self.weights) == len(self.means) == len(self.variances):
            raise ValueError(
                f"{len(self.weights)} weights, {len(self.means)} means, {len(self.variances)} variances: give one each"
            )
        require_probabilities(self.weights)
        return self

    @property
    def _raw(self) -> tuple[Array, Array, Array]:
        return np.array(self.weights) / sum(self.weights), np.array(self.means), np.array(self.variances)

    @cached_property
    def borders(self) -> Array:
        """Points between which the density varies moderately, in the gaps between its modes too."""
        _, means, deviations = self.components
        spread = np.sort((means[:, None] + _WITHIN_A_MODE * deviations[:, None]).ravel())
        apart = np.diff(spread, prepend=-np.inf) > deviations.min()
        return np.unique(np.concatenate([borders(self.quantile, self.upper_quantile), spread[apart]]))


class Empirical(_Mixture):
    """Kernel estimate of the density behind samples, by Silverman's rule, standardised.

    Parameters
    ----------
    samples
        At least two different numbers.

    References
    ----------
    B. W. Silverman, Density Estimation, 1986, section 3.4.
    """

    law: Literal["empirical"] = "empirical"
    samples: Annotated[tuple[FiniteFloat, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def _varies(self) -> Self:
        if min(self.samples) == max(self.samples):
            raise ValueError(f"all {len(self.samples)} samples are {self.samples[0]:g}: they need to vary")
        return self

    @property
    def _raw(self) -> tuple[Array, Array, Array]:
        samples = np.array(self.samples)
        kernel = stats.gaussian_kde(samples, bw_method="silverman")
        count = len(samples)
        return np.full(count, 1 / count), samples, np.full(count, float(kernel.covariance[0, 0]))
