"""Training all runs of an experiment on Dask workers, which may come and go.

The process that sweeps owns the folder of results: what came of a run travels back to it, and it alone writes it down.
A worker keeps the states of unfinished runs, in that folder if its machine shares it and else in its own temporary
folder. So a run whose worker is lost is taken up from its state by any worker that sees it, and from the beginning
by one that does not.
"""

import json
import logging
import shutil
import signal
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from getpass import getuser
from multiprocessing import resource_tracker
from pathlib import Path

from dask import config
from distributed import Client, Future, KilledWorker, LocalCluster, as_completed, get_worker
from distributed.client import FutureCancelledError
from distributed.comm import get_address_host_port
from distributed.utils import silence_logging_cmgr

from lejepa_impl.experiments.results import Results, versions
from lejepa_impl.experiments.run import Job, Record, perform
from lejepa_impl.experiments.spec import Experiment
from lejepa_impl.files import UnwritableError

_LOG = logging.getLogger(__name__)
#: Seconds between two words of a worker on how far it is, and between two looks for workers.
_SAY_EVERY = 1
#: Seconds between two looks for what has come back.
_LOOK_EVERY = 0.05
#: Seconds to wait for a scheduler, and without a worker before a word is said.
_PATIENCE = 15
#: The time that a lost process of this machine may take to be replaced: after less, Dask would give it up and wait for
#: none.
_REPLACED = "1 hour"
#: The memory that a step returns is what the next one takes: glibc should keep it. Dask asks for the opposite.
_KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(2**32), "MALLOC_TRIM_THRESHOLD_": str(2**34)}


class SweepError(RuntimeError):
    """A sweep that cannot go on; started again, it does where it stopped."""


def sweep(
    experiment: Experiment,
    folder: Path,
    *,
    workers: int = 1,
    scheduler: str | None = None,
    together: int = 1,
    seconds: float = 30,
    on_progress: Callable[[Job, int], None] | None = None,
) -> Counter[str]:
    """Train and measure what an experiment lists and its folder does not hold yet; write the table of results.

    Parameters
    ----------
    experiment
        What is asked.
    folder
        Where the results are kept.
    workers
        Processes of one thread each on this machine.
    scheduler
        Address of a Dask scheduler, whose workers are used instead.
    together
        How many runs a worker trains in a batch, those of W's perceptron with equal sizes: the results are then others
        by rounding, which is why it is one by default and stays as it was when a sweep is taken up.
    seconds
        Of training that may be lost when a worker is.
    on_progress
        Called with a job and the steps that are done of it.

    Returns
    -------
    Counter
        Number of runs that finished and of those that failed.

    Raises
    ------
    SweepError
        If there is no scheduler, or it is lost, or every worker that tries a run is.
    ResultsError
        If another sweep works in the folder, or it holds something else.
    UnwritableError
        If the folder, or that of the states, cannot be written.

    What ends a sweep before its time, an interrupt of the keyboard too, has a note that says what is kept.
    """
    on_progress = on_progress or (lambda _job, _steps: None)
    with Results.opened(folder, experiment, together) as results:
        jobs = []
        for job in Job.of(experiment, together):
            if all(map(results.record, job.ids)):
                on_progress(job, job.specs[0].steps)
            else:
                jobs.append(job)
        try:
            if jobs:
                with _connected(scheduler, workers) as client:
                    _work_off(jobs, results, client, seconds, on_progress)
            return results.write_table()
        except BaseException as error:
            with suppress(OSError):
                results.write_table()
            error.add_note(
                f"{len(results.rows())} of {len(experiment.runs)} runs are done and kept in {folder}; "
                "the same command goes on"
            )
            raise


@contextmanager
def _connected(scheduler: str | None, workers: int) -> Iterator[Client]:
    if scheduler is None:
        environment = {**config.get("distributed.nanny.pre-spawn-environ"), **_KEEP_MEMORY}
        settings = {
            "distributed.nanny.pre-spawn-environ": environment,
            "distributed.deploy.lost-worker-timeout": _REPLACED,
        }
        # A start that is interrupted would leave processes of which nobody knows: a thread brings it to its end.
        with config.set(settings), ThreadPoolExecutor(1, initializer=_spare_of_interrupts) as thread:
            started = thread.submit(
                LocalCluster,
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                memory_limit=None,
                dashboard_address=":0",
                silence_logs=logging.CRITICAL,
            )
            try:
                with Client(started.result(), set_as_default=False) as client:
                    yield client
            finally:
                started.result().close()
        return
    try:
        # A client that was given no port would be in the way of the end of this process.
        get_address_host_port(scheduler)
        client = Client(scheduler, timeout=_PATIENCE, set_as_default=False)
    # The last is what an address asks for whose certificates are not configured.
    except (OSError, ValueError, TypeError) as error:
        raise SweepError(f"no Dask scheduler answers at {scheduler}: start one with `dask scheduler`") from error
    # Of a scheduler that is lost it would print a traceback.
    with silence_logging_cmgr(logging.CRITICAL), client:
        yield client


def _spare_of_interrupts() -> None:
    """Keep interrupts of the keyboard from the processes that this thread starts, and from those of its threads.

    A terminal sends them to all processes of a command, of which the one that sweeps answers for the others.
    """
    if sys.platform != "win32":
        # What starts it, which the first process of a worker needs, lets interrupts through again.
        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def _work_off(
    jobs: list[Job], results: Results, client: Client, seconds: float, on_progress: Callable[[Job, int], None]
) -> None:
    """Hand the jobs to the workers, and keep what comes back."""
    topic = f"lejepa-companion-{uuid.uuid4()}"
    by_id = {job.id: job for job in jobs}
    client.subscribe_topic(topic, lambda event: on_progress(by_id[event[1][0]], event[1][1]))
    task = partial(
        _perform,
        folder=str(results.folder.absolute()),
        digest=results.experiment.digest,
        seconds=seconds,
        topic=topic,
        wanted=versions(),
    )
    futures = {client.submit(task, job, key=f"{topic}-{job.id}"): job for job in jobs}
    lost = []
    try:
        for future in _as_completed(futures, client):
            job = futures[future]
            try:
                results.add(job, future.result())
            except KilledWorker:
                lost.append(job.id)
            except (FutureCancelledError, UnwritableError, SweepError):
                raise
            # What else stops a worker, such as a GPU without memory, is no property of the run: it is tried again.
            except Exception as error:
                message = str(error).partition("\n")[0]
                raise SweepError(f"{job.id} cannot be run: {type(error).__name__}: {message}") from error
            else:
                on_progress(job, job.specs[0].steps)
    except FutureCancelledError as error:
        raise SweepError(f"the scheduler {client.scheduler.address} is gone") from error
    finally:
        client.unsubscribe_topic(topic)
        client.cancel(list(futures))
    if lost:
        raise SweepError(
            f"every worker that tried {' or '.join(lost)} was lost, for want of memory perhaps; the others are done"
        )
    client.run(_forget, results.experiment.digest)


def _as_completed(futures: Iterable[Future], client: Client) -> Iterator[Future]:
    """Yield what is done, and say while no worker is there to do the rest."""
    left = as_completed(futures, loop=client.loop)
    address = client.scheduler.address
    advice = f"start one with `dask worker {address}`" if client.cluster is None else "one is being started"
    looked = there = time.monotonic()
    patience = _PATIENCE
    while not left.is_empty():
        yield from left.next_batch(block=False)
        time.sleep(_LOOK_EVERY)
        now = time.monotonic()
        if now - looked < _SAY_EVERY:
            continue
        looked = now
        if client.scheduler_info()["workers"]:
            if patience > _PATIENCE:
                _LOG.warning("A worker has joined %s: the sweep goes on.", address)
            there, patience = now, _PATIENCE
        elif now - there >= patience:
            _LOG.warning(
                "No worker has been connected to %s for %.0f s: %s. The sweep goes on by itself once one joins.",
                address,
                now - there,
                advice,
            )
            # The next words come ever later, so that a night of waiting is no flood.
            patience *= 2


def _perform(job: Job, folder: str, digest: str, seconds: float, topic: str, wanted: dict[str, str]) -> list[Record]:
    """Perform a job on a worker."""
    if versions() != wanted:
        raise SweepError(f"a worker has {versions()}, not {wanted}: install the same there")
    worker = get_worker()
    said = 0.0

    def say(step: int) -> None:
        nonlocal said
        if time.monotonic() - said > _SAY_EVERY:
            said = time.monotonic()
            worker.log_event(topic, (job.id, step))

    return perform(job, _states(Path(folder), digest), seconds, json.dumps(versions()), say)


def _states(folder: Path, digest: str) -> Path:
    """Where a worker keeps states: with the results, if its machine sees them."""
    try:
        shared = json.loads((folder / "experiment.json").read_text())["digest"] == digest
    except (OSError, ValueError, KeyError):
        shared = False
    return folder / "states" if shared else _own_states(digest)


def _own_states(digest: str) -> Path:
    return Path(tempfile.gettempdir()) / f"lejepa-companion-{getuser()}-{digest[:16]}"


def _forget(digest: str) -> None:
    """Remove what a worker kept of a sweep that is done."""
    shutil.rmtree(_own_states(digest), ignore_errors=True)
