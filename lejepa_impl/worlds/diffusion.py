r"""Reversible diffusions, observed at equal steps of time.

.. math:: dz = (\log p)'(z)\,dt + \sqrt{2}\,dW
"""

import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor

from lejepa_impl.worlds.chain import Chain
from lejepa_impl.worlds.world import World


class DiffusionWorld(World):
    r"""Independent copies of the reversible diffusion of stationary density p, on the cells of a grid.

    The generator is that of finite volumes, a birth-death chain which is reversible itself and errs by the square of
    the cells' width; its law, moments and correlations are declared, exactly, and it is standardised.

    Parameters
    ----------
    dim
        Number of latents n.
    log_density
        $\log p$ up to a constant, elementwise on float64 tensors.
    step
        Time between a latent and its successor, with mobility 1.
    half_width
        The cells cover $[-\text{half\_width}, \text{half\_width}]$, with reflection at its ends.
    cells
        Number of cells.

    Raises
    ------
    ValueError
        If `dim` is below 1, the step is not positive, or the density is not positive on the cells.

    References
    ----------
    W, Theorem 5.2 and Appendix B.
    """

    def __init__(
        self, dim: int, log_density: Callable[[Tensor], Tensor], step: float, *, half_width: float, cells: int = 241
    ) -> None:
        if not 0 < step < math.inf:
            raise ValueError(f"the time between two observations must be positive, not {step}")
        edges = torch.linspace(-half_width, half_width, cells + 1, dtype=torch.float64)
        centres = (edges[1:] + edges[:-1]) / 2
        inside, between = log_density(centres), log_density(edges[1:-1])
        if not (inside.isfinite().all() and between.isfinite().all()):
            raise ValueError(f"the density is not positive and finite on all of [-{half_width:g}, {half_width:g}]")
        width = 2 * half_width / cells
        generator = torch.diag((between - inside[:-1]).exp(), 1) + torch.diag((between - inside[1:]).exp(), -1)
        leaving = generator.sum(1)
        fastest = float(leaving.max())
        # Uniformisation and squaring use positive numbers only, so that small probabilities are accurate too.
        jumps = (generator + torch.diag(fastest - leaving)) / fastest
        rate = step * fastest / width**2
        squarings = max(0, math.ceil(math.log2(rate)))
        part = rate / 2**squarings
        kernel = math.exp(-part) * torch.linalg.matrix_exp(part * jumps)
        for _ in range(squarings):
            kernel = kernel @ kernel
            kernel /= kernel.sum(1, keepdim=True)
        #: The chain of one latent.
        self.chain = Chain(centres, kernel / kernel.sum(1, keepdim=True))
        super().__init__(dim, self.chain.pair_correlation, kurtosis=self.chain.kurtosis, reversible=True)
        self._cumulative = self.chain.kernel.cumsum(1)

    def sample(self, count: int, generator: Generator) -> Tensor:
        """Draw `count` latents, shape (count, n), float32 on the device of the generator."""
        law, latents = self.chain.law.to(generator.device), self.chain.latents.to(generator.device)
        drawn = torch.multinomial(law, count * self.dim, replacement=True, generator=generator)
        return latents[drawn].reshape(count, self.dim).float()

    def transition(self, latent: Tensor, generator: Generator) -> Tensor:
        """Draw the next latent of each row of `latent`, shape (count, n), from the cell nearest to it."""
        states = self.chain.latents.to(latent)
        here = torch.searchsorted((states[1:] + states[:-1]) / 2, latent.ravel().contiguous())
        uniform = torch.rand(len(here), 1, generator=generator, dtype=torch.float64, device=latent.device)
        there = torch.searchsorted(self._cumulative.to(latent.device)[here], uniform).clamp(max=len(states) - 1)
        return states[there.reshape(latent.shape)]
