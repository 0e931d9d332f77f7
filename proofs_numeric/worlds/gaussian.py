r"""The Gaussian world: standard Gaussian latents under an Ornstein-Uhlenbeck transition.

References
----------
W, section 5.
"""

from typing import Annotated, Literal, Self

import numpy as np
from numpy.polynomial.hermite_e import hermeval
from numpy.random import Generator
from pydantic import AfterValidator, FiniteFloat, model_validator
from scipy.special import gammaln, roots_hermitenorm

from proofs_numeric.worlds.spectrum import ROUND_OFF, Spectrum
from proofs_numeric.worlds.world import AdditiveNoiseWorld, Array

_NODES = 64


def _in_range(value: float) -> float:
    if not -1 < value < 1 or value == 0:
        raise ValueError(f"correlation {value} is not in (-1, 1) without 0: choose one that is")
    return value


#: A pair correlation in (-1, 1), not 0.
Correlation = Annotated[FiniteFloat, AfterValidator(_in_range)]


class _OrnsteinUhlenbeck(AdditiveNoiseWorld):
    r"""$z' = \rho z + \sqrt{1-\rho^2}\,\eta$ with the pair correlation $\rho$."""

    @property
    def kurtosis(self) -> float:
        """Fourth moment."""
        return 3.0

    @property
    def reversible(self) -> bool:
        """Whether pairs can be exchanged: they can."""
        return True

    def sample(self, count: int, rng: Generator) -> Array:
        """Draw `count` latents, shape (count, n)."""
        return rng.standard_normal((count, self.dim))

    def drift(self, latent: Array) -> Array:
        r"""Return $\rho z$."""
        return self.pair_correlation * latent

    def noise(self, shape: tuple[int, ...], rng: Generator) -> Array:
        r"""Draw $\sqrt{1-\rho^2}\,\eta$."""
        return np.asarray(np.sqrt(1 - self.pair_correlation**2) * rng.standard_normal(shape))

    def spectrum(self, count: int = 10, latent: int = 0) -> Spectrum:
        r"""Eigenvalues $\rho^k$ with the Hermite polynomials, in descending order."""
        rho = float(self.pair_correlation[latent])
        degrees = np.arange(2 * count)
        order = np.argsort(-(rho**degrees), kind="stable")[:count]
        points, weights = roots_hermitenorm(_NODES)
        functions = np.array([hermeval(points, np.eye(2 * count)[k]) * np.exp(-gammaln(k + 1) / 2) for k in order])
        return Spectrum(
            rho ** degrees[order].astype(float),
            np.full(count, ROUND_OFF),
            points,
            weights / weights.sum(),
            functions,
            (order == 1).astype(float),
            ROUND_OFF,
            np.diag(rho ** degrees[1:].astype(float)),
        )


class GaussianWorld(_OrnsteinUhlenbeck):
    r"""Latents $z\sim N(0, I_n)$ with $z' = \rho z + \sqrt{1-\rho^2}\,\eta$, coordinate by coordinate.

    Parameters
    ----------
    dim
        Number of latents n.
    rho
        Pair correlation, one for all latents or one each; in (-1, 1) and not 0.

    Raises
    ------
    ValueError
        If `dim` or a correlation is out of range, or their numbers differ.
    """

    world: Literal["gaussian"] = "gaussian"
    rho: Correlation | tuple[Correlation, ...]

    @model_validator(mode="after")
    def _one_each(self) -> Self:
        if isinstance(self.rho, tuple) and len(self.rho) != self.dim:
            raise ValueError(f"{len(self.rho)} correlations given for {self.dim} latents: give one, or one each")
        return self

    @property
    def pair_correlation(self) -> Array:
        r"""$\rho_j$, shape (n,)."""
        return np.full(self.dim, self.rho, dtype=np.float64)


class TwoViewsWorld(_OrnsteinUhlenbeck):
    r"""Two views $\rho u + \sqrt{1-\rho^2}\,\eta_{1,2}$ of one Gaussian parent $u$: their correlation is $\rho^2$.

    In law this is the Gaussian world of correlation $\rho^2$. It is here for code that draws both halves of a pair
    from a parent and calls $\rho$ what is the correlation of a view with the parent.

    Parameters
    ----------
    dim
        Number of latents n.
    parent_correlation
        Correlation $\rho$ of a view with the parent, in (-1, 1) and not 0.

    Raises
    ------
    ValueError
        If `dim` or the correlation is out of range.
    """

    world: Literal["two_views"] = "two_views"
    parent_correlation: Correlation

    @property
    def pair_correlation(self) -> Array:
        r"""$\rho^2$, shape (n,)."""
        return np.full(self.dim, self.parent_correlation**2)

    def pairs(self, count: int, rng: Generator) -> tuple[Array, Array]:
        """Draw `count` pairs of views, each of shape (count, n)."""
        parent, rho = self.sample(count, rng), self.parent_correlation
        first, second = np.sqrt(1 - rho**2) * rng.standard_normal((2, *parent.shape))
        return rho * parent + first, rho * parent + second
