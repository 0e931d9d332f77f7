"""What a worker does at a time: train one run, or several in one batch, and measure what comes out."""

import math
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import torch
from pydantic import BaseModel, ConfigDict

from lejepa_impl.experiments.spec import Experiment
from lejepa_impl.train.checkpoint import Checkpoint
from lejepa_impl.train.ensemble import SHARED, train_ensemble
from lejepa_impl.train.loop import TrainingError, resolve_device, train
from lejepa_impl.train.snapshot import Snapshots
from lejepa_impl.train.spec import TrainingSpec


class Trace(BaseModel):
    """How an attempt was made. It is kept beside the results and not among them, which do not depend on it."""

    host: str
    device: str
    seconds: float
    resumed_at: int


class Record(BaseModel):
    """What came of an attempt.

    Parameters
    ----------
    id
        Its name.
    error
        Why it failed; None where it did not.
    final_loss
        Objective at the last batch.
    measures
        Of the trained encoder.
    trace
        How it was made.
    """

    model_config = ConfigDict(ser_json_inf_nan="constants")

    id: str
    error: str | None = None
    final_loss: float | None = None
    measures: dict[str, float | None] = {}
    trace: Trace


@dataclass(frozen=True)
class Job:
    """Attempts that are trained in one batch.

    Parameters
    ----------
    ids
        Their names.
    specs
        What is trained.
    points
        Pairs on which each is measured.
    """

    ids: tuple[str, ...]
    specs: tuple[TrainingSpec, ...]
    points: int

    @property
    def id(self) -> str:
        """Name of the job."""
        return self.ids[0] if len(self.ids) == 1 else f"{self.ids[0]}+{len(self.ids) - 1}"

    @classmethod
    def of(cls, experiment: Experiment, together: int) -> list[Self]:
        """Divide an experiment into jobs, of at most so many perceptrons that can share a batch."""
        alike: dict[tuple[object, ...], list[tuple[str, TrainingSpec]]] = {}
        for run in experiment.runs:
            for id_, spec in zip(run.attempt_ids(), run.attempts, strict=True):
                key = tuple(getattr(spec, name) for name in SHARED) if spec.encoder == "mlp" else (id_,)
                alike.setdefault(key, []).append((id_, spec))
        jobs = []
        for members in alike.values():
            for start in range(0, len(members), together):
                ids, specs = zip(*members[start : start + together], strict=True)
                jobs.append(cls(ids, specs, experiment.points))
        return jobs


def perform(
    job: Job, states: Path, seconds: float, versions: str, on_step: Callable[[int], None] | None = None
) -> list[Record]:
    """Train encoders, from the state that an earlier worker left of them, and measure them.

    One thread computes, so that what comes out does not depend on the number of processors.

    Parameters
    ----------
    job
        What to train.
    states
        Folder of states.
    seconds
        Of training between two states.
    versions
        Of the software; a state that another one left is not taken up.
    on_step
        Called now and then with the number of steps done.

    Raises
    ------
    UnwritableError
        If the state cannot be written.
    """
    torch.set_num_threads(1)
    begin = time.monotonic()
    device = resolve_device(job.specs[0].device)
    specs = " ".join(spec.model_dump_json() for spec in job.specs)
    snapshots = Snapshots(states / f"{job.id}.pt", f"{specs} {versions} {device.type}", seconds)
    losses: list[float] = []

    def look(step: int, objectives: float | Sequence[float]) -> None:
        losses[:] = [objectives] if isinstance(objectives, float) else objectives
        if on_step:
            on_step(step)

    trained: list[Checkpoint | TrainingError]
    if len(job.specs) > 1:
        trained = train_ensemble(job.specs, look, snapshots)
    else:
        try:
            trained = [train(job.specs[0], look, snapshots)]
        except TrainingError as error:
            trained = [error]
    # It brings the theory along, for which neither the process that sweeps nor the beginning of a run is to wait.
    from lejepa_impl.measures.run import measure

    measured = [None if isinstance(found, TrainingError) else measure(found, points=job.points) for found in trained]
    trace = Trace(
        host=platform.node(),
        device=torch.cuda.get_device_name() if device.type == "cuda" else platform.processor() or platform.machine(),
        seconds=time.monotonic() - begin,
        resumed_at=snapshots.resumed_at,
    )
    return [
        Record(id=id_, error=str(found), trace=trace)
        if measures is None
        else Record(id=id_, final_loss=loss, measures=dict(measures), trace=trace)
        for id_, found, loss, measures in zip(job.ids, trained, losses or [math.nan], measured, strict=True)
    ]
