r"""SIGReg: sliced Epps-Pulley distance of an embedding from the standard Gaussian.

.. math:: R(h) = N\,\mathbb{E}_u \sum_k w_k \left|\hat\varphi_u(t_k) - e^{-t_k^2/2}\right|^2, \qquad
          \hat\varphi_u(t) = \frac1N \sum_{j=1}^N e^{it\langle u, h_j\rangle}

with directions $u$ uniform on the sphere, knots $t_k$ equally spaced on $[0, t_{\max}]$ and $w_k$ twice
the trapezoid weight times $e^{-t_k^2/2}$, so that the sum stands for the integral over $[-t_{\max}, t_{\max}]$.

References
----------
L, section 4 (SIGReg, Epps-Pulley statistic); W, Appendix H (17 knots on [0, 3], 256 slices).
"""

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn.functional import normalize

from lejepa_impl.regularizers.epps_pulley import sliced_epps_pulley


@dataclass(frozen=True)
class SIGReg:
    """Sliced Epps-Pulley regularizer of a batch of embeddings.

    Parameters
    ----------
    slices
        Number of random directions drawn at each call.
    knots
        Number of knots, at least 2.
    t_max
        Last knot.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """

    slices: int = 256
    knots: int = 17
    t_max: float = 3.0

    def __post_init__(self) -> None:
        if self.slices < 1:
            raise ValueError(f"SIGReg needs at least 1 slice, not {self.slices}")
        if self.knots < 2:
            raise ValueError(f"SIGReg needs at least 2 knots, not {self.knots}")
        if not 0 < self.t_max < math.inf:
            raise ValueError(f"the last knot of SIGReg must be positive and finite, not {self.t_max}")

    def __call__(self, embedding: Tensor, generator: Generator) -> Tensor:
        """Return the statistic of embeddings of shape (N, m), a scalar that is 0 in the limit of no distance.

        Its mean under the null hypothesis is `null_mean`, for every N.
        """
        directions = torch.randn(embedding.shape[-1], self.slices, generator=generator, device=embedding.device)
        return self.along(normalize(directions, dim=0), embedding)

    def along(self, directions: Tensor, embedding: Tensor) -> Tensor:
        """Return the statistic along given unit directions, the columns of a tensor of shape (m, slices)."""
        # Sums over a batch lose too much in 16 bits.
        exact = embedding.float() if embedding.dtype.itemsize < 4 else embedding
        times, weights = self._quadrature(exact)
        return sliced_epps_pulley(exact, directions.to(exact), times, weights)

    @property
    def null_mean(self) -> float:
        r"""Mean $\sum_k w_k (1-e^{-t_k^2})$ of the statistic for N independent standard Gaussians. (L, Theorem 6)."""
        times, weights = self._quadrature(torch.empty(0, dtype=torch.float64))
        return float(weights @ (1 - torch.exp(-(times**2))))

    def _quadrature(self, like: Tensor) -> tuple[Tensor, Tensor]:
        times = torch.linspace(0, self.t_max, self.knots, dtype=like.dtype, device=like.device)
        weights = torch.full_like(times, 2 * self.t_max / (self.knots - 1))
        weights[[0, -1]] /= 2
        return times, weights * torch.exp(-(times**2) / 2)
