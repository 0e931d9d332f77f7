r"""The Epps-Pulley statistic along many directions, with its gradient, in one pass.

.. math:: R = \frac{N}{S}\sum_{s=1}^{S}\sum_k w_k\left|\hat\varphi_s(t_k)-e^{-t_k^2/2}\right|^2, \qquad
          \hat\varphi_s(t)=\frac1N\sum_{j=1}^N e^{it\langle u_s,h_j\rangle}

The knots are equally spaced from 0 on, so $e^{it_{k+1}x} = e^{it_{k-1}x} + 2i\sin(\Delta t\,x)\,e^{it_kx}$: one sine
and one cosine per projection, two multiplications per knot, and no tensor with an axis for the knots. The directions
are taken in chunks, whose projections are replaced by their gradient and folded into that of the embedding at once.

References
----------
L, section 4 (SIGReg); Epps & Pulley (1983).
"""

from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor
from torch.distributed import ProcessGroup

from lejepa_impl.collectives import total
from lejepa_impl.regularizers import compiled, products

#: Turns projections of shape (slices, N), in place, into the gradients of the returned statistics of the slices,
#: given the times, weights and targets of the knots.
Kernel = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]
#: Dimensions from which on the gradient is laid out as the embedding is.
_WIDE = 64
#: Projections held at a time: many, since each time the gradient of the embedding is gone through once.
_HELD_ON_CPU, _HELD = 2**22, 2**26
#: Projections of which all that PyTorch makes of them fits the cache that the cores share.
_IN_CACHE = 2**18
#: Numbers of 32 bits that are added up before their sums go on in 64.
_FEW = 512
#: Slices taken at a time where processes share the batch: a number that all of them know.
_SHARED_SLICES = 1024


def sliced_epps_pulley(
    embedding: Tensor, directions: Tensor, rule: Tensor, group: ProcessGroup | None = None
) -> Tensor:
    """Return the statistic of an embedding, or of each of several, differentiable in the embeddings only.

    Parameters
    ----------
    embedding
        Shape (..., N, m); the result has the shape (...). Where processes share a batch, this process's part of it, of
        shape (N, m).
    directions
        Unit vectors as columns, shape (..., m, slices), the same in all processes.
    rule
        Equally spaced knots from 0 on, their weights, and the characteristic function to meet there: shape (3, knots).
    group
        The processes that share a batch; None if this one holds it alone.
    """
    if group is None:
        return _SlicedEppsPulley.apply(embedding, directions, rule)
    return _SharedSlicedEppsPulley.apply(embedding, directions, rule, group)


class _SlicedEppsPulley(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, embedding: Tensor, directions: Tensor, rule: Tensor) -> Tensor:
        kernel = _kernel(embedding, rule)
        samples = embedding.detach().reshape(-1, *embedding.shape[-2:]).contiguous()
        multiply, across = _product(samples)
        per_slice = samples.shape[1] / directions.shape[-1]
        times, weights, targets = rule
        weights = weights * per_slice
        statistics = samples.new_zeros(len(samples))
        directions = directions.reshape(-1, *directions.shape[-2:])
        held = _HELD_ON_CPU if embedding.device.type == "cpu" else _HELD

        gradient: Tensor | None = None
        for chunk in directions.split(max(1, held // samples[..., 0].numel()), dim=2):
            projections = multiply(chunk.mT, samples.mT)
            of_slices = kernel(projections.flatten(0, 1), times, weights, targets)
            statistics += of_slices.view(len(samples), -1).sum(dim=1)
            if ctx.needs_input_grad[0]:
                added = multiply(chunk, projections) if across else multiply(projections.mT, chunk.mT)
                gradient = added if gradient is None else gradient.add_(added)
        if gradient is not None:
            if across:
                # Without an axis for one embedding, a CPU transposes in tiles.
                gradient = gradient.squeeze(0).mT.contiguous()
            ctx.save_for_backward(embedding, gradient.view(embedding.shape))
        return statistics.reshape(embedding.shape[:-2])

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor, None, None]:
        return upstream[0][..., None, None] * _FirstDerivative.apply(*ctx.saved_tensors), None, None


class _SharedSlicedEppsPulley(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, embedding: Tensor, directions: Tensor, rule: Tensor, group: ProcessGroup) -> Tensor:
        times, weights, targets = rule
        characteristic_sums, pull_back = _shared_kernels(embedding, rule)
        gradient = torch.zeros_like(embedding)
        statistic = weights.new_zeros(())
        for chunk in directions.split(_SHARED_SLICES, dim=1):
            projections = chunk.T @ embedding.T
            real, imaginary = total(characteristic_sums(projections, times).to(rule), group)
            # Cosines of zero: as many as there are samples in all processes.
            count = real[0, 0].clone()
            real, imaginary = real / count - targets[:, None], imaginary / count
            # Times N over N: the statistic is N times a distance, of which each sample moves an N-th.
            statistic += count * (weights @ (real**2 + imaginary**2)).sum()
            pull_back(projections, times, (2 * weights[:, None] * torch.stack([real, imaginary])).to(embedding))
            gradient.addmm_(projections.T, chunk.T)
        ctx.group = group
        ctx.save_for_backward(embedding, gradient / directions.shape[1])
        return (statistic / directions.shape[1]).to(embedding)

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor, None, None, None]:
        return total(upstream[0], ctx.group) * _FirstDerivative.apply(*ctx.saved_tensors), None, None, None


class _FirstDerivative(torch.autograd.Function):
    """A gradient computed with the value: what depends on it further would otherwise be dropped without a word."""

    @staticmethod
    def forward(_ctx: Any, _embedding: Tensor, gradient: Tensor) -> Tensor:
        return gradient.view_as(gradient)

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor, None]:
        raise NotImplementedError("the gradient of SIGReg cannot be differentiated again")


def _product(samples: Tensor) -> tuple[Callable[[Tensor, Tensor], Tensor], bool]:
    """Choose a product of matrices, and whether it is faster with the gradient of the shape (m, N)."""
    if len(samples) == 1 and samples.device.type == "cpu" and samples.dtype == torch.float32 and products.AVAILABLE:
        return products.multiply, True
    return torch.bmm, samples.shape[2] < _WIDE


def _kernel(embedding: Tensor, rule: Tensor) -> Kernel:
    on_cpu = embedding.device.type == "cpu"
    if on_cpu and embedding.dtype == torch.float32 and compiled.AVAILABLE:
        return compiled.epps_pulley
    if (triton_kernel := _triton_kernel(embedding, rule)) is not None:
        return triton_kernel.epps_pulley
    return recurrence_in_cache if on_cpu else recurrence


def _shared_kernels(
    embedding: Tensor, rule: Tensor
) -> tuple[Callable[[Tensor, Tensor], Tensor], Callable[[Tensor, Tensor, Tensor], None]]:
    """Choose the two halves of a kernel, between which processes add up what they have."""
    if (triton_kernel := _triton_kernel(embedding, rule)) is not None:
        return triton_kernel.characteristic_sums, triton_kernel.pull_back
    return characteristic_sums, pull_back


def _triton_kernel(embedding: Tensor, rule: Tensor) -> Any | None:
    """Return the module of the Triton kernel if it takes such an embedding and Triton is installed."""
    if embedding.device.type != "cuda" or embedding.dtype != torch.float32 or not _triton_is_installed():
        return None
    from lejepa_impl.regularizers import triton_kernel

    return triton_kernel if rule.shape[1] <= triton_kernel.MAX_KNOTS else None


@cache
def _triton_is_installed() -> bool:
    return find_spec("triton") is not None


def recurrence_in_cache(projections: Tensor, *rule: Tensor) -> Tensor:
    """Compute in PyTorch on a CPU, with temporaries so small that they stay in cache."""
    blocks = projections.split(max(1, _IN_CACHE // projections.shape[1]))
    return torch.cat([recurrence(block, *rule) for block in blocks])


def recurrence(projections: Tensor, times: Tensor, weights: Tensor, targets: Tensor) -> Tensor:
    """Compute in PyTorch: for any device and type, and where no compiled kernel is at hand."""
    turn, cos, sin, last_cos, last_sin = _at_zero(projections, times)
    gradient = projections.zero_()
    count = projections.shape[1]
    statistics = projections.new_zeros(len(projections), 1)
    for time, weight, target in zip(times[1:], weights[1:], targets[1:], strict=True):
        cos, sin, last_cos, last_sin = _at_next_knot(turn, cos, sin, last_cos, last_sin)
        real = _sum(cos, time.dtype)[:, None] / count - target
        imaginary = _sum(sin, time.dtype)[:, None] / count
        statistics += weight * (real**2 + imaginary**2)
        slope = 2 * weight * time / count
        gradient.addcmul_(cos, (slope * imaginary).to(cos)).addcmul_(sin, (-slope * real).to(sin))
    return statistics[:, 0]


def characteristic_sums(projections: Tensor, times: Tensor) -> Tensor:
    """Sum the cosines, then the sines, of every knot over the samples: shape (2, knots, slices), of the times' type."""
    turn, cos, sin, last_cos, last_sin = _at_zero(projections, times)
    sums = times.new_empty(2, len(times), len(projections))
    for k in range(len(times)):
        sums[0, k], sums[1, k] = _sum(cos, times.dtype), _sum(sin, times.dtype)
        cos, sin, last_cos, last_sin = _at_next_knot(turn, cos, sin, last_cos, last_sin)
    return sums


def pull_back(projections: Tensor, times: Tensor, slopes: Tensor) -> None:
    """Turn projections into the gradient of a function of these sums, given its slopes of shape (2, knots, slices)."""
    turn, cos, sin, last_cos, last_sin = _at_zero(projections, times)
    gradient = projections.zero_()
    for time, real, imaginary in zip(times, *slopes[..., None], strict=True):
        gradient.addcmul_(cos, time * imaginary).addcmul_(sin, -time * real)
        cos, sin, last_cos, last_sin = _at_next_knot(turn, cos, sin, last_cos, last_sin)


def _sum(rows: Tensor, dtype: torch.dtype) -> Tensor:
    """Sum rows, first so few numbers at a time that their own type loses little."""
    count = rows.shape[1]
    few = max(1, min(count, _FEW))
    whole = count - count % few
    sums = rows[:, :whole].unflatten(1, (whole // few, few)).sum(2).sum(1, dtype=dtype)
    return sums if whole == count else sums + rows[:, whole:].sum(1).to(dtype)


def _at_zero(projections: Tensor, times: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Return twice the sine of a step, then the cosine and the sine at the knot 0 and at the one before it."""
    step = projections * times[1]
    cos, sin = step.cos(), step.sin_()
    return 2 * sin, torch.ones_like(cos), torch.zeros_like(sin), cos, sin.neg_()


def _at_next_knot(
    turn: Tensor, cos: Tensor, sin: Tensor, last_cos: Tensor, last_sin: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Go on by cos(x + h) = cos(x - h) - 2 sin(h) sin(x) and its like for the sine, in the place of the last knot."""
    return last_cos.addcmul_(turn, sin, value=-1), last_sin.addcmul_(turn, cos), cos, sin
