r"""Printed tables of W, and what their digits allow.

A printed mean $x$ with the unit $u$ of its last digit stands for every number in $[x-u/2, x+u]$: it may have been
rounded or cut. (Table 1 shows six digits of what Appendix H.10 cuts to five.) A printed standard deviation of n runs is
taken to be as large as its digits allow, with either divisor, n or n - 1.

References
----------
W, Tables 1 and 2, Appendix H.10.
"""

import math
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

#: Significant digits of a standard deviation, where a table does not say how many decimals it has.
_STD_DIGITS = 2


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Printed(_Data):
    r"""A printed mean over runs, its standard deviation where there is one, and the unit of the last digit of each.

    Parameters
    ----------
    mean, std
        As printed.
    unit, std_unit
        Value of one step in the last printed digit.
    runs
        Number of runs.
    """

    mean: float
    unit: float = Field(ge=0)
    std: float | None = Field(None, ge=0)
    std_unit: float = Field(0.0, ge=0)
    runs: int = Field(ge=2)

    @property
    def interval(self) -> tuple[float, float]:
        """The means that are printed so, rounded or cut."""
        return self.mean - self.unit / 2, self.mean + self.unit

    @property
    def largest_std(self) -> float | None:
        """The largest standard deviation, with the divisor n - 1, that is printed so."""
        return None if self.std is None else (self.std + self.std_unit) * math.sqrt(self.runs / (self.runs - 1))


class Cell(_Data):
    """A number of a table, with what it is the number of.

    Parameters
    ----------
    table
        Name of the table.
    labels
        Its row, as settings of the runs.
    measure
        Its column, by the name of the measure in this package.
    """

    table: str
    labels: dict[str, float]
    measure: str
    printed: Printed


class _Number(_Data):
    mean: float
    std: float | None = None


class Column(_Data):
    """What a column holds, and how many decimals are printed."""

    measure: str
    decimals: int


class Table(_Data):
    """The rows of a table, what selects its runs, and the settings that they had."""

    where: dict[str, str] = {}
    settings: dict[str, Any] = {}
    std_decimals: dict[str, int] = {}
    rows: tuple[dict[str, float | _Number], ...]


class _Digits(_Data):
    decimals: int
    rows: tuple[dict[str, float], ...]


class PublishedTables(_Data):
    """The tables of an experiment of W, with their source.

    Parameters
    ----------
    source, settings_source
        Where the numbers, and the settings of the runs, are printed.
    measured
        How W measures, where that is not said by the name of a measure.
    experiment
        Name of the experiment.
    seeds
        Number of runs behind a cell.
    where
        Settings that tell the runs of the experiment from others.
    settings
        Further settings that all runs had in common.
    labels
        Columns that say what a row is of, as settings.
    columns
        The other columns.
    more_digits
        The same means with more digits, in columns named TABLE_COLUMN.
    tables
        By name.
    """

    source: str
    measured: str | None = None
    settings_source: str | None = None
    experiment: str
    seeds: int
    where: dict[str, Any]
    settings: dict[str, Any] = {}
    labels: dict[str, str]
    columns: dict[str, Column]
    more_digits: _Digits | None = None
    tables: dict[str, Table]

    def cells(self) -> Iterator[Cell]:
        """List the numbers of all tables."""
        for name, table in self.tables.items():
            for row in table.rows:
                labels = {self.labels[key]: value for key, value in row.items() if key in self.labels}
                for key in (key for key in row if key in self.columns):
                    yield Cell(
                        table=name,
                        labels=labels,
                        measure=self.columns[key].measure,
                        printed=self._printed(name, key, row),
                    )

    def _printed(self, name: str, column: str, row: Mapping[str, Any]) -> Printed:
        number, decimals = row[column], self.columns[column].decimals
        number = number if isinstance(number, _Number) else _Number(mean=number)
        mean = number.mean
        if self.more_digits:
            for other in self.more_digits.rows:
                if f"{name}_{column}" in other and all(other[key] == row[key] for key in self.labels):
                    mean, decimals = other[f"{name}_{column}"], self.more_digits.decimals
        std_decimals = self.tables[name].std_decimals.get(column)
        units = [] if std_decimals is None else [10.0**-std_decimals]
        if number.std:
            units.append(10.0 ** (math.floor(math.log10(number.std)) + 1 - _STD_DIGITS))
        return Printed(
            mean=mean, unit=10.0**-decimals, std=number.std, std_unit=max(units, default=0.0), runs=self.seeds
        )


@cache
def published_tables() -> dict[str, PublishedTables]:
    """Read the tables that come with this package, by the name of their experiment."""
    found = (item for item in files(__package__).iterdir() if item.name.endswith(".json"))
    tables = (
        PublishedTables.model_validate_json(item.read_text()) for item in sorted(found, key=lambda item: item.name)
    )
    return {table.experiment: table for table in tables}
