"""Generalised normal law."""

from functools import cached_property
from typing import Any, Literal

import numpy as np
from pydantic import PositiveFloat
from scipy import stats
from scipy.special import gammaln

from proofs_numeric.worlds.laws.law import Array
from proofs_numeric.worlds.laws.scipy_law import ScipyLaw


class GeneralisedNormal(ScipyLaw):
    r"""Density proportional to $e^{-|x/s|^\alpha}$: Laplace at 1, Gaussian at 2, then towards uniform.

    Parameters
    ----------
    alpha
        Shape, positive.

    References
    ----------
    S. Nadarajah, "A generalized normal distribution", J. Appl. Statist. 32, 2005.
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
