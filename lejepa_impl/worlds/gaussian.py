r"""The Gaussian world: standard Gaussian latents under an Ornstein-Uhlenbeck transition.

References
----------
W, section 5.
"""

from collections.abc import Sequence
from typing import SupportsFloat

import torch
from torch import Generator, Tensor

from lejepa_impl.worlds.world import AdditiveNoiseWorld, require_correlation


class GaussianWorld(AdditiveNoiseWorld):
    r"""Latents $z\sim N(0, I_n)$ with $z' = \rho z + \sqrt{1-\rho^2}\,\eta$, coordinate by coordinate.

    Both latents of a pair are in the world's law and their correlation is $\rho$ itself: the second
    is drawn from the first, not both from a common parent.

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

    def __init__(self, dim: int, rho: SupportsFloat | Sequence[SupportsFloat]) -> None:
        super().__init__(dim, rho, kurtosis=3.0, reversible=True)
        for value in self.pair_correlation.tolist():
            require_correlation(value)

    def sample(self, count: int, generator: Generator) -> Tensor:
        """Draw `count` latents, shape (count, n), float32 on the device of the generator."""
        return torch.randn(count, self.dim, generator=generator, device=generator.device)

    def drift(self, latent: Tensor) -> Tensor:
        r"""Return $\rho z$."""
        return self.pair_correlation.to(latent) * latent

    def noise(self, like: Tensor, generator: Generator) -> Tensor:
        r"""Draw $\sqrt{1-\rho^2}\,\eta$ in the shape, type and device of `like`."""
        noise = torch.randn(like.shape, generator=generator, device=like.device, dtype=like.dtype)
        return (1 - self.pair_correlation.to(like) ** 2).sqrt() * noise


class TwoViewsWorld(GaussianWorld):
    r"""Two views $\rho u + \sqrt{1-\rho^2}\,\eta_{1,2}$ of one Gaussian parent $u$: their correlation is $\rho^2$.

    In law this is the Gaussian world of correlation $\rho^2$. It is here for code that draws both halves
    of a pair from a parent and calls $\rho$ what is the correlation of a view with the parent.

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

    def __init__(self, dim: int, parent_correlation: float) -> None:
        super().__init__(dim, require_correlation(parent_correlation) ** 2)
        self._view = GaussianWorld(dim, parent_correlation)

    def pairs(self, count: int, generator: Generator) -> tuple[Tensor, Tensor]:
        """Draw `count` pairs of views, each of shape (count, n)."""
        return self._view.siblings(count, generator)
