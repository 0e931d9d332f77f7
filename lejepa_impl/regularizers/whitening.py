r"""Whitening: squared distance of the first two moments of an embedding from mean 0 and covariance I.

.. math:: R(h) = |\widehat{\mathrm{Cov}}\,h - I|_F^2 + |\hat{\mathbb{E}}\,h|^2

This is the constraint that the theorems use. SIGReg asks for a Gaussian embedding besides, which no invertible
linear map of non-Gaussian latents is.

References
----------
W, Theorems 5.1 to 5.3, where only $\mathrm{Cov}\,h = I$ enters.
"""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.distributed import ProcessGroup

from lejepa_impl.regularizers.accumulation import accumulated
from lejepa_impl.regularizers.moments import mean_and_covariance


@dataclass(frozen=True)
class Whitening:
    r"""Whitening penalty of a batch of embeddings.

    With weight $\lambda$ in `LeJEPA` it does not enforce unit variance: an output of alignment eigenvalue $\mu$ settles
    at the variance $1-(1-\lambda)(1-\mu)/(4\lambda m)$, and collapses where that is negative.

    Parameters
    ----------
    centred
        Whether the mean is penalised. W's experiments leave it free.
    mean_over_entries
        Whether the squared distance of the covariance is divided by $m^2$, as in W's experiments.
    group
        Processes that share a batch; see `lejepa_impl.collectives`.
    """

    centred: bool = True
    mean_over_entries: bool = False
    group: ProcessGroup | None = None

    def __call__(self, embedding: Tensor, generator: Generator | None = None) -> Tensor:  # noqa: ARG002
        """Return the penalty of embeddings of shape (N, m), N at least 2; nothing is drawn.

        Raises
        ------
        ValueError
            If there are fewer than 2 embeddings.
        """
        mean, covariance = mean_and_covariance(accumulated(embedding), self.group)
        defect = covariance - torch.eye(len(mean), dtype=mean.dtype, device=mean.device)
        penalty = defect.square().mean() if self.mean_over_entries else defect.square().sum()
        return penalty + mean.square().sum() if self.centred else penalty

    def mean_for_gaussians(
        self, variance: float, dim: int, count: int, *, pair_correlation: float | None = None
    ) -> float:
        r"""Mean of the penalty for N centred Gaussians of covariance $vI$, which are N/2 independent pairs.

        .. math:: m(va-1)^2 + m(m+1)v^2b + \frac{mv(1+r)}{N}, \qquad
                  a=\frac{N-1-r}{N-1}, \quad b=\frac{N(1+r^2)-(1+r)^2}{(N-1)^2}

        Parameters
        ----------
        variance
            $v$.
        dim
            $m$.
        count
            Number of samples N.
        pair_correlation
            $r$, or None, as 0, for independent samples.
        """
        r = pair_correlation or 0.0
        shrunk = variance * (count - 1 - r) / (count - 1)
        noise = variance**2 * (count * (1 + r**2) - (1 + r) ** 2) / (count - 1) ** 2
        defect = dim * (shrunk - 1) ** 2 + dim * (dim + 1) * noise
        of_mean = dim * variance * (1 + r) / count if self.centred else 0.0
        return (defect / dim**2 if self.mean_over_entries else defect) + of_mean

    def slope_at_collapse(self, dim: int, count: int, *, pair_correlation: float | None = None) -> float:
        r"""Return the derivative of `mean_for_gaussians` in the variance at 0.

        .. math:: -2ma + \frac{m(1+r)}{N}
        """
        r = pair_correlation or 0.0
        of_defect = -2 * dim * (count - 1 - r) / (count - 1)
        return (of_defect / dim**2 if self.mean_over_entries else of_defect) + (
            dim * (1 + r) / count if self.centred else 0.0
        )
