r"""Distributions of one variable that latents and noise are drawn from.

References
----------
S. Nadarajah, "A generalized normal distribution", J. Appl. Statist. 32, 2005.
A. J. Lawrance, "The innovation distribution of a gamma distributed autoregressive process", Scand. J. Statist. 9, 1982.
N. L. Johnson, S. Kotz, N. Balakrishnan, Continuous Univariate Distributions 2, 1995, section 23.10.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor


class Distribution(ABC):
    """A distribution that can be drawn from."""

    @abstractmethod
    def draw(self, like: Tensor, generator: Generator) -> Tensor:
        """Draw independent values in the shape, type and device of `like`."""


class Density(Distribution):
    """A distribution with a density."""

    @abstractmethod
    def density(self, values: Tensor) -> Tensor:
        """Return the density at values of any shape."""


class Marginal(Distribution):
    """A distribution of mean 0 and variance 1.

    Attributes
    ----------
    kurtosis
        Its fourth moment.
    """

    @property
    @abstractmethod
    def kurtosis(self) -> float:
        """Fourth moment."""


class SelfDecomposable(Marginal):
    r"""A marginal law that some $z' = \rho z + \eta$ with independent $\eta$ preserves, for every $0<\rho<1$."""

    @abstractmethod
    def innovation(self, rho: float, like: Tensor, generator: Generator) -> Tensor:
        r"""Draw $\eta$ in the shape, type and device of `like`."""


class GaussianMixture(Density):
    r"""Mixture $\sum_k w_k N(\mu_k, v_k)$.

    Parameters
    ----------
    weights, means, variances
        One of each for every component; weights sum to 1.

    Raises
    ------
    ValueError
        If the numbers differ, a variance is not positive, or the weights are no probabilities.
    """

    def __init__(self, weights: Sequence[float], means: Sequence[float], variances: Sequence[float]) -> None:
        if not len(weights) == len(means) == len(variances):
            raise ValueError(f"{len(weights)} weights, {len(means)} means, {len(variances)} variances: give one each")
        if min(weights) < 0 or not math.isclose(sum(weights), 1):
            raise ValueError(f"weights {list(weights)} must be probabilities with sum 1")
        if not min(variances) > 0:
            raise ValueError(f"variances {list(variances)} must be positive")
        self.weights, self.means, self.variances = (
            torch.tensor(list(values), dtype=torch.float64) for values in (weights, means, variances)
        )

    def draw(self, like: Tensor, generator: Generator) -> Tensor:
        """Draw independent values in the shape, type and device of `like`."""
        chosen = torch.multinomial(self.weights.to(like), like.numel(), replacement=True, generator=generator)
        mean, deviation = (
            values.to(like)[chosen].reshape(like.shape) for values in (self.means, self.variances.sqrt())
        )
        return mean + deviation * torch.randn(like.shape, generator=generator, dtype=like.dtype, device=like.device)

    def density(self, values: Tensor) -> Tensor:
        """Return the density at values of any shape."""
        weights, means, variances = (item.to(values) for item in (self.weights, self.means, self.variances))
        exponent = -((values[..., None] - means) ** 2) / (2 * variances)
        return (weights * exponent.exp() / (2 * math.pi * variances).sqrt()).sum(dim=-1)

    def cumulative(self, values: Tensor) -> Tensor:
        """Return the distribution function at values of any shape."""
        weights, means, variances = (item.to(values) for item in (self.weights, self.means, self.variances))
        return (weights * torch.special.ndtr((values[..., None] - means) / variances.sqrt())).sum(dim=-1)


class StandardisedMixture(GaussianMixture, Marginal):
    """A Gaussian mixture, centred and of variance 1; parameters as before it is standardised."""

    def __init__(self, weights: Sequence[float], means: Sequence[float], variances: Sequence[float]) -> None:
        super().__init__(weights, means, variances)
        self.means = self.means - self.weights @ self.means
        variance = self.weights @ (self.means**2 + self.variances)
        self.means, self.variances = self.means / variance.sqrt(), self.variances / variance

    @property
    def kurtosis(self) -> float:
        """Fourth moment."""
        squares, variances = self.means**2, self.variances
        return float(self.weights @ (squares**2 + 6 * squares * variances + 3 * variances**2))


@dataclass(frozen=True)
class HyperbolicSecant(Density):
    r"""Density proportional to $\cosh(x)^{-k}$: hyperbolic secant for k = 1, logistic for k = 2, Gaussian in the limit.

    It is the type III generalised logistic distribution of shape k/2, stretched by 1/2.

    Parameters
    ----------
    power
        k > 0.

    Raises
    ------
    ValueError
        If the power is not positive.
    """

    power: float

    def __post_init__(self) -> None:
        if not 0 < self.power < math.inf:
            raise ValueError(f"the power of the hyperbolic secant must be positive, not {self.power}")

    def draw(self, like: Tensor, generator: Generator) -> Tensor:
        """Draw independent values in the shape, type and device of `like`."""
        first, second = (_standard_gamma(self.power / 2, like, generator).log() for _ in range(2))
        return (first - second) / 2

    def density(self, values: Tensor) -> Tensor:
        """Return the density at values of any shape."""
        k = self.power
        log_total = (k - 1) * math.log(2) + 2 * math.lgamma(k / 2) - math.lgamma(k)
        log_cosh = torch.logaddexp(values, -values) - math.log(2)
        return torch.exp(-k * log_cosh - log_total)


class Laplace(SelfDecomposable):
    r"""Laplace distribution of variance 1; its innovation is 0 with probability $\rho^2$, else Laplace again."""

    kurtosis = 6.0

    def draw(self, like: Tensor, generator: Generator) -> Tensor:
        """Draw independent values in the shape, type and device of `like`."""
        first, second = (torch.empty_like(like).exponential_(generator=generator) for _ in range(2))
        return (first - second) / math.sqrt(2)

    def innovation(self, rho: float, like: Tensor, generator: Generator) -> Tensor:
        r"""Draw $\eta$ in the shape, type and device of `like`."""
        moves = torch.rand(like.shape, generator=generator, dtype=like.dtype, device=like.device) >= rho**2
        return moves * self.draw(like, generator)


class Logistic(SelfDecomposable):
    r"""Logistic distribution of variance 1.

    In units of scale 1 its innovation has the density $\sin(\pi\rho)/(2\pi\rho\,(\cosh x+\cos\pi\rho))$, the Fourier
    transform of $\sinh(\pi\rho t)/(\rho\sinh\pi t)$, which is inverted in closed form.
    """

    kurtosis = 4.2
    _SCALE = math.sqrt(3) / math.pi

    def draw(self, like: Tensor, generator: Generator) -> Tensor:
        """Draw independent values in the shape, type and device of `like`."""
        first, second = (torch.empty_like(like).exponential_(generator=generator).log() for _ in range(2))
        return self._SCALE * (first - second)

    def innovation(self, rho: float, like: Tensor, generator: Generator) -> Tensor:
        r"""Draw $\eta$ in the shape, type and device of `like`."""
        # In double precision, where the inverse is finite at every number that `rand` can return but 0.
        uniform = torch.rand(like.shape, generator=generator, dtype=torch.float64, device=like.device)
        angle = math.pi * rho * (uniform.clamp(min=2.0**-54) - 0.5)
        return self._SCALE * 2 * torch.atanh(angle.tan() / math.tan(math.pi * rho / 2)).to(like)


@dataclass(frozen=True)
class Gamma(SelfDecomposable):
    r"""Gamma distribution, centred and of variance 1; its innovation is a compound Poisson variable.

    Parameters
    ----------
    shape
        k > 0; 1 is the exponential distribution.

    Raises
    ------
    ValueError
        If the shape is not positive.
    """

    shape: float

    def __post_init__(self) -> None:
        if not 0 < self.shape < math.inf:
            raise ValueError(f"the shape of a gamma distribution must be positive, not {self.shape}")

    @property
    def kurtosis(self) -> float:
        """Fourth moment, 3 + 6/k."""
        return 3 + 6 / self.shape

    def draw(self, like: Tensor, generator: Generator) -> Tensor:
        """Draw independent values in the shape, type and device of `like`."""
        return (_standard_gamma(self.shape, like, generator) - self.shape) / math.sqrt(self.shape)

    def innovation(self, rho: float, like: Tensor, generator: Generator) -> Tensor:
        r"""Draw $\eta$: a Poisson number of mean $-k\log\rho$ of terms $\rho^{U_i}E_i$, centred and scaled."""
        counts = torch.poisson(torch.full_like(like, -self.shape * math.log(rho)), generator=generator)
        total = torch.zeros_like(like)
        for taken in range(int(counts.max()) if like.numel() else 0):
            power = torch.rand(like.shape, generator=generator, dtype=like.dtype, device=like.device)
            total += (counts > taken) * rho**power * torch.empty_like(like).exponential_(generator=generator)
        return (total - self.shape * (1 - rho)) / math.sqrt(self.shape)


@dataclass(frozen=True)
class GeneralisedNormal(Marginal):
    r"""Density proportional to $e^{-|x/s|^\alpha}$, of variance 1: Laplace at 1, Gaussian at 2, then uniform.

    Parameters
    ----------
    alpha
        Shape, positive.

    Raises
    ------
    ValueError
        If the shape is not positive.
    """

    alpha: float

    def __post_init__(self) -> None:
        if not 0 < self.alpha < math.inf:
            raise ValueError(f"the shape of a generalised normal distribution must be positive, not {self.alpha}")

    @property
    def kurtosis(self) -> float:
        r"""Fourth moment $\Gamma(5/\alpha)\Gamma(1/\alpha)/\Gamma(3/\alpha)^2$."""
        first, third, fifth = (math.lgamma(order / self.alpha) for order in (1, 3, 5))
        return math.exp(fifth + first - 2 * third)

    def draw(self, like: Tensor, generator: Generator) -> Tensor:
        """Draw independent values in the shape, type and device of `like`."""
        radius = _standard_gamma(1 / self.alpha, like, generator) ** (1 / self.alpha)
        sign = torch.rand(like.shape, generator=generator, dtype=like.dtype, device=like.device) - 0.5
        scale = math.exp((math.lgamma(1 / self.alpha) - math.lgamma(3 / self.alpha)) / 2)
        return scale * radius.copysign(sign)


class Gaussian(Marginal):
    """Standard Gaussian distribution."""

    kurtosis = 3.0

    def draw(self, like: Tensor, generator: Generator) -> Tensor:
        """Draw independent values in the shape, type and device of `like`."""
        return torch.randn(like.shape, generator=generator, dtype=like.dtype, device=like.device)


class Uniform(Marginal):
    """Uniform distribution of variance 1."""

    kurtosis = 1.8

    def draw(self, like: Tensor, generator: Generator) -> Tensor:
        """Draw independent values in the shape, type and device of `like`."""
        levels = torch.rand(like.shape, generator=generator, dtype=like.dtype, device=like.device)
        return math.sqrt(12) * (levels - 0.5)


@dataclass(frozen=True)
class StudentT(Marginal):
    """Student's distribution of variance 1.

    Parameters
    ----------
    freedom
        Degrees of freedom, above 2.

    Raises
    ------
    ValueError
        If the variance is not finite.
    """

    freedom: float

    def __post_init__(self) -> None:
        if not 2 < self.freedom < math.inf:
            raise ValueError(
                f"Student's distribution has a finite variance above 2 degrees of freedom, not {self.freedom}"
            )

    @property
    def kurtosis(self) -> float:
        """Fourth moment, infinite up to 4 degrees of freedom."""
        return 3 + 6 / (self.freedom - 4) if self.freedom > 4 else math.inf

    def draw(self, like: Tensor, generator: Generator) -> Tensor:
        """Draw independent values in the shape, type and device of `like`."""
        gaussian = torch.randn(like.shape, generator=generator, dtype=like.dtype, device=like.device)
        return gaussian * ((self.freedom / 2 - 1) / _standard_gamma(self.freedom / 2, like, generator)).sqrt()


@dataclass(frozen=True)
class SkewNormal(Marginal):
    """Skew normal distribution, centred and of variance 1.

    Parameters
    ----------
    slant
        Gaussian at 0, half normal in the limit.
    """

    slant: float

    @property
    def _delta(self) -> float:
        return self.slant / math.hypot(1, self.slant)

    @property
    def kurtosis(self) -> float:
        """Fourth moment."""
        mean = self._delta * math.sqrt(2 / math.pi)
        return 3 + 2 * (math.pi - 3) * mean**4 / (1 - mean**2) ** 2

    def draw(self, like: Tensor, generator: Generator) -> Tensor:
        """Draw independent values in the shape, type and device of `like`."""
        folded, free = (
            torch.randn(like.shape, generator=generator, dtype=like.dtype, device=like.device) for _ in range(2)
        )
        mean = self._delta * math.sqrt(2 / math.pi)
        return (self._delta * folded.abs() + math.sqrt(1 - self._delta**2) * free - mean) / math.sqrt(1 - mean**2)


class Discrete(Marginal):
    """Distribution on finitely many points, centred and of variance 1.

    Parameters
    ----------
    points, probabilities
        One of each; before they are standardised.

    Raises
    ------
    ValueError
        If the numbers differ, or the probabilities are none.
    """

    def __init__(self, points: Sequence[float], probabilities: Sequence[float]) -> None:
        if len(points) != len(probabilities) or min(probabilities) < 0 or not math.isclose(sum(probabilities), 1):
            raise ValueError(
                f"{list(probabilities)} are no probabilities of {len(points)} points: give one each, with sum 1"
            )
        values = torch.tensor(list(points), dtype=torch.float64)
        self.probabilities = torch.tensor(list(probabilities), dtype=torch.float64)
        values -= self.probabilities @ values
        self.points = values / (self.probabilities @ values**2).sqrt()

    @property
    def kurtosis(self) -> float:
        """Fourth moment."""
        return float(self.probabilities @ self.points**4)

    def draw(self, like: Tensor, generator: Generator) -> Tensor:
        """Draw independent values in the shape, type and device of `like`."""
        chosen = torch.multinomial(self.probabilities.to(like), like.numel(), replacement=True, generator=generator)
        return self.points.to(like)[chosen].reshape(like.shape)


def _standard_gamma(shape: float, like: Tensor, generator: Generator) -> Tensor:
    # What torch.distributions.Gamma draws from; only here it takes a generator.
    return torch._standard_gamma(torch.full_like(like, shape), generator=generator)
