r"""Laws of one latent, all of mean 0 and variance 1.

Each is the standardised form of a distribution of SciPy or of a density that is given.

References
----------
S. Nadarajah, "A generalized normal distribution", J. Appl. Statist. 32, 2005.
B. W. Silverman, Density Estimation, 1986, section 3.4.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat, NonNegativeFloat, PositiveFloat, model_validator
from scipy import stats
from scipy.special import betainc, betaincinv, expit, gammaln, log_ndtr, logit, ndtr, ndtri, owens_t, polygamma

from proofs_numeric.worlds.formula import Formula, evaluate
from proofs_numeric.worlds.quadrature import borders, transported
from proofs_numeric.worlds.specified import Specified

Array = NDArray[np.float64]

_SUM = 1e-9  # departure of a sum of probabilities from 1 that is round-off
_BISECTIONS = 60
_PANELS, _PANEL_POINTS = 65, 12
_PANEL_RULES = (_PANEL_POINTS, 9)
_GRADES = 2.0 ** np.arange(-6, 40)
_MOST_HALVINGS, _MOST_PANELS, _ROUGH = 40, 20_000, 1e-13
_FALL = 40.0  # of the logarithm of what a tail adds to the variance, beyond which it is cut off
_UNNORMALISED = 1e-6
_FINE = 24  # panels of the moments
_WITHIN_A_MODE = np.linspace(-8, 8, 5)  # borders, in its standard deviations
_NO_GROWTH = 0.01  # of a power, from 2^20 to 2^40 standard deviations
_DEVIATIONS = 38  # beyond so many of them a Gaussian has no mass in double precision


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


class SelfDecomposable(ScipyLaw):
    r"""A law that some $z' = \rho z + \eta$ with independent $\eta$ preserves, for every $0<\rho<1$."""

    @abstractmethod
    def innovation(self, rho: float, shape: tuple[int, ...], rng: Generator) -> Array:
        r"""Draw $\eta$."""

    @abstractmethod
    def essential(self, rho: float) -> float:
        r"""Top of the essential spectrum of S.

        It is that of the part of $\eta$ that is zero: with probability a, $z'=\rho z$, near the end or the kink of
        the density a dilation of $L^2$, times $a\,\rho^{-s/2}$ where $|z|^{s-1}$ is the density there.
        """


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


class GeneralisedNormal(ScipyLaw):
    r"""Density proportional to $e^{-|x/s|^\alpha}$: Laplace at 1, Gaussian at 2, then towards uniform.

    Parameters
    ----------
    alpha
        Shape, positive.
    """

    law: Literal["generalised_normal"] = "generalised_normal"
    alpha: PositiveFloat

    @cached_property
    def distribution(self) -> Any:
        """Frozen distribution."""
        return stats.gennorm(self.alpha)

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """The centre, where the density has a kink or is of limited smoothness, unless alpha is even."""
        return () if self.alpha % 2 == 0 else (0.0,)

    @cached_property
    def _scale(self) -> float:
        first, third = gammaln(1 / self.alpha), gammaln(3 / self.alpha)
        return float(np.exp((first - third) / 2))

    @property
    def kurtosis(self) -> float:
        r"""Fourth moment $\Gamma(5/\alpha)\Gamma(1/\alpha)/\Gamma(3/\alpha)^2$."""
        first, third, fifth = gammaln(np.array([1, 3, 5]) / self.alpha)
        return float(np.exp(fifth + first - 2 * third))

    def log_density(self, x: Array) -> Array:
        """Logarithm of the density at points of any shape."""
        total = np.log(2 * self._scale) + gammaln(1 + 1 / self.alpha)
        with np.errstate(over="ignore"):
            return np.asarray(-(np.abs(x / self._scale) ** self.alpha) - total)


class Laplace(SelfDecomposable):
    r"""Laplace law, of kurtosis 6; its innovation is 0 with probability $\rho^2$, else Laplace again."""

    law: Literal["laplace"] = "laplace"

    @cached_property
    def distribution(self) -> Any:
        """Frozen distribution."""
        return stats.laplace()

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """The centre, where the density has a kink."""
        return (0.0,)

    def log_density(self, x: Array) -> Array:
        """Logarithm of the density at points of any shape."""
        return np.asarray(-np.sqrt(2) * np.abs(x) - np.log(2) / 2)

    def innovation(self, rho: float, shape: tuple[int, ...], rng: Generator) -> Array:
        r"""Draw $\eta$."""
        return (rng.uniform(size=shape) >= rho**2) * self.draw(shape, rng)

    def innovation_quadrature(self, rho: float, panels: int) -> tuple[Array, Array]:
        r"""Points and probabilities of $\eta$."""
        points, weights = self.quadrature(panels)
        return np.append(points, 0.0), np.append((1 - rho**2) * weights, rho**2)

    def innovation_density(self, rho: float, x: Array) -> Array:  # noqa: ARG002 (it is the law itself)
        r"""Density of $\eta$ where that is not zero."""
        return self.density(x)

    def innovation_borders(self, rho: float) -> Array:  # noqa: ARG002
        """Points between which that density is smooth."""
        return self.borders

    def innovation_atom(self, rho: float) -> float:
        r"""Probability that $\eta$ is zero."""
        return rho**2

    def essential(self, rho: float) -> float:
        r"""$\rho^2\rho^{-1/2}$."""
        return rho**1.5


class Logistic(SelfDecomposable):
    r"""Logistic law, of kurtosis 4.2.

    In units of scale 1 its innovation has the density $\sin(\pi\rho)/(2\pi\rho\,(\cosh x+\cos\pi\rho))$.
    """

    law: Literal["logistic"] = "logistic"

    @cached_property
    def distribution(self) -> Any:
        """Frozen distribution."""
        return stats.logistic()

    def log_density(self, x: Array) -> Array:
        """Logarithm of the density at points of any shape."""
        raw = np.abs(x) * np.pi / np.sqrt(3)
        return np.asarray(-raw - 2 * np.log1p(np.exp(-raw)) + np.log(np.pi / np.sqrt(3)))

    def innovation(self, rho: float, shape: tuple[int, ...], rng: Generator) -> Array:
        r"""Draw $\eta$."""
        lower = _logistic_innovation(rho, rng.uniform(0, 0.5, shape))
        return lower * rng.choice([-1.0, 1.0], shape)

    def innovation_quadrature(self, rho: float, panels: int) -> tuple[Array, Array]:
        r"""Points and probabilities of $\eta$."""
        return transported(
            lambda level: _logistic_innovation(rho, level), lambda level: -_logistic_innovation(rho, level), panels
        )

    def innovation_density(self, rho: float, x: Array) -> Array:
        r"""Density of $\eta$."""
        raw, scale = np.pi / np.sqrt(3) * np.abs(x), np.pi / np.sqrt(3)
        decay = np.exp(-raw)
        both = 1 + decay**2 + 2 * np.cos(np.pi * rho) * decay
        return np.asarray(np.sin(np.pi * rho) / (np.pi * rho) * decay / both * scale)

    def innovation_borders(self, rho: float) -> Array:
        """Points between which that density varies moderately."""
        return borders(lambda level: _logistic_innovation(rho, level), lambda level: -_logistic_innovation(rho, level))

    def innovation_atom(self, rho: float) -> float:  # noqa: ARG002
        r"""Zero: $\eta$ has a density."""
        return 0.0

    def essential(self, rho: float) -> float:  # noqa: ARG002 (its innovation is never zero)
        """Zero: S is compact."""
        return 0.0


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


class StudentT(ScipyLaw):
    r"""Student law.

    Parameters
    ----------
    freedom
        Degrees of freedom, above 2, where the variance is finite.
    """

    law: Literal["student_t"] = "student_t"
    freedom: Annotated[float, Field(gt=2)]

    @cached_property
    def distribution(self) -> Any:
        """Frozen distribution."""
        return stats.t(self.freedom)

    @property
    def tail_indices(self) -> tuple[float, float]:
        r"""$a$ of tails $|x|^{-a-1}$ below and above."""
        return self.freedom, self.freedom


class Uniform(ScipyLaw):
    """Uniform law."""

    law: Literal["uniform"] = "uniform"

    @cached_property
    def distribution(self) -> Any:
        """Frozen distribution."""
        return stats.uniform(-1, 2)


class Gamma(SelfDecomposable):
    r"""Gamma law, skewed to the right; its innovation is a compound Poisson variable.

    Parameters
    ----------
    shape
        k, positive; 1 is the exponential law.
    """

    law: Literal["gamma"] = "gamma"
    shape: PositiveFloat

    @cached_property
    def distribution(self) -> Any:
        """Frozen distribution."""
        return stats.gamma(self.shape)

    def innovation(self, rho: float, shape: tuple[int, ...], rng: Generator) -> Array:
        r"""Draw $\eta$: a Poisson number of mean $-k\log\rho$ of terms $\rho^{U_i}E_i$, centred and scaled."""
        counts = rng.poisson(-self.shape * np.log(rho), shape)
        total = np.zeros(shape)
        for taken in range(int(counts.max(initial=0))):
            total += (counts > taken) * rho ** rng.uniform(size=shape) * rng.exponential(size=shape)
        return (total - self.shape * (1 - rho)) / np.sqrt(self.shape)

    def essential(self, rho: float) -> float:
        r"""$\rho^k\rho^{-k/2}$."""
        return float(rho ** (self.shape / 2))


class _Numerical(ContinuousLaw):
    """A law whose distribution function is inverted numerically."""

    @property
    @abstractmethod
    def _reach(self) -> tuple[float, float]:
        """An interval outside of which the law has no mass."""

    def quantile(self, level: Array) -> Array:
        """Inverse of the distribution function."""
        return self._inverse(lambda x: self.cumulative(x) < level, level)

    def upper_quantile(self, level: Array) -> Array:
        """Inverse of the survival function."""
        return self._inverse(lambda x: self.survival(x) > level, level)

    def _inverse(self, below: Callable[[Array], NDArray[np.bool_]], like: Array) -> Array:
        low, high = (np.full(np.shape(like), end) for end in self._reach)
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            rises = below(middle)
            low, high = np.where(rises, middle, low), np.where(rises, high, middle)
        return (low + high) / 2


class SkewNormal(_Numerical, ScipyLaw):
    """Skew normal law.

    Parameters
    ----------
    slant
        Gaussian at 0, half normal in the limit.
    """

    law: Literal["skew_normal"] = "skew_normal"
    slant: FiniteFloat

    @cached_property
    def distribution(self) -> Any:
        """Frozen distribution."""
        return stats.skewnorm(self.slant)

    @property
    def _reach(self) -> tuple[float, float]:
        return -2.0 * _DEVIATIONS, 2.0 * _DEVIATIONS

    def log_density(self, x: Array) -> Array:
        """Logarithm of the density at points of any shape."""
        raw = self._raw(x)
        return np.asarray(log_ndtr(self.slant * raw) - raw**2 / 2 + np.log(self._moments[1] * np.sqrt(2 / np.pi)))

    def cumulative(self, x: Array) -> Array:
        r"""Distribution function $\Phi(y) - 2T(y, a)$, T that of Owen."""
        raw = self._raw(x)
        return np.maximum(ndtr(raw) - 2 * owens_t(raw, self.slant), 0)

    def survival(self, x: Array) -> Array:
        """One less the distribution function, accurate where it is small on the side of the slant."""
        raw = self._raw(x)
        return np.maximum(ndtr(-raw) + 2 * owens_t(raw, self.slant), 0)


class _Mixture(_Numerical):
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
        return float((means - _DEVIATIONS * deviations).min()), float((means + _DEVIATIONS * deviations).max())

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
        _require_probabilities(self.weights)
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


class Discrete(Law):
    """Law on finitely many points, standardised.

    Parameters
    ----------
    points
        Different, ascending, at least two.
    probabilities
        Positive, with sum 1.
    """

    law: Literal["discrete"] = "discrete"
    points: Annotated[tuple[FiniteFloat, ...], Field(min_length=2)]
    probabilities: tuple[PositiveFloat, ...]

    @model_validator(mode="after")
    def _is_a_law(self) -> Self:
        if list(self.points) != sorted(set(self.points)):
            raise ValueError(f"points {list(self.points)} must be different and in increasing order")
        if len(self.points) != len(self.probabilities):
            raise ValueError(f"{len(self.probabilities)} probabilities given for {len(self.points)} points")
        _require_probabilities(self.probabilities)
        return self

    @cached_property
    def atoms(self) -> tuple[Array, Array]:
        """Standardised points and their probabilities, each of shape (points,)."""
        points, probabilities = np.array(self.points), np.array(self.probabilities) / sum(self.probabilities)
        centred = points - probabilities @ points
        return centred / np.sqrt(probabilities @ centred**2), probabilities

    @property
    def kurtosis(self) -> float:
        """Fourth moment."""
        points, probabilities = self.atoms
        return float(probabilities @ points**4)

    @property
    def skewness(self) -> float:
        """Third moment."""
        points, probabilities = self.atoms
        return float(probabilities @ points**3)

    def draw(self, shape: tuple[int, ...], rng: Generator) -> Array:
        """Draw independent values."""
        points, probabilities = self.atoms
        return rng.choice(points, shape, p=probabilities)

    def cumulative(self, x: Array) -> Array:
        """Distribution function at points of any shape."""
        points, probabilities = self.atoms
        return np.append(0, np.cumsum(probabilities))[np.searchsorted(points, x, side="right")]


def _require_probabilities(values: Iterable[float]) -> None:
    total = sum(values)
    if abs(total - 1) > _SUM:
        raise ValueError(f"the probabilities sum to {total:g}, not to 1")


def _logistic_innovation(rho: float, level: Array) -> Array:
    """Lower half of the quantile function, for levels below one half."""
    angle, step = np.pi * rho / 2, np.pi * rho * level
    missing = np.sin(step) / (np.sin(angle) * np.cos(angle - step))
    return np.asarray(np.log(missing / (2 - missing)) * np.sqrt(3) / np.pi)


def _tail_index(log_density: Callable[[Array], Array], side: int) -> float:
    """Power of a tail less one, infinite where it still grows far out."""
    far = side * 2.0 ** np.array([20, 21, 40, 41])
    with np.errstate(all="ignore"):
        powers = -np.diff(log_density(far))[::2] / np.log(2)
    if not np.isfinite(powers).all() or abs(powers[1] / powers[0] - 1) > _NO_GROWTH:
        return np.inf
    return float(powers[1] - 1)


class FormulaLaw(_Numerical):
    """A density that is written as a formula of x, standardised.

    Parameters
    ----------
    density_formula
        The density, normalised, before it is standardised.
    log_density_formula
        Instead of it, the logarithm of the density, up to a constant.
    low, high
        Ends of the support; infinite where they are left out.
    breaks
        Points where the density is not smooth.

    Raises
    ------
    ValueError
        If the density is negative or not finite, has not the integral 1, or no finite variance.
    """

    law: Literal["formula"] = "formula"
    density_formula: Formula | None = None
    log_density_formula: Formula | None = None
    low: FiniteFloat | None = None
    high: FiniteFloat | None = None
    breaks: tuple[FiniteFloat, ...] = ()

    @model_validator(mode="after")
    def _is_a_density(self) -> Self:
        if (self.density_formula is None) == (self.log_density_formula is None):
            raise ValueError("give either density_formula or log_density_formula")
        low, high = self._ends
        if not low < high:
            raise ValueError(f"the support from {low:g} to {high:g} is empty")
        _ = self._table
        return self

    @property
    def _ends(self) -> tuple[float, float]:
        return -np.inf if self.low is None else self.low, np.inf if self.high is None else self.high

    def _raw_log_density(self, x: Array) -> Array:
        if self.log_density_formula is not None:
            values = evaluate(self.log_density_formula, x)
            wrong = np.isnan(values) | (values == np.inf)
        else:
            values = evaluate(str(self.density_formula), x)
            wrong = ~np.isfinite(values) | (values < 0)
        if wrong.any():
            name = "density" if self.log_density_formula is None else "log density"
            raise ValueError(f"the {name} is {values[wrong].flat[0]:g} at {np.asarray(x)[wrong].flat[0]:g}")
        with np.errstate(divide="ignore"):
            return values if self.log_density_formula is not None else np.asarray(np.log(values))

    @cached_property
    def _table(self) -> tuple[Array, Array, float, float, float]:
        """Borders of panels, masses from each on, log of the total, mean and standard deviation, all raw."""
        low, high = self._cut_off()
        graded = np.concatenate([np.linspace(low, high, _PANELS), -_GRADES, [0.0], _GRADES, self.breaks])
        borders = np.unique(np.concatenate([[low, high], graded[(low < graded) & (graded < high)]]))
        for _ in range(_MOST_HALVINGS):
            (_, top, fine), (_, coarse_top, coarse) = (self._panel_masses(borders, points) for points in _PANEL_RULES)
            both = np.array([fine.sum(1), coarse.sum(1)]) * np.exp(
                np.array([[top], [coarse_top]]) - max(top, coarse_top)
            )
            rough = np.abs(both[0] - both[1]) > _ROUGH * both.sum()
            if not rough.any():
                break
            place = borders[:-1][rough][0]
            borders = np.sort(np.concatenate([borders, (borders[:-1] + borders[1:])[rough] / 2]))
            if len(borders) > _MOST_PANELS:
                raise ValueError(f"the density varies too fast to be integrated, from {place:.6g} on: scale it")
        else:
            raise ValueError(f"the density is not smooth at {place:.6g}: name its breaks")
        points, top, weights = self._panel_masses(borders, _PANEL_POINTS)
        total = weights.sum()
        mass = float(total * np.exp(top))
        if self.density_formula is not None and not abs(mass - 1) < _UNNORMALISED:
            raise ValueError(f"the density has the integral {mass:.6g}, not 1: normalise it, or give its logarithm")
        mean = float((weights * points).sum() / total)
        deviation = float(np.sqrt((weights * (points - mean) ** 2).sum() / total))
        masses = np.append(0, np.cumsum(weights.sum(1))) / total
        return borders, masses, top + float(np.log(total)), mean, deviation

    def _panel_masses(self, borders: Array, count: int) -> tuple[Array, float, Array]:
        """Points, largest log density among them, and weights relative to it, by panels."""
        nodes, rule = leggauss(count)
        half = np.diff(borders)[:, None] / 2
        points = (borders[:-1, None] + borders[1:, None]) / 2 + half * nodes
        log_density = self._raw_log_density(points)
        top = float(log_density.max())
        if top == -np.inf:
            raise ValueError(f"the density is zero from {borders[0]:g} to {borders[-1]:g}")
        return points, top, half * rule * np.exp(log_density - top)

    def _cut_off(self) -> tuple[float, float]:
        """Where the density is not negligible."""
        ends = []
        for end, side in zip(self._ends, (-1.0, 1.0), strict=True):
            if np.isfinite(end):
                ends.append(end)
                continue
            anchor = self._ends[0] if side > 0 and self.low is not None else 0.0
            anchor = self._ends[1] if side < 0 and self.high is not None else anchor
            distances = np.asarray(2.0 ** np.arange(-6, 61), dtype=np.float64)
            # What each octave of the tail adds to the variance.
            added = self._raw_log_density(anchor + side * distances) + 3 * np.log(distances)
            if not np.isfinite(added.max()):
                raise ValueError(f"the density is zero at all powers of 2 from {anchor:g}: shift x, or scale it")
            far = np.flatnonzero(added >= added.max() - _FALL)[-1] + 1
            if far >= len(added):
                raise ValueError("the density has no finite variance, or one that is all in a tail like x^-3 to x^-4")
            ends.append(float(anchor + side * distances[far]))
        return ends[0], ends[1]

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """Points inside of the support where the density is not smooth."""
        _, _, _, mean, deviation = self._table
        return tuple((at - mean) / deviation for at in self.breaks)

    @property
    def support(self) -> tuple[float, float]:
        """Ends of the support."""
        _, _, _, mean, deviation = self._table
        low, high = self._ends
        return (low - mean) / deviation, (high - mean) / deviation

    @property
    def tail_indices(self) -> tuple[float, float]:
        r"""$a$ of tails $|x|^{-a-1}$ below and above; infinite for lighter ones."""
        low, high = (
            np.inf if np.isfinite(end) else _tail_index(self.log_density, side)
            for end, side in zip(self._ends, (-1, 1), strict=True)
        )
        return low, high

    @property
    def _reach(self) -> tuple[float, float]:
        borders, _, _, mean, deviation = self._table
        return float((borders[0] - mean) / deviation), float((borders[-1] - mean) / deviation)

    def log_density(self, x: Array) -> Array:
        """Logarithm of the density at points of any shape."""
        _, _, log_total, mean, deviation = self._table
        return self._raw_log_density(np.asarray(mean + deviation * x)) - log_total + np.log(deviation)

    def cumulative(self, x: Array) -> Array:
        """Distribution function at points of any shape."""
        return self._mass(np.asarray(x), upper=False)

    def survival(self, x: Array) -> Array:
        """One less the distribution function, accurate where it is small."""
        return self._mass(np.asarray(x), upper=True)

    def _mass(self, x: Array, *, upper: bool) -> Array:
        borders, _, log_total, mean, deviation = self._table
        nodes, rule = leggauss(_PANEL_POINTS)
        raw = np.clip(mean + deviation * x, borders[0], borders[-1])
        panel = np.clip(np.searchsorted(borders, raw, side="right") - 1, 0, len(borders) - 2)
        start = borders[panel + 1] if upper else borders[panel]
        half = np.abs(raw - start)[..., None] / 2
        points = (raw + start)[..., None] / 2 + half * nodes
        within = (half * rule * np.exp(self._raw_log_density(points) - log_total)).sum(-1)
        return np.asarray(within + self._tails[int(upper)][panel + int(upper)])

    @cached_property
    def _tails(self) -> tuple[Array, Array]:
        """Mass below and above each border."""
        _, masses, *_ = self._table
        panels = np.diff(masses)
        return masses, np.append(np.cumsum(panels[::-1])[::-1], 0)

    def _moment(self, power: int) -> float:
        points, weights = self.quadrature(_FINE)
        return float(weights @ points**power)

    @property
    def kurtosis(self) -> float:
        """Fourth moment."""
        return self._moment(4)

    @property
    def skewness(self) -> float:
        """Third moment."""
        return self._moment(3)


#: A law with a density, by its name in a specification.
AnyContinuousLaw = Annotated[
    Gaussian
    | GeneralisedNormal
    | Laplace
    | Logistic
    | HyperbolicSecant
    | StudentT
    | Uniform
    | Gamma
    | SkewNormal
    | GaussianMixture
    | Empirical
    | FormulaLaw,
    Field(discriminator="law"),
]
#: A law, by its name in a specification.
AnyLaw = Annotated[AnyContinuousLaw | Discrete, Field(discriminator="law")]
#: A self-decomposable law, by its name in a specification.
AnySelfDecomposable = Annotated[Laplace | Logistic | Gamma, Field(discriminator="law")]
