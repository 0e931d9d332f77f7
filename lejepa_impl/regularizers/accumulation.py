"""The precision in which sums over a batch are taken."""

from torch import Tensor


def accumulated(embedding: Tensor) -> Tensor:
    """Return an embedding of 16 bits in 32, in which its sums neither overflow nor lose digits; others as they are."""
    return embedding.float() if embedding.dtype.itemsize < 4 else embedding
