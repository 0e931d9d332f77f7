r"""How well embeddings recover the latents. Every metric has one definition, here, and is computed in float64.

Tensors may have leading dimensions, such as one for many encoders, to which those of latents and embeddings broadcast;
a metric then has their shape.

References
----------
W, section 6 and Theorem 5.3.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from lejepa_impl.worlds.world import require_correlation


@dataclass(frozen=True)
class Recovery:
    r"""Measured recovery of the latents by an embedding of pairs.

    Parameters
    ----------
    r2_embedding_to_latent, r2_latent_to_embedding
        Coefficients of determination of affine regressions fitted on one half of the points and
        evaluated on the other.
    error
        $\min_Q \mathbb{E}|\bar h - Q\bar z|^2$ over orthogonal $Q$, with centred embedding and latent: the
        Procrustes error.
    normalized_orthogonality_error
        $|A^\top A - I|_F / \sqrt n$ for the linear map $A$ that regresses embedding on latent.
    polar_distance
        $|A - Q|_F$ for the orthogonal polar factor $Q$ of $A$.
    alignment_loss
        $L(h)$.
    total_variance
        $\mathrm{tr}\,\mathrm{Cov}\,h$.
    excess
        $\delta = L(h) - 2(1-\rho)\,\mathrm{tr}\,\mathrm{Cov}\,h$. (W, Theorem 5.3).
    excess_standard_error
        Standard error of the excess.
    defect
        $\varepsilon = |\mathrm{Cov}\,h - I|_F$. (W, Theorem 5.3).
    points, dim
        Number of pairs measured, and of latents.
    """

    r2_embedding_to_latent: float
    r2_latent_to_embedding: float
    error: float
    normalized_orthogonality_error: float
    polar_distance: float
    alignment_loss: float
    total_variance: float
    excess: float
    excess_standard_error: float
    defect: float
    points: int
    dim: int


def measure_recovery(
    latent: Tensor, first: Tensor, second: Tensor, rho: float, *, successor: Tensor | None = None
) -> Recovery:
    """Measure how the embeddings of pairs recover the latents.

    Parameters
    ----------
    latent
        First latents of the pairs, shape (N, n).
    first, second
        Embeddings of the pairs, shape (N, n).
    rho
        Pair correlation of the world.
    successor
        Second latents of the pairs, shape (N, n), where these are Gaussian; see `measure_recoveries`.

    Raises
    ------
    ValueError
        If the shapes differ, a value is not finite, the correlation is out of range, or there are fewer than
        2 (n + 2) pairs for two regressions.
    """
    if latent.ndim != 2 or not latent.shape == first.shape == second.shape:
        raise ValueError(
            f"latents {tuple(latent.shape)} and embeddings {tuple(first.shape)}, "
            f"{tuple(second.shape)} must have one shape (N, n)"
        )
    if not (first.isfinite().all() and second.isfinite().all()):
        raise ValueError("the embedding is not finite: the encoder diverged")
    (recovery,) = measure_recoveries(latent, first[None], second[None], rho, successor=successor)
    return recovery


def measure_recoveries(
    latent: Tensor, first: Tensor, second: Tensor, rho: float | Tensor, *, successor: Tensor | None = None
) -> list[Recovery]:
    """Measure how each of many encoders recovers the latents.

    Parameters
    ----------
    latent
        First latents of the pairs, shape (N, n), or (encoders, N, n) where each encoder has its own.
    first, second
        Embeddings of the pairs, shape (encoders, N, n).
    rho
        Pair correlation of the world, one for all encoders, or of shape (encoders,).
    successor
        Second latents of the pairs, of the shape of `latent`. Linear maps of Gaussian latents have no excess, but most
        of the noise of its estimate: it is then taken of what a regression on the latents leaves.

    Returns
    -------
    list
        One for each encoder. That of an encoder with an embedding that is not finite has metrics that are nan.

    Raises
    ------
    ValueError
        If the shapes do not fit, a correlation is out of range, pairs are too few, or a latent is not finite.
    """
    if first.ndim != 3 or first.shape != second.shape or latent.shape not in (first.shape, first.shape[1:]):
        raise ValueError(
            f"latents {tuple(latent.shape)} and embeddings {tuple(first.shape)}, {tuple(second.shape)} "
            "must have the shapes (N, n) or (encoders, N, n), and (encoders, N, n)"
        )
    if successor is not None and successor.shape != latent.shape:
        raise ValueError(
            f"successors {tuple(successor.shape)} must have the shape {tuple(latent.shape)} of the latents"
        )
    correlations = torch.as_tensor(rho, dtype=torch.float64, device=first.device).expand(len(first))
    for correlation in correlations.tolist():
        require_correlation(correlation)
    if not (latent.isfinite().all() and (successor is None or successor.isfinite().all())):
        raise ValueError("the latents are not finite: look for nan in the world they come from")
    _, points, dim = first.shape
    if dim < 1 or points < 2 * (dim + 2):
        raise ValueError(f"{points} pairs of {dim} latents are too few: give at least 2 (n + 2) of n >= 1")
    finite = (first + second).isfinite().all(dim=(1, 2))
    # A decomposition of what is not finite would fail for all.
    first, second = (torch.where(finite[:, None, None], values.double(), 0.0) for values in (first, second))
    latent = latent.double().expand_as(first)
    linear = linear_map(latent, first)
    counted = (first, second)
    if successor is not None:
        counted = first - latent @ linear.mT, second - successor.double() @ linear.mT
    shares = excess_shares(*counted, correlations)
    metrics = {
        "r2_embedding_to_latent": r2(first, latent),
        "r2_latent_to_embedding": r2(latent, first),
        "error": procrustes_error(latent, first),
        "normalized_orthogonality_error": orthogonality_error(linear) / dim**0.5,
        "polar_distance": (linear - orthogonal_factor(linear)).norm(dim=(-2, -1)),
        "alignment_loss": (second - first).square().sum(dim=-1).mean(dim=-1),
        "total_variance": covariance(first).diagonal(dim1=-2, dim2=-1).sum(dim=-1),
        "excess": shares.mean(dim=-1),
        "excess_standard_error": shares.std(dim=-1) / points**0.5,
        "defect": defect(first),
    }
    measured = {name: values.where(finite, torch.nan).tolist() for name, values in metrics.items()}
    return [
        Recovery(**{name: values[i] for name, values in measured.items()}, points=points, dim=dim)
        for i in range(len(first))
    ]


def r2(source: Tensor, target: Tensor) -> Tensor:
    r"""Coefficient of determination of an affine regression of target on source, out of sample.

    .. math:: R^2 = 1 - \frac{\sum_j |y_j - \hat y_j|^2}{\sum_j |y_j - \bar y|^2}

    The regression is fitted on the first half of the points and evaluated on the second. Both have the shape
    (..., N, n).
    """
    half = source.shape[-2] // 2
    return _explained(source, target, slice(half), slice(half, None))


def r2_in_sample(source: Tensor, target: Tensor) -> Tensor:
    r"""Coefficient of determination of an affine regression fitted and evaluated on the same points, (..., N, n).

    It exceeds the one of the population by about $(1-R^2)\,n/N$ for n sources.

    References
    ----------
    W, section 6.
    """
    return _explained(source, target, slice(None), slice(None))


def _explained(source: Tensor, target: Tensor, fitted: slice, evaluated: slice) -> Tensor:
    source, target = source.double(), target.double()
    design = torch.cat([source, torch.ones_like(source[..., :1])], dim=-1)
    solution = _least_squares(design[..., fitted, :], target[..., fitted, :])
    held_out = target[..., evaluated, :]
    residual = held_out - design[..., evaluated, :] @ solution
    return 1 - residual.square().sum(dim=(-2, -1)) / centred(held_out).square().sum(dim=(-2, -1))


def linear_map(latent: Tensor, embedding: Tensor) -> Tensor:
    """Return the matrix $A$, of shape (..., n, n), that regresses centred embeddings on centred latents."""
    return _least_squares(centred(latent.double()), centred(embedding.double())).mT


def _least_squares(source: Tensor, target: Tensor) -> Tensor:
    # The default driver of MKL rounds by where in memory the data lie: two equal runs would differ in the last digit.
    return torch.linalg.lstsq(source, target, driver=None if source.is_cuda else "gelsd").solution


def orthogonality_error(linear: Tensor) -> Tensor:
    r"""Return $|A^\top A - I|_F$ of matrices of shape (..., n, n). (W, section 6)."""
    gram = linear.double().mT @ linear.double()
    return (gram - torch.eye(gram.shape[-1], dtype=gram.dtype, device=gram.device)).norm(dim=(-2, -1))


def procrustes_error(latent: Tensor, embedding: Tensor) -> Tensor:
    r"""Return $\min_Q \mathbb{E}|\bar h - Q\bar z|^2$ over orthogonal $Q$, of centred points of shape (..., N, n).

    This is the recovery error that the bounds bound. (W, Theorem 5.3).
    """
    z, h = centred(latent.double()), centred(embedding.double())
    nearest = orthogonal_factor(h.mT @ z)
    return (h - z @ nearest.mT).square().sum(dim=-1).mean(dim=-1)


def excess_shares(first: Tensor, second: Tensor, rho: Tensor) -> Tensor:
    r"""Return the share of each pair, shape (..., N), in the excess $\delta$, which is their mean. (W, Theorem 5.3).

    The variance is the unbiased one, over both halves of the pairs. `rho` has the leading dimensions alone.
    """
    first, second = first.double(), second.double()
    points = first.shape[-2]
    variance = (centred(first).square().sum(dim=-1) + centred(second).square().sum(dim=-1)) / 2 * points / (points - 1)
    return (second - first).square().sum(dim=-1) - 2 * (1 - rho[..., None]) * variance


def defect(embedding: Tensor) -> Tensor:
    r"""Return $\varepsilon = |\mathrm{Cov}\,h - I|_F$ of embeddings of shape (..., N, n). (W, Theorem 5.3).

    For a white encoder this is near $\sqrt{n(n+1)/N}$, not 0.
    """
    moments = covariance(embedding)
    return (moments - torch.eye(moments.shape[-1], dtype=moments.dtype, device=moments.device)).norm(dim=(-2, -1))


def covariance(embedding: Tensor) -> Tensor:
    """Return the unbiased covariance, shape (..., n, n), of embeddings of shape (..., N, n)."""
    h = centred(embedding.double())
    return h.mT @ h / (h.shape[-2] - 1)


def orthogonal_factor(matrix: Tensor) -> Tensor:
    """Return the orthogonal matrices nearest to square ones, of shape (..., n, n).

    Raises
    ------
    ValueError
        If the matrices are not square.
    """
    if matrix.ndim < 2 or matrix.shape[-2] != matrix.shape[-1]:
        raise ValueError(f"a matrix of shape {tuple(matrix.shape)} has no orthogonal factor: give a square one")
    left, _, right = torch.linalg.svd(matrix)
    return left @ right


def centred(values: Tensor) -> Tensor:
    """Subtract the mean over the points, the axis before the last."""
    return values - values.mean(dim=-2, keepdim=True)
