"""Laplace law, and the noise that a linear drift to it needs."""

from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.random import Generator
from scipy import stats

from proofs_numeric.worlds.laws.law import Array
from proofs_numeric.worlds.laws.self_decomposable import SelfDecomposable


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
