r"""The last linear layer of an encoder, solved instead of trained.

With $\varphi$ the features below it, $C=\mathrm{Cov}\,\varphi$ and
$S=\tfrac12(\mathrm{Cov}(\varphi,\varphi')+\mathrm{Cov}(\varphi',\varphi))$,

.. math:: \min_W L(W\varphi)\ \text{subject to}\ W C W^\top = I \qquad\Longrightarrow\qquad S w_i = \mu_i C w_i,

the $m$ largest $\mu_i$, and $L = 2\sum_i (1-\mu_i)$. No weight balances the two terms, so that nothing shrinks.

Along directions of little variance, which a few outlying pairs tell, a sample may correlate far more than the world
does: they would pass for slow latents. So $W$ spans the solutions of $S w = \mu\,(C+\gamma I)\,w$, and $\gamma$ is the
one with the lowest loss on pairs that were left out, by cross-validation. The embedding is white all the same.

References
----------
W, section 3 (the constrained problem); L. Wiskott, T. Sejnowski, "Slow Feature Analysis" (2002), the same eigenproblem.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor, nn

_FOLDS = 5
#: Values of $\gamma$ tried, relative to the largest variance.
_RIDGES = torch.logspace(-9, -2, 8).tolist()
#: Relative to the largest variance, that of the rounding of 32-bit features.
_ROUND_OFF = torch.finfo(torch.float32).eps ** 2


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
    # Moments about a point near the mean lose no digits, and the features of one fold fit into memory.
    origin = features(first[: len(first) // _FOLDS]).double().mean(dim=0)
    folds = [
        _Moments.of(*(features(observed).double() - origin for observed in fold))
        for fold in zip(first.tensor_split(_FOLDS), second.tensor_split(_FOLDS), strict=True)
    ]
    everything = _Moments.mean_of(folds)
    bases = [_Basis.of(_Moments.mean_of(left for left in folds if left is not fold)) for fold in folds]
    outputs = last.out_features
    varying = min(len(basis.variances) for basis in bases)
    if varying < outputs:
        raise ValueError(f"the features vary along {varying} directions, fewer than the {outputs} outputs")

    def left_out(ridge: float) -> float:
        return sum(fold.loss(basis.slowest(outputs, ridge)) for fold, basis in zip(folds, bases, strict=True))

    span = _Basis.of(everything).slowest(outputs, min(_RIDGES, key=left_out))
    within = _Basis.of(everything.mapped(span))
    weight = within.slowest(outputs, 0.0) @ span
    last.weight.copy_(weight)
    last.bias.copy_(-weight @ (origin + everything.mean))
    return (weight @ everything.across @ weight.T).diagonal()


@dataclass(frozen=True)
class _Moments:
    """Mean and covariance of features over both views, and the symmetric part of the covariance between the views."""

    count: int
    mean: Tensor
    covariance: Tensor
    across: Tensor

    @classmethod
    def of(cls, first: Tensor, second: Tensor) -> Self:
        """Compute them from features of shape (N, K)."""
        mean = (first.mean(dim=0) + second.mean(dim=0)) / 2
        # Two products instead of three.
        total, difference = first + second, second - first
        of_total, of_difference = (values.T @ values / (4 * len(first)) for values in (total, difference))
        centre = mean.outer(mean)
        return cls(len(first), mean, of_total + of_difference - centre, of_total - of_difference - centre)

    @classmethod
    def mean_of(cls, parts: Iterable[Self]) -> Self:
        """Join the moments of parts of a sample."""
        parts = list(parts)
        count = sum(part.count for part in parts)

        def mean(of: Sequence[Tensor]) -> Tensor:
            return torch.stack([part.count / count * value for part, value in zip(parts, of, strict=True)]).sum(dim=0)

        joint = mean([part.mean for part in parts])
        between = mean([(part.mean - joint).outer(part.mean - joint) for part in parts])
        covariance, across = mean([part.covariance for part in parts]), mean([part.across for part in parts])
        return cls(count, joint, covariance + between, across + between)

    def mapped(self, weight: Tensor) -> Self:
        """Return the moments of the features mapped by a matrix."""
        covariance, across = (weight @ moment @ weight.T for moment in (self.covariance, self.across))
        return type(self)(self.count, weight @ self.mean, covariance, across)

    def loss(self, weight: Tensor) -> float:
        """Return the alignment loss of the features mapped by a matrix and whitened."""
        mapped = self.mapped(weight)
        return 2 * float(len(weight) - torch.linalg.solve(mapped.covariance, mapped.across).trace())


@dataclass(frozen=True)
class _Basis:
    """Directions along which features vary, with their variances and the covariance between the views."""

    variances: Tensor
    directions: Tensor
    across: Tensor

    @classmethod
    def of(cls, moments: _Moments) -> Self:
        """Leave out directions of no variance but rounding."""
        variances, directions = torch.linalg.eigh(moments.covariance)
        kept = variances > _ROUND_OFF * variances[-1]
        directions = directions[:, kept]
        return cls(variances[kept], directions, directions.T @ moments.across @ directions)

    def slowest(self, outputs: int, ridge: float) -> Tensor:
        """Return the first solutions as rows, white where the ridge, relative to the largest variance, is 0."""
        scale = (self.variances + ridge * self.variances[-1]).rsqrt()
        _, rotations = torch.linalg.eigh(scale[:, None] * self.across * scale)
        return (self.directions @ (scale[:, None] * rotations[:, -outputs:])).T.flip(0)
