r"""The Gaussian world: standard Gaussian latents under an Ornstein-Uhlenbeck transition.

References
----------
W, section 5.
"""

from collections.abc import Sequence

import torch
from torch import Generator, Tensor


class GaussianWorld:
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

    def __init__(self, dim: int, rho: float | Sequence[float]) -> None:
        if dim < 1:
            raise ValueError(f"a world needs at least 1 latent, not {dim}")
        rhos = [rho] * dim if isinstance(rho, int | float) else list(rho)
        if len(rhos) != dim:
            raise ValueError(f"{len(rhos)} correlations given for {dim} latents: give one, or one each")
        for value in rhos:
            if not -1 < value < 1 or value == 0:
                raise ValueError(f"correlation {value} is not in (-1, 1) without 0: choose one that is")
        self.dim = dim
        #: Correlation of each latent with its successor, shape (n,).
        self.pair_correlation = torch.tensor(rhos, dtype=torch.float64)

    def sample(self, count: int, generator: Generator) -> Tensor:
        """Draw `count` latents, shape (count, n), float32 on the device of the generator."""
        return torch.randn(count, self.dim, generator=generator, device=generator.device)

    def transition(self, latent: Tensor, generator: Generator) -> Tensor:
        """Draw the next latent of each row of `latent`, shape (count, n)."""
        rho = self.pair_correlation.to(latent)
        noise = torch.randn(latent.shape, generator=generator, device=latent.device, dtype=latent.dtype)
        return rho * latent + (1 - rho**2).sqrt() * noise

    def pairs(self, count: int, generator: Generator) -> tuple[Tensor, Tensor]:
        """Draw `count` pairs of latent and next latent, each of shape (count, n)."""
        latent = self.sample(count, generator)
        return latent, self.transition(latent, generator)
