r"""Reversible diffusions at constant mobility, observed at equal steps of time.

.. math:: D\varphi = \frac{(p\,\varphi')'}{p}, \qquad T = e^{tD} = T^*

References
----------
W, Theorem 5.2 and Appendix B.
"""

from functools import cached_property
from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import PositiveFloat
from scipy.linalg import eigh_tridiagonal
from scipy.special import ndtr

from proofs_numeric.sturm_liouville import DiffusionSpectrum, continuous_from, diffusion_spectrum
from proofs_numeric.worlds.laws import AnyContinuousLaw
from proofs_numeric.worlds.spectrum import ROUND_OFF, Spectrum
from proofs_numeric.worlds.world import Array, World

#: Borders of the cells that pairs are drawn through: equally spaced in Gaussian scores; and between two of these
#: scores equally spaced in z, where the density may be too low for scores to see a barrier.
_SCORES = np.linspace(-6.5, 6.5, 401)[1:-1]
_BULK, _IN_BULK = 3.5, 200
#: Least width of a cell, and least difference of scores that double precision resolves next to the median.
_NARROWEST = 2e-3
_RESOLVED = 1e-13
_INNER = 4  # points of the rule within a cell
_BETWEEN = 16  # points of the rule between the means of neighbouring cells


class DiffusionWorld(World):
    r"""Independent stationary diffusions $dz = (\log p)'(z)\,dt + \sqrt2\,dW$, reflected at the ends of the support.

    Its spectrum is that of the diffusion. Pairs are drawn through a reversible chain of 600 cells at most, and from p
    within a cell: they are exactly stationary and reversible, and their correlation is that of the diffusion up to the
    square of the width of a cell.

    Parameters
    ----------
    dim
        Number of latents n.
    law
        Law of each latent.
    time
        t, in units in which the Gaussian diffusion has the correlation $e^{-t}$.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """

    world: Literal["diffusion"] = "diffusion"
    law: AnyContinuousLaw
    time: PositiveFloat

    @cached_property
    def borders(self) -> tuple[Array, Array]:
        """Inner borders of the cells, as Gaussian scores and as values of z, each of shape (cells - 1,)."""
        low, high = self._at_score(np.array([-_BULK, _BULK])).tolist()
        between = np.linspace(low, high, _IN_BULK)
        scores = np.concatenate([_SCORES, self.law.score(between)])
        values = np.concatenate([self._at_score(_SCORES), between])
        order = np.argsort(values, kind="stable")
        (last, end), seen = self.law.support, -np.inf
        kept = []
        for index in order:
            wide = min(values[index] - last, end - values[index]) >= _NARROWEST
            if wide and scores[index] - seen > _RESOLVED:
                kept.append(index)
                last, seen = values[index], scores[index]
        return scores[kept], values[kept]

    @cached_property
    def cells(self) -> tuple[Array, Array]:
        """Probability and mean of z of each cell, each of shape (cells,)."""
        nodes, rule = np.polynomial.legendre.leggauss(_INNER)
        # The outermost cells are wide.
        tails = [np.linspace(start, end, 12) for start, end in ((-12.0, _SCORES[0]), (_SCORES[-1], 12.0))]
        borders = np.unique(np.concatenate([self.borders[0], *tails]))
        half = np.diff(borders)[:, None] / 2
        places = (borders[:-1, None] + borders[1:, None]) / 2 + half * nodes
        weights = half * rule * np.exp(-(places**2) / 2)
        parts = np.stack([weights.sum(1), (weights * self._at_score(places)).sum(1)])
        starts = np.append(0, np.searchsorted(borders, self.borders[0]))
        masses, firsts = np.add.reduceat(parts, starts, axis=1)
        return masses / masses.sum(), firsts / masses

    def _at_score(self, scores: Array) -> Array:
        """Values of z by their Gaussian scores."""
        below, values = scores < 0, np.empty(np.shape(scores))
        values[below] = self.law.quantile(ndtr(scores[below]))
        values[~below] = self.law.upper_quantile(ndtr(-scores[~below]))
        return values

    @cached_property
    def joint(self) -> Array:
        """Probabilities of pairs of cells, shape (cells, cells), symmetric."""
        masses, centres = self.cells
        rates = self._flows(centres)
        inward = np.append(rates, 0) + np.insert(rates, 0, 0)
        values, vectors = eigh_tridiagonal(-inward / masses, rates / np.sqrt(masses[:-1] * masses[1:]))
        root = np.sqrt(masses)
        kernel = (vectors * np.exp(self.time * np.minimum(values, 0))) @ vectors.T
        return np.maximum(root[:, None] * kernel * root, 0)

    def _flows(self, centres: Array) -> Array:
        r"""Flow between neighbouring cells $1/\int dx/p$ from mean to mean, which is that of the diffusion at rest."""
        nodes, rule = np.polynomial.legendre.leggauss(_BETWEEN)
        borders = np.insert(self.borders[1], np.arange(len(centres) - 1), centres[:-1])
        half = np.diff(np.append(borders, centres[-1]))[:, None] / 2
        log_density = self.law.log_density(borders[:, None] + half * (1 + nodes))
        with np.errstate(over="ignore"):  # nothing flows where the density underflows
            resistances = (half * rule * np.exp(-log_density)).sum(1)
        between = resistances[::2] + resistances[1::2]
        if not between.min() > 0:
            raise ValueError(f"{self.law!r} has ends that are too sharp to be resolved: choose its limit instead")
        return np.asarray(1 / between)

    @property
    def pair_correlation(self) -> Array:
        r"""$\mathbb{E}[z_j z_j']$ of the pairs that are drawn, shape (n,)."""
        _, means = self.cells
        return np.full(self.dim, means @ self.joint @ means)

    @property
    def kurtosis(self) -> float:
        """Fourth moment."""
        return self.law.kurtosis

    @property
    def reversible(self) -> bool:
        """Whether pairs can be exchanged: they can."""
        return True

    @property
    def additive_noise(self) -> bool:
        """Whether the noise is independent of z: only of a Gaussian law."""
        return bool(self.law.law == "gaussian" or getattr(self.law, "alpha", None) == 2)

    def sample(self, count: int, rng: Generator) -> Array:
        """Draw `count` latents, shape (count, n)."""
        return self._within(rng.choice(len(self.cells[0]), (count, self.dim), p=self.cells[0]), rng)

    def transition(self, latent: Array, rng: Generator) -> Array:
        """Draw the next latent of each row of `latent`, shape (count, n)."""
        count, cell = len(self.joint), np.searchsorted(self.borders[1], latent)
        following = np.searchsorted(self._levels, cell + rng.uniform(size=latent.shape), side="right") - count * cell
        return self._within(np.clip(following, 0, count - 1), rng)

    @cached_property
    def _levels(self) -> Array:
        """Distribution functions of the next cell, all in one ascending sequence, each in a unit of its own."""
        rows = np.cumsum(self.joint, axis=1)
        return (rows / rows[:, -1:] + np.arange(len(rows))[:, None]).ravel()

    def _within(self, cells: NDArray[np.int64], rng: Generator) -> Array:
        """Draw from the law of z, given the cells."""
        scores = np.concatenate([[-np.inf], self.borders[0], [np.inf]])
        masses, upper = ndtr(scores), ndtr(-scores)
        place, drawn = rng.uniform(size=cells.shape), np.empty(cells.shape)
        # Levels of the nearer tail, in which the outermost cells are resolved.
        right = masses[cells] > 0.5
        for side, levels, inverse in ((~right, masses, self.law.quantile), (right, upper, self.law.upper_quantile)):
            one, other = levels[cells[side]], levels[cells[side] + 1]
            drawn[side] = inverse(one + place[side] * (other - one))
        return drawn

    def generator(self, count: int = 10) -> DiffusionSpectrum:
        """Lowest eigenpairs of the generator.

        Raises
        ------
        ValueError
            If the error bars do not become small.
        """
        law = self.law
        support = law.support
        bottom = continuous_from(law.log_density, support=support)
        if bottom == 0:
            points, weights = law.quadrature()
            return DiffusionSpectrum(np.zeros(1), np.zeros(1), 0.0, points, weights, np.ones((1, len(points))))
        try:
            return diffusion_spectrum(
                law.log_density, count, support=support, breakpoints=law.breakpoints, bottom=bottom
            )
        except np.linalg.LinAlgError as error:
            raise ValueError(f"the spectrum of the diffusion of {law!r} cannot be resolved: {error}") from error

    def spectrum(self, count: int = 10, latent: int = 0) -> Spectrum:  # noqa: ARG002 (all latents are alike)
        r"""Eigenvalues $e^{-\mu_k t}$, those above the continuous spectrum."""
        lowest = self.generator(count)
        values = np.exp(-self.time * lowest.eigenvalues)
        above = np.append(lowest.eigenvalues, lowest.continuous_from)[1:3]
        return Spectrum(
            values,
            np.exp(-self.time * np.maximum(lowest.eigenvalues - lowest.errors, 0)) - values + ROUND_OFF,
            lowest.points,
            lowest.weights,
            lowest.eigenfunctions,
            lowest.mean(lowest.eigenfunctions * (lowest.points - lowest.mean(lowest.points))) ** 2,
            # The error of an eigenfunction is that of its Rayleigh quotient over the gap.
            float(2 * lowest.errors[1] / (above[1] - above[0])) if len(values) > 1 else 1.0,
            np.diag(values[1:]),
            float(np.exp(-self.time * lowest.continuous_from)),
        )
