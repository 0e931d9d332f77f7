"""`sweep`: the runs of an experiment."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import TextColumn, TimeRemainingColumn

from lejepa_impl.cli import console
from lejepa_impl.cli.endings import interruptible
from lejepa_impl.cli.experiment import Settings, Spec, load_experiment
from lejepa_impl.experiments.run import Job
from lejepa_impl.experiments.sweep import sweep


def sweep_command(
    spec: Spec,
    out: Annotated[Path | None, typer.Option(help="Folder of the results; default: results/NAME.")] = None,
    set_: Settings = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Local processes; default: one per processor.")] = None,
    scheduler: Annotated[str | None, typer.Option(help="Dask scheduler to use instead, tcp://HOST:PORT.")] = None,
    together: Annotated[
        int, typer.Option(min=1, help="Runs that a process trains in a batch, where they can share one.")
    ] = 1,
    checkpoint_seconds: Annotated[
        float, typer.Option(min=0, help="Training that may be lost when a process is killed, in seconds.")
    ] = 30,
) -> None:
    """Train what an experiment lists, and write its table; started again, go on where it was stopped.

    Exits with 1 if every run failed.
    """
    experiment = load_experiment(spec, set_)
    folder = out or Path("results") / experiment.name
    total = sum(job.specs[0].steps for job in Job.of(experiment, together))
    done: dict[str, int] = {}
    with interruptible(), console.progress("steps", TextColumn("left"), TimeRemainingColumn()) as progress:
        task = progress.add_task(experiment.name, total=total)

        def advance(job: Job, step: int) -> None:
            # Words of a worker may come late, and a worker that takes over starts below.
            done[job.id] = max(done.get(job.id, 0), step)
            progress.update(task, completed=sum(done.values()), description=job.id)

        runs = sweep(
            experiment,
            folder,
            workers=workers or os.cpu_count() or 1,
            scheduler=scheduler,
            together=together,
            seconds=checkpoint_seconds,
            on_progress=advance,
        )
    console.out.print(
        f"{runs['finished']} runs finished, {runs['failed']} failed; {folder / 'results.parquet'} holds them.",
        highlight=False,
    )
    if not runs["finished"]:
        raise typer.Exit(1)
