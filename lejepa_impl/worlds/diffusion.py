<<<<<<< HEAD
r"""Reversible diffusions, observed at equal steps of time.

.. math:: dz = (\log p)'(z)\,dt + \sqrt{2}\,dW
"""

import math
=======
r"""Reversible diffusions at constant mobility, observed at equal steps of time.

.. math:: D\varphi = \frac{(p\,\varphi')'}{p}, \qquad T = e^{tD} = T^*

References
----------
W, Theorem 5.2 and Appendix B.
"""

>>>>>>> w4a
from collections.abc import Callable

import torch
from torch import Generator, Tensor

from lejepa_impl.worlds.chain import Chain
from lejepa_impl.worlds.world import World


class DiffusionWorld(World):
<<<<<<< HEAD
    r"""Independent copies of the reversible diffusion of stationary density p, on the cells of a grid.

    The generator is that of finite volumes, a birth-death chain which is reversible itself and errs by the square of
    the cells' width; its law, moments and correlations are declared, exactly, and it is standardised.
=======
    r"""Independent stationary diffusions $dz = (\log p)'(z)\,dt + \sqrt2\,dW$, standardised, through cells.

    The generator is discretised by finite volumes and the density is constant in a cell, so that pairs are exactly
    stationary and reversible; law and correlation are those of the diffusion up to the square of the width of a cell.
>>>>>>> w4a

    Parameters
    ----------
    dim
        Number of latents n.
    log_density
<<<<<<< HEAD
        $\log p$ up to a constant, elementwise on float64 tensors.
    step
        Time between a latent and its successor, with mobility 1.
    half_width
        The cells cover $[-\text{half\_width}, \text{half\_width}]$, with reflection at its ends.
    cells
        Number of cells.
=======
        $\log p$ up to a constant, elementwise on tensors of any shape, in units before standardisation.
    time
        t, in the square of the same units.
    edges
        Borders of the cells, float64, ascending, shape (cells + 1,); the law has no mass beyond them.
>>>>>>> w4a

    Raises
    ------
    ValueError
<<<<<<< HEAD
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
=======
        If `dim` or the time is out of range, the borders do not ascend, or the density is not positive and finite.
    """

    def __init__(self, dim: int, log_density: Callable[[Tensor], Tensor], time: float, edges: Tensor) -> None:
        if not 0 < time < float("inf"):
            raise ValueError(f"the time between the latents of a pair must be positive, not {time}")
        widths, centres = edges.diff(), (edges[:-1] + edges[1:]) / 2
        if not (len(widths) > 1 and float(widths.min()) > 0):
            raise ValueError("a diffusion needs at least 3 borders of cells, in increasing order")
        inside, between = log_density(centres), log_density(edges[1:-1])
        if not (inside.isfinite().all() and between.isfinite().all()):
            raise ValueError("the density is not positive and finite at every cell: move the outer borders inward")
        top = inside.max()
        masses = (inside - top).exp() * widths
        total = masses.sum()
        masses, flows = masses / total, (between - top).exp() / total / centres.diff()
        root = masses.sqrt()
        coupling = flows / (root[:-1] * root[1:])
        zero = flows.new_zeros(1)
        outflow = (torch.cat([zero, flows]) + torch.cat([flows, zero])) / masses
        values, vectors = torch.linalg.eigh(coupling.diag(1) + coupling.diag(-1) - outflow.diag())
        joint = (root[:, None] * (vectors * (time * values.clamp(max=0)).exp()) @ vectors.T * root).clamp(min=0)
        joint = (joint + joint.T) / 2
        #: The cells of one latent, by their centres.
        self.chain = Chain(centres, joint / joint.sum(dim=1, keepdim=True))
        self._edges, self._rows = edges, self.chain.kernel.cumsum(dim=1)
        self._mean, within = self.chain.mean, float(self.chain.law @ widths**2) / 12
        self._scale = (self.chain.scale**2 + within) ** 0.5
        shrunk = self.chain.scale / self._scale
        spread = (widths / self._scale) ** 2
        kurtosis = self.chain.kurtosis * shrunk**4 + float(
            self.chain.law @ (spread * (self.chain.latents * shrunk) ** 2 / 2 + spread**2 / 80)
        )
        super().__init__(dim, self.chain.pair_correlation * shrunk**2, kurtosis=kurtosis, reversible=True)

    def sample(self, count: int, generator: Generator) -> Tensor:
        """Draw `count` latents, shape (count, n), float32 on the device of the generator."""
        law = self.chain.law.to(generator.device)
        cells = torch.multinomial(law, count * self.dim, replacement=True, generator=generator)
        return self._within(cells.reshape(count, self.dim), generator).float()

    def transition(self, latent: Tensor, generator: Generator) -> Tensor:
        """Draw the next latent of each row of `latent`, shape (count, n)."""
        cells = torch.searchsorted(self._edges[1:-1].to(latent.device), self._mean + self._scale * latent.double())
        count = len(self._rows)
        # All rows in one ascending sequence, each in a unit of its own.
        rows = self._rows.to(latent.device) / self._rows[:, -1:].to(latent.device)
        levels = (rows + torch.arange(count, device=latent.device)[:, None]).flatten()
        drawn = torch.rand(cells.shape, generator=generator, dtype=torch.float64, device=latent.device)
        following = torch.searchsorted(levels, cells + drawn, right=True) - count * cells
        return self._within(following.clamp(0, count - 1), generator).to(latent)

    def _within(self, cells: Tensor, generator: Generator) -> Tensor:
        """Draw uniformly in cells."""
        edges = self._edges.to(generator.device)
        place = torch.rand(cells.shape, generator=generator, dtype=torch.float64, device=generator.device)
        drawn = edges[cells] + place * (edges[cells + 1] - edges[cells])
        return (drawn - self._mean) / self._scale
>>>>>>> w4a
