r"""The Epps-Pulley statistic along many directions, with its gradient, in one pass.

.. math:: R = \frac{N}{S}\sum_{s=1}^{S}\sum_k w_k\left|\hat\varphi_s(t_k)-e^{-t_k^2/2}\right|^2, \qquad
          \hat\varphi_s(t)=\frac1N\sum_{j=1}^N e^{it\langle u_s,h_j\rangle}

The knots are equally spaced from 0 on, so $e^{it_kx}=(e^{i\,\Delta t\,x})^k$: one sine and one cosine per projection,
then a rotation per knot, and no tensor with an axis for the knots. The directions are taken in chunks,
whose projections are replaced by their gradient and folded into that of the embedding at once.

References
----------
L, section 4 (SIGReg); Epps & Pulley (1983).
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from lejepa_impl.regularizers import compiled

#: Turns projections of shape (slices, N), in place, into the gradient of the returned sum of the statistics.
Kernel = Callable[[Tensor, Tensor, Tensor], Tensor]


def sliced_epps_pulley(embedding: Tensor, directions: Tensor, times: Tensor, weights: Tensor) -> Tensor:
    """Return the statistic of an embedding, a scalar differentiable in the embedding only.

    Parameters
    ----------
    embedding
        Shape (N, m).
    directions
        Unit vectors as columns, shape (m, slices).
    times, weights
        Equally spaced knots from 0 on, and their weights, each of shape (knots,).
    """
    return _SlicedEppsPulley.apply(embedding, directions, times, weights)


class _SlicedEppsPulley(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, embedding: Tensor, directions: Tensor, times: Tensor, weights: Tensor) -> Tensor:
        kernel, held = _kernel(embedding)
        gradient = torch.zeros_like(embedding)
        total = embedding.new_zeros(())
        per_slice = len(embedding) / directions.shape[1]
        for chunk in directions.split(max(1, held // len(embedding)), dim=1):
            projections = chunk.T @ embedding.T
            total += kernel(projections, times, weights)
            gradient.addmm_(projections.T, chunk.T, alpha=per_slice)
        ctx.save_for_backward(gradient)
        return total * per_slice

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor, None, None, None]:
        (gradient,) = ctx.saved_tensors
        return upstream[0] * gradient, None, None, None


def _kernel(embedding: Tensor) -> tuple[Kernel, int]:
    """Choose a kernel, and how many projections it takes at a time: its temporaries should stay in cache."""
    on_cpu = embedding.device.type == "cpu"
    if on_cpu and embedding.dtype == torch.float32 and compiled.AVAILABLE:
        return compiled.epps_pulley, 2**20
    return recurrence, 2**17 if on_cpu else 2**26


def recurrence(projections: Tensor, times: Tensor, weights: Tensor) -> Tensor:
    """Compute in PyTorch: for any device and type, and where no compiled kernel is at hand."""
    phase = projections * times[1]
    turn_cos, turn_sin = phase.cos(), phase.sin()
    cos, sin, turned = turn_cos.clone(), turn_sin.clone(), torch.empty_like(phase)
    gradient = projections.zero_()
    total = projections.new_zeros(())
    for time, weight in zip(times[1:], weights[1:], strict=True):
        real = cos.mean(1, keepdim=True) - torch.exp(-(time**2) / 2)
        imaginary = sin.mean(1, keepdim=True)
        total += weight * (real**2 + imaginary**2).sum()
        slope = 2 * weight * time / projections.shape[1]
        gradient.addcmul_(cos, slope * imaginary).addcmul_(sin, -slope * real)
        torch.mul(sin, turn_sin, out=turned)
        sin.mul_(turn_cos).addcmul_(cos, turn_sin)
        cos.mul_(turn_cos).sub_(turned)
    return total
