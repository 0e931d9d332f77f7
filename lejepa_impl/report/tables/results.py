"""The results of an experiment, read and summarised over seeds."""

import math
from collections.abc import Iterable, Mapping
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
    planned
        Number of runs that the experiment asks for.
    """

    rows: tuple[Row, ...]
    measures: tuple[str, ...]
    planned: int

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
        """Settings that vary between runs, seeds left out."""
        settings = (name for name in TrainingSpec.model_fields if name not in _NOT_AXES)
        return tuple(name for name in settings if len({row[name] for row in self.rows if name in row}) > 1)

    def __add__(self, other: "Results") -> "Results":
        """Join the results of two parts of an experiment."""
        return Results(self.rows + other.rows, self.measures, self.planned + other.planned)


def read_results(path: Path, planned: int) -> Results:
    """Read `results.parquet`.

    Raises
    ------
    ResultsError
        If there is no such file, it is not Parquet or damaged, or its columns are not those of results.
    """
    try:
        table = pq.read_table(path)
    except FileNotFoundError as error:
        raise ResultsError(f"no results at {path}: run `lejepa-companion sweep` first") from error
    except (OSError, pa.ArrowInvalid) as error:
        raise ResultsError(f"{path} is damaged or not Parquet ({' '.join(str(error).split())}): run it again") from error
    if missing := [name for name in _REQUIRED if name not in table.column_names]:
        raise ResultsError(f"{path} has no column {', '.join(missing)}: it holds no results of a sweep")
    names = table.column_names
    measures = tuple(names[names.index("error") + 1 :])
    return Results(tuple(table.to_pylist()), measures, planned)


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
