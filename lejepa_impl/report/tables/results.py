"""The results of an experiment, read and summarised over seeds."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict

from lejepa_impl.train.spec import TrainingSpec

Row = Mapping[str, Any]
#: Settings over which a cell is summarised, or that are of the computer.
_NOT_AXES = {"seed", "device"}
_REQUIRED = ("run", "seed", "pairs", "status", "error")


class ResultsError(ValueError):
    """A folder without results, or with results that cannot be read."""


class Summary(BaseModel):
    """Mean over seeds, and standard deviation (divisor n - 1), of n runs; of a single one it is None."""

    model_config = ConfigDict(frozen=True)

    mean: float
    std: float | None
    runs: int


@dataclass(frozen=True)
class Results:
    """Runs of an experiment, one row each.

    Parameters
    ----------
    rows
        Settings, `status`, `error` and measures of each run.
    measures
        Names of the measures.
    missing
        Names of the runs that the experiment asks for and that are not among them.
    """

    rows: tuple[Row, ...]
    measures: tuple[str, ...]
    missing: tuple[str, ...]

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


def read_results(path: Path, planned: Collection[str]) -> Results:
    """Read `results.parquet` of an experiment with these planned runs.

    Raises
    ------
    ResultsError
        If there is no such file, it is not Parquet or damaged, its columns are not those of results, or it holds a run
        that is not planned.
    """
    try:
        table = pq.read_table(path)
    except FileNotFoundError as error:
        raise ResultsError(f"no results at {path}: run `lejepa-companion sweep` first, or give their folder") from error
    except (OSError, pa.ArrowInvalid) as error:
        raise ResultsError(f"{path} is damaged or not Parquet: {' '.join(str(error).split())}") from error
    names = table.column_names
    if missing := [name for name in _REQUIRED if name not in names]:
        raise ResultsError(f"{path} holds no results of a sweep: it has no column {', '.join(missing)}")
    rows = tuple(table.to_pylist())
    runs = {row["run"] for row in rows}
    if strangers := sorted(runs - set(planned)):
        raise ResultsError(
            f"{path} is of another experiment: {len(strangers)} of its {len(runs)} runs are not planned, "
            f"{strangers[0]} among them"
        )
    missing_runs = tuple(run for run in planned if run not in runs)
    return Results(rows, tuple(names[names.index("error") + 1 :]), missing_runs)


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
    """List the values of a setting, in order."""
    return sorted({row[name] for row in rows if row.get(name) is not None})
