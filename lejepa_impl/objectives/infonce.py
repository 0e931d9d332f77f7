r"""InfoNCE with a Gaussian kernel, symmetric in the two views.

.. math:: -\frac{1}{2N}\sum_i \left[2 s_{ii} - \log\sum_j e^{s_{ij}} - \log\sum_j e^{s_{ji}}\right], \qquad
          s_{ij} = -\frac{|h(z_i)-h(z'_j)|^2}{2w^2}

The similarities stay logarithms throughout, so that none underflows.

References
----------
W, Appendix H; A. van den Oord, Y. Li, O. Vinyals (2018).
"""

from dataclasses import dataclass

from torch import Generator, Tensor
from torch.distributed import ProcessGroup

from lejepa_impl.collectives import gathered, total
from lejepa_impl.regularizers.accumulation import accumulated, product


@dataclass(frozen=True)
class InfoNCE:
    """InfoNCE of embedded pairs, whose negatives are the other pairs of the batch.

    Parameters
    ----------
    width
        $w$, in units of the embedding.
    group
        Processes that share a batch; see `lejepa_impl.collectives`. Each compares its pairs with those of all.

    Raises
    ------
    ValueError
        If the width is not positive.
    """

    width: float = 1.0
    group: ProcessGroup | None = None

    def __post_init__(self) -> None:
        if not 0 < self.width < float("inf"):
            raise ValueError(f"the width of the kernel must be positive, not {self.width}")

    def __call__(self, first: Tensor, second: Tensor, generator: Generator | None = None) -> Tensor:  # noqa: ARG002
        """Return the objective of embedded pairs, each of shape (N, m), as a scalar; nothing is drawn."""
        views = accumulated(first), accumulated(second)
        pairs = total(views[0].new_full((), len(first)), self.group)
        # Distances do not see a shift, but lose digits far from the origin.
        mean = total((views[0] + views[1]).sum(dim=0), self.group).detach() / (2 * pairs)
        first, second = (view - mean for view in views)
        everyone = [gathered(view, self.group) for view in (first, second)]
        loss = first.new_zeros(())
        for mine, (others, offset) in ((first, everyone[1]), (second, everyone[0])):
            products = product(mine, others.T)
            similarity = (products - _half_squares(mine)[:, None] - _half_squares(others)) / self.width**2
            positive = similarity.diagonal(offset)
            loss = loss + (similarity.logsumexp(dim=1) - positive).sum()
        return total(loss, self.group) / (2 * pairs)


def _half_squares(rows: Tensor) -> Tensor:
    return rows.square().sum(dim=1) / 2
