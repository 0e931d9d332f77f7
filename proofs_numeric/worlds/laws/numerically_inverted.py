"""Laws whose quantiles are found by bisection."""

from abc import abstractmethod
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from proofs_numeric.worlds.laws.law import Array, ContinuousLaw

_BISECTIONS = 60


class NumericallyInverted(ContinuousLaw):
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
