"""Mean and covariance of a batch, which processes may share."""

import torch
from torch import Tensor
from torch.distributed import ProcessGroup

from lejepa_impl.collectives import total
from lejepa_impl.regularizers.accumulation import product


def mean_and_covariance(embedding: Tensor, group: ProcessGroup | None, *, correction: int = 1) -> tuple[Tensor, Tensor]:
    r"""Return the mean, of shape (m,), and $\frac{1}{N-c}\sum_j (h_j-\bar h)(h_j-\bar h)^\top$, of shape (m, m).

    Parameters
    ----------
    embedding
        This process's part of the batch, shape (N, m).
    group
        Processes that share the batch.
    correction
        $c$.

    Raises
    ------
    ValueError
        If this process holds the batch alone and has not more than `correction` embeddings.
    """
    if group is None and len(embedding) <= correction:
        raise ValueError(f"a covariance needs at least {correction + 1} embeddings, not {len(embedding)}")
    count = total(embedding.new_full((), len(embedding)), group)
    mean = total(embedding.sum(dim=0), group) / count
    centred = embedding - mean
    return mean, total(product(centred.T, centred), group) / (count - correction)


def off_diagonal_squares(matrix: Tensor) -> Tensor:
    """Sum the squares of the entries off the diagonal."""
    return (matrix - torch.diag(matrix.diagonal())).square().sum()
