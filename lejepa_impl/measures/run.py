r"""All that is measured of a run, in one row.

What is measured of pairs is measured on transitions $z \to z'$ of the world, whatever pairs the run was trained on. The
three terms of objectives are those of W's experiments, at pairs that the run trains on.

References
----------
W, section 6 and Appendix H.
"""

import math
from collections.abc import Sequence
from typing import TypedDict, cast

import torch
from torch import Generator, Tensor

from lejepa_impl.measures.recovery_bounds import recovery_bounds
from lejepa_impl.metrics import linear_map, measure_recoveries, orthogonality_error, r2, r2_in_sample
from lejepa_impl.objectives.alignment import Alignment
from lejepa_impl.regularizers.sigreg import SIGReg
from lejepa_impl.regularizers.whitening import Whitening
from lejepa_impl.train.checkpoint import Checkpoint
from lejepa_impl.train.spec import TrainingSpec
from lejepa_impl.train.world import mixing_of, pairs_of, world_of
from lejepa_impl.worlds.mixings import Mixing
from lejepa_impl.worlds.world import World

_ALIGNMENT, _SIGREG, _WHITENING = Alignment(), SIGReg(), Whitening(centred=False, mean_over_entries=True)
#: Pairs of a batch of W's, by which SIGReg is multiplied.
_BATCH = 256
#: The grid on which W measures recovery of two latents: points along a side, and where it ends.
_SIDE, _END = 100, 3.0


class Measures(TypedDict):
    r"""The measures of a run; None where one does not apply, nan where the embedding is not finite.

    Parameters
    ----------
    r2_z_to_x, r2_x_to_z, r2_z_to_h, r2_h_to_z
        Coefficients of determination of affine regressions between latent z, observation x and embedding h, fitted on
        one half of the points and evaluated on the other.
    r2_z_to_x_in_sample, r2_x_to_z_in_sample, r2_z_to_h_in_sample, r2_h_to_z_in_sample
        The same, fitted and evaluated on all points, as W does: too large by about $(1-R^2)\,n/N$.
    r2_h_to_z_grid
        As W has it for two latents, fitted and evaluated on a grid over $[-3,3]^2$. None for more.
    orthogonality_error, normalized_orthogonality_error
        $|A^\top A-I|_F$ of the matrix $A$ that regresses h on z, and that divided by $\sqrt n$.
    procrustes_error
        $\min_Q \mathbb{E}|\bar h-Q\bar z|^2$ over orthogonal $Q$.
    trace_covariance
        $\mathrm{tr}\,\mathrm{Cov}\,h$.
    alignment_loss
        $L(h)=\mathbb{E}|h(z')-h(z)|^2$.
    epsilon
        $|\mathrm{Cov}\,h-I|_F$.
    delta
        $\max(L(h)-2(1-\rho)\,\mathrm{tr}\,\mathrm{Cov}\,h,\ 0)$.
    recovery_bound, sharp_bound
        W's bound on the Procrustes error and the sharp one, at these two.
    sharp_bound_with_confidence
        The sharp one at their upper confidence limits, which hold with probability 0.95 together.
    alignment
        Mean squared distance of an embedding from the mean of its pair, over pairs, views and dimensions.
    sigreg
        SIGReg of both views, mean over batches of 256 pairs.
    whitening
        Mean over entries of $(\widehat{\mathrm{Cov}}\,h-I)^2$ of both views, mean over the same batches.

    Notes
    -----
    The claims, and with them epsilon, delta and the bounds, are of the Gaussian world at positive correlation.
    """

    r2_z_to_x: float
    r2_x_to_z: float
    r2_z_to_h: float
    r2_h_to_z: float
    r2_z_to_x_in_sample: float
    r2_x_to_z_in_sample: float
    r2_z_to_h_in_sample: float
    r2_h_to_z_in_sample: float
    r2_h_to_z_grid: float | None
    orthogonality_error: float
    normalized_orthogonality_error: float
    procrustes_error: float
    trace_covariance: float
    alignment_loss: float
    epsilon: float | None
    delta: float | None
    recovery_bound: float | None
    sharp_bound: float | None
    sharp_bound_with_confidence: float | None
    alignment: float
    sigreg: float
    whitening: float


def measure(checkpoint: Checkpoint, *, points: int = 10_000, seed: int = 1_000_003) -> Measures:
    """Measure an encoder on latents it has not seen; see `measure_together`."""
    (row,) = measure_together([checkpoint], points=points, seed=seed)
    return row


@torch.no_grad()
def measure_together(
    checkpoints: Sequence[Checkpoint], *, points: int = 10_000, seed: int = 1_000_003
) -> list[Measures]:
    """Measure many encoders of one number of latents at once.

    Parameters
    ----------
    checkpoints
        The trained encoders; their worlds and mixings are their own.
    points
        Number of transitions measured.
    seed
        Source of the latents, which every encoder of one world sees alike, on every device.

    Raises
    ------
    ValueError
        If there is no checkpoint, numbers of latents differ, or points are too few for the regressions.
    """
    if len(dims := {checkpoint.spec.dim for checkpoint in checkpoints}) != 1:
        raise ValueError(f"encoders measured together must share the number of latents, not have {sorted(dims)}")
    rows, samples, correlations = [], [], []
    for checkpoint in checkpoints:
        world = world_of(checkpoint.spec)
        source = Generator().manual_seed(seed)
        samples.append(_embedded(checkpoint, mixing := _mixing(checkpoint), world.pairs(points, source)))
        rows.append(_terms(checkpoint, mixing, world, points, source) | _on_grid(checkpoint, mixing))
        correlations.append(float(world.pair_correlation[0]))
    latent, successor, observed, first, second = (torch.stack(parts) for parts in zip(*samples, strict=True))
    recoveries = measure_recoveries(latent, first, second, torch.tensor(correlations, dtype=torch.float64))
    finite = (first + second).isfinite().all(dim=(1, 2))
    embedding = torch.where(finite[:, None, None], first, 0.0)
    regressions = {"z_to_x": (latent, observed), "x_to_z": (observed, latent)}
    regressions |= {"z_to_h": (latent, embedding), "h_to_z": (embedding, latent)}
    batched = {f"r2_{name}": r2(*ends) for name, ends in regressions.items()}
    batched |= {f"r2_{name}_in_sample": r2_in_sample(*ends) for name, ends in regressions.items()}
    batched["orthogonality_error"] = orthogonality_error(linear_map(latent, embedding))
    measured = {
        name: (values if name.startswith(("r2_z_to_x", "r2_x_to_z")) else values.where(finite, torch.nan)).tolist()
        for name, values in batched.items()
    }
    for i, (row, recovery, checkpoint) in enumerate(zip(rows, recoveries, checkpoints, strict=True)):
        row |= {name: values[i] for name, values in measured.items()}
        row |= {
            "normalized_orthogonality_error": recovery.normalized_orthogonality_error,
            "procrustes_error": recovery.error,
            "trace_covariance": recovery.total_variance,
            "alignment_loss": recovery.alignment_loss,
        }
        row |= dict.fromkeys(("epsilon", "delta", "recovery_bound", "sharp_bound", "sharp_bound_with_confidence"))
        if _claims_apply(checkpoint.spec):
            of_run = slice(i, i + 1)
            (bounds,) = recovery_bounds(
                first[of_run], second[of_run], checkpoint.spec.rho, latents=(latent[of_run], successor[of_run])
            )
            row |= {
                "epsilon": recovery.defect,
                "delta": bounds.excess,
                "recovery_bound": bounds.printed,
                "sharp_bound": bounds.sharp,
                "sharp_bound_with_confidence": bounds.sharp_with_confidence,
            }
    return [cast(Measures, {name: row[name] for name in Measures.__annotations__}) for row in rows]


def _claims_apply(spec: TrainingSpec) -> bool:
    gaussian = spec.world == "gaussian" or (spec.world == "channel" and spec.shape == 2)
    return gaussian and spec.rho > 0


def _mixing(checkpoint: Checkpoint) -> Mixing:
    return mixing_of(checkpoint.spec, _device(checkpoint))


def _device(checkpoint: Checkpoint) -> torch.device:
    return next(checkpoint.encoder.parameters()).device


def _embedded(
    checkpoint: Checkpoint, mixing: Mixing, pairs: tuple[Tensor, Tensor]
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Return both halves of pairs, what is observed of the first, and the embeddings of both, in float64."""
    latent, successor = (half.to(_device(checkpoint)) for half in pairs)
    observed = mixing.observe(latent)
    first, second = (checkpoint.encoder(values) for values in (observed, mixing.observe(successor)))
    return latent.double(), successor.double(), observed.double(), first.double(), second.double()


def _terms(
    checkpoint: Checkpoint, mixing: Mixing, world: World, points: int, source: Generator
) -> dict[str, float | None]:
    """Take the terms of W's objectives at pairs that a run trains on."""
    batches = max(points // _BATCH, 1)
    pairs = pairs_of(checkpoint.spec, world)(batches * _BATCH, source)
    *_, first, second = _embedded(checkpoint, mixing, pairs)
    batched = [torch.cat(halves) for halves in zip(first.split(_BATCH), second.split(_BATCH), strict=True)]
    return {
        "alignment": float(_ALIGNMENT(first, second)),
        "sigreg": sum(float(_SIGREG(batch, source)) for batch in batched) / batches,
        "whitening": sum(float(_WHITENING(batch)) for batch in batched) / batches,
    }


def _on_grid(checkpoint: Checkpoint, mixing: Mixing) -> dict[str, float | None]:
    if checkpoint.spec.dim != 2:
        return {"r2_h_to_z_grid": None}
    side = torch.linspace(-_END, _END, _SIDE)
    grid = torch.cartesian_prod(side, side)
    latent, *_, embedding, _ = _embedded(checkpoint, mixing, (grid, grid))
    return {"r2_h_to_z_grid": float(r2_in_sample(embedding, latent)) if embedding.isfinite().all() else math.nan}
