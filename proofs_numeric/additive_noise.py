r"""Scalar worlds with additive noise, and the laws of their noise.

.. math:: z' = m(z) + \eta, \qquad \eta \sim q \text{ independent of } z
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Noise(Protocol):
    """A law with a smooth density on the whole line."""

    def density(self, value: Array) -> Array:
        """Density $q$."""
        ...

    def derivative(self, value: Array) -> Array:
        """Derivative $q'$ of the density."""
        ...


@dataclass(frozen=True)
class SymmetricGaussianPair:
    r"""Noise $\tfrac12 N(-d, v) + \tfrac12 N(d, v)$.

    Parameters
    ----------
    centre
        $d$.
    variance
        $v$, of each half.
    """

    centre: float
    variance: float

    def density(self, value: Array) -> Array:
        """Density of the mixture."""
        left, right = self._halves(value)
        return left + right

    def derivative(self, value: Array) -> Array:
        """Derivative of the density."""
        left, right = self._halves(value)
        return -((value + self.centre) * left + (value - self.centre) * right) / self.variance

    def _halves(self, value: Array) -> tuple[Array, Array]:
        scale = 2 * np.sqrt(2 * np.pi * self.variance)
        left, right = (
            np.exp(-((value - centre) ** 2) / (2 * self.variance)) / scale for centre in (-self.centre, self.centre)
        )
        return left, right


class Logistic:
    r"""Logistic noise, $q(e) = \tfrac14 \operatorname{sech}^2(e/2)$, of variance $\pi^2/3$ and kurtosis 4.2."""

    def density(self, value: Array) -> Array:
        r"""Density $e^{-|e|} / (1 + e^{-|e|})^2$."""
        decay = np.exp(-np.abs(value))
        return decay / (1 + decay) ** 2

    def derivative(self, value: Array) -> Array:
        r"""Derivative $-\tanh(e/2)\,q(e)$."""
        return -np.tanh(value / 2) * self.density(value)


@dataclass(frozen=True)
class AdditiveNoiseWorld:
    """A scalar latent that moves by a drift and independent noise.

    Parameters
    ----------
    drift
        $m$, on arrays.
    noise
        Law of the noise.
    """

    drift: Callable[[Array], Array]
    noise: Noise
