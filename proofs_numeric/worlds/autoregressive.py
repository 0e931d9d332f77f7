r"""Linear drift: stationary autoregression, and a channel that is not stationary."""

from typing import Annotated, Literal

import numpy as np
from numpy.random import Generator
from pydantic import Field
from scipy.special import binom, eval_genlaguerre, gammaln

from proofs_numeric.worlds.gaussian import Correlation
from proofs_numeric.worlds.laws import AnyLaw, AnySelfDecomposable, ContinuousLaw, Discrete, Gamma
from proofs_numeric.worlds.ritz import COARSE, FINE, RitzBasis
from proofs_numeric.worlds.spectrum import Spectrum, spectrum_of_chain
from proofs_numeric.worlds.world import AdditiveNoiseWorld, Array

_HEAVY = 3.5  # kurtosis from which polynomials in z itself converge slowly


class AutoregressiveWorld(AdditiveNoiseWorld):
    r"""Stationary autoregression $z' = \rho z + \eta$ of a self-decomposable marginal law.

    Its forward regression is linear; the backward one is not, nor is it reversible: none of these laws is Gaussian.

    Parameters
    ----------
    dim
        Number of latents n.
    rho
        Pair correlation, in (0, 1).
    marginal
        Law of each latent.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    References
    ----------
    D. P. Gaver, P. A. W. Lewis, "First-order autoregressive gamma sequences", Adv. Appl. Prob. 12, 1980.
    G. Weiss, "Time-reversibility of linear stochastic processes", J. Appl. Prob. 12, 1975.
    """

    world: Literal["autoregressive"] = "autoregressive"
    rho: Annotated[float, Field(gt=0, lt=1)]
    marginal: AnySelfDecomposable

    @property
    def pair_correlation(self) -> Array:
        r"""$\rho$, shape (n,)."""
        return np.full(self.dim, self.rho)

    @property
    def kurtosis(self) -> float:
        """Fourth moment."""
        return self.marginal.kurtosis

    @property
    def reversible(self) -> bool:
        """Whether pairs can be exchanged: they cannot."""
        return False

    def sample(self, count: int, rng: Generator) -> Array:
        """Draw `count` latents, shape (count, n)."""
        return self.marginal.draw((count, self.dim), rng)

    def drift(self, latent: Array) -> Array:
        r"""Return $\rho z$."""
        return self.rho * latent

    def noise(self, shape: tuple[int, ...], rng: Generator) -> Array:
        r"""Draw $\eta$."""
        return self.marginal.innovation(self.rho, shape, rng)

    def spectrum(self, count: int = 10, latent: int = 0) -> Spectrum:  # noqa: ARG002 (all latents are alike)
        """Ritz values of S."""
        fine, coarse = (self._basis(*resolution) for resolution in (FINE, COARSE))
        return fine.spectrum(coarse, count, self.marginal.essential(self.rho))

    def _basis(self, degree: int, panels: int) -> RitzBasis:
        marginal = self.marginal
        if isinstance(marginal, Gamma):
            return self._laguerre(marginal, 3 * degree // 2)
        z, p = marginal.quadrature(panels)
        noise, q = marginal.innovation_quadrature(self.rho, panels)
        return RitzBasis.of_polynomials((z, p), (self.rho * z[:, None] + noise, q), marginal.score, degree)

    def _laguerre(self, marginal: Gamma, count: int) -> RitzBasis:
        r"""Laguerre polynomials, $T L_m = \sum_n \binom{m-1}{n-1}\rho^n(1-\rho)^{m-n} L_n$.

        By their generating function: $\mathbb{E}[e^{-sz'}\mid z] = e^{-\rho sz}((1+\rho s)/(1+s))^k$.
        """
        k, degrees = marginal.shape, np.arange(count)
        n, m = degrees[1:, None], degrees[1:]
        norms = np.exp((gammaln(degrees + k) - gammaln(degrees + 1) - gammaln(k)) / 2)
        forward = np.eye(count)
        forward[1:, 1:] = (
            np.where(m >= n, binom(m - 1, n - 1) * self.rho**n * (1 - self.rho) ** np.maximum(m - n, 0), 0)
            * norms[1:, None]
            / norms[1:]
        )
        points, weights = marginal.quadrature()
        raw = k + np.sqrt(k) * points
        # L_1 = k - x falls.
        signs = (-1.0) ** degrees
        values = np.array([signs[d] * eval_genlaguerre(d, k - 1, raw) / norms[d] for d in degrees])
        return RitzBasis(forward * np.outer(signs, signs), np.eye(count)[1], points, weights, values)


class NonStationaryChannel(AdditiveNoiseWorld):
    r"""Channel $z' = \rho z + \sqrt{1-\rho^2}\,\eta$ with $\eta$ from the law of $z$: not stationary unless Gaussian.

    It keeps mean and variance, but multiplies the excess kurtosis by $\rho^4+(1-\rho^2)^2 < 1$, so that assumption (ii)
    of W fails. This is how W samples its non-Gaussian latents.

    Parameters
    ----------
    dim
        Number of latents n.
    rho
        Pair correlation, in (-1, 1) and not 0.
    marginal
        Law of $z$ and of $\eta$, not Gaussian.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    References
    ----------
    W, Appendix H (generalised normal latents).
    """

    world: Literal["non_stationary_channel"] = "non_stationary_channel"
    rho: Correlation
    marginal: AnyLaw

    @property
    def pair_correlation(self) -> Array:
        r"""$\rho$, shape (n,)."""
        return np.full(self.dim, self.rho)

    @property
    def kurtosis(self) -> float:
        """Fourth moment of z."""
        return self.marginal.kurtosis

    @property
    def next_kurtosis(self) -> float:
        r"""Fourth moment of $z'$."""
        return 3 + (self.rho**4 + (1 - self.rho**2) ** 2) * (self.kurtosis - 3)

    @property
    def stationary(self) -> bool:
        r"""Whether $z$ and $z'$ have one law: only if it is Gaussian."""
        return self._gaussian

    @property
    def reversible(self) -> bool:
        """Whether pairs can be exchanged: only if they are Gaussian."""
        return self._gaussian

    @property
    def _gaussian(self) -> bool:
        law = self.marginal
        return law.law == "gaussian" or (law.law == "generalised_normal" and law.alpha == 2)

    def sample(self, count: int, rng: Generator) -> Array:
        """Draw `count` first latents, shape (count, n)."""
        return self.marginal.draw((count, self.dim), rng)

    def drift(self, latent: Array) -> Array:
        r"""Return $\rho z$."""
        return self.rho * latent

    def noise(self, shape: tuple[int, ...], rng: Generator) -> Array:
        r"""Draw $\sqrt{1-\rho^2}\,\eta$."""
        return np.sqrt(1 - self.rho**2) * self.marginal.draw(shape, rng)

    def spectrum(self, count: int = 10, latent: int = 0) -> Spectrum:  # noqa: ARG002 (all latents are alike)
        """Ritz values of S, exact for a discrete law."""
        if isinstance(self.marginal, Discrete):
            z, p = self.marginal.atoms
            return spectrum_of_chain(*_pairs(z, self._next(z), np.outer(p, p)), count)
        fine, coarse = (self._basis(self.marginal, *resolution) for resolution in (FINE, COARSE))
        return fine.spectrum(coarse, count)

    def _basis(self, law: ContinuousLaw, degree: int, panels: int) -> RitzBasis:
        z, p = law.quadrature(panels)
        z_next = self._next(z)
        # Scores only where they compress a heavy tail, and reach all of z'.
        heavy = law.kurtosis > _HEAVY and bool(np.isfinite(law.score(z_next)).all())
        return RitzBasis.of_polynomials((z, p), (z_next, p), law.score if heavy else np.asarray, degree)

    def _next(self, z: Array) -> Array:
        return self.rho * z[:, None] + np.sqrt(1 - self.rho**2) * z


def _pairs(z: Array, z_next: Array, probabilities: Array) -> tuple[Array, Array]:
    """Points and joint probabilities, those of equal latents together."""
    now = np.broadcast_to(z[:, None], z_next.shape).ravel()
    rounded = np.round(np.concatenate([now, z_next.ravel()]), 12)
    points, index = np.unique(rounded, return_inverse=True)
    joint = np.zeros((len(points), len(points)))
    np.add.at(joint, (index[: now.size], index[now.size :]), probabilities.ravel())
    return points, joint
