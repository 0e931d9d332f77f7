"""The runs of an experiment, read from its results and summarised over seeds."""

import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, ValidationError

from lejepa_impl.experiments.results import ResultsError, described
from lejepa_impl.experiments.run import Record
from lejepa_impl.experiments.spec import Experiment, Run
from lejepa_impl.train.spec import TrainingSpec

Row = Mapping[str, Any]
#: Settings over which a cell is summarised, or that are of the computer.
_NOT_AXES = {"seed", "device"}
MADE = "made.json"
_REQUIRED = ("run", "seed", "pairs", "status", "error")


class Summary(BaseModel):
    """Mean over seeds, and standard deviation (divisor n - 1), of n runs; of a single one it is None."""

    model_config = ConfigDict(frozen=True)

    mean: float
    std: float | None
    runs: int


class Made(BaseModel):
    """On which devices, and with which versions, runs were made, as far as it is recorded.

    `made.json` keeps this where the record of each run is not kept.
    """

    model_config = ConfigDict(frozen=True)

    devices: tuple[str, ...] = ()
    versions: dict[str, str] = {}


@dataclass(frozen=True)
class Runs:
    """Runs of an experiment, one row each.

    Parameters
    ----------
    rows
        Settings, `status`, `error` and measures of each run.
    measures
        Names of the measures.
    missing
        Names of the runs that the experiment asks for and that are not among them.
    made
        On which devices, and with which versions.
    """

    rows: tuple[Row, ...]
    measures: tuple[str, ...]
    missing: tuple[str, ...] = ()
    made: Made = field(default_factory=Made)

    @property
    def finished(self) -> list[Row]:
        """Runs that came to their end."""
        return [row for row in self.rows if row["status"] == "finished"]

    @property
    def failed(self) -> list[Row]:
        """Runs that did not, with their `error`."""
        return [row for row in self.rows if row["status"] == "failed"]

    @property
    def axes(self) -> tuple[str, ...]:
        """What tells runs of different seeds apart: the case, and settings that vary within a case."""
        names = ["case", *(name for name in TrainingSpec.model_fields if name not in _NOT_AXES)]
        varied = [name for name in names if len({row.get(name) for row in self.rows}) > 1]
        return tuple(name for name in varied if name == "case" or not self._follows_case(name))

    def _follows_case(self, name: str) -> bool:
        if not all(row.get("case") for row in self.rows):
            return False
        return len({(row["case"], row.get(name)) for row in self.rows}) == len({row["case"] for row in self.rows})


def read_runs(folder: Path, experiment: Experiment) -> Runs:
    """Read the results of an experiment, as far as there are any.

    Raises
    ------
    ResultsError
        If there are none, they are damaged, or they are not of this experiment.
    """
    path = folder / "results.parquet"
    try:
        how = described(folder, experiment)
    except ResultsError as error:
        raise ResultsError(f"{error}: give the folder of its results by --results") from error
    try:
        table = pq.read_table(path)
        rows = tuple(table.to_pylist())
    except FileNotFoundError as error:
        advice = "run `lejepa-companion sweep` first, or give their folder by --results"
        if any((folder / "runs").glob("*.json")):
            advice = "`lejepa-companion sweep`, started again, goes on and writes them"
        raise ResultsError(f"no results at {path}: {advice}") from error
    except (OSError, ValueError, pa.ArrowException) as error:
        raise ResultsError(f"{path} is damaged or not Parquet: {' '.join(str(error).split())}") from error
    names = table.column_names
    if missing := [name for name in _REQUIRED if name not in names]:
        raise ResultsError(f"{path} holds no results of a sweep: it has no column {', '.join(missing)}")
    measures = tuple(names[names.index("error") + 1 :])
    if odd := [name for name in measures if not pa.types.is_floating(table.schema.field(name).type)]:
        raise ResultsError(f"{path} holds no results of a sweep: the column {', '.join(odd)} is not of measures")
    planned = {run.id: run for run in experiment.runs}
    there = set()
    for row in rows:
        if other := _other_than(row, planned.get(str(row["run"]))):
            raise ResultsError(f"{path} is not of the experiment {experiment.name}: {other}")
        if row["run"] in there:
            raise ResultsError(f"{path} has the run {row['run']} twice: `lejepa-companion sweep` writes it anew")
        there.add(row["run"])
    return Runs(
        rows=rows,
        measures=measures,
        missing=tuple(run for run in planned if run not in there),
        made=_made(folder, how.versions if how else {}),
    )


def _other_than(row: Row, planned: Run | None) -> str | None:
    """Say in what a row is not of a planned run."""
    if planned is None:
        return f"it has no run {row['run']}"
    settings = [attempt.model_dump() for attempt in planned.attempts]
    for attempt in settings:
        if matches(row, {name: value for name, value in attempt.items() if name in row}):
            return None
    different = next((name for name, value in settings[0].items() if name in row and row[name] != value), "seed")
    return f"{row['run']} has the {different} {row[different]} and not {settings[0][different]}"


def _made(folder: Path, versions: dict[str, str]) -> Made:
    devices = set()
    for path in (folder / "runs").glob("*.json"):
        with suppress(OSError, ValidationError):
            devices.add(Record.model_validate_json(path.read_bytes()).trace.device)
    with suppress(OSError, ValidationError):
        if not devices:
            return Made.model_validate_json((folder / MADE).read_bytes())
    return Made(devices=tuple(sorted(devices)), versions=versions)


def summarised(rows: Iterable[Row], measure: str) -> Summary | None:
    """Summarise a measure over runs; None where a run lacks it, or it is not finite."""
    values = [row.get(measure) for row in rows]
    numbers = [float(value) for value in values if value is not None and math.isfinite(value)]
    if not numbers or len(numbers) < len(values):
        return None
    return Summary(mean=fmean(numbers), std=stdev(numbers) if len(numbers) > 1 else None, runs=len(numbers))


def matches(row: Row, settings: Mapping[str, Any]) -> bool:
    """Whether a run has these settings."""
    return all(name in row and row[name] == value for name, value in settings.items())


def distinct(rows: Iterable[Row], name: str) -> list[Any]:
    """List the values of a setting: numbers in order, names as they come."""
    values = list(dict.fromkeys(row[name] for row in rows if row.get(name) is not None))
    return sorted(values) if all(isinstance(value, int | float) for value in values) else values
