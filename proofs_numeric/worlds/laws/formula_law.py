"""Laws whose density is written as a formula."""

from collections.abc import Callable
from functools import cached_property
from typing import Literal, Self

import numpy as np
from numpy.polynomial.legendre import leggauss
from pydantic import FiniteFloat, model_validator

from proofs_numeric.worlds.formula import Formula, evaluate
from proofs_numeric.worlds.laws.law import Array
from proofs_numeric.worlds.laws.numerically_inverted import NumericallyInverted

_PANELS, _PANEL_POINTS = 65, 12
_PANEL_RULES = (_PANEL_POINTS, 9)
_GRADES = 2.0 ** np.arange(-6, 40)
#: Borders towards a break, in widths of the support: a peak there is found though it be a billionth of it.
_NEAR_BREAKS = np.geomspace(1e-12, 1, 49)
_MOST_HALVINGS, _MOST_PANELS, _ROUGH = 40, 20_000, 1e-13
_FALL = 40.0  # of the logarithm of what a tail adds to the variance, beyond which it is cut off
_UNNORMALISED = 1e-6
_FINE = 24  # panels of the moments
_NO_GROWTH = 0.01  # of a power, from 2^20 to 2^40 standard deviations


class FormulaLaw(NumericallyInverted):
    """A density that is written as a formula of x, standardised.

    Parameters
    ----------
    density_formula
        The density, normalised, before it is standardised.
    log_density_formula
        Instead of it, the logarithm of the density, up to a constant.
    low, high
        Ends of the support; infinite where they are left out.
    breaks
        Points where the density is not smooth, or has a peak narrower than a thousandth of the support. Between points
        of the first rule a narrow peak of a `log_density_formula` cannot be seen and is lost; a `density_formula` is
        then refused, as its integral is not 1.

    Raises
    ------
    ValueError
        If the density is negative or not finite, has not the integral 1, or no finite variance.
    """

    law: Literal["formula"] = "formula"
    density_formula: Formula | None = None
    log_density_formula: Formula | None = None
    low: FiniteFloat | None = None
    high: FiniteFloat | None = None
    breaks: tuple[FiniteFloat, ...] = ()

    @model_validator(mode="after")
    def _is_a_density(self) -> Self:
        if (self.density_formula is None) == (self.log_density_formula is None):
            raise ValueError("give either density_formula or log_density_formula")
        low, high = self._ends
        if not low < high:
            raise ValueError(f"the support from {low:g} to {high:g} is empty")
        _ = self._table
        return self

    @property
    def _ends(self) -> tuple[float, float]:
        return -np.inf if self.low is None else self.low, np.inf if self.high is None else self.high

    def _raw_log_density(self, x: Array) -> Array:
        if self.log_density_formula is not None:
            values = evaluate(self.log_density_formula, x)
            wrong = np.isnan(values) | (values == np.inf)
        else:
            values = evaluate(str(self.density_formula), x)
            wrong = ~np.isfinite(values) | (values < 0)
        if wrong.any():
            name = "density" if self.log_density_formula is None else "log density"
            raise ValueError(f"the {name} is {values[wrong].flat[0]:g} at {np.asarray(x)[wrong].flat[0]:g}")
        with np.errstate(divide="ignore"):
            return values if self.log_density_formula is not None else np.asarray(np.log(values))

    @cached_property
    def _table(self) -> tuple[Array, Array, float, float, float]:
        """Borders of panels, masses from each on, log of the total, mean and standard deviation, all raw."""
        low, high = self._cut_off()
        towards = np.concatenate([[0.0], _NEAR_BREAKS * (high - low)])
        near = [at + side * towards for at in self.breaks for side in (-1, 1)]
        graded = np.concatenate([np.linspace(low, high, _PANELS), -_GRADES, [0.0], _GRADES, *near])
        borders = np.unique(np.concatenate([[low, high], graded[(low < graded) & (graded < high)]]))
        for _ in range(_MOST_HALVINGS):
            (_, top, fine), (_, coarse_top, coarse) = (self._panel_masses(borders, points) for points in _PANEL_RULES)
            both = np.array([fine.sum(1), coarse.sum(1)]) * np.exp(
                np.array([[top], [coarse_top]]) - max(top, coarse_top)
            )
            rough = np.abs(both[0] - both[1]) > _ROUGH * both.sum()
            if not rough.any():
                break
            place = borders[:-1][rough][0]
            borders = np.sort(np.concatenate([borders, (borders[:-1] + borders[1:])[rough] / 2]))
            if len(borders) > _MOST_PANELS:
                raise ValueError(f"the density varies too fast to be integrated, from {place:.6g} on: scale it")
        else:
            raise ValueError(f"the density is not smooth at {place:.6g}: name its breaks")
        points, top, weights = self._panel_masses(borders, _PANEL_POINTS)
        total = weights.sum()
        mass = float(total * np.exp(top))
        if self.density_formula is not None and not abs(mass - 1) < _UNNORMALISED:
            raise ValueError(f"the density has the integral {mass:.6g}, not 1: normalise it, or give its logarithm")
        mean = float((weights * points).sum() / total)
        deviation = float(np.sqrt((weights * (points - mean) ** 2).sum() / total))
        masses = np.append(0, np.cumsum(weights.sum(1))) / total
        return borders, masses, top + float(np.log(total)), mean, deviation

    def _panel_masses(self, borders: Array, count: int) -> tuple[Array, float, Array]:
        """Points, largest log density among them, and weights relative to it, by panels."""
        nodes, rule = leggauss(count)
        half = np.diff(borders)[:, None] / 2
        points = (borders[:-1, None] + borders[1:, None]) / 2 + half * nodes
        log_density = self._raw_log_density(points)
        top = float(log_density.max())
        if top == -np.inf:
            raise ValueError(f"the density is zero from {borders[0]:g} to {borders[-1]:g}")
        return points, top, half * rule * np.exp(log_density - top)

    def _cut_off(self) -> tuple[float, float]:
        """Where the density is not negligible."""
        ends = []
        for end, side in zip(self._ends, (-1.0, 1.0), strict=True):
            if np.isfinite(end):
                ends.append(end)
                continue
            anchor = self._ends[0] if side > 0 and self.low is not None else 0.0
            anchor = self._ends[1] if side < 0 and self.high is not None else anchor
            distances = np.asarray(2.0 ** np.arange(-6, 61), dtype=np.float64)
            # What each octave of the tail adds to the variance.
            added = self._raw_log_density(anchor + side * distances) + 3 * np.log(distances)
            if not np.isfinite(added.max()):
                raise ValueError(f"the density is zero at all powers of 2 from {anchor:g}: shift x, or scale it")
            far = np.flatnonzero(added >= added.max() - _FALL)[-1] + 1
            if far >= len(added):
                raise ValueError("the density has no finite variance, or one that is all in a tail like x^-3 to x^-4")
            ends.append(float(anchor + side * distances[far]))
        return ends[0], ends[1]

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """Points inside of the support where the density is not smooth."""
        _, _, _, mean, deviation = self._table
        return tuple((at - mean) / deviation for at in self.breaks)

    @property
    def support(self) -> tuple[float, float]:
        """Ends of the support."""
        _, _, _, mean, deviation = self._table
        low, high = self._ends
        return (low - mean) / deviation, (high - mean) / deviation

    @property
    def tail_indices(self) -> tuple[float, float]:
        r"""$a$ of tails $|x|^{-a-1}$ below and above; infinite for lighter ones."""
        low, high = (
            np.inf if np.isfinite(end) else _tail_index(self.log_density, side)
            for end, side in zip(self._ends, (-1, 1), strict=True)
        )
        return low, high

    @property
    def _reach(self) -> tuple[float, float]:
        borders, _, _, mean, deviation = self._table
        return float((borders[0] - mean) / deviation), float((borders[-1] - mean) / deviation)

    def log_density(self, x: Array) -> Array:
        """Logarithm of the density at points of any shape."""
        _, _, log_total, mean, deviation = self._table
        return self._raw_log_density(np.asarray(mean + deviation * x)) - log_total + np.log(deviation)

    def cumulative(self, x: Array) -> Array:
        """Distribution function at points of any shape."""
        return self._mass(np.asarray(x), upper=False)

    def survival(self, x: Array) -> Array:
        """One less the distribution function, accurate where it is small."""
        return self._mass(np.asarray(x), upper=True)

    def _mass(self, x: Array, *, upper: bool) -> Array:
        borders, _, log_total, mean, deviation = self._table
        nodes, rule = leggauss(_PANEL_POINTS)
        raw = np.clip(mean + deviation * x, borders[0], borders[-1])
        panel = np.clip(np.searchsorted(borders, raw, side="right") - 1, 0, len(borders) - 2)
        start = borders[panel + 1] if upper else borders[panel]
        half = np.abs(raw - start)[..., None] / 2
        points = (raw + start)[..., None] / 2 + half * nodes
        within = (half * rule * np.exp(self._raw_log_density(points) - log_total)).sum(-1)
        return np.asarray(within + self._tails[int(upper)][panel + int(upper)])

    @cached_property
    def _tails(self) -> tuple[Array, Array]:
        """Mass below and above each border."""
        _, masses, *_ = self._table
        panels = np.diff(masses)
        return masses, np.append(np.cumsum(panels[::-1])[::-1], 0)

    def _moment(self, power: int) -> float:
        points, weights = self.quadrature(_FINE)
        return float(weights @ points**power)

    @property
    def kurtosis(self) -> float:
        """Fourth moment."""
        return self._moment(4)

    @property
    def skewness(self) -> float:
        """Third moment."""
        return self._moment(3)


def _tail_index(log_density: Callable[[Array], Array], side: int) -> float:
    """Power of a tail less one, infinite where it still grows far out."""
    far = side * 2.0 ** np.array([20, 21, 40, 41])
    with np.errstate(all="ignore"):
        powers = -np.diff(log_density(far))[::2] / np.log(2)
    if not np.isfinite(powers).all() or abs(powers[1] / powers[0] - 1) > _NO_GROWTH:
        return np.inf
    return float(powers[1] - 1)
