r"""Worlds with any drift and a smooth noise: their law is computed.

.. math:: z' = m(z) + \eta, \qquad p(z') = \int p(z)\, q(z' - m(z))\, dz
"""

from abc import abstractmethod
from functools import cached_property
from typing import Annotated, Literal, Self

import numpy as np
from numpy.random import Generator
from pydantic import Field, PositiveFloat, model_validator
from scipy.interpolate import CubicSpline

from proofs_numeric.worlds.chain import Chain
from proofs_numeric.worlds.formula import Formula, evaluate
from proofs_numeric.worlds.gaussian import Correlation
from proofs_numeric.worlds.laws import (
    AnyContinuousLaw,
    ContinuousLaw,
    Gaussian,
    GaussianMixture,
    HyperbolicSecant,
    Logistic,
)
from proofs_numeric.worlds.spectrum import Spectrum, with_change
from proofs_numeric.worlds.world import AdditiveNoiseWorld, Array

#: A law whose density is analytic on the line, of exponential tails at most, by its name in a specification.
SmoothNoise = Annotated[Gaussian | Logistic | HyperbolicSecant | GaussianMixture, Field(discriminator="law")]

#: Error of the quadrature in total mass.
_LARGEST_ERROR = 1e-9
#: A level this small is beyond what double precision resolves next to 1.
_TAIL = 1e-18
_MOST_POINTS = 1600
_MOST_FIXED_POINTS = 2001
_SETTLED = 1e-8
_NARROWER = 0.9
_PANELS = 24  # of the law of u
_LONGEST_TAIL = 15.0


class _Smooth(AdditiveNoiseWorld):
    r"""Independent copies of $z' = m(z)+s\,\eta$ in its stationary law, standardised."""

    @abstractmethod
    def raw_drift(self, x: Array) -> Array:
        """Drift before the latent is standardised."""

    @property
    @abstractmethod
    def _noise(self) -> tuple[ContinuousLaw, float]:
        """Law of the noise, and its scale before the latent is standardised."""

    @property
    @abstractmethod
    def _grid(self) -> tuple[float, int]:
        """Half width and number of points of the grid."""

    @model_validator(mode="after")
    def _is_resolved(self) -> Self:
        _ = self.chain
        return self

    @cached_property
    def chain(self) -> Chain:
        """The quadrature of one latent."""
        half_width, points = self._grid
        chain, missed = self._on_grid(half_width, points)
        if not missed < _LARGEST_ERROR:
            raise ValueError(
                f"{points} points on [-{half_width:g}, {half_width:g}] miss {missed:.2g} of the law: "
                "raise the half width or the number of points"
            )
        return chain

    def _on_grid(self, half_width: float, points: int) -> tuple[Chain, float]:
        """The quadrature, and the mass by which its transitions miss 1."""
        grid = np.linspace(-half_width, half_width, points)
        law, scale = self._noise
        drift = self.raw_drift(grid)
        if not np.isfinite(drift).all():
            wrong = ~np.isfinite(drift)
            raise ValueError(f"the drift is {drift[wrong][0]} at {grid[wrong][0]:g}: it must be finite")
        kernel = law.density((grid - drift[:, None]) / scale) * ((grid[1] - grid[0]) / scale)
        rows = kernel.sum(1)
        if not rows.min() > 0:
            raise ValueError(
                f"from {grid[~(rows > 0)][0]:g} the transition leaves the grid on [-{half_width:g}, {half_width:g}]"
            )
        chain = Chain(grid, kernel / rows[:, None])
        return chain, float(chain.law @ np.abs(rows - 1))

    @property
    def pair_correlation(self) -> Array:
        r"""$\mathbb{E}[z_j z_j']$, shape (n,)."""
        return np.full(self.dim, self.chain.pair_correlation)

    @property
    def kurtosis(self) -> float:
        """Fourth moment."""
        return self.chain.kurtosis

    @property
    def reversible(self) -> bool:
        """Whether the quadrature is in detailed balance."""
        return self.chain.reversible

    def sample(self, count: int, rng: Generator) -> Array:
        """Draw `count` latents, shape (count, n)."""
        drawn = rng.choice(self.chain.latents, (count, self.dim), p=self.chain.law)
        # One transition from the grid: the law is then the integral over z as the quadrature has it.
        return self.transition(drawn, rng)

    def drift(self, latent: Array) -> Array:
        """Return the standardised drift of latents of shape (count, n)."""
        return (self.raw_drift(self.chain.mean + self.chain.scale * latent) - self.chain.mean) / self.chain.scale

    def noise(self, shape: tuple[int, ...], rng: Generator) -> Array:
        r"""Draw standardised $\eta$."""
        law, scale = self._noise
        return law.draw(shape, rng) * (scale / self.chain.scale)

    def spectrum(self, count: int = 10, latent: int = 0) -> Spectrum:  # noqa: ARG002 (all latents are alike)
        """Eigenpairs on the grid; their bars are from the change from two thirds of its points on a narrower one.

        The spacing's error falls geometrically; what the ends cut off, at least as the inverse of their distance. It is
        the inverse square for eigenvalues that gather at a continuous spectrum, but of a distance that the reflection
        at the ends makes longer, and less for higher ones, of functions that are not long beside the noise.
        """
        half_width, points = self._grid
        coarse, _ = self._on_grid(_NARROWER * half_width, int(_NARROWER * 2 / 3 * points))
        return with_change(self.chain.spectrum(count), coarse.spectrum(count), 1 / (1 / _NARROWER - 1))


class SmoothWorld(_Smooth):
    r"""Independent copies of $z' = m(z)+s\,\eta$ in its stationary law, standardised.

    The law is that of the trapezoid rule, whose error falls faster than any power of the number of points for a noise
    density that is analytic in a strip.

    Parameters
    ----------
    dim
        Number of latents n.
    drift_formula
        $m$, a formula of x, before the latent is standardised.
    noise_law, noise_scale
        Law of $\eta$, of variance 1, and s.
    half_width, points
        The grid covers [-half_width, half_width] by so many points.

    Raises
    ------
    ValueError
        If the grid is too narrow or too coarse for the transitions from its points to have mass 1.
    """

    world: Literal["smooth"] = "smooth"
    drift_formula: Formula
    noise_law: SmoothNoise
    noise_scale: PositiveFloat
    half_width: PositiveFloat
    points: Annotated[int, Field(ge=9, le=2001)] = 161

    def raw_drift(self, x: Array) -> Array:
        """Drift before the latent is standardised."""
        return evaluate(self.drift_formula, x)

    @property
    def _noise(self) -> tuple[ContinuousLaw, float]:
        return self.noise_law, self.noise_scale

    @property
    def _grid(self) -> tuple[float, int]:
        return self.half_width, self.points


class HyperbolicWorld(_Smooth):
    r"""A reversible world with additive noise that is not Gaussian: $\tanh m(z) = r\tanh z$, noise $\propto\cosh^{-k}$.

    The density of a pair is symmetric, $p(z)\,q(z'-m(z)) \propto (\cosh z\cosh z' - r\sinh z\sinh z')^{-k}$, so that
    independence, stationarity and additive noise hold together with reversibility, for every k.

    Parameters
    ----------
    dim
        Number of latents n.
    slope
        r in (-1, 1), not 0.
    power
        k > 0.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """

    world: Literal["hyperbolic"] = "hyperbolic"
    slope: Correlation
    power: PositiveFloat

    def raw_drift(self, x: Array) -> Array:
        """Drift before the latent is standardised."""
        return np.asarray(np.arctanh(self.slope * np.tanh(x)))

    @cached_property
    def _noise(self) -> tuple[ContinuousLaw, float]:
        law = HyperbolicSecant(power=self.power)
        return law, 1 / law.scale

    @property
    def _grid(self) -> tuple[float, int]:
        # Beyond it the noise has a density below e^-40 of its largest.
        reach = 40 / self.power + np.log1p(np.sqrt(-np.expm1(-80 / self.power)))
        half_width = float(np.arctanh(abs(self.slope)) + reach)
        # A small fraction both of the noise's scale and of the distance pi/2 of its poles from the real line.
        points = 2 * int(np.ceil(half_width * np.sqrt(max(self.power, 1)) / 0.2)) + 1
        if points > _MOST_FIXED_POINTS:
            raise ValueError(f"the power {self.power:g} needs {points} points: choose one that is nearer to 1")
        return half_width, points


class TransportWorld(_Smooth):
    r"""Stationary by construction, in the law of $\sqrt c\,u + \sqrt{1-c}\,\eta$: $m = F_{\sqrt c u}^{-1}\circ F_z$.

    $m(z)$ has the law of $\sqrt c\,u$, so that $z' = m(z)+\sqrt{1-c}\,\eta$ has that of z.

    Parameters
    ----------
    dim
        Number of latents n.
    base
        Law of u.
    noise_law
        Law of $\eta$.
    share
        c, the share of the variance that u has, in (0, 1).

    Raises
    ------
    ValueError
        If a parameter is out of range, or the law of u has tails too long for a grid.
    """

    world: Literal["transport"] = "transport"
    base: AnyContinuousLaw
    noise_law: Annotated[Gaussian | GaussianMixture, Field(discriminator="law")] = Gaussian()
    share: Annotated[float, Field(gt=0, lt=1)]

    def raw_drift(self, x: Array) -> Array:
        """Drift before the latent is standardised."""
        points, weights = self.base.quadrature(_PANELS)
        spread = np.sqrt(1 - self.share)
        displaced = (np.asarray(x)[..., None] - np.sqrt(self.share) * points) / spread
        below = self.noise_law.cumulative(displaced) @ weights
        lower = below < 1 / 2
        above = self.noise_law.survival(displaced[~lower]) @ weights
        moved = np.empty(np.shape(x))
        moved[lower] = self.base.quantile(np.maximum(below[lower], _TAIL))
        moved[~lower] = self.base.upper_quantile(np.maximum(above, _TAIL))
        return np.sqrt(self.share) * moved

    def drift(self, latent: Array) -> Array:
        """Return the standardised drift of latents of shape (count, n), by a spline."""
        half_width, _ = self._grid
        reached = np.clip(self.chain.mean + self.chain.scale * latent, -half_width, half_width)
        return np.asarray((self._spline(reached) - self.chain.mean) / self.chain.scale)

    @cached_property
    def _spline(self) -> CubicSpline:
        half_width, points = self._grid
        grid = np.linspace(-half_width, half_width, 4 * points)
        return CubicSpline(grid, self.raw_drift(grid))

    @property
    def _noise(self) -> tuple[ContinuousLaw, float]:
        return self.noise_law, float(np.sqrt(1 - self.share))

    @cached_property
    def _grid(self) -> tuple[float, int]:
        if not (reach := _reach(self.base)) < _LONGEST_TAIL:
            raise ValueError(
                f"the law of u reaches to {reach:.3g} standard deviations: the spectrum of S is then not discrete, "
                "choose a law with tails lighter than exponential ones"
            )
        law, scale = self._noise
        half_width = float(np.sqrt(self.share)) * reach + scale * _reach(law)
        narrowest = scale * (float(law.components[2].min()) if isinstance(law, GaussianMixture) else 1.0)
        points, before = 2 * int(np.ceil(2 * half_width / narrowest)) + 1, np.full(4, np.inf)
        while points <= _MOST_POINTS:
            chain, _ = self._on_grid(half_width, points)
            moments = np.array([chain.mean, chain.scale, chain.pair_correlation, chain.kurtosis])
            if np.max(np.abs(moments - before)) < _SETTLED:
                return half_width, points
            points, before = 2 * points - 1, moments
        raise ValueError(
            f"the moments of the world do not settle on {points // 2} points: give the noise a larger share"
        )


def _reach(law: ContinuousLaw) -> float:
    level = np.array([_TAIL])
    return float(max(-law.quantile(level)[0], law.upper_quantile(level)[0]))
