"""The precision in which sums over a batch are taken."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor


def accumulated(embedding: Tensor) -> Tensor:
    """Return an embedding of 16 bits in 32, in which its sums neither overflow nor lose digits; others as they are."""
    return embedding.float() if embedding.dtype.itemsize < 4 else embedding


def product(left: Tensor, right: Tensor) -> Tensor:
    """Multiply matrices in their own type, and so their gradients, which `torch.autocast` would take to 16 bits."""
    return _Product.apply(left, right)


def in_own_precision(tensor: Tensor) -> AbstractContextManager[object]:
    """Leave `torch.autocast` on the tensor's device."""
    device = tensor.device.type
    return torch.autocast(device, enabled=False) if torch.amp.is_autocast_available(device) else nullcontext()


class _Product(torch.autograd.Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(left: Tensor, right: Tensor) -> Tensor:
        with in_own_precision(left):
            return left @ right

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor], _output: Tensor) -> None:
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx: Any, *slope: Tensor) -> tuple[Tensor, Tensor]:
        left, right = ctx.saved_tensors
        return product(slope[0], right.mT), product(left.mT, slope[0])
