r"""Barlow Twins: the cross-correlation of the two views should be the identity.

.. math:: \sum_i (1-C_{ii})^2 + \beta \sum_{i\ne j} C_{ij}^2, \qquad
          C_{ij} = \frac{\widehat{\mathrm{Cov}}(h_i(z), h_j(z'))}
                   {\sqrt{\widehat{\mathrm{Var}}\,h_i(z)+\epsilon}\,\sqrt{\widehat{\mathrm{Var}}\,h_j(z')+\epsilon}}

References
----------
J. Zbontar, L. Jing, I. Misra, Y. LeCun, S. Deny, "Barlow Twins", ICML 2021.
"""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.distributed import ProcessGroup

from lejepa_impl.regularizers.accumulation import accumulated
from lejepa_impl.regularizers.moments import mean_and_covariance, off_diagonal_squares


@dataclass(frozen=True)
class BarlowTwins:
    r"""Barlow Twins of embedded pairs.

    Parameters
    ----------
    off_diagonal
        $\beta$.
    epsilon
        $\epsilon$, that of batch normalisation.
    group
        Processes that share a batch; see `lejepa_impl.collectives`.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """

    off_diagonal: float = 0.0051
    epsilon: float = 1e-5
    group: ProcessGroup | None = None

    def __post_init__(self) -> None:
        for name in ("off_diagonal", "epsilon"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} of Barlow Twins must not be negative, not {getattr(self, name)}")

    def __call__(self, first: Tensor, second: Tensor, generator: Generator | None = None) -> Tensor:  # noqa: ARG002
        """Return the objective of embedded pairs, each of shape (N, m), as a scalar; nothing is drawn."""
        both = torch.cat([accumulated(first), accumulated(second)], dim=1)
        _, covariance = mean_and_covariance(both, self.group, correction=0)
        deviation = (covariance.diagonal() + self.epsilon).sqrt()
        dim = first.shape[1]
        correlation = (covariance / deviation / deviation[:, None])[:dim, dim:]
        on_diagonal = (1 - correlation.diagonal()).square().sum()
        return on_diagonal + self.off_diagonal * off_diagonal_squares(correlation)
