"""The precision in which sums over a batch are taken."""

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor


def accumulated(embedding: Tensor) -> Tensor:
    """Return an embedding of 16 bits in 32, in which its sums neither overflow nor lose digits; others as they are."""
    return embedding.float() if embedding.dtype.itemsize < 4 else embedding


def in_own_precision(tensor: Tensor) -> AbstractContextManager[object]:
    """Multiply matrices on the tensor's device in their own type, which `torch.autocast` would take to 16 bits."""
    device = tensor.device.type
    return torch.autocast(device, enabled=False) if torch.amp.is_autocast_available(device) else nullcontext()
