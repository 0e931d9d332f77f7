r"""W's bound and the sharp one on the recovery error of many encoders, as measured and with confidence.

References
----------
W, Theorem 5.3; claims `approximate_recovery`, `sharp_recovery` and `recovery_with_confidence`.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from lejepa_impl.metrics import defect
from proofs_numeric.bounds import recovery_bound, recovery_confidence_bound


@dataclass(frozen=True)
class RecoveryBounds:
    r"""Bounds on the recovery error of an encoder, $\min_Q \mathbb{E}|\bar h-Q\bar z|^2$.

    Parameters
    ----------
    excess
        The measured $\delta$, or 0 where that is negative.
    printed, sharp
        At this $\delta$ and the measured $\varepsilon$, as the paper does.
        A white encoder is charged the noise of its sample covariance.
    printed_with_confidence, sharp_with_confidence
        At the upper confidence limits of $\delta$ and $\varepsilon$.
    confidence
        Nominal probability that these two hold.
    """

    excess: float
    printed: float
    sharp: float
    printed_with_confidence: float
    sharp_with_confidence: float
    confidence: float


def recovery_bounds(
    first: Tensor,
    second: Tensor,
    rho: float | Tensor,
    *,
    latents: tuple[Tensor, Tensor] | None = None,
    confidence: float = 0.95,
) -> list[RecoveryBounds]:
    """Bound the recovery error of each of many encoders from embeddings of pairs.

    Parameters
    ----------
    first, second
        Embeddings of the pairs, shape (encoders, N, n), N at least 4.
    rho
        Pair correlation of the world, in (0, 1): one for all encoders, or of shape (encoders,).
    latents
        First and second latents of the pairs, each of shape (N, n) or (encoders, N, n). They are not needed, but where
        they are known the excess is measured with less noise, as `measure_recoveries` does.
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
    if latents and any(of.shape not in (first.shape, first.shape[1:]) for of in latents):
        shapes = " and ".join(str(tuple(of.shape)) for of in latents)
        raise ValueError(f"latents of shapes {shapes}: give (N, n) or (encoders, N, n), here {tuple(first.shape)}")
    correlations = torch.as_tensor(rho, dtype=torch.float64).expand(len(first)).tolist()
    known = [None] * len(first) if latents is None else zip(*(of.expand_as(first) for of in latents), strict=True)
    return [
        _bounds(now, later, correlation, of_pairs, confidence)
        for now, later, correlation, of_pairs in zip(first, second, correlations, known, strict=True)
    ]


def _bounds(
    first: Tensor, second: Tensor, rho: float, latents: tuple[Tensor, Tensor] | None, confidence: float
) -> RecoveryBounds:
    if not (first.isfinite().all() and second.isfinite().all()):
        return RecoveryBounds(math.nan, math.nan, math.nan, math.nan, math.nan, confidence)
    dim = first.shape[-1]
    limits = recovery_confidence_bound(
        first.double().numpy(force=True),
        second.numpy(force=True),
        rho,
        latents=latents and (latents[0].numpy(force=True), latents[1].numpy(force=True)),
        confidence=confidence,
    )
    measured = max(limits.excess, 0), float(defect(first))
    upper = max(limits.excess_upper, 0), limits.defect_upper
    printed, sharp, printed_upper, sharp_upper = (
        float(recovery_bound(*moments, rho, dim=dim, sharp=sharp))
        for moments in (measured, upper)
        for sharp in (False, True)
    )
    return RecoveryBounds(measured[0], printed, sharp, printed_upper, sharp_upper, confidence)
