"""The training loop of one encoder.

References
----------
W, Appendix H (AdamW, constant then cosine learning rate, fresh pairs at every step).
"""

import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor, nn

from lejepa_impl.metrics import Recovery, measure_recovery
from lejepa_impl.train.checkpoint import Checkpoint, build_encoder
from lejepa_impl.train.last_layer import solve_last_layer
from lejepa_impl.train.objective import objective_of
from lejepa_impl.train.schedule import constant_then_cosine
from lejepa_impl.train.snapshot import Snapshots, Stateful
from lejepa_impl.train.spec import TrainingSpec
from lejepa_impl.train.world import mixing_of, pairs_of, world_of
from lejepa_impl.worlds.gaussian import GaussianWorld

#: Steps between two looks at the objective.
CHECK_EVERY = 50
_COLLAPSED_VARIANCE = 1e-3
#: Pairs on which a last layer is solved.
_SOLVED_ON = 50_000
#: Pairs for each output, at least, to judge the covariance of an embedding by.
_PAIRS_PER_OUTPUT = 16


class TrainingError(ValueError):
    """A run that cannot start on its device, diverged or collapsed."""


def train(
    spec: TrainingSpec,
    on_step: Callable[[int, float], None] | None = None,
    snapshots: Snapshots | None = None,
) -> Checkpoint:
    """Train an encoder on fresh pairs of the world of a specification.

    Parameters
    ----------
    spec
        The run. Two runs of one specification on one device and number of threads are equal.
    on_step
        Called now and then with the number of steps done and the objective.
    snapshots
        Where a run that may be interrupted keeps its state, and takes it up again.

    Raises
    ------
    TrainingError
        If the device is not there, the run diverges, or the embedding collapses.
    """
    device = resolve_device(spec.device)
    weights, data = streams(spec, device)
    pairs = pairs_of(spec, world_of(spec))
    mixing = mixing_of(spec, device)
    encoder = build_encoder(spec, weights)

    def observe_pairs(count: int, generator: Generator) -> Tensor:
        return mixing.observe(torch.cat(pairs(count, generator)))

    fit(
        encoder,
        observe_pairs,
        objective_of(spec),
        data,
        steps=spec.steps,
        batch=spec.batch,
        learning_rate=spec.learning_rate,
        weight_decay=spec.weight_decay,
        warm_up=spec.warm_up,
        on_step=on_step,
        snapshots=snapshots,
    )
    return finished(spec, encoder, lambda count: observe_pairs(count, data))


def fit(
    encoder: nn.Module,
    observe_pairs: Callable[[int, Generator], Tensor],
    objective: Callable[[Tensor, Tensor, Generator], Tensor],
    generator: Generator,
    *,
    steps: int,
    batch: int,
    learning_rate: float,
    weight_decay: float = 0.0,
    warm_up: int = 0,
    on_step: Callable[[int, float], None] | None = None,
    snapshots: Snapshots | None = None,
) -> None:
    """Fit an encoder in place to pairs of any world under any objective.

    Parameters
    ----------
    encoder
        Module from (2 batch, observed) to (2 batch, m).
    observe_pairs
        Draws a number of observed pairs: first halves, then second halves, of shape (2 batch, observed).
    objective
        Scalar of the two embedded halves, each of shape (batch, m), and the generator.
    generator
        Source of pairs and of whatever the objective draws.
    on_step
        Called now and then with the number of steps done and the objective.
    snapshots
        Where the state is kept, and taken up again.

    Raises
    ------
    TrainingError
        If the objective or the embedding stops being finite, or a direction of the embedding collapses.
    """
    optimizer = torch.optim.AdamW(encoder.parameters(), lr=learning_rate, weight_decay=weight_decay, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: constant_then_cosine(step, steps, warm_up))
    parts: dict[str, Stateful] = {"encoder": encoder, "optimizer": optimizer, "schedule": schedule}
    done = snapshots.restore(parts, {"data": generator}) if snapshots else 0
    for step in range(done + 1, steps + 1):
        first, second = encoder(observe_pairs(batch, generator)).chunk(2)
        loss = objective(first, second, generator)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % CHECK_EVERY == 0 or step == steps:
            value = loss.item()
            require_finite(value, step, learning_rate)
            if on_step:
                on_step(step, value)
        if snapshots and step < steps:
            snapshots.keep(step, parts, {"data": generator})
    # The last step is judged like all others: by pairs that come after it.
    observed = observe_pairs(judged_pairs(batch, first.shape[1]), generator)
    require_sound(encoder, observed, steps=steps, learning_rate=learning_rate)


def finished(spec: TrainingSpec, encoder: nn.Module, observe_pairs: Callable[[int], Tensor]) -> Checkpoint:
    """Make a checkpoint of an encoder that is trained, its last layer solved where the specification says so.

    Raises
    ------
    TrainingError
        If the features below the last layer have collapsed.
    """
    if spec.last_layer == "solved":
        assert isinstance(encoder, nn.Sequential), "only a perceptron has a linear last layer"
        try:
            solve_last_layer(encoder, *observe_pairs(_SOLVED_ON).chunk(2))
        except ValueError as error:
            raise TrainingError(f"{error}: raise the weight of the regularizer") from error
    return Checkpoint(spec, encoder.eval())


def streams(spec: TrainingSpec, device: torch.device) -> tuple[Generator, Generator]:
    """Return the sources of the weights and of the data of a run, which no two seeds share."""
    weights, data = (Generator(device).manual_seed(2 * spec.seed + stream) for stream in (0, 1))
    return weights, data


def require_finite(objective: float, step: int, learning_rate: float) -> None:
    """Refuse an objective that is not finite.

    Raises
    ------
    TrainingError
        If it is not.
    """
    if not math.isfinite(objective):
        raise _diverged(f"the objective is {objective} at step {step}", learning_rate)


def judged_pairs(batch: int, outputs: int) -> int:
    """Return the number of pairs to judge a trained encoder by."""
    return max(batch, _PAIRS_PER_OUTPUT * outputs)


@torch.no_grad()
def require_sound(encoder: nn.Module, observed: Tensor, *, steps: int, learning_rate: float) -> None:
    """Refuse an encoder whose embedding of observations is not finite, or has collapsed.

    Raises
    ------
    TrainingError
        If it is so.
    """
    embedding = encoder(observed)
    if not embedding.isfinite().all():
        raise _diverged(f"the embedding is not finite after step {steps}", learning_rate)
    variance = torch.linalg.eigvalsh(torch.atleast_2d(embedding.double().T.cov()))[0].item()
    if variance < _COLLAPSED_VARIANCE:
        raise TrainingError(
            f"the embedding collapsed to a variance of {variance:.2g} along a direction: "
            f"raise the weight of the regularizer, or train for more than {steps} steps"
        )


def _diverged(what: str, learning_rate: float) -> TrainingError:
    return TrainingError(f"{what}: lower the learning rate {learning_rate:g}")


@torch.no_grad()
def evaluate(checkpoint: Checkpoint, *, points: int = 10_000, seed: int = 1_000_003) -> Recovery:
    """Measure the recovery of the latents by a trained encoder on transitions of its world that it has not seen.

    Raises
    ------
    TrainingError
        If the embedding is not finite.
    """
    spec = checkpoint.spec
    device = next(checkpoint.encoder.parameters()).device
    generator = Generator(device).manual_seed(seed)
    world = world_of(spec)
    latent, successor = world.pairs(points, generator)
    mixing = mixing_of(spec, device)
    first, second = (checkpoint.encoder(mixing.observe(z)) for z in (latent, successor))
    if not (first.isfinite().all() and second.isfinite().all()):
        raise _diverged("the embedding is not finite", spec.learning_rate)
    gaussian = isinstance(world, GaussianWorld)
    return measure_recovery(
        latent, first, second, float(world.pair_correlation[0]), successor=successor if gaussian else None
    )


def resolve_device(name: str) -> torch.device:
    """Return the device of a specification; `auto` is CUDA where there is one.

    Raises
    ------
    TrainingError
        If CUDA is asked for and not there.
    """
    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise TrainingError("device cuda is not available here: use cpu or auto")
    return torch.device("cuda" if name != "cpu" and available else "cpu")
