"""The folder of an experiment's results: what was asked, a file for each attempt, and the table of all runs."""

import io
import json
import math
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet
import torch
from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lejepa_impl.experiments.run import Job, Record
from lejepa_impl.experiments.spec import Experiment, Run
from lejepa_impl.files import UnwritableError, write_atomically
from lejepa_impl.train.spec import TrainingSpec

SCHEMA = 1
_DESCRIPTION = "experiment.json"
_TYPES = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), str: pa.string()}
#: Of an experiment, which do not change its runs.
_WORDS = {"name", "title", "source"}
#: Letters of a digest that are shown.
_SHORT = 8
#: Differences that are named when a folder is of another experiment.
_NAMED = 3


class ResultsError(ValueError):
    """A folder with the results of something else, or in which another sweep works."""


@cache
def versions() -> dict[str, str]:
    """Return the versions of the software that results depend on."""
    return {"lejepa-companion": version("lejepa-companion"), "torch": torch.__version__}


class Description(BaseModel):
    """What the results of a folder are of, and how they were made."""

    schema_: int = Field(alias="schema")
    versions: dict[str, str]
    digest: str
    together: int
    experiment: dict[str, Any]

    model_config = ConfigDict(populate_by_name=True)


@dataclass(frozen=True)
class Results:
    """The results of an experiment in their folder. Every file is written whole or not at all.

    Parameters
    ----------
    folder
        Made for the experiment, or left by an earlier sweep of it.
    experiment
        What is asked.
    together
        How many runs are trained in a batch, on which their rounding depends.
    """

    folder: Path
    experiment: Experiment
    together: int = 1

    @classmethod
    @contextmanager
    def opened(cls, folder: Path, experiment: Experiment, together: int = 1) -> Iterator[Self]:
        """Open a folder for the time of a sweep, the only one to write there.

        Raises
        ------
        ResultsError
            If another sweep works there, or the folder holds something else.
        UnwritableError
            If the folder cannot be written.
        """
        results = cls(folder, experiment, together)
        results._is_described()
        lock = FileLock(folder / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise ResultsError(
                f"another sweep works in {folder}: wait for it, or choose another folder by --out"
            ) from error
        except OSError as error:
            raise UnwritableError(error.errno, error.strerror, str(folder)) from error
        try:
            if not results._is_described():
                content = results._description().model_dump_json(indent=1, by_alias=True) + "\n"
                write_atomically(folder / _DESCRIPTION, content.encode())
            yield results
        finally:
            lock.release()

    def _description(self) -> Description:
        return Description(
            schema_=SCHEMA,
            versions=versions(),
            digest=self.experiment.digest,
            together=self.together,
            experiment=self.experiment.model_dump(mode="json", by_alias=True),
        )

    def _is_described(self) -> bool:
        """Whether the folder is of this experiment; otherwise it must be empty.

        Raises
        ------
        ResultsError
            If it holds something else.
        """
        try:
            there = described(self.folder, self.experiment)
            if there and there.versions != versions():
                raise ResultsError(
                    f"{self.folder} has results of {_named(there.versions)}, this is {_named(versions())}"
                )
            if there and there.together != self.together:
                raise ResultsError(f"{self.folder} was begun with --together {there.together}, not {self.together}")
        except ResultsError as error:
            raise ResultsError(f"{error}: choose another folder by --out, or remove this one") from error
        if there:
            return True
        if self.folder.is_file():
            raise ResultsError(f"{self.folder} is a file: choose a folder by --out")
        if self.folder.exists() and any(entry.name[0] != "." for entry in self.folder.iterdir()):
            raise ResultsError(f"{self.folder} is not empty and holds no results: choose another folder by --out")
        return False

    def record(self, attempt: str) -> Record | None:
        """Return what came of an attempt, None if it is not done."""
        try:
            record = Record.model_validate_json(self._file(attempt).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None
        return record if record.id == attempt else None

    def add(self, job: Job, records: Iterable[Record]) -> None:
        """Keep what came of the attempts of a job, and let go of its state.

        Raises
        ------
        UnwritableError
            If the folder cannot be written.
        """
        for record in records:
            write_atomically(self._file(record.id), record.model_dump_json(indent=1).encode())
        (self.folder / "states" / f"{job.id}.pt").unlink(missing_ok=True)

    def write_table(self) -> Counter[str]:
        """Write the table of the runs that are done, `results.parquet`, and count them by status.

        It depends on the experiment and on what came of its attempts, not on when and where they were made.

        Raises
        ------
        UnwritableError
            If the folder cannot be written.
        """
        rows = self.rows()
        measured: dict[str, pa.DataType] = {}
        for row in rows:
            measured |= dict.fromkeys(row["measures"], pa.float64())
        settings = {name: _TYPES[type(value)] for name, value in TrainingSpec().model_dump().items()}
        schema = pa.schema(
            {"run": pa.string(), "case": pa.string()}
            | settings
            | {"restart": pa.int64(), "status": pa.string(), "error": pa.string(), "final_loss": pa.float64()}
            | measured
        )
        table = pa.Table.from_pylist([row | row["measures"] for row in rows], schema=schema)
        content = io.BytesIO()
        pa.parquet.write_table(table, content)
        write_atomically(self.folder / "results.parquet", content.getvalue())
        if len(rows) == len(self.experiment.runs):
            shutil.rmtree(self.folder / "states", ignore_errors=True)
        return Counter(row["status"] for row in rows)

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows of the runs that are done, in the order of the experiment."""
        return [row for run in self.experiment.runs if (row := self._row(run))]

    def _row(self, run: Run) -> dict[str, Any] | None:
        """Return the row of a run once all its attempts are done: that of its best."""
        records = [record for attempt in run.attempt_ids() if (record := self.record(attempt))]
        if len(records) < len(run.attempts):
            return None
        losses = [math.inf if record.final_loss is None else record.final_loss for record in records]
        best = losses.index(min(losses))
        record = records[best]
        return {
            "run": run.id,
            "case": run.case,
            **run.attempts[best].model_dump(),
            "restart": best,
            "status": "finished" if record.error is None else "failed",
            "error": record.error,
            "final_loss": record.final_loss,
            "measures": record.measures,
        }

    def _file(self, attempt: str) -> Path:
        return self.folder / "runs" / f"{attempt}.json"


def described(folder: Path, experiment: Experiment) -> Description | None:
    """Read how the results of an experiment were made; None if their folder does not say.

    Raises
    ------
    ResultsError
        If they are of another experiment, or what the folder says cannot be read.
    """
    path = folder / _DESCRIPTION
    if not path.exists():
        return None
    try:
        found = Description.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ResultsError(f"{path} is damaged") from error
    if found.schema_ != SCHEMA:
        raise ResultsError(f"{folder} has results of schema {found.schema_}, this version has {SCHEMA}")
    if found.digest != experiment.digest:
        differences = list(_differences(found.experiment, experiment.model_dump(mode="json", by_alias=True)))
        differences = differences or ["other defaults"]
        more = f" and {len(differences) - _NAMED} more" if len(differences) > _NAMED else ""
        raise ResultsError(
            f"{folder} has results of another experiment, {found.experiment.get('name')} {found.digest[:_SHORT]}, and "
            f"not of {experiment.name} {experiment.digest[:_SHORT]} ({'; '.join(differences[:_NAMED])}{more})"
        )
    return found


def _named(items: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in items.items())


def _differences(there: Any, here: Any, path: str = "") -> Iterator[str]:
    """Name what differs between two descriptions."""
    if isinstance(there, dict) and isinstance(here, dict):
        for name in (name for name in here | there if path or name not in _WORDS):
            yield from _differences(there.get(name), here.get(name), f"{path}.{name}" if path else name)
    elif there != here:
        yield f"{path} is {json.dumps(there)} there and {json.dumps(here)} here"
