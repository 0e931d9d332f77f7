r"""Reversible diffusions at constant mobility, observed at equal steps of time.

.. math:: D\varphi = \frac{(p\,\varphi')'}{p}, \qquad T = e^{tD} = T^*

References
----------
W, Theorem 5.2 and Appendix B.
"""

from functools import cached_property
from typing import Literal, Self

import numpy as np
from numpy.random import Generator
from pydantic import PositiveFloat, model_validator
from scipy.linalg import eigh_tridiagonal
from scipy.special import ndtr

from proofs_numeric.sturm_liouville import DiffusionSpectrum, diffusion_spectrum
from proofs_numeric.worlds.laws import AnyContinuousLaw
from proofs_numeric.worlds.spectrum import ROUND_OFF, Spectrum
from proofs_numeric.worlds.world import Array, World

#: Borders of the cells that pairs are drawn through, in Gaussian scores.
_BORDERS = np.linspace(-6.5, 6.5, 601)
_INNER = 4  # points of the rule within a cell
_MOST_MODES = 40
_NEGLIGIBLE = 1e-13


class DiffusionWorld(World):
    r"""Independent stationary diffusions $dz = (\log p)'(z)\,dt + \sqrt2\,dW$, reflected at the ends of the support.

    Its spectrum is that of the diffusion. Pairs are drawn through a reversible chain of 600 cells, equally wide
    in Gaussian scores, and from p within a cell: they are exactly stationary and reversible, and their correlation
    is that of the diffusion up to the square of the width of a cell.

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
    def edges(self) -> Array:
        """Inner borders of the cells, shape (cells - 1,)."""
        inner = _BORDERS[1:-1]
        below = inner < 0
        return np.concatenate([self.law.quantile(ndtr(inner[below])), self.law.upper_quantile(ndtr(-inner[~below]))])

    @cached_property
    def cells(self) -> tuple[Array, Array]:
        """Probability and mean of z of each cell, each of shape (cells,)."""
        nodes, rule = np.polynomial.legendre.leggauss(_INNER)
        borders = np.concatenate([[-12.0], _BORDERS[1:-1], [12.0]])
        half = np.diff(borders)[:, None] / 2
        places = (borders[:-1, None] + borders[1:, None]) / 2 + half * nodes
        weights = half * rule * np.exp(-(places**2) / 2)
        below = places < 0
        values = np.where(below, self.law.quantile(ndtr(places)), self.law.upper_quantile(ndtr(-places)))
        masses = weights.sum(1)
        return masses / masses.sum(), (weights * values).sum(1) / masses

    @cached_property
    def joint(self) -> Array:
        """Probabilities of pairs of cells, shape (cells, cells), symmetric."""
        masses, centres = self.cells
        rates = self.law.density(self.edges) / np.diff(centres)
        inward = np.append(rates, 0) + np.insert(rates, 0, 0)
        values, vectors = eigh_tridiagonal(-inward / masses, rates / np.sqrt(masses[:-1] * masses[1:]))
        root = np.sqrt(masses)
        kernel = (vectors * np.exp(self.time * np.minimum(values, 0))) @ vectors.T
        return np.maximum(root[:, None] * kernel * root, 0)

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
        rows = np.cumsum(self.joint, axis=1)
        cell = np.searchsorted(self.edges, latent)
        level = rng.uniform(size=latent.shape) * rows[cell, -1]
        following = np.empty_like(cell)
        for row in np.unique(cell):
            chosen = cell == row
            following[chosen] = np.searchsorted(rows[row], level[chosen])
        return self._within(following, rng)

    def _within(self, cells: Array, rng: Generator) -> Array:
        """Draw from the law of z, given the cells."""
        # Levels of the nearer tail, in which the outermost cells are resolved.
        low, high = ndtr(np.concatenate([[-np.inf], _BORDERS[1:-1]])), ndtr(np.append(_BORDERS[1:-1], np.inf))
        upper = cells >= len(low) // 2
        mirrored = np.where(upper, len(low) - 1 - cells, cells)
        level = low[mirrored] + rng.uniform(size=cells.shape) * (high - low)[mirrored]
        drawn = np.empty(cells.shape)
        drawn[upper], drawn[~upper] = self.law.upper_quantile(level[upper]), self.law.quantile(level[~upper])
        return drawn

    def generator(self, count: int = 10) -> DiffusionSpectrum:
        """Lowest eigenpairs of the generator."""
        return diffusion_spectrum(
            self.law.log_density, count, support=self.law.support, breakpoints=self.law.breakpoints
        )

    def spectrum(self, count: int = 10, latent: int = 0) -> Spectrum:  # noqa: ARG002 (all latents are alike)
        r"""Eigenvalues $e^{-\mu_k t}$, those above the continuous spectrum."""
        lowest = self.generator(count)
        values = np.exp(-self.time * lowest.eigenvalues)
        z = lowest.points
        overlaps = lowest.mean(lowest.eigenfunctions[1:] * z)
        return Spectrum(
            values,
            values * np.expm1(self.time * lowest.errors) + ROUND_OFF,
            z,
            lowest.weights,
            lowest.eigenfunctions,
            float(overlaps[0] ** 2) if len(overlaps) else 0.0,
            float(lowest.errors[1]) if len(overlaps) else 1.0,
            np.diag(values[1:]),
            float(np.exp(-self.time * lowest.continuous_from)),
        )
