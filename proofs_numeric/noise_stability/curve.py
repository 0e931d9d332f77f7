r"""The noise-stability curve, measured at arbitrary correlations.

Statement. For a Gaussian pair $(z,z')$ of correlation $\rho$,

.. math:: R(\rho) = \mathbb{E}\,\langle h(z'), h(z)\rangle = \sum_d w_d\,\rho^d,
          \qquad -1\le\rho\le 1.

References
----------
O'Donnell (2014), section 11.2.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from proofs_numeric.noise_stability.degrees import Degrees, degree_grid
from proofs_numeric.noise_stability.measurement import ROW_RESOLUTION, SMALLEST_SCALE, require_means

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StabilityCurve:
    r"""Noise-stability curve measured at given correlations.

    Parameters
    ----------
    correlations
        Distinct $\rho_j\in[-1,1]$, shape (p,). Include 1, the second moment: without it no mass at
        high degrees can be excluded and the tail has no finite upper bound.
    values
        Mean over the samples of $\langle h(z'),h(z)\rangle$ at each correlation, shape (p,).
    covariance
        Covariance of these means (not of one sample), shape (p, p).
    samples
        Number of independent samples behind the means, at least p + 2.

    Raises
    ------
    ValueError
        If shapes do not match, correlations repeat or leave [-1, 1], values are not finite, or
        samples are too few.
    """

    correlations: Array
    values: Array
    covariance: Array
    samples: int

    def __post_init__(self) -> None:
        for name in ("correlations", "values", "covariance"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=np.float64))
        rho = self.correlations
        if rho.ndim != 1 or not np.all(np.abs(rho) <= 1) or np.unique(rho).size != rho.size:
            raise ValueError(f"correlations={rho.tolist()} must be distinct numbers of [-1, 1] in one dimension")
        if self.values.shape != rho.shape:
            raise ValueError(f"values has shape {self.values.shape}: give one for each of the {rho.size} correlations")
        require_means(self.values, self.covariance, self.samples, self.covariance_dof)

    @property
    def covariance_dof(self) -> int:
        """Degrees of freedom of the covariance estimate."""
        return self.samples - 1

    @property
    def influence(self) -> None:
        """Nothing is known of the samples but their mean and covariance."""
        return

    @property
    def resolution(self) -> Array:
        """Standard error below which no value is trusted, shape (p,)."""
        return np.full(self.values.shape, ROW_RESOLUTION * max(float(np.abs(self.values).max()), SMALLEST_SCALE))

    @property
    def curve(self) -> tuple[Array, Array, Array]:
        """Correlations, values and their standard errors, each of shape (p,)."""
        return self.correlations, self.values, np.sqrt(np.diag(self.covariance))

    def degree_grid(self) -> Degrees:
        """Degrees that stand for all finite ones at these correlations, shape (M,)."""
        size = np.abs(self.correlations)
        return degree_grid(float(size[size < 1].max(initial=0.0)))

    def design(self, degrees: Degrees) -> Array:
        r"""Columns $\rho_j^d$, then their limits for even and odd $d\to\infty$, shape (p, M + 2)."""
        rho = self.correlations[:, None]
        limit = np.where(np.abs(rho) == 1, 1.0, 0.0)
        return np.hstack([rho**degrees, limit, rho * limit])
