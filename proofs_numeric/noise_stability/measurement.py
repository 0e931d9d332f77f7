r"""What the fit asks of a measurement: means that are linear in the variances, and their errors.

Statement. The p means $v$ of N independent samples are $v=A\,w$ up to their errors. The design $A$ has
one column for each degree of the grid and two for $d\to\infty$, even and odd.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from proofs_numeric.noise_stability.degrees import Degrees

Array = NDArray[np.float64]

#: No row of data is trusted beyond this relative accuracy: it covers maps evaluated in single precision.
ROW_RESOLUTION = 1e-6
#: Values below it are taken for it, so that the zero map has a resolution too.
SMALLEST_SCALE = 1e-100


class Measurement(Protocol):
    """Means, their errors, and how they depend on the variances."""

    @property
    def values(self) -> Array:
        """The means, shape (p,)."""

    @property
    def covariance(self) -> Array:
        """Covariance of the means, shape (p, p)."""

    @property
    def samples(self) -> int:
        """Number N of independent samples."""

    @property
    def covariance_dof(self) -> int:
        """Degrees of freedom of the covariance estimate."""

    @property
    def influence(self) -> Array | None:
        """Share of each sample in the error of the means, shape (N, p), where it is known."""

    @property
    def resolution(self) -> Array:
        """Standard error below which no mean is trusted, shape (p,)."""

    @property
    def curve(self) -> tuple[Array, Array, Array]:
        r"""Correlations, $R$ there and its standard errors, each of one shape."""

    def degree_grid(self) -> Degrees:
        """Degrees that stand for all finite ones in these data, shape (M,)."""

    def design(self, degrees: Degrees) -> Array:
        r"""Columns of $A$ for these degrees, then for $d\to\infty$ even and odd, shape (p, M + 2)."""


def require_means(values: Array, covariance: Array, samples: int, dof: int) -> None:
    """Refuse means that cannot be fitted.

    Raises
    ------
    ValueError
        If the covariance does not fit the values, a number is not finite, or samples are too few.
    """
    if covariance.shape != (values.size, values.size):
        raise ValueError(
            f"covariance has shape {covariance.shape}: {values.size} means need ({values.size}, {values.size})"
        )
    if not (np.all(np.isfinite(values)) and np.all(np.isfinite(covariance))):
        raise ValueError("means and covariance must be finite: look for nan in the map's values")
    require_samples(samples, dof, values.size)


def require_samples(samples: int, dof: int, rows: int) -> None:
    """Refuse a covariance of too few degrees of freedom.

    Raises
    ------
    ValueError
        If there are fewer than p + 1 for p rows.
    """
    if dof < rows + 1:
        raise ValueError(
            f"samples={samples} cannot give the covariance of {rows} means: use at least {samples - dof + rows + 1}"
        )
