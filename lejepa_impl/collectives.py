"""Sums, gathers and broadcasts over the processes that share a batch.

Where `group` is None this process holds the batch alone, and nothing is communicated. The parts of a batch may be of
different sizes, and empty.

The gradient of each operation is its adjoint. `backward`, called by every process on its own copy of one loss, so
yields gradients of the *sum* of the copies: their *mean* over processes, which `DistributedDataParallel` takes, is the
gradient of the loss. Where gradients are summed over processes instead, divide the loss by the number of processes.
"""

from typing import Any

import torch
from torch import Tensor, distributed
from torch.autograd.function import once_differentiable
from torch.distributed import ProcessGroup
from torch.nn.functional import pad


def total(values: Tensor, group: ProcessGroup | None) -> Tensor:
    """Sum tensors of one shape over the processes, differentiably."""
    if group is None:
        return values
    summed: Tensor = _Total.apply(values, group)
    return summed


def gathered(rows: Tensor, group: ProcessGroup | None) -> tuple[Tensor, int]:
    """Join the tensors, of shape (rows, m), of all processes differentiably, and say where one's own rows begin."""
    if group is None:
        return rows, 0
    rank, ranks = distributed.get_rank(group), distributed.get_world_size(group)
    sizes = torch.zeros(ranks, dtype=torch.long, device=rows.device)
    sizes[rank] = len(rows)
    distributed.all_reduce(sizes, group=group)
    before, after = int(sizes[:rank].sum()), int(sizes[rank + 1 :].sum())
    return total(pad(rows, (0, 0, before, after)), group), before


def from_first(values: Tensor, group: ProcessGroup | None) -> Tensor:
    """Replace a tensor, in place, by that of the first process."""
    if group is not None:
        distributed.broadcast(values, group=group, group_src=0)
    return values


class _Total(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, values: Tensor, group: ProcessGroup) -> Tensor:
        ctx.group = group
        summed = values.clone(memory_format=torch.contiguous_format)
        distributed.all_reduce(summed, group=group)
        return summed

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor, None]:
        summed = upstream[0].clone(memory_format=torch.contiguous_format)
        distributed.all_reduce(summed, group=ctx.group)
        return summed, None
