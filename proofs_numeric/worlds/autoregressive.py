r"""Linear drift: stationary autoregression, and a channel that is not stationary."""

from typing import Annotated, Literal

import numpy as np
from numpy.random import Generator
from pydantic import Field
from scipy.special import eval_genlaguerre, gammaln, logsumexp

from proofs_numeric.sturm_liouville import continuous_from
from proofs_numeric.worlds.gaussian import Correlation
from proofs_numeric.worlds.laws import AnyLaw, AnySelfDecomposable, ContinuousLaw, Discrete, Gamma
from proofs_numeric.worlds.linear_drift import LinearDrift
from proofs_numeric.worlds.quadrature import borders
from proofs_numeric.worlds.ritz import RitzBasis
from proofs_numeric.worlds.spectrum import Spectrum, spectrum_of_chain
from proofs_numeric.worlds.world import AdditiveNoiseWorld, Array

#: Degree of the polynomials.
DEGREE = 32
#: Panels of the quadratures of z and of the noise, on each side of their medians.
_PANELS = 9
#: Cells on each side of functions that miss none wider than these; more where heavy tails let functions live far out.
_CELLS = 30, 120
#: Laguerre polynomials of which T* of those of the basis is made.
_REACHED = 1_024
_FAR = 2.0**40
_HEAVY = 3.5  # kurtosis from which polynomials in z itself converge slowly, and miss functions in the tails


class _LinearDriftWorld(AdditiveNoiseWorld):
    r"""Independent copies of $z' = \rho z + \eta$."""

    # Declared first to keep its place in a printed specification.
    world: str
    rho: float
    marginal: AnyLaw

    @property
    def pair_correlation(self) -> Array:
        r"""$\rho$, shape (n,)."""
        return np.full(self.dim, self.rho)

    @property
    def kurtosis(self) -> float:
        """Fourth moment of z."""
        return self.marginal.kurtosis

    def sample(self, count: int, rng: Generator) -> Array:
        """Draw `count` latents, shape (count, n)."""
        return self.marginal.draw((count, self.dim), rng)

    def drift(self, latent: Array) -> Array:
        r"""Return $\rho z$."""
        return self.rho * latent


class AutoregressiveWorld(_LinearDriftWorld):
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
    def reversible(self) -> bool:
        """Whether pairs can be exchanged: they cannot."""
        return False

    def noise(self, shape: tuple[int, ...], rng: Generator) -> Array:
        r"""Draw $\eta$."""
        return self.marginal.innovation(self.rho, shape, rng)

    def spectrum(self, count: int = 10, latent: int = 0) -> Spectrum:  # noqa: ARG002 (all latents are alike)
        """Ritz values of S."""
        return self._basis().spectrum(count, self.marginal.essential(self.rho))

    def _basis(self) -> RitzBasis:
        law = self.marginal
        if isinstance(law, Gamma):
            return self._laguerre(law, 3 * DEGREE // 2)
        drift = LinearDrift(
            self.rho,
            law.density,
            lambda x: law.innovation_density(self.rho, x),
            law.borders,
            law.innovation_borders(self.rho),
            law.borders,
            law.innovation_quadrature(self.rho, _PANELS),
            law.innovation_atom(self.rho),
        )
        return RitzBasis.of_polynomials(law.quadrature(_PANELS), drift, law.score, DEGREE, np.empty(0))

    def _laguerre(self, marginal: Gamma, count: int) -> RitzBasis:
        r"""Laguerre polynomials, $T L_m = \sum_n \binom{m-1}{n-1}\rho^n(1-\rho)^{m-n} L_n$.

        By their generating function: $\mathbb{E}[e^{-sz'}\mid z] = e^{-\rho sz}((1+\rho s)/(1+s))^k$.
        """
        k, degrees = marginal.shape, np.arange(_REACHED)
        n, m = degrees[1:count, None], degrees[1:]
        log_norms = (gammaln(degrees + k) - gammaln(degrees + 1) - gammaln(k)) / 2
        with np.errstate(invalid="ignore"):
            log_elements = (
                (gammaln(m) - gammaln(n) - gammaln(m - n + 1) + n * np.log(self.rho) + (m - n) * np.log1p(-self.rho))
                + log_norms[1:count, None]
                - log_norms[1:]
            )
        # Row n of T* and column m of T, with signs since L_1 = k - x falls.
        signs = (-1.0) ** degrees
        whole = np.eye(count, _REACHED)
        whole[1:, 1:] = np.where(m >= n, np.exp(log_elements), 0) * np.outer(signs[1:count], signs[1:])
        images = whole / 2
        images[:, :count] += whole[:, :count].T / 2
        points, weights = marginal.quadrature()
        raw = k + np.sqrt(k) * points
        values = np.array([signs[d] * eval_genlaguerre(d, k - 1, raw) * np.exp(-log_norms[d]) for d in degrees[:count]])
        products = np.array([np.eye(count), images[:, :count], images @ images.T])
        return RitzBasis(whole[:, :count], np.eye(count)[1], points, weights, values, products, np.empty(0))


class NonStationaryChannel(_LinearDriftWorld):
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

    def noise(self, shape: tuple[int, ...], rng: Generator) -> Array:
        r"""Draw $\sqrt{1-\rho^2}\,\eta$."""
        return np.sqrt(1 - self.rho**2) * self.marginal.draw(shape, rng)

    def spectrum(self, count: int = 10, latent: int = 0) -> Spectrum:  # noqa: ARG002 (all latents are alike)
        """Ritz values of S, exact for a discrete law."""
        if isinstance(self.marginal, Discrete):
            z, p = self.marginal.atoms
            return spectrum_of_chain(*_pairs(z, self._next(z), np.outer(p, p)), count, stationary=False)
        return self._basis(self.marginal).spectrum(count, self._essential(self.marginal))

    def _essential(self, law: ContinuousLaw) -> float:
        r"""Top of the essential spectrum of S, of tails that are powers.

        Far out the noise is small beside $z$ or $z$ beside it, so that S dilates. With tails $C_\pm|x|^{-a-1}$ of z and
        $C_\pm(1+s^a)+|\rho|^aC_{\pm\operatorname{sign}\rho}$ of both latents together, $s=\sqrt{1-\rho^2}$, it is
        largest on $|x|^{a/2}$.
        """
        rho, indices = abs(self.rho), law.tail_indices
        a = min(indices)
        if not np.isfinite(a):
            return self._essential_of_crossing(law)
        once, again = 1 + (1 - rho**2) ** (a / 2), rho**a
        if self.rho > 0 or indices[0] == indices[1]:
            ratio = 1.0 if self.rho > 0 else float(np.exp(np.diff(law.log_density(np.array([-_FAR, _FAR])))[0]))
        else:
            ratio = 0.0
        tails = (once + again * ratio) * (once * ratio + again)
        return float(rho ** (a / 2) * (1 + ratio) / np.sqrt(tails))

    def _essential_of_crossing(self, law: ContinuousLaw) -> float:
        r"""Top of the essential spectrum where $\rho<0$ takes a heavy tail to the side of a light one.

        Where the tail of rate $r$ meets one of more than $r/|\rho|$ on the other side, only $z$ lives far out on the
        one and only $z'$ on the other. On slow functions over the roots of their densities S is then
        $\mathbb{E}e^{b\eta/2}/\sqrt{\mathbb{E}e^{b\eta}}$, $|b|=rs/|\rho|$, with $b\eta$ large on the light side.
        """
        if self.rho > 0:
            return 0.0
        low, high = law.support
        below, above = (
            2 * np.sqrt(continuous_from(law.log_density, support=ends)) for ends in ((low, 0.0), (0.0, high))
        )
        points, weights = law.quadrature(_PANELS)
        largest = 0.0
        for rate, other, side in ((above, below, -1), (below, above, 1)):
            if rate < abs(self.rho) * other:
                exponents = side * rate * np.sqrt(1 - self.rho**2) / abs(self.rho) * points
                half, whole = (logsumexp(share * exponents, b=weights) for share in (0.5, 1))
                largest = max(largest, float(np.exp(half - whole / 2)))
        return largest

    def _basis(self, law: ContinuousLaw) -> RitzBasis:
        spread, points = np.sqrt(1 - self.rho**2), law.borders
        drift = LinearDrift(
            self.rho,
            law.density,
            lambda x: law.density(x / spread) / spread,
            points,
            spread * points,
            self.rho * (points if self.rho > 0 else points[::-1]) + spread * points,
            (spread * law.quadrature(_PANELS)[0], law.quadrature(_PANELS)[1]),
            noise_levels=(lambda x: law.cumulative(x / spread), lambda x: law.survival(x / spread)),
        )
        heavy = law.kurtosis > _HEAVY or bool(np.isfinite(law.tail_indices).any())
        panels = _CELLS[int(heavy)]
        cells = borders(law.quantile, law.upper_quantile, panels)[1:-1]
        lower = drift.by_cells(*law.quadrature(panels), cells)
        # Scores only where they compress a heavy tail, and reach all of z'.
        reached = law.score(drift.next_borders[[0, -1]])
        coordinate = law.score if heavy and np.isfinite(reached).all() else np.asarray
        return RitzBasis.of_polynomials(
            law.quadrature(_PANELS), drift, coordinate, DEGREE, lower, stationary=self.stationary
        )

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
