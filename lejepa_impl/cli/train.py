"""`train`: one encoder in one world."""

from pathlib import Path
from typing import Annotated

import typer

from lejepa_impl.cli import console
from lejepa_impl.cli.endings import UserError, interruptible
from lejepa_impl.files import require_writable
from lejepa_impl.train.checkpoint import save
from lejepa_impl.train.loop import evaluate, train
from lejepa_impl.train.spec import FAST, QUICK, TrainingSpec


def train_command(
    out: Annotated[Path, typer.Option(help="Checkpoint to write.")] = Path("checkpoints/encoder.safetensors"),
    recipe: Annotated[
        str,
        typer.Option(
            help="quick (a minute on two cores), fast (last layer solved) or paper (W's two-dimensional experiment)."
        ),
    ] = "quick",
    rho: Annotated[float | None, typer.Option(help="Pair correlation.")] = None,
    dim: Annotated[int | None, typer.Option(help="Number of latents.")] = None,
    world: Annotated[
        str | None, typer.Option(help="gaussian, channel, diffusion, autoregression or hyperbolic.")
    ] = None,
    shape: Annotated[float | None, typer.Option(help="Shape of latents that are not Gaussian.")] = None,
    pairs: Annotated[str | None, typer.Option(help="transition, or one_parent: two views of one parent.")] = None,
    mixing: Annotated[str | None, typer.Option(help="identity, spiral, banana, sinusoid or coupling.")] = None,
    mixing_layers: Annotated[int | None, typer.Option(help="Layers of the mixing coupling.")] = None,
    encoder: Annotated[str | None, typer.Option(help="mlp, or matched: the inverse of the mixing coupling.")] = None,
    hidden: Annotated[int | None, typer.Option(help="Width of the perceptron.")] = None,
    depth: Annotated[int | None, typer.Option(help="Layers of the encoder.")] = None,
    objective: Annotated[str | None, typer.Option(help="lejepa, infonce or barlow_twins.")] = None,
    regularizer: Annotated[str | None, typer.Option(help="sigreg, whitening or vicreg, for lejepa.")] = None,
    regularizer_weight: Annotated[float | None, typer.Option(help="Weight lambda of the regularizer.")] = None,
    convex: Annotated[bool | None, typer.Option(help="Weight 1 - lambda of the alignment, or 1.")] = None,
    around_pair_mean: Annotated[bool | None, typer.Option(help="Alignment |h1-h2|^2/4, or |h1-h2|^2.")] = None,
    over_dimensions: Annotated[bool | None, typer.Option(help="Alignment a mean over dimensions, or a sum.")] = None,
    pooled: Annotated[bool | None, typer.Option(help="Regularize both views as one sample, or each.")] = None,
    scaled: Annotated[bool | None, typer.Option(help="Multiply SIGReg by the number of samples, or not.")] = None,
    slices: Annotated[int | None, typer.Option(help="Directions of SIGReg at each step.")] = None,
    knots: Annotated[int | None, typer.Option(help="Knots of SIGReg.")] = None,
    t_max: Annotated[float | None, typer.Option(help="Last knot of SIGReg.")] = None,
    centred: Annotated[bool | None, typer.Option(help="Let whitening penalise the mean, or not.")] = None,
    mean_over_entries: Annotated[bool | None, typer.Option(help="Whitening a mean over entries, or a sum.")] = None,
    variance: Annotated[float | None, typer.Option(help="Weight of the variance term of VICReg.")] = None,
    covariance: Annotated[float | None, typer.Option(help="Weight of the covariance term of VICReg.")] = None,
    kernel_width: Annotated[float | None, typer.Option(help="Width of the Gaussian kernel of InfoNCE.")] = None,
    off_diagonal: Annotated[float | None, typer.Option(help="Off-diagonal weight of Barlow Twins.")] = None,
    steps: Annotated[int | None, typer.Option(help="Training steps.")] = None,
    batch: Annotated[int | None, typer.Option(help="Pairs at each step.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Learning rate of AdamW.")] = None,
    weight_decay: Annotated[float | None, typer.Option(help="Weight decay of AdamW.")] = None,
    warm_up: Annotated[int | None, typer.Option(help="Steps over which the learning rate rises.")] = None,
    last_layer: Annotated[str | None, typer.Option(help="trained or solved.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of weights and data.")] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu or cuda.")] = None,
) -> None:
    """Train an encoder in a world and save it."""
    given = {key: value for key, value in locals().items() if key not in ("out", "recipe") and value is not None}
    recipes = {"quick": QUICK, "fast": FAST, "paper": TrainingSpec()}
    if recipe not in recipes:
        raise UserError(f"recipe {recipe!r} is unknown: use {', '.join(recipes)}")
    spec = TrainingSpec.model_validate(recipes[recipe].model_dump() | given)
    require_writable(out)
    with interruptible("nothing is saved"), console.progress("steps") as progress:
        task = progress.add_task("training", total=spec.steps)
        checkpoint = train(
            spec,
            lambda step, loss: progress.update(task, completed=step, description=f"objective {loss:.4f}"),
        )
    recovery = evaluate(checkpoint)
    save(out, checkpoint)
    console.out.print(
        f"R2(h->z) {recovery.r2_embedding_to_latent:.4f}, "
        f"normalised orthogonality error {recovery.normalized_orthogonality_error:.3f}, "
        f"alignment loss {recovery.alignment_loss:.4f}; saved to {out}",
        highlight=False,
    )
