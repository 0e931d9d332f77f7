r"""Whitening: squared distance of the first two moments of an embedding from mean 0 and covariance I.

.. math:: R(h) = |\widehat{\mathrm{Cov}}\,h - I|_F^2 + |\hat{\mathbb{E}}\,h|^2

This is the constraint that the theorems use. SIGReg asks for a Gaussian embedding besides, which no invertible
linear map of non-Gaussian latents is.

References
----------
W, Theorems 5.1 to 5.3, where only $\mathrm{Cov}\,h = I$ enters.
A. Bardes, J. Ponce, Y. LeCun, "VICReg", ICLR 2022 (variance and covariance terms).
"""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor


@dataclass(frozen=True)
class Whitening:
    r"""Whitening penalty of a batch of embeddings.

    With weight $\lambda$ in `LeJEPA` it does not enforce unit variance: an output of alignment eigenvalue $\mu$ settles
    at the variance $1-(1-\lambda)(1-\mu)/(4\lambda m)$, and collapses where that is negative.
    """

    def __call__(self, embedding: Tensor, generator: Generator | None = None) -> Tensor:  # noqa: ARG002
        """Return the penalty of embeddings of shape (N, m), N at least 2; nothing is drawn.

        Raises
        ------
        ValueError
            If there are fewer than 2 embeddings.
        """
        if len(embedding) < 2:
            raise ValueError(f"a covariance needs at least 2 embeddings, not {len(embedding)}")
        covariance = torch.atleast_2d(torch.cov(embedding.T))
        identity = torch.eye(embedding.shape[1], dtype=embedding.dtype, device=embedding.device)
        return (covariance - identity).square().sum() + embedding.mean(dim=0).square().sum()
