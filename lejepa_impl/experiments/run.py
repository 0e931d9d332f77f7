"""One run of an experiment: trained, with its state kept on the way, and measured."""

import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from pydantic import BaseModel

from lejepa_impl.train.checkpoint import Checkpoint
from lejepa_impl.train.loop import TrainingError, evaluate, resolve_device, train
from lejepa_impl.train.snapshot import Snapshots
from lejepa_impl.train.spec import TrainingSpec


class Trace(BaseModel):
    """How an attempt was made; nothing of it is in the results."""

    host: str
    device: str
    seconds: float
    resumed_at: int


class Record(BaseModel):
    """What came of an attempt.

    Parameters
    ----------
    id
        Name of the attempt.
    error
        Why it failed; None where it did not.
    final_loss
        Objective at the last batch.
    measures
        Of the trained encoder.
    trace
        How it was made.
    """

    id: str
    error: str | None
    final_loss: float | None
    measures: dict[str, float]
    trace: Trace


@dataclass(frozen=True)
class Attempt:
    """What a worker does at a time.

    Parameters
    ----------
    id
        Its name.
    spec
        What is trained.
    points
        Pairs on which it is measured.
    """

    id: str
    spec: TrainingSpec
    points: int


def perform(
    attempt: Attempt, states: Path, seconds: float, versions: str, on_step: Callable[[int], None] | None = None
) -> Record:
    """Train an encoder, from the state that an earlier worker left, and measure it.

    One thread computes, so that a result does not depend on the machine's number of processors.

    Parameters
    ----------
    attempt
        The run.
    states
        Folder of states.
    seconds
        Of training between two states.
    versions
        Of the software; the state that another one left is not taken up.
    on_step
        Called now and then with the number of steps done.

    Raises
    ------
    UnwritableError
        If the state cannot be kept.
    """
    torch.set_num_threads(1)
    begin = time.monotonic()
    snapshots = Snapshots(states / f"{attempt.id}.pt", f"{attempt.spec.model_dump_json()} {versions}", seconds)
    final_loss = None

    def look(step: int, loss: float) -> None:
        nonlocal final_loss
        final_loss = loss
        if on_step:
            on_step(step)

    error, measures = None, {}
    try:
        checkpoint = train(attempt.spec, look, snapshots)
        measures = _measures(checkpoint, attempt.points)
    except TrainingError as failure:
        error, final_loss = str(failure), None
    device = resolve_device("cpu" if error else attempt.spec.device)
    return Record(
        id=attempt.id,
        error=error,
        final_loss=final_loss,
        measures=measures,
        trace=Trace(
            host=platform.node(),
            device=torch.cuda.get_device_name() if device.type == "cuda" else platform.processor() or "cpu",
            seconds=time.monotonic() - begin,
            resumed_at=snapshots.resumed_at,
        ),
    )


def _measures(checkpoint: Checkpoint, points: int) -> dict[str, float]:
    # The number of latents is a setting of the run.
    return {name: value for name, value in asdict(evaluate(checkpoint, points=points)).items() if name != "dim"}
