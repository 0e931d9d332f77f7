r"""The last linear layer of an encoder, solved instead of trained.

With $\varphi$ the features below it, $C=\mathrm{Cov}\,\varphi$ and
$S=\tfrac12(\mathrm{Cov}(\varphi,\varphi')+\mathrm{Cov}(\varphi',\varphi))$,

.. math:: \min_W L(W\varphi)\ \text{subject to}\ W C W^\top = I \qquad\Longrightarrow\qquad S w_i = \mu_i C w_i,

the $m$ largest $\mu_i$, and $L = 2\sum_i (1-\mu_i)$. No weight balances the two terms, so that nothing shrinks.

References
----------
W, section 3 (the constrained problem); L. Wiskott, T. Sejnowski, "Slow Feature Analysis" (2002), the same eigenproblem.
"""

import torch
from torch import Tensor, nn

#: Directions of the features with less variance than this, relative to the largest, are told by a few outlying pairs,
#: which correlate more in the sample than the world does: they would pass for slow latents.
_TOLD_BY_OUTLIERS = 1e-5


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
    phi, successor = (features(observed).double() for observed in (first, second))
    mean = (phi.mean(dim=0) + successor.mean(dim=0)) / 2
    phi, successor = phi - mean, successor - mean
    covariance = (phi.T @ phi + successor.T @ successor) / (2 * len(phi))
    across = phi.T @ successor / len(phi)
    variances, directions = torch.linalg.eigh(covariance)
    kept = variances > _TOLD_BY_OUTLIERS * variances[-1]
    outputs = last.out_features
    if not kept.sum() >= outputs:
        raise ValueError(f"the features vary along {int(kept.sum())} directions, fewer than the {outputs} outputs")
    whitening = directions[:, kept] / variances[kept].sqrt()
    eigenvalues, rotations = torch.linalg.eigh(whitening.T @ (across + across.T) @ whitening / 2)
    weight = (whitening @ rotations[:, -outputs:]).T.flip(0)
    last.weight.copy_(weight)
    last.bias.copy_(-weight @ mean)
    return eigenvalues[-outputs:].flip(0)
