r"""What an encoder minimises: alignment of pairs plus a regularizer of the embedding.

References
----------
W, section 4 and Appendix H; L, section 5.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator, Tensor


def alignment_loss(first: Tensor, second: Tensor) -> Tensor:
    r"""Alignment loss $L(h)=\mathbb{E}|h(z')-h(z)|^2$ of embedded pairs, each of shape (N, m). (W, section 4)."""
    return (second - first).square().sum(dim=-1).mean()


@dataclass(frozen=True)
class LeJEPA:
    r"""Penalised objective $\lambda R(h) + (1-\lambda)\,L(h)/4m$.

    The alignment is that of W's experiments: the mean square distance of an embedding from the mean
    of its pair, over pairs, views and the m dimensions, which is $L(h)/4m$. The regularizer sees both views as
    one sample of 2N.

    Parameters
    ----------
    regularizer
        Callable on embeddings of shape (2N, m) and a generator.
    weight
        $\lambda$ in (0, 1).

    Raises
    ------
    ValueError
        If the weight is out of range.
    """

    regularizer: Callable[[Tensor, Generator], Tensor]
    weight: float

    def __post_init__(self) -> None:
        if not 0 < self.weight < 1:
            raise ValueError(f"the weight of the regularizer must be in (0, 1), not {self.weight}")

    def __call__(self, first: Tensor, second: Tensor, generator: Generator) -> Tensor:
        """Return the objective of embedded pairs, each of shape (N, m), as a scalar."""
        penalty = self.regularizer(torch.cat([first, second]), generator)
        aligned = alignment_loss(first, second) / (4 * first.shape[-1])
        return self.weight * penalty + (1 - self.weight) * aligned
