r"""Reversible diffusions at constant mobility, observed at equal steps of time.

.. math:: D\varphi = \frac{(p\,\varphi')'}{p}, \qquad T = e^{tD} = T^*

References
----------
W, Theorem 5.2 and Appendix B.
"""

import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor

from lejepa_impl.worlds.chain import Chain
from lejepa_impl.worlds.world import World

#: Cells of a generalised normal law, up to where its density has fallen by so many powers of e.
_CELLS = 400
_FALL = 27.0
#: Of the pair correlation.
_LARGEST_ERROR = 0.01


class DiffusionWorld(World):
    r"""Independent stationary diffusions $dz = (\log p)'(z)\,dt + \sqrt2\,dW$, standardised, through cells.

    The generator is discretised by finite volumes and the density is constant in a cell, so that pairs are exactly
    stationary and reversible; law and correlation are those of the diffusion up to the square of the width of a cell.

    Parameters
    ----------
    dim
        Number of latents n.
    log_density
        $\log p$ up to a constant, elementwise on tensors of any shape, in units before standardisation.
    time
        t, in the square of the same units.
    edges
        Borders of the cells, float64, ascending, shape (cells + 1,); the law has no mass beyond them.

    Raises
    ------
    ValueError
        If `dim` or the time is out of range, the borders do not ascend, the density is not positive and finite, or the
        cells are too wide for the pair correlation.

    Attributes
    ----------
    correlation_error
        How far the pair correlation is from that of cells of twice the width, three times its error if that is of
        second order.
    """

    def __init__(self, dim: int, log_density: Callable[[Tensor], Tensor], time: float, edges: Tensor) -> None:
        if not 0 < time < float("inf"):
            raise ValueError(f"the time between the latents of a pair must be positive, not {time}")
        widths = edges.diff()
        if not (len(widths) > 1 and float(widths.min()) > 0):
            raise ValueError("a diffusion needs at least 3 borders of cells, in increasing order")
        #: The cells of one latent, by their centres.
        self.chain = _through_cells(log_density, time, edges)
        self._edges, self._rows = edges, self.chain.kernel.cumsum(dim=1)
        self._mean, within = self.chain.mean, float(self.chain.law @ widths**2) / 12
        self._scale = (self.chain.scale**2 + within) ** 0.5
        shrunk = self.chain.scale / self._scale
        spread = (widths / self._scale) ** 2
        kurtosis = self.chain.kurtosis * shrunk**4 + float(
            self.chain.law @ (spread * (self.chain.latents * shrunk) ** 2 / 2 + spread**2 / 80)
        )
        super().__init__(dim, self.chain.pair_correlation * shrunk**2, kurtosis=kurtosis, reversible=True)
        wider = torch.cat([edges[:-1:2], edges[-1:]])
        self.correlation_error = math.inf
        if len(wider) > 2:
            coarse = _through_cells(log_density, time, wider)
            shrunk = coarse.scale**2 / (coarse.scale**2 + float(coarse.law @ wider.diff() ** 2) / 12)
            self.correlation_error = abs(coarse.pair_correlation * shrunk - float(self.pair_correlation[0]))
        if not self.correlation_error < _LARGEST_ERROR:
            raise ValueError(
                f"{len(widths)} cells leave the pair correlation uncertain by {self.correlation_error:.2g}: "
                "give more borders where the density varies"
            )

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


def generalised_normal_cells(alpha: float) -> tuple[Callable[[Tensor], Tensor], Tensor]:
    r"""Return $\log p$ of the generalised normal law of variance 1, up to a constant, and borders of its cells."""
    scale = math.exp((math.lgamma(1 / alpha) - math.lgamma(3 / alpha)) / 2)
    half_width = scale * _FALL ** (1 / alpha)
    edges = torch.linspace(-half_width, half_width, _CELLS + 1, dtype=torch.float64)
    return lambda z: -((z / scale).abs() ** alpha), edges


def generalised_normal_diffusion(dim: int, alpha: float, rho: float) -> DiffusionWorld:
    r"""Return the diffusion of a generalised normal law, at steps in which its slowest mode decays to $\rho$.

    Raises
    ------
    ValueError
        If the correlation is not in (0, 1), or $\alpha$ is at most 1, where the spectrum of the diffusion is
        continuous and there is no slowest mode.
    """
    if not 0 < rho < 1:
        raise ValueError(f"a mode of a diffusion decays to a number in (0, 1), not {rho}")
    if not alpha > 1:
        raise ValueError(f"the diffusion of a generalised normal law of shape {alpha:g} has no slowest mode: exceed 1")
    log_density, edges = generalised_normal_cells(alpha)
    slowest = -float(torch.linalg.eigvalsh(_generator(log_density, edges)[1])[-2])
    return DiffusionWorld(dim, log_density, -math.log(rho) / slowest, edges)


def _through_cells(log_density: Callable[[Tensor], Tensor], time: float, edges: Tensor) -> Chain:
    """Chain of the cells after the time."""
    root, generator = _generator(log_density, edges)
    values, vectors = torch.linalg.eigh(generator)
    joint = (root[:, None] * (vectors * (time * values.clamp(max=0)).exp()) @ vectors.T * root).clamp(min=0)
    return Chain.of_pairs((edges[:-1] + edges[1:]) / 2, (joint + joint.T) / 2)


def _generator(log_density: Callable[[Tensor], Tensor], edges: Tensor) -> tuple[Tensor, Tensor]:
    """Return the roots of the masses of cells, and the generator by finite volumes, symmetric in their scale."""
    widths, centres = edges.diff(), (edges[:-1] + edges[1:]) / 2
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
    return root, coupling.diag(1) + coupling.diag(-1) - outflow.diag()
