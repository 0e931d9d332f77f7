r"""Our runs beside the printed tables of W, cell by cell.

A cell disagrees if our mean differs from every mean that its printed digits stand for by more than chance explains:
Welch's t-test between the two groups of runs, corrected by Holm over the cells of a table, so that a table in which all
means are equal has a disagreeing cell with at most the stated probability.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from lejepa_impl.experiments.paper.tables import Cell, Printed, PublishedTables
from lejepa_impl.report.tables.runs import Row, Runs, Summary, distinct, matches, summarised
from lejepa_impl.report.tables.welch import Spread, holm, welch

#: Probability of a disagreeing cell in a table whose cells all agree.
FALSE_ALARM = 0.01
#: From where on an encoder counts as linear.
_LINEARITY, _LINEAR = "r2_h_to_z_in_sample", 0.99


class Verdict(StrEnum):
    """What the comparison of a cell came to."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    NOT_COMPARED = "not compared"
    NOT_RUN = "not run"


class Comparison(BaseModel):
    """A cell of W beside our runs with one way of drawing pairs.

    Parameters
    ----------
    cell
        W's.
    pairs
        How our runs draw pairs.
    ours
        Mean and standard deviation over seeds; None where there is none.
    difference
        Our mean less the nearest mean that W's digits stand for.
    z, degrees, p_value
        Of Welch's test.
    adjusted_p_value
        By Holm, over the cells of the table with these pairs.
    verdict, reason
        What it came to, and why it was not compared.
    """

    model_config = ConfigDict(frozen=True)

    cell: Cell
    pairs: str
    ours: Summary | None = None
    difference: float | None = None
    z: float | None = None
    degrees: float | None = None
    p_value: float | None = None
    adjusted_p_value: float | None = None
    verdict: Verdict
    reason: str = ""


def is_of(runs: Runs, published: PublishedTables) -> bool:
    """Whether any of the runs belongs to the experiment of these tables."""
    return any(matches(row, published.where) for row in runs.rows)


def compare(runs: Runs, published: PublishedTables, false_alarm: float = FALSE_ALARM) -> list[Comparison]:
    """Compare every cell of printed tables with our runs, for each way in which these draw pairs."""
    rows = [row for row in runs.rows if matches(row, published.where)]
    compared: list[Comparison] = []
    for name in published.tables:
        cells = [cell for cell in published.cells() if cell.table == name]
        for pairs in distinct(rows, "pairs"):
            here = [row for row in rows if matches(row, published.tables[name].where) and row["pairs"] == pairs]
            compared += _judged([_beside(cell, pairs, here, runs.axes) for cell in cells], false_alarm)
    return compared


def _beside(cell: Cell, pairs: str, rows: Sequence[Row], axes: Sequence[str]) -> Comparison:
    here = [row for row in rows if matches(row, cell.labels)]
    finished = [row for row in here if row["status"] == "finished"]
    found = Comparison(cell=cell, pairs=pairs, verdict=Verdict.NOT_COMPARED)
    if not finished:
        failed = f"{len(here)} runs failed" if here else ""
        return found.model_copy(update={"verdict": Verdict.NOT_RUN, "reason": failed})
    ours = summarised(finished, cell.measure)
    found = found.model_copy(update={"ours": ours})
    mixed = [axis for axis in axes if len(distinct(finished, axis)) > 1]
    if mixed:
        return found.model_copy(update={"ours": None, "reason": f"runs of several {', '.join(mixed)}"})
    if ours is None:
        return found.model_copy(update={"reason": "not measured, or not finite"})
    difference = beyond_rounding(ours.mean, cell.printed)
    found = found.model_copy(update={"difference": difference})
    largest = cell.printed.largest_std
    if largest is None or ours.std is None:
        reason = "W prints no std" if largest is None else "one seed"
        return found.model_copy(update={"reason": reason})
    test = welch(difference, Spread(ours.std, ours.runs), Spread(largest, cell.printed.runs))
    return found.model_copy(update=test._asdict())


def beyond_rounding(mean: float, printed: Printed) -> float:
    """Return the difference of a mean from the nearest one that printed digits stand for."""
    low, high = printed.interval
    return mean - min(max(mean, low), high)


def _judged(compared: list[Comparison], false_alarm: float) -> Iterator[Comparison]:
    """Judge the cells of a table together."""
    adjusted = iter(holm([found.p_value for found in compared if found.p_value is not None]))
    for found in compared:
        if found.p_value is None:
            yield found
            continue
        p_value = next(adjusted)
        verdict = Verdict.DISAGREES if p_value <= false_alarm else Verdict.AGREES
        yield found.model_copy(update={"adjusted_p_value": p_value, "verdict": verdict})


def where_linear(compared: Sequence[Comparison]) -> list[Comparison]:
    """Keep the cells of which neither W's encoders nor ours are known to be other than linear in the latents."""
    other = {
        _place(found)
        for found in compared
        if found.cell.measure == _LINEARITY
        and found.ours is not None
        and min(found.ours.mean, found.cell.printed.mean) < _LINEAR
    }
    return [found for found in compared if _place(found) not in other]


def _place(found: Comparison) -> tuple[str, str, tuple[tuple[str, Any], ...]]:
    return found.cell.table, found.pairs, tuple(found.cell.labels.items())


class PairsAgreement(BaseModel):
    """How the cells of a measure came out, over all tables, with one way of drawing pairs.

    Parameters
    ----------
    agree, disagree
        Number of cells.
    root_mean_square
        Of z.
    """

    model_config = ConfigDict(frozen=True)

    pairs: str
    measure: str
    agree: int
    disagree: int
    root_mean_square: float


def agreement_of_pairs(compared: Sequence[Comparison]) -> list[PairsAgreement]:
    """Count, for each measure and way of drawing pairs, the cells that agree."""
    groups: dict[tuple[str, str], list[Comparison]] = {}
    for found in compared:
        if found.z is not None:
            groups.setdefault((found.cell.measure, found.pairs), []).append(found)
    agreement = []
    for (measure, pairs), cells in groups.items():
        verdicts = Counter(found.verdict for found in cells)
        agreement.append(
            PairsAgreement(
                pairs=pairs,
                measure=measure,
                agree=verdicts[Verdict.AGREES],
                disagree=verdicts[Verdict.DISAGREES],
                root_mean_square=math.sqrt(sum(found.z**2 for found in cells if found.z is not None) / len(cells)),
            )
        )
    return agreement


def other_settings(runs: Runs, published: PublishedTables) -> dict[str, dict[str, tuple[list[Any], Any]]]:
    """List, for each table, the settings in which our runs differ from W's, with our values and W's."""
    different: dict[str, dict[str, tuple[list[Any], Any]]] = {}
    rows = [row for row in runs.rows if matches(row, published.where)]
    for name, table in published.tables.items():
        here = [row for row in rows if matches(row, table.where)]
        for setting, value in (published.settings | table.settings).items():
            ours = distinct(here, setting)
            if here and ours != [value]:
                different.setdefault(name, {})[setting] = (ours, value)
    return different
