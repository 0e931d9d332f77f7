"""Sweeps end in the same bytes however often they are killed, and leave alone what is not theirs."""

import errno
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import psutil
import pyarrow.parquet
import pytest
import yaml
from dask import config
from distributed import KilledWorker, LocalCluster
from hypothesis import settings

from lejepa_impl.experiments import sweep as sweep_module
from lejepa_impl.experiments.results import Results, ResultsError
from lejepa_impl.experiments.run import perform
from lejepa_impl.experiments.spec import Experiment
from lejepa_impl.experiments.sweep import SweepError, sweep
from lejepa_impl.files import UnwritableError
from lejepa_impl.train.spec import TrainingSpec

TINY = yaml.safe_load((Path(__file__).parent / "tiny.yaml").read_text())
#: Seconds of training that may be lost.
INTERVAL = 0.05
#: Perceptrons, one of which fails, are trained in a batch, the couplings one by one.
TOGETHER = 2
#: Times that a sweep is killed.
KILLS = 10 if settings.get_current_profile_name() == "thorough" else 1
#: The command line, also where the process that tests does not hear interrupts.
COMMAND = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from lejepa_impl.cli import main
main()
"""
SWEEP = f"""
import sys
from pathlib import Path
from lejepa_impl.experiments.spec import load
from lejepa_impl.experiments.sweep import sweep
sweep(load(sys.argv[1]), Path(sys.argv[2]), workers=1, together={TOGETHER}, seconds={INTERVAL})
"""


@pytest.fixture(scope="module")
def tiny():
    return Experiment.model_validate(TINY)


@pytest.fixture(scope="module")
def short():
    return Experiment.model_validate(TINY | {"base": TINY["base"] | {"steps": 60, "regularizer_weight": 0.5}})


@pytest.fixture(scope="module")
def scheduler():
    """A scheduler with a worker in a thread of this process, which starts at once."""
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp", dashboard_address=":0"
    ) as cluster:
        yield cluster.scheduler_address


@pytest.fixture(scope="module")
def uninterrupted(tiny, scheduler, tmp_path_factory):
    """The results of a sweep that nothing disturbs."""
    folder = tmp_path_factory.mktemp("uninterrupted") / "results"
    assert sweep(tiny, folder, scheduler=scheduler, together=TOGETHER) == {"finished": 2, "failed": 1}
    return folder


def table(folder):
    return pyarrow.parquet.read_table(folder / "results.parquet").to_pylist()


def has_worked(process, folder, before):
    return process.poll() is not None or any(folder.glob("states/*.pt")) or set(folder.glob("runs/*")) - before


def wait_for(condition, seconds=300):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.01)
    return found


def test_the_table_has_a_row_for_each_run(uninterrupted, tiny):
    folder = uninterrupted
    rows = table(folder)
    assert [row["run"] for row in rows] == [run.id for run in tiny.runs]
    assert [row["status"] for row in rows] == ["finished", "finished", "failed"]
    failed = rows[2]
    assert "lower the learning rate 1e+30" in failed["error"]
    assert failed["final_loss"] is failed["r2_h_to_z"] is None
    for row, run in zip(rows, tiny.runs, strict=True):
        assert {name: row[name] for name in TrainingSpec.model_fields} == run.attempts[row["restart"]].model_dump()
    assert rows[0]["r2_h_to_z"] > 0.9
    assert {path.name for path in folder.iterdir()} == {".lock", "experiment.json", "results.parquet", "runs"}


def test_the_best_attempt_counts(uninterrupted, tiny):
    folder = uninterrupted
    results = Results(folder, tiny, TOGETHER)
    for row, run in zip(table(folder)[:2], tiny.runs, strict=False):
        losses = [results.record(id_).final_loss for id_ in run.attempt_ids()]
        assert row["final_loss"] == min(losses) < max(losses)
        assert row["restart"] == losses.index(min(losses))


def test_a_sweep_that_is_done_repeats_nothing(uninterrupted, tiny, monkeypatch):
    folder = uninterrupted
    before = (folder / "results.parquet").read_bytes()
    monkeypatch.setattr(sweep_module, "_connected", None)
    assert sweep(tiny, folder, together=TOGETHER) == {"finished": 2, "failed": 1}
    assert (folder / "results.parquet").read_bytes() == before


def test_a_sweep_that_is_killed_ends_in_the_same_bytes(uninterrupted, tiny, scheduler, tmp_path):
    expected = uninterrupted
    (tmp_path / "tiny.yaml").write_text(yaml.safe_dump(TINY))
    folder, moments = tmp_path / "results", random.Random(0)
    for kill in range(KILLS):
        before = set(folder.glob("runs/*"))
        process = subprocess.Popen([sys.executable, "-c", SWEEP, tmp_path / "tiny.yaml", folder])
        try:
            wait_for(partial(has_worked, process, folder, before))
            time.sleep(moments.uniform(0, 1) if kill else 0)
        finally:
            process.kill()
            process.wait()
    assert sweep(tiny, folder, scheduler=scheduler, together=TOGETHER) == {"finished": 2, "failed": 1}
    assert (folder / "results.parquet").read_bytes() == (expected / "results.parquet").read_bytes()
    results = Results(folder, tiny, TOGETHER)
    traces = [results.record(id_).trace for run in tiny.runs for id_ in run.attempt_ids()]
    assert KILLS > 1 or any(0 < trace.resumed_at < 300 for trace in traces)


def test_a_run_whose_worker_is_killed_is_taken_up_by_another(uninterrupted, tiny, tmp_path):
    expected = uninterrupted
    folder, mine = tmp_path / "results", psutil.Process()

    def kill_one():
        wait_for(lambda: list(folder.glob("states/*.pt")))
        workers = [child for child in mine.children(recursive=True) if "spawn_main" in " ".join(child.cmdline())]
        # The one that has worked most has a run in hand.
        max(workers, key=lambda worker: sum(worker.cpu_times()[:2])).kill()

    killer = threading.Thread(target=kill_one)
    killer.start()
    assert sweep(tiny, folder, workers=2, together=TOGETHER, seconds=INTERVAL) == {"finished": 2, "failed": 1}
    killer.join()
    assert (folder / "results.parquet").read_bytes() == (expected / "results.parquet").read_bytes()
    traces = [Results(folder, tiny, TOGETHER).record(id_).trace for run in tiny.runs for id_ in run.attempt_ids()]
    assert any(0 < trace.resumed_at < 300 for trace in traces)


def test_a_lost_worker_is_replaced_however_long_it_takes():
    with config.set({"distributed.deploy.lost-worker-timeout": "1ms"}), sweep_module._connected(None, 1) as client:
        first = client.submit(os.getpid).result()
        psutil.Process(first).kill()
        assert client.submit(os.getpid, pure=False).result(timeout=120) != first


def test_a_run_that_kills_its_workers_does_not_stop_the_others(short, scheduler, tmp_path, monkeypatch):
    def perform_or_die(job, *arguments):
        if job.ids == ("coupling,seed=3",):
            raise KilledWorker(job.id, SimpleNamespace(address="nowhere"), 3)
        return perform(job, *arguments)

    monkeypatch.setattr(sweep_module, "perform", perform_or_die)
    with pytest.raises(SweepError, match=r"every worker that tried coupling,seed=3 was lost"):
        sweep(short, tmp_path, scheduler=scheduler)
    assert [row["run"] for row in table(tmp_path)] == ["perceptron,seed=3", "diverging,seed=3"]
    monkeypatch.undo()
    assert sweep(short, tmp_path, scheduler=scheduler) == {"finished": 2, "failed": 1}


def test_what_else_stops_a_worker_is_said_in_a_line(short, scheduler, tmp_path, monkeypatch):
    def perform(*_):
        raise RuntimeError("out of memory\nand much more")

    monkeypatch.setattr(sweep_module, "perform", perform)
    with pytest.raises(SweepError, match=r"perceptron,seed=3 cannot be run: RuntimeError: out of memory\n"):
        sweep(short, tmp_path, scheduler=scheduler)
    assert table(tmp_path) == []


def test_a_worker_that_does_not_see_the_folder_keeps_its_states_to_itself(short, scheduler, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "worker"))
    seen = []

    def look(job, states, *arguments):
        seen.append(states)
        return perform(job, states, *arguments)

    monkeypatch.setattr(sweep_module, "perform", look)
    own = sweep_module._states(tmp_path / "elsewhere", short.digest)
    assert own.parent == tmp_path / "worker"
    monkeypatch.setattr(sweep_module, "_states", lambda _folder, digest: sweep_module._own_states(digest))
    assert sweep(short, tmp_path / "results", scheduler=scheduler, seconds=0.02) == {"finished": 2, "failed": 1}
    assert set(seen) == {own}
    assert not own.exists()


# What stops a sweep is said in a line.


def test_a_scheduler_that_is_not_there_is_not_waited_for(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(sweep_module, "_PATIENCE", 1)
    with pytest.raises(SweepError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        sweep(tiny, tmp_path, scheduler="tcp://127.0.0.1:9")
    for address in ("nonsense://", "127.0.0.1", "tls://127.0.0.1:9"):
        with pytest.raises(SweepError, match=f"no Dask scheduler answers at {address}: start one"):
            sweep(tiny, tmp_path, scheduler=address)


def test_a_sweep_without_workers_says_so_and_goes_on_when_one_joins(short, tmp_path, monkeypatch):
    monkeypatch.setattr(sweep_module, "_PATIENCE", 3)
    monkeypatch.setattr(sweep_module, "_SAY_EVERY", 0.1)
    words = []
    with LocalCluster(
        n_workers=0, threads_per_worker=1, processes=False, protocol="tcp", dashboard_address=":0"
    ) as cluster:

        def say(text, *values):
            words.append(text % values)
            if len(words) == 2:
                cluster.scale(1)

        monkeypatch.setattr(sweep_module._LOG, "warning", say)
        assert sweep(short, tmp_path, scheduler=cluster.scheduler_address) == {"finished": 2, "failed": 1}
        address = cluster.scheduler_address
    waited = f"No worker has been connected to {address} for {{}} s: start one with `dask worker {address}`. "
    # The second word comes after twice the time.
    for word, seconds in zip(words, (3, 6), strict=False):
        assert word.startswith(waited.format(seconds)), words
    assert words[-1] == f"A worker has joined {address}: the sweep goes on."


def test_a_scheduler_that_is_lost_ends_a_sweep_which_then_goes_on(uninterrupted, tiny, scheduler, tmp_path, capfd):
    file, folder = tmp_path / "scheduler.json", tmp_path / "results"
    options = ["--scheduler-file", file, "--no-dashboard"]
    commands = [["dask_scheduler", *options, "--host", "127.0.0.1", "--port", "0"], ["dask_worker", *options]]
    commands[1] += ["--nthreads", "1", "--no-nanny", "--local-directory", tmp_path]
    processes = [
        subprocess.Popen([sys.executable, "-m", f"distributed.cli.{name}", *rest], stderr=subprocess.DEVNULL)
        for name, *rest in commands
    ]

    def kill_scheduler(_job, step):
        if step == 300:
            processes[0].kill()

    try:
        wait_for(file.exists)
        address = wait_for(lambda: json.loads(file.read_text() or "{}").get("address"))
        with pytest.raises(SweepError, match=f"the scheduler {address} is gone") as caught:
            sweep(tiny, folder, scheduler=address, together=TOGETHER, on_progress=kill_scheduler)
    finally:
        for process in processes:
            process.kill()
            process.wait()
    (note,) = caught.value.__notes__
    assert re.fullmatch(f"[01] of 3 runs are done and kept in {folder}; the same command goes on", note)
    assert "Traceback" not in capfd.readouterr().err
    assert sweep(tiny, folder, scheduler=scheduler, together=TOGETHER) == {"finished": 2, "failed": 1}
    assert (folder / "results.parquet").read_bytes() == (uninterrupted / "results.parquet").read_bytes()


@pytest.mark.parametrize("moment", ["starting", "training"])
def test_a_sweep_that_is_interrupted_says_what_is_kept_and_goes_on(moment, uninterrupted, tiny, scheduler, tmp_path):
    (tmp_path / "tiny.yaml").write_text(yaml.safe_dump(TINY))
    folder = tmp_path / "results"
    options = [f"--out={folder}", "--workers=1", f"--together={TOGETHER}", f"--checkpoint-seconds={INTERVAL}"]
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "sweep", tmp_path / "tiny.yaml", *options],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        watched = psutil.Process(process.pid)
        wait_for(lambda: process.poll() is not None or watched.children())
        if moment == "training":
            wait_for(partial(has_worked, process, folder, set()))
        workers = watched.children(recursive=True)
        # As a terminal does: to every process of the command.
        os.killpg(process.pid, signal.SIGINT)
        _, error = process.communicate(timeout=300)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130
    kept = f"runs are done and kept in {folder}; the same command goes on"
    assert re.fullmatch(rf"lejepa-companion: interrupted; [0-3] of 3 {re.escape(kept)}", error.strip())
    assert workers
    assert psutil.wait_procs(workers, timeout=60)[1] == []
    assert sweep(tiny, folder, scheduler=scheduler, together=TOGETHER) == {"finished": 2, "failed": 1}
    assert (folder / "results.parquet").read_bytes() == (uninterrupted / "results.parquet").read_bytes()


def test_two_sweeps_do_not_work_in_one_folder(tiny, tmp_path):
    with Results.opened(tmp_path, tiny), pytest.raises(ResultsError, match="another sweep works in"):
        sweep(tiny, tmp_path)
    with Results.opened(tmp_path, tiny):
        pass


def described(change):
    def plant(folder, tiny):
        with Results.opened(folder, tiny):
            pass
        path = folder / "experiment.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | change))

    return plant


def another_experiment(folder, _tiny):
    changed = TINY | {"points": 600, "base": TINY["base"] | {"steps": 900}}
    with Results.opened(folder, Experiment.model_validate(changed)):
        pass


@pytest.mark.parametrize(
    ("plant", "line"),
    [
        (
            another_experiment,
            r"another experiment, tiny \w{8}, and not of tiny \w{8} "
            r"\(base\.steps is 900 there and 300 here; points is 600 there and 500 here\)",
        ),
        (described({"together": 4}), "was begun with --together 4, not 1"),
        (described({"versions": {"torch": "1.0"}}), r"has results of torch 1\.0, this is lejepa-companion"),
        (described({"versions": [1]}), "is damaged"),
        (described({"schema": 7}), "schema 7, this version has 1"),
        (described({"digest": []}), "is damaged"),
        (described({"digest": "0" * 64}), r"\(other defaults\)"),
        (lambda folder, _: (folder / "experiment.json").write_text("{"), "is damaged"),
        (lambda folder, _: (folder / "thesis.tex").write_text("x"), "is not empty and holds no results"),
    ],
    ids=["experiment", "together", "version", "versions", "schema", "digest", "defaults", "damaged", "no results"],
)
def test_a_folder_of_something_else_is_left_alone(plant, line, tiny, tmp_path):
    plant(tmp_path, tiny)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(ResultsError, match=line) as caught:
        sweep(tiny, tmp_path)
    assert "choose another folder by --out" in str(caught.value)
    assert {path: path.read_bytes() for path in tmp_path.iterdir() if path.name != ".lock"} == {
        path: content for path, content in before.items() if path.name != ".lock"
    }


def test_a_file_is_no_folder_of_results(tiny, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ResultsError, match="file is a file: choose a folder by --out"):
        sweep(tiny, tmp_path / "file")


def test_the_record_of_another_run_is_not_taken_for_that_of_a_run(uninterrupted, tiny, tmp_path):
    shutil.copytree(uninterrupted / "runs", tmp_path / "runs")
    results, (one, other) = Results(tmp_path, tiny, TOGETHER), tiny.runs[0].attempt_ids()
    shutil.copy(tmp_path / "runs" / f"{one}.json", tmp_path / "runs" / f"{other}.json")
    assert results.record(one)
    assert results.record(other) is None


@pytest.mark.parametrize(
    ("file", "room"), [("/states/", 2), ("/runs/", 2), (".results.parquet", 0)], ids=["states", "runs", "table"]
)
def test_a_full_disk_stops_a_sweep_that_then_goes_on(file, room, short, scheduler, tmp_path, monkeypatch):
    real, written = os.fsync, []

    def full(descriptor):
        if file in str(Path(f"/proc/self/fd/{descriptor}").readlink()):
            written.append(descriptor)
            if len(written) > room:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UnwritableError, match="No space left on device") as caught:
        sweep(short, tmp_path, scheduler=scheduler, seconds=0.01)
    assert "the same command goes on" in caught.value.__notes__[0]
    assert not [*tmp_path.glob("runs/.*"), *tmp_path.glob("*.part")]
    assert (tmp_path / "results.parquet").exists() == (room > 0)
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.glob("runs/*")}
    monkeypatch.undo()
    assert sweep(short, tmp_path, scheduler=scheduler) == {"finished": 2, "failed": 1}
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
