"""Gamma law, and the noise that a linear drift to it needs."""

from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.random import Generator
from pydantic import PositiveFloat
from scipy import stats

from proofs_numeric.worlds.laws.law import Array
from proofs_numeric.worlds.laws.self_decomposable import SelfDecomposable


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
