r"""How well an embedding recovers the latents. Every metric is computed in float64.

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
        $\min_Q \mathbb{E}|\bar h - Q\bar z|^2$ over orthogonal $Q$, with centred embedding and latent.
    orthogonality_error
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
    orthogonality_error: float
    polar_distance: float
    alignment_loss: float
    total_variance: float
    excess: float
    excess_standard_error: float
    defect: float
    points: int
    dim: int


def measure_recovery(latent: Tensor, first: Tensor, second: Tensor, rho: float) -> Recovery:
    """Measure how the embeddings of pairs recover the latents.

    Parameters
    ----------
    latent
        First latents of the pairs, shape (N, n).
    first, second
        Embeddings of the pairs, shape (N, n).
    rho
        Pair correlation of the world.

    Raises
    ------
    ValueError
        If the shapes differ, a value is not finite, the correlation is out of range, or there are fewer than
        2 (n + 2) pairs for two regressions.
    """
    require_correlation(rho)
    if latent.ndim != 2 or not latent.shape == first.shape == second.shape:
        raise ValueError(
            f"latents {tuple(latent.shape)} and embeddings {tuple(first.shape)}, "
            f"{tuple(second.shape)} must have one shape (N, n)"
        )
    if not (first.isfinite().all() and second.isfinite().all()):
        raise ValueError("the embedding is not finite: the encoder diverged")
    if not latent.isfinite().all():
        raise ValueError("the latents are not finite: look for nan in the world they come from")
    points, dim = latent.shape
    if dim < 1 or points < 2 * (dim + 2):
        raise ValueError(f"{points} pairs of {dim} latents are too few: give at least 2 (n + 2) of n >= 1")
    identity = torch.eye(dim, dtype=torch.float64, device=latent.device)
    z, h, h_next = (centred(values.double()) for values in (latent, first, second))
    linear = torch.linalg.lstsq(z, h).solution.T
    polar = orthogonal_factor(linear)
    nearest = orthogonal_factor(h.T @ z)
    covariance = h.T @ h / (points - 1)
    distance = (second.double() - first.double()).square().sum(-1)
    # Centred with both halves of the pair, each pair contributes its share of the excess.
    variance = (h.square().sum(-1) + h_next.square().sum(-1)) / 2
    excess = distance - 2 * (1 - rho) * variance
    return Recovery(
        r2_embedding_to_latent=r2(first, latent),
        r2_latent_to_embedding=r2(latent, first),
        error=float((h - z @ nearest.T).square().sum(-1).mean()),
        orthogonality_error=float(torch.linalg.norm(linear.T @ linear - identity) / dim**0.5),
        polar_distance=float(torch.linalg.norm(linear - polar)),
        alignment_loss=float(distance.mean()),
        total_variance=float(covariance.trace()),
        excess=float(excess.mean()),
        excess_standard_error=float(excess.std() / points**0.5),
        defect=float(torch.linalg.norm(covariance - identity)),
        points=points,
        dim=dim,
    )


def r2(source: Tensor, target: Tensor) -> float:
    r"""Coefficient of determination of an affine regression of target on source, out of sample.

    .. math:: R^2 = 1 - \frac{\sum_j |y_j - \hat y_j|^2}{\sum_j |y_j - \bar y|^2}

    The regression is fitted on the first half of the points and evaluated on the second.
    """
    design = torch.cat([source.double(), source.new_ones(len(source), 1).double()], dim=1)
    half = len(design) // 2
    solution = torch.linalg.lstsq(design[:half], target[:half].double()).solution
    held_out = target[half:].double()
    residual = held_out - design[half:] @ solution
    return float(1 - residual.square().sum() / centred(held_out).square().sum())


def orthogonal_factor(matrix: Tensor) -> Tensor:
    """Return the orthogonal matrix nearest to a square one, of shape (n, n).

    Raises
    ------
    ValueError
        If the matrix is not square.
    """
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"a matrix of shape {tuple(matrix.shape)} has no orthogonal factor: give a square one")
    left, _, right = torch.linalg.svd(matrix)
    return left @ right


def centred(values: Tensor) -> Tensor:
    """Subtract the mean over the first axis."""
    return values - values.mean(dim=0)
