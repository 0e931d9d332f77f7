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
from functools import lru_cache

import torch
from torch import Generator, Tensor
from torch.distributed import ProcessGroup
from torch.nn.functional import normalize

from lejepa_impl.collectives import from_first, total
from lejepa_impl.regularizers.accumulation import accumulated, in_own_precision
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
    scaled
        Whether the statistic is N times the distance, or the distance itself.
    group
        Processes that share a batch. Each then has the statistic of the whole batch, along the directions of the
        first process; see `lejepa_impl.collectives` for the gradient.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """

    slices: int = 256
    knots: int = 17
    t_max: float = 3.0
    scaled: bool = True
    group: ProcessGroup | None = None

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
        directions = normalize(self.drawn(embedding.shape[-1], generator), dim=0)
        return self.along(from_first(directions, self.group), embedding)

    def drawn(self, dim: int, generator: Generator) -> Tensor:
        """Draw directions, not of unit length yet, as columns: shape (m, slices)."""
        return torch.randn(dim, self.slices, generator=generator, device=generator.device)

    def along(self, directions: Tensor, embedding: Tensor) -> Tensor:
        """Return the statistic along unit directions, shape (..., m, slices), of embeddings, shape (..., N, m).

        Raises
        ------
        ValueError
            If there is no sample, dimension or direction, if the embeddings are not real floats, or if the shapes do
            not fit.
        """
        if torch.compiler.is_dynamo_compiling():
            # PyTorch's compiler cannot see into the kernels.
            return torch.compiler.disable(self.along)(directions, embedding)
        # A process that shares a batch may hold none of it.
        empty = not embedding.numel() and self.group is None
        if embedding.ndim < 2 or empty or not embedding.is_floating_point():
            kind = f"{embedding.dtype} of shape {tuple(embedding.shape)}"
            raise ValueError(f"SIGReg needs real embeddings of shape (..., N, m) with at least one value, not {kind}")
        if directions.shape[:-1] != (*embedding.shape[:-2], embedding.shape[-1]):
            shapes = f"{tuple(directions.shape)}, not those of embeddings of shape {tuple(embedding.shape)}"
            raise ValueError(f"directions of SIGReg have the shape (..., m, slices), here {shapes}")
        if not directions.shape[-1]:
            raise ValueError("SIGReg needs at least 1 direction, not 0")
        exact = accumulated(embedding)
        rule = _quadrature(self.knots, self.t_max, exact.dtype, exact.device)
        with in_own_precision(exact):
            statistic = sliced_epps_pulley(exact, directions.to(exact), rule, self.group)
        if self.scaled:
            return statistic
        return statistic / total(statistic.new_full((), exact.shape[-2]), self.group)

    @property
    def null_mean(self) -> float:
        r"""Mean $\sum_k w_k (1-e^{-t_k^2})$ of the scaled statistic for standard Gaussians, at every N. (L, Thm. 6)."""
        times, weights, _ = _quadrature(self.knots, self.t_max, torch.float64, torch.device("cpu"))
        return float(weights @ (1 - torch.exp(-(times**2))))

    def mean_for_gaussians(self, variance: float, count: int, *, pair_correlation: float | None = None) -> float:
        r"""Mean of the statistic for N centred Gaussians of a variance $v$ along every direction.

        .. math:: \sum_k w_k \left[N\left(e^{-vt_k^2/2}-e^{-t_k^2/2}\right)^2
                  + 1-e^{-vt_k^2} + e^{-(1-r)vt_k^2}-e^{-vt_k^2}\right]

        where the samples are N/2 independent pairs of correlation $r$; the last two terms are absent where all are
        independent. Divided by N where the statistic is not scaled.

        Parameters
        ----------
        variance
            $v$.
        count
            Number of samples N.
        pair_correlation
            $r$, or None for independent samples.
        """
        times, weights, targets = _quadrature(self.knots, self.t_max, torch.float64, torch.device("cpu"))
        squares = variance * times**2
        noise = 1 - torch.exp(-squares)
        if pair_correlation is not None:
            noise += torch.exp(-(1 - pair_correlation) * squares) - torch.exp(-squares)
        mean = float(weights @ (count * (torch.exp(-squares / 2) - targets) ** 2 + noise))
        return mean if self.scaled else mean / count

    def slope_at_collapse(self, count: int, *, pair_correlation: float | None = None) -> float:
        r"""Return the derivative of `mean_for_gaussians` in the variance at 0.

        .. math:: -\sum_k w_k t_k^2\left[N\left(1-e^{-t_k^2/2}\right)-1-r\right]
        """
        times, weights, targets = _quadrature(self.knots, self.t_max, torch.float64, torch.device("cpu"))
        slope = float(weights @ (times**2 * (1 + (pair_correlation or 0.0) - count * (1 - targets))))
        return slope if self.scaled else slope / count


@lru_cache
def _quadrature(knots: int, t_max: float, dtype: torch.dtype, device: torch.device) -> Tensor:
    """Return the knots, their weights, and the characteristic function of the standard Gaussian there.

    The knots are multiples of a step that the type can hold: elsewhere, the characteristic function would not be that
    of the angles. A large Gaussian batch meets it so closely that a rounding to float32 shows, which the CPU is spared.
    """
    step = torch.tensor(t_max / (knots - 1), dtype=dtype, device="cpu").double()
    times = step * torch.arange(knots, device="cpu")
    weights = torch.full_like(times, 2 * t_max / (knots - 1))
    weights[[0, -1]] /= 2
    target = torch.exp(-(times**2) / 2)
    rule = torch.stack([times, weights * target, target])
    return rule if device.type == "cpu" else rule.to(device, dtype)
