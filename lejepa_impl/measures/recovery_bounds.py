r"""W's bound and the sharp one on the recovery error of many encoders, as measured and with confidence.

References
----------
W, Theorem 5.3; claims `approximate_recovery`, `sharp_recovery` and `recovery_with_confidence`.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from lejepa_impl.metrics import defect, excess_shares
from proofs_numeric.bounds import recovery_bound, recovery_confidence_bound


@dataclass(frozen=True)
class RecoveryBounds:
    r"""Bounds on the recovery error of an encoder, $\min_Q \mathbb{E}|\bar h-Q\bar z|^2$.

    Parameters
    ----------
    printed, sharp
        At the measured $\delta$, or 0 where that is negative, and the measured $\varepsilon$, as the paper does.
        A white encoder is charged the noise of its sample covariance.
    printed_with_confidence, sharp_with_confidence
        At the upper confidence limits of $\delta$ and $\varepsilon$.
    confidence
        Nominal probability that these two hold.
    """

    printed: float
    sharp: float
    printed_with_confidence: float
    sharp_with_confidence: float
    confidence: float


def recovery_bounds(
    first: Tensor, second: Tensor, rho: float | Tensor, *, confidence: float = 0.95
) -> list[RecoveryBounds]:
    """Bound the recovery error of each of many encoders from embeddings of pairs; no latents are needed.

    Parameters
    ----------
    first, second
        Embeddings of the pairs, shape (encoders, N, n), N at least 4.
    rho
        Pair correlation of the world, in (0, 1): one for all encoders, or of shape (encoders,).
    confidence
        Nominal level of the bounds with confidence, in (0, 1).

    Returns
    -------
    list
        One for each encoder. That of an encoder with an embedding that is not finite has bounds that are nan.

    Raises
    ------
    ValueError
        If shapes differ, pairs are too few, or an argument is out of range.
    """
    if first.ndim != 3 or first.shape != second.shape:
        raise ValueError(f"embeddings of shapes {tuple(first.shape)} and {tuple(second.shape)}: give (encoders, N, n)")
    correlations = torch.as_tensor(rho, dtype=torch.float64).expand(len(first)).tolist()
    return [
        _bounds(now, later, correlation, confidence)
        for now, later, correlation in zip(first, second, correlations, strict=True)
    ]


def _bounds(first: Tensor, second: Tensor, rho: float, confidence: float) -> RecoveryBounds:
    if not (first.isfinite().all() and second.isfinite().all()):
        return RecoveryBounds(math.nan, math.nan, math.nan, math.nan, confidence)
    dim = first.shape[-1]
    excess = float(excess_shares(first, second, torch.tensor(rho, dtype=torch.float64)).mean())
    limits = recovery_confidence_bound(
        first.double().numpy(force=True), second.numpy(force=True), rho, confidence=confidence
    )
    measured = max(excess, 0), float(defect(first))
    upper = max(limits.excess_upper, 0), limits.defect_upper
    printed, sharp, printed_upper, sharp_upper = (
        float(recovery_bound(*moments, rho, dim=dim, sharp=sharp))
        for moments in (measured, upper)
        for sharp in (False, True)
    )
    return RecoveryBounds(printed, sharp, printed_upper, sharp_upper, confidence)
