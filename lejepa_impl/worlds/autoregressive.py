r"""Linear drift: stationary autoregression, and a channel that is not stationary."""

import math

import torch
from torch import Generator, Tensor

from lejepa_impl.worlds.distributions import Gaussian, GeneralisedNormal, Marginal, SelfDecomposable
from lejepa_impl.worlds.world import AdditiveNoiseWorld, require_correlation


class AutoregressiveWorld(AdditiveNoiseWorld):
    r"""Stationary autoregression $z' = \rho z + \eta$ of a self-decomposable marginal law.

    Its forward regression is linear; the backward one is not, nor is it reversible, unless it is Gaussian.

    Parameters
    ----------
    dim
        Number of latents n.
    rho
        Pair correlation, in (0, 1).
    marginal
        Law of each latent, not Gaussian.

    Raises
    ------
    ValueError
        If `dim` or the correlation is out of range.

    References
    ----------
    D. P. Gaver, P. A. W. Lewis, "First-order autoregressive gamma sequences", Adv. Appl. Prob. 12, 1980.
    G. Weiss, "Time-reversibility of linear stochastic processes", J. Appl. Prob. 12, 1975.
    """

    def __init__(self, dim: int, rho: float, marginal: SelfDecomposable) -> None:
        if not 0 < rho < 1:
            raise ValueError(f"correlation {rho} is not in (0, 1): choose one that is")
        super().__init__(dim, rho, kurtosis=marginal.kurtosis, reversible=False)
        self.rho, self.marginal = rho, marginal

    def sample(self, count: int, generator: Generator) -> Tensor:
        """Draw `count` latents, shape (count, n), float32 on the device of the generator."""
        return self.marginal.draw(torch.empty(count, self.dim, device=generator.device), generator)

    def drift(self, latent: Tensor) -> Tensor:
        r"""Return $\rho z$."""
        return self.rho * latent

    def noise(self, like: Tensor, generator: Generator) -> Tensor:
        """Draw innovations in the shape, type and device of `like`."""
        return self.marginal.innovation(self.rho, like, generator)


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
        Law of $z$ and of $\eta$.

    Raises
    ------
    ValueError
        If `dim` or the correlation is out of range.

    References
    ----------
    W, Appendix H (generalised normal latents).
    """

    def __init__(self, dim: int, rho: float, marginal: Marginal) -> None:
        kept = require_correlation(rho) ** 4 + (1 - rho**2) ** 2
        gaussian = isinstance(marginal, Gaussian) or (isinstance(marginal, GeneralisedNormal) and marginal.alpha == 2)
        super().__init__(
            dim,
            rho,
            kurtosis=marginal.kurtosis,
            reversible=gaussian,
            next_kurtosis=None if gaussian else 3 + kept * (marginal.kurtosis - 3),
        )
        self.rho, self.marginal = rho, marginal

    def sample(self, count: int, generator: Generator) -> Tensor:
        """Draw `count` first latents, shape (count, n), float32 on the device of the generator."""
        return self.marginal.draw(torch.empty(count, self.dim, device=generator.device), generator)

    def drift(self, latent: Tensor) -> Tensor:
        r"""Return $\rho z$."""
        return self.rho * latent

    def noise(self, like: Tensor, generator: Generator) -> Tensor:
        r"""Draw $\sqrt{1-\rho^2}\,\eta$ in the shape, type and device of `like`."""
        return math.sqrt(1 - self.rho**2) * self.marginal.draw(like, generator)
