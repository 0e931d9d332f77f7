"""Logistic law, and the noise that a linear drift to it needs."""

from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.random import Generator
from scipy import stats

from proofs_numeric.worlds.laws.law import Array
from proofs_numeric.worlds.laws.self_decomposable import SelfDecomposable
from proofs_numeric.worlds.quadrature import borders, transported


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


def _logistic_innovation(rho: float, level: Array) -> Array:
    """Lower half of the quantile function, for levels below one half."""
    angle, step = np.pi * rho / 2, np.pi * rho * level
    missing = np.sin(step) / (np.sin(angle) * np.cos(angle - step))
    return np.asarray(np.log(missing / (2 - missing)) * np.sqrt(3) / np.pi)
