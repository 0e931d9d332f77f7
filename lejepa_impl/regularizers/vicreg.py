r"""The variance and covariance terms of VICReg.

.. math:: R(h) = \frac{v}{m}\sum_i \max\left(0,\ \gamma-\sqrt{\hat C_{ii}+\epsilon}\right)
                 + \frac{c}{m}\sum_{i\ne j}\hat C_{ij}^2, \qquad \hat C = \widehat{\mathrm{Cov}}\,h

Unlike whitening, it bounds the variances from below alone, and leaves the mean free.

References
----------
A. Bardes, J. Ponce, Y. LeCun, "VICReg", ICLR 2022.
"""

from dataclasses import dataclass

from torch import Generator, Tensor
from torch.distributed import ProcessGroup

from lejepa_impl.regularizers.accumulation import accumulated
from lejepa_impl.regularizers.moments import mean_and_covariance, off_diagonal_squares


@dataclass(frozen=True)
class VICReg:
    r"""Variance and covariance penalty of a batch of embeddings.

    The published objective, $25\,\mathrm{mse}+25\cdot\frac{V_1+V_2}{2}+C_1+C_2$, is 25 times `LeJEPA` with
    `VICReg()`, the weight 1, `convex=False`, `pooled=False` and the alignment a mean over dimensions.

    Parameters
    ----------
    variance, covariance
        $v$ and $c$, not negative.
    deviation
        $\gamma$, the standard deviation below which an output is penalised.
    epsilon
        $\epsilon$, added to the variance so that its root has a slope at 0.
    group
        Processes that share a batch; see `lejepa_impl.collectives`.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """

    variance: float = 1.0
    covariance: float = 2 / 25
    deviation: float = 1.0
    epsilon: float = 1e-4
    group: ProcessGroup | None = None

    def __post_init__(self) -> None:
        for name in ("variance", "covariance"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"the {name} weight of VICReg must not be negative, not {getattr(self, name)}")
        for name in ("deviation", "epsilon"):
            if not getattr(self, name) > 0:
                raise ValueError(f"the {name} of VICReg must be positive, not {getattr(self, name)}")

    def __call__(self, embedding: Tensor, generator: Generator | None = None) -> Tensor:  # noqa: ARG002
        """Return the penalty of embeddings of shape (N, m), N at least 2; nothing is drawn.

        Raises
        ------
        ValueError
            If there are fewer than 2 embeddings.
        """
        mean, covariance = mean_and_covariance(accumulated(embedding), self.group)
        shortfall = (self.deviation - (covariance.diagonal() + self.epsilon).sqrt()).relu().mean()
        return self.variance * shortfall + self.covariance / len(mean) * off_diagonal_squares(covariance)
