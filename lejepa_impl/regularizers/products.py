"""Matrix products of float32 on a CPU by oneDNN: large ones are a tenth faster than PyTorch's own on some processors.

PyTorch has them for its compiler alone, by an operator that a release may change: where it is missing or does something
else, `AVAILABLE` is False.
"""

import torch
from torch import Tensor


def multiply(left: Tensor, right: Tensor) -> Tensor:
    """Multiply float32 matrices of shapes (1, a, k) and (1, k, b), the latter of rows or columns without gaps."""
    return torch.ops.mkldnn._linear_pointwise(left[0], right[0].T, None, "none", [], "")[None]


def _is_available() -> bool:
    left, right = (torch.ones(shape, dtype=torch.float32, device="cpu").cumsum(2) for shape in ((1, 2, 3), (1, 3, 4)))
    try:
        return torch.equal(multiply(left, right), left @ right)
    except (AttributeError, RuntimeError, TypeError):
        return False


AVAILABLE = _is_available()
