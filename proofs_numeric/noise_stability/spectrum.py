r"""The degree spectrum of a map: its variance at each Hermite degree, and what follows from it.

Statement. Every linear functional $\sum_d a(d)\,w_d$ with bounded coefficients, and every share
$\sum_{d\ge1}a(d)\,w_d/\sum_{d\ge1}w_d$ of the variance, has an interval: its range over the spectra
that agree with the data (`region`). The alignment loss in a Gaussian world of correlation $\rho$ is
the functional with $a(d)=2(1-\rho^d)$.

References
----------
W, Theorem 5.1: the alignment loss as a functional of the degrees.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import comb

from proofs_numeric.noise_stability.curve import StabilityCurve
from proofs_numeric.noise_stability.degrees import MAX_DEGREE, Degrees
from proofs_numeric.noise_stability.region import ConfidenceRegion, Interval
from proofs_numeric.noise_stability.rings import RingPower

Array = NDArray[np.float64]

# Intervals are too short where the few rings that carry most of the power were not drawn, and just then the rings that
# were drawn look many: 6 of 9 spectra of x + He_5(x) with 15 effective samples, which had seemed to be above 50,
# missed a degree. So that number decides only where it is far above the fewest, which the map has in any case by
# Bombieri's inequality |P^2| <= |P|^2 for forms of degree d: E x^2 <= binom(2d, d) (E x)^2, with equality for one
# direction.
_MIN_EFFECTIVE_SAMPLES = 50
_BEYOND_DOUBT = 4 * _MIN_EFFECTIVE_SAMPLES
_RELEVANT_SHARE = 0.05


@dataclass(frozen=True, eq=False)
class DegreeSpectrum:
    r"""Variance of a map at each Hermite degree, with confidence intervals.

    An interval is the range of its quantity over all spectra that agree with the data (`region`). It
    covers one quantity at a time, not all jointly. The estimates come from one spectrum of almost least
    misfit; where the data leave a direction open, only the interval is a statement about the map.

    Parameters
    ----------
    degrees
        The degrees 0..D.
    estimates, lower, upper
        $w_d$ and its interval, shape (D + 1,), in units of $h$ squared. $w_0$ is $|\mathbb{E}h|^2$.
    tail
        $\sum_{d>D}w_d$.
    confidence
        Coverage of each interval.
    misfit, misfit_dof, misfit_p_value
        Least $\chi^2$ over $w\ge 0$, rows less active degrees, and the probability of a larger one.
        Every square-integrable map fits: a tiny p-value means heavy tails or too few samples.
    correlations, curve, curve_errors
        Measured $R(\rho)$ and its standard errors, each of shape (p,).
    samples
        Number of independent samples.
    effective_samples
        For rings, how many of them carry the power at frequency d, shape (D + 1,); else None. They
        cannot show what is too rare for any ring: a map without a fourth moment has intervals that
        are too short, whatever their number.
    """

    degrees: Degrees
    estimates: Array
    lower: Array
    upper: Array
    tail: Interval
    confidence: float
    misfit: float
    misfit_dof: int
    misfit_p_value: float
    correlations: Array
    curve: Array
    curve_errors: Array
    samples: int
    effective_samples: Array | None
    _region: ConfidenceRegion = field(repr=False)

    def __str__(self) -> str:
        """Tabulate the variances with their intervals, and the linear share."""
        columns = zip(self.degrees, self.estimates, self.lower, self.upper, strict=True)
        rows = [(str(degree), *interval) for degree, *interval in columns]
        rows.append((f"> {self.degrees[-1]}", *self.tail))
        rows.append(("linear share", *self.linear_fraction))
        return "\n".join(
            [f"{'degree':>12}  {'variance':>10}  {self.confidence:.0%} interval"]
            + [f"{name:>12}  {estimate:>10.4g}  [{lower:.4g}, {upper:.4g}]" for name, estimate, lower, upper in rows]
        )

    @property
    def thin_degrees(self) -> list[int]:
        """Degrees of relevant share carried by so few rings that the intervals may be too short."""
        if self.effective_samples is None:
            return []
        fewest = self.samples / comb(2 * self.degrees, self.degrees)
        thin = (self.effective_samples < _BEYOND_DOUBT) & (fewest < _MIN_EFFECTIVE_SAMPLES)
        thin &= self.estimates > _RELEVANT_SHARE * self.variance.estimate
        return [int(degree) for degree in self.degrees[thin] if degree >= 1]

    @cached_property
    def second_moment(self) -> Interval:
        r"""$\mathbb{E}|h|^2=\sum_d w_d$."""
        return self.functional(np.ones_like)

    @cached_property
    def variance(self) -> Interval:
        r"""$\mathbb{E}|h-\mathbb{E}h|^2=\sum_{d\ge1}w_d$."""
        return self.functional(lambda d: np.where(d >= 1, 1.0, 0.0))

    @cached_property
    def linear_fraction(self) -> Interval:
        r"""$w_1/\sum_{d\ge1}w_d$; see `variance_fraction`."""
        return self.variance_fraction(lambda d: np.where(d == 1, 1.0, 0.0))

    def alignment_loss(self, correlation: float) -> Interval:
        r"""Alignment loss in a Gaussian world of any correlation, measured or not.

        .. math:: \mathbb{E}|h(z')-h(z)|^2 = 2\sum_d (1-\rho^d)\,w_d

        Parameters
        ----------
        correlation
            $\rho$, strictly between -1 and 1.

        Raises
        ------
        ValueError
            If $\rho$ is outside (-1, 1).

        References
        ----------
        W, Theorem 5.1.
        """
        if not -1 < correlation < 1:
            raise ValueError(f"correlation={correlation} must lie strictly between -1 and 1")
        return self.functional(lambda d: 2 * (1 - correlation**d))

    def functional(self, coefficient: Callable[[Array], Array]) -> Interval:
        r"""Linear functional $\sum_d a(d)\,w_d$ over all degrees.

        Parameters
        ----------
        coefficient
            $a$: takes an array of degrees, of which the last two are infinite, and returns one
            finite number for each.

        Raises
        ------
        ValueError
            If a coefficient is not finite: no data bound a sum whose coefficients grow.
        """
        return self._region.interval(self._region.coefficients(coefficient))

    def variance_fraction(self, coefficient: Callable[[Array], Array]) -> Interval:
        r"""Share of the variance, $\sum_{d\ge1}a(d)\,w_d/\sum_{d\ge1}w_d$.

        If zero variance agrees with the data, the estimate is nan and the interval is the whole
        range of the coefficients.

        Parameters
        ----------
        coefficient
            $a$, as in `functional`.

        Raises
        ------
        ValueError
            If a coefficient is not finite.

        References
        ----------
        Dinkelbach (1967).
        """
        region = self._region
        whole = np.where(region.degrees >= 1, 1.0, 0.0)
        part = whole * region.coefficients(coefficient)
        if self.variance.lower <= 0:
            allowed = part[whole > 0]
            return Interval(np.nan, float(allowed.min()), float(allowed.max()))
        estimate = float(part @ region.solution / (whole @ region.solution))
        lower = 0.0 - region.largest_ratio(-part, whole, -estimate)
        return Interval(estimate, lower, region.largest_ratio(part, whole, estimate))


def fit_degree_spectrum(
    measurement: StabilityCurve | RingPower, *, max_degree: int = 8, confidence: float = 0.95
) -> DegreeSpectrum:
    r"""Degree spectrum of the map behind a measured noise-stability curve.

    Generalised least squares under $w\ge0$. The unknowns are the degrees 0..64, a geometric grid up
    to where $\rho^d$ vanishes at all measured $|\rho|<1$, and the limits $d\to\infty$, even and odd.

    Parameters
    ----------
    measurement
        Means, their covariance and the number of samples.
    max_degree
        Largest degree D reported by itself, at most 64; the rest is the tail.
    confidence
        Coverage of each interval, strictly between 0 and 1.

    Raises
    ------
    ValueError
        If max_degree or confidence is out of range, or the rings have no more than 2 D points.

    References
    ----------
    Stark (1992); Rust and Burrus (1972); Rao (1959) for the quantile.
    """
    if not 0 <= max_degree <= MAX_DEGREE:
        raise ValueError(f"max_degree={max_degree} must lie between 0 and {MAX_DEGREE}")
    effective_samples = None
    if isinstance(measurement, RingPower):
        if measurement.points <= 2 * max_degree:
            raise ValueError(
                f"max_degree={max_degree} needs rings of more than {2 * max_degree} points, "
                f"these have {measurement.points}"
            )
        effective_samples = measurement.effective_samples[: max_degree + 1]
    if not 0 < confidence < 1:
        raise ValueError(f"confidence={confidence} must lie strictly between 0 and 1, say 0.95")
    region = ConfidenceRegion(measurement, confidence)
    degrees = np.arange(max_degree + 1)
    table = np.array([region.interval(np.where(region.degrees == d, 1.0, 0.0)) for d in degrees])
    correlations, curve, curve_errors = measurement.curve
    return DegreeSpectrum(
        degrees=degrees,
        estimates=table[:, 0],
        lower=table[:, 1],
        upper=table[:, 2],
        tail=region.interval(np.where(region.degrees > max_degree, 1.0, 0.0)),
        confidence=confidence,
        misfit=region.misfit,
        misfit_dof=region.misfit_dof,
        misfit_p_value=region.misfit_p_value,
        correlations=correlations,
        curve=curve,
        curve_errors=curve_errors,
        samples=measurement.samples,
        effective_samples=effective_samples,
        _region=region,
    )
