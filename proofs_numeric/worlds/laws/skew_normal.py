"""Skew normal law."""

from functools import cached_property
from typing import Any, Literal

import numpy as np
from pydantic import FiniteFloat
from scipy import stats
from scipy.special import log_ndtr, ndtr, owens_t

from proofs_numeric.worlds.laws.gaussian import DEVIATIONS
from proofs_numeric.worlds.laws.law import Array
from proofs_numeric.worlds.laws.numerically_inverted import NumericallyInverted
from proofs_numeric.worlds.laws.scipy_law import ScipyLaw


class SkewNormal(NumericallyInverted, ScipyLaw):
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
        return -2.0 * DEVIATIONS, 2.0 * DEVIATIONS

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
