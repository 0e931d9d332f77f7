r"""Alignment: how far the embeddings of a pair are apart, in each convention in use.

.. math:: L(h) = \mathbb{E}\,|h(z')-h(z)|^2

References
----------
W, section 4 and Appendix H.
"""

from dataclasses import dataclass

from torch import Tensor
from torch.distributed import ProcessGroup

from lejepa_impl.collectives import total
from lejepa_impl.regularizers.accumulation import accumulated


def alignment_loss(first: Tensor, second: Tensor) -> Tensor:
    r"""Alignment loss $L(h)=\mathbb{E}|h(z')-h(z)|^2$ of embedded pairs, each of shape (N, m). (W, section 4)."""
    return (accumulated(second) - accumulated(first)).square().sum(dim=-1).mean()


@dataclass(frozen=True)
class Alignment:
    r"""Alignment in the convention of a code base: $L(h)$, divided by 4, by m, or by both.

    Parameters
    ----------
    around_pair_mean
        Whether distances are from the mean of a pair, averaged over its two views, which makes $L(h)/4$.
    over_dimensions
        Whether squares are averaged over the m dimensions, or summed.
    group
        Processes that share a batch; see `lejepa_impl.collectives`.
    """

    around_pair_mean: bool = True
    over_dimensions: bool = True
    group: ProcessGroup | None = None

    def factor(self, dim: int) -> float:
        """Return what multiplies $L(h)$ for embeddings of so many dimensions."""
        return (1 / 4 if self.around_pair_mean else 1.0) / (dim if self.over_dimensions else 1)

    def __call__(self, first: Tensor, second: Tensor) -> Tensor:
        """Return the alignment of embedded pairs, each of shape (N, m)."""
        distances = (accumulated(second) - accumulated(first)).square()
        pairs = total(distances.new_full((), len(distances)), self.group)
        return self.factor(first.shape[-1]) * total(distances.sum(), self.group) / pairs
