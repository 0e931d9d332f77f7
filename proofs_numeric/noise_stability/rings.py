r"""Power of a map along rings, which keeps small variances accurate beside large ones.

Statement. A ring is $z_k=z\cos(2\pi k/K)+\eta\sin(2\pi k/K)$ with independent standard Gaussians
$z,\eta$; its points $k$ and $k+j$ are a Gaussian pair of correlation $\cos(2\pi j/K)$. The mean power
of $h$ at frequency $f$ of the ring is therefore the Fourier transform of $R$ at the Chebyshev nodes,

.. math:: r_f = \sum_d w_d\,B_{d,f},

where $B_{d,f}$ is the Fourier coefficient of $\cos^d$ at $f$ and $K-f$ together. $B$ is
non-negative, and up to $d=K/2$ it is zero unless $f\le d$ and $f\equiv d \pmod 2$, with
$B_{0,0}=1$ and $B_{d,d}=2^{1-d}$ for $d\ge1$: power absent at a frequency is absent from every degree
that would put some there. So small variances are measured to their own scale beside large ones.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from proofs_numeric.noise_stability.control_variates import controlled_means
from proofs_numeric.noise_stability.degrees import Degrees, degree_grid
from proofs_numeric.noise_stability.measurement import ROW_RESOLUTION, SMALLEST_SCALE, require_means

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RingPower:
    r"""Mean power spectrum of a map along rings.

    .. math:: r_f = \sum_i \mathbb{E}\Bigl|\frac1K\sum_k h_i(z_k)\,e^{-2\pi\mathrm{i}fk/K}\Bigr|^2,

    the frequencies $f$ and $K-f$ taken together, so that $\sum_f r_f=\mathbb{E}|h|^2$.

    Parameters
    ----------
    power
        Estimates of $r_0,\dots,r_{K/2}$, shape (p,), p = K/2 + 1 >= 3.
    covariance
        Covariance of these means, shape (p, p).
    samples
        Number of independent rings.
    covariance_dof
        Degrees of freedom of the covariance estimate, at least p + 1.
    effective_samples
        $(\sum x)^2/\sum x^2$ over the rings' power $x$ at each frequency, shape (p,): how many
        rings carry it.
    precision
        Unit round-off of the arithmetic in which the map was evaluated.
    influence
        Share of each ring in the error of the means, shape (N, p), for their skewness; None takes
        them for Gaussian.

    Raises
    ------
    ValueError
        If shapes do not match, values are not finite, or samples are too few.
    """

    power: Array
    covariance: Array
    samples: int
    covariance_dof: int
    effective_samples: Array
    precision: float
    influence: Array | None = None

    def __post_init__(self) -> None:
        for name in ("power", "covariance", "effective_samples"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=np.float64))
        if self.power.ndim != 1 or self.power.size < 3:
            raise ValueError(f"power has shape {self.power.shape}: give K/2 + 1 >= 3 frequencies")
        require_means(self.power, self.covariance, self.samples, self.covariance_dof)

    @classmethod
    def from_samples(
        cls,
        ring_power: ArrayLike,
        *,
        controls: ArrayLike | None = None,
        precision: float = float(np.finfo(np.float64).eps),
    ) -> "RingPower":
        """Average independent rings, with control variates of known mean zero regressed out.

        Parameters
        ----------
        ring_power
            Power of each ring, times its importance weight if there is one, shape (N, p).
        controls
            Quantities of mean zero on the same rings, shape (N, q).
        precision
            Unit round-off of the arithmetic in which the map was evaluated.

        Raises
        ------
        ValueError
            If the power is not finite, or N < p + q + 2 for q linearly independent controls.

        References
        ----------
        Owen and Zhou (2000); MacKinnon and White (1985).
        """
        rings = np.asarray(ring_power, dtype=np.float64)
        if rings.ndim != 2 or not np.all(np.isfinite(rings)):
            raise ValueError(f"ring_power of shape {rings.shape} must be a finite array of one row a ring")
        samples, rows = rings.shape
        none = np.empty((samples, 0))
        power, influence, dof = controlled_means(rings, none if controls is None else np.asarray(controls, np.float64))
        squares = np.square(rings).sum(axis=0)
        effective = np.full(rows, float(samples))
        np.divide(rings.sum(axis=0) ** 2, squares, out=effective, where=squares > 0)
        return cls(power, influence.T @ influence, samples, dof, effective, precision, influence)

    @property
    def values(self) -> Array:
        """The data of the fit: the power, shape (p,)."""
        return self.power

    @property
    def points(self) -> int:
        """Number K of points on a ring."""
        return 2 * (self.power.size - 1)

    @property
    def resolution(self) -> Array:
        """Standard error below which no power is trusted, shape (p,)."""
        # A map without power at f still returns the power of its rounding errors there.
        rounding = self.precision**2 * max(float(np.abs(self.power).sum()), SMALLEST_SCALE)
        return ROW_RESOLUTION * np.abs(self.power) + rounding

    @property
    def curve(self) -> tuple[Array, Array, Array]:
        r"""Correlations $\cos(2\pi j/K)$, $R$ there and its standard errors, each of shape (p,)."""
        index = np.arange(self.power.size)
        cosines = np.cos(2 * np.pi * np.outer(index, index) / self.points)
        variance = np.einsum("jf,fg,jg->j", cosines, self.covariance, cosines)
        return cosines[:, 1], cosines @ self.power, np.sqrt(np.maximum(variance, 0))

    def degree_grid(self) -> Degrees:
        """Degrees that stand for all finite ones on this ring, shape (M,)."""
        return degree_grid(float(np.cos(2 * np.pi / self.points)))

    def design(self, degrees: Degrees) -> Array:
        r"""Columns $B_{d,f}$, then their limits for even and odd $d\to\infty$, shape (p, M + 2)."""
        rows = self.power.size
        # Multiplying by the cosine moves half of the power at a frequency one up and half one down.
        # Going through the degrees this way keeps zeros exact, which transforming cos^d does not.
        column = np.zeros(rows)
        column[0] = 1
        columns, wanted = [], set(degrees.tolist())
        for degree in range(int(degrees.max()) + 1):
            if degree in wanted:
                columns.append(column)
            product = np.zeros(rows)
            product[1:] += column[:-1] / 2
            product[:-1] += column[1:] / 2
            # The two end frequencies are their own mirror images.
            product[1] += column[0] / 2
            product[-2] += column[-1] / 2
            column = product
        flat = np.full(rows, 4 / self.points)
        flat[[0, -1]] /= 2
        odd = np.arange(rows) % 2
        return np.column_stack([*columns, flat * (1 - odd), flat * odd])
