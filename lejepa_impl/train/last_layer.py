r"""The last linear layer of an encoder, solved instead of trained.

With $\varphi$ the features below it, $C=\mathrm{Cov}\,\varphi$ and
$S=\tfrac12(\mathrm{Cov}(\varphi,\varphi')+\mathrm{Cov}(\varphi',\varphi))$,

.. math:: \min_W L(W\varphi)\ \text{subject to}\ W C W^\top = I \qquad\Longrightarrow\qquad S w_i = \mu_i C w_i,

the $m$ largest $\mu_i$, and $L = 2\sum_i (1-\mu_i)$. No weight balances the two terms, so that nothing shrinks.

Directions of little variance may be told by a few outlying pairs, along which a sample correlates more than the world
does. So the span of $W$ is found on one half of the pairs, among the directions of more than some share of the largest
variance, and that share is the one with the lowest loss on the other half.

References
----------
W, section 3 (the constrained problem); L. Wiskott, T. Sejnowski, "Slow Feature Analysis" (2002), the same eigenproblem.
"""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor, nn

#: Shares of the largest variance tried. Below the first there is but rounding of 32-bit features.
_SHARES = torch.logspace(-7, -1, 7).tolist()


@torch.no_grad()
def solve_last_layer(encoder: nn.Sequential, first: Tensor, second: Tensor) -> Tensor:
    r"""Put the solution in the place of the last layer, and return $\mu_1\ge\dots\ge\mu_m$, float64.

    Parameters
    ----------
    encoder
        Layers of which the last is linear.
    first, second
        Observed pairs, each of shape (N, observed). The embedding of all of them has mean 0 and covariance I.

    Raises
    ------
    TypeError
        If the last layer is not linear.
    ValueError
        If the features vary along fewer directions than the embedding has.
    """
    *below, last = encoder
    if not isinstance(last, nn.Linear):
        raise TypeError(f"the last layer is a {type(last).__name__}, not linear")
    features = nn.Sequential(*below)
    pairs = torch.stack([features(observed).double() for observed in (first, second)])
    mean = pairs.mean(dim=(0, 1))
    fitted, held_out = (_Moments.of(half - mean) for half in pairs.tensor_split(2, dim=1))
    found = [slowest for share in _SHARES if (slowest := fitted.slowest(last.out_features, share)) is not None]
    if not found:
        raise ValueError(f"the features vary along fewer directions than the {last.out_features} outputs")
    span = min(found, key=held_out.loss)
    solution = _Moments.of((pairs - mean) @ span.T)
    weight, eigenvalues = solution.eigenvectors(0.0)
    last.weight.copy_(weight @ span)
    last.bias.copy_(-weight @ span @ mean)
    return eigenvalues


@dataclass(frozen=True)
class _Moments:
    """Covariance of features over both views, and the symmetric part of that between the views."""

    covariance: Tensor
    across: Tensor

    @classmethod
    def of(cls, pairs: Tensor) -> Self:
        """Compute them from centred features of shape (2, N, K)."""
        first, second = pairs
        across = first.T @ second / len(first)
        return cls((first.T @ first + second.T @ second) / (2 * len(first)), (across + across.T) / 2)

    def eigenvectors(self, share: float) -> tuple[Tensor, Tensor]:
        """Return the white solutions as rows, and their eigenvalues, from the largest on."""
        variances, directions = torch.linalg.eigh(self.covariance)
        kept = variances > share * variances[-1]
        whitening = directions[:, kept] / variances[kept].sqrt()
        eigenvalues, rotations = torch.linalg.eigh(whitening.T @ self.across @ whitening)
        return (whitening @ rotations).T.flip(0), eigenvalues.flip(0)

    def slowest(self, outputs: int, share: float) -> Tensor | None:
        """Return the first solutions as rows, or None if there are not as many."""
        solutions, _ = self.eigenvectors(share)
        return solutions[:outputs] if len(solutions) >= outputs else None

    def loss(self, weight: Tensor) -> float:
        """Return the alignment loss of the features mapped by a matrix and whitened."""
        covariance, across = (weight @ moment @ weight.T for moment in (self.covariance, self.across))
        return 2 * float(len(weight) - torch.linalg.solve(covariance, across).trace())
