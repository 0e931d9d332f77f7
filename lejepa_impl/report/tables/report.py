"""The report of an experiment: its runs as tables, beside W's where W prints them."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lejepa_impl.experiments.paper.tables import PublishedTables, published_tables
from lejepa_impl.report.tables import figures
from lejepa_impl.report.tables.comparison import (
    FALSE_ALARM,
    Comparison,
    Verdict,
    agreement_of_pairs,
    compare,
    is_of,
    other_settings,
    where_linear,
)
from lejepa_impl.report.tables.document import Block, Bullets, Document, Entry, Figure, Grid, Heading, Paragraph
from lejepa_impl.report.tables.numbers import MEASURES, as_printed, compact, shown, signed, worded
from lejepa_impl.report.tables.runs import Row, Runs, distinct, matches, summarised

#: The file of the figure, beside the document.
FIGURE = "report.svg"
_METHOD = (
    r"$z=d/\sqrt{{s^2/n+s_W^2/n_W}}$, with $d$ the difference of our mean from the nearest mean that W's digits stand "
    "for, rounded or cut, $s$ the standard deviation over our $n$ seeds, and $s_W$ the largest one that W's digits "
    "allow for its $n_W$ runs. A cell disagrees if Welch's t-test, corrected by Holm over the cells of a table with "
    "one way of drawing pairs, gives at most {false_alarm:g}: so often would a table in which all means are equal have "
    "a cell that disagrees."
)
_BOUND = "sharp_bound_with_confidence"
_GRID_MEASURES = ("r2_h_to_z", "trace_covariance")


@dataclass(frozen=True)
class ExperimentReport:
    """What there is to say of the results of an experiment.

    Parameters
    ----------
    name, title
        Of the experiment.
    runs
        Its runs.
    false_alarm
        Probability of a disagreeing cell in a table whose cells all agree.
    """

    name: str
    title: str
    runs: Runs
    false_alarm: float = FALSE_ALARM

    @cached_property
    def published(self) -> PublishedTables | None:
        """The printed tables that the runs belong to."""
        return next((tables for tables in published_tables().values() if is_of(self.runs, tables)), None)

    @cached_property
    def compared(self) -> list[Comparison]:
        """The cells of the printed tables, for each way of drawing pairs."""
        return compare(self.runs, self.published, self.false_alarm) if self.published else []

    @property
    def disagreeing(self) -> list[str]:
        """The cells that disagree, named."""
        return [
            f"{_named(found)}: {shown(found.ours)}, W {as_printed(found.cell.printed)}, z = {signed(found.z)}"
            for found in self.compared
            if found.verdict is Verdict.DISAGREES and found.z is not None
        ]

    @property
    def state(self) -> str:
        """How many runs there are, and whether all are done."""
        runs = self.runs
        state = f"{len(runs.finished)} of {len(runs.rows) + len(runs.missing)} runs finished"
        if runs.failed:
            state += f", {len(runs.failed)} failed"
        if runs.missing:
            state += f"; {len(runs.missing)} are not done yet, so that this report is not complete"
        return state + "."

    @property
    def origin_of_pairs(self) -> str:
        """Which pairs W's alignment loss can come from: it tells them apart where the encoders are linear."""
        linear = where_linear(self.compared)
        found = {item.pairs: item for item in agreement_of_pairs(linear) if item.measure == "alignment"}
        if len(found) < 2:
            return "The alignment loss of linear encoders was not compared for both kinds of pairs: this is open."
        counts = ", ".join(
            f"with that of {compact(pairs)} pairs in {item.disagree} of {item.agree + item.disagree} "
            f"(root mean square of z {item.root_mean_square:.1f})"
            for pairs, item in found.items()
        )
        agreeing = [compact(pairs) for pairs, item in found.items() if not item.disagree]
        if len(agreeing) == len(found):
            conclusion = "these runs do not tell the two apart"
        else:
            conclusion = f"of the two it can be {agreeing[0] if agreeing else 'neither'}"
        return f"Where the encoders are linear in the latents, W's alignment loss disagrees {counts}: {conclusion}."

    @property
    def bounded(self) -> list[Row]:
        """The runs of whose recovery error the theorem speaks."""
        return [
            row
            for row in self.runs.finished
            if all(row.get(name) is not None and math.isfinite(row[name]) for name in ("procrustes_error", _BOUND))
        ]

    @property
    def beyond_the_bound(self) -> list[str]:
        """Those of them whose recovery error is above its bound with confidence."""
        return [row["run"] for row in self.bounded if row["procrustes_error"] > row[_BOUND]]

    @property
    def _recovery_bound(self) -> str:
        beyond = self.beyond_the_bound
        named = f": {'; '.join(beyond)}" if beyond else ""
        return (
            f"In {len(beyond)} of {len(self.bounded)} runs the Procrustes error is above the sharp bound at the upper "
            f"95 % confidence limits of ε and δ, where one in twenty may be{named}."
        )

    @property
    def _disagreement(self) -> str:
        compared = sum(found.z is not None for found in self.compared)
        if not compared:
            return "No cell could be compared."
        return f"{len(self.disagreeing)} of {compared} cells disagree."

    def summary(self) -> list[str]:
        """Say in a few lines how it stands: how many runs, which cells disagree, which pairs are W's."""
        lines = [self.state]
        if self.published:
            lines += [self._disagreement, *self.disagreeing]
            lines.append(self.origin_of_pairs)
        return [*lines, self._recovery_bound] if self.bounded else lines

    def document(self) -> Document:
        """Lay the report out."""
        return Document(self.title, tuple(self._blocks()))

    def json(self) -> dict[str, Any]:
        """Return the report as `report --json` prints it."""
        published = self.published
        return {
            "schema": 1,
            "experiment": self.name,
            "made": self.runs.made.model_dump(mode="json"),
            "finished": len(self.runs.finished),
            "failed": {row["run"]: row["error"] for row in self.runs.failed},
            "missing": list(self.runs.missing),
            "axes": list(self.runs.axes),
            "rows": [
                {
                    "settings": setting,
                    "measures": {
                        name: found.model_dump()
                        for name in self.runs.measures
                        if (found := summarised(runs, name)) is not None
                    },
                }
                for setting, runs in self._groups()
            ],
            "bounded": len(self.bounded),
            "beyond_the_bound": self.beyond_the_bound,
            "source": published.source if published else None,
            "false_alarm": self.false_alarm if published else None,
            "cells": [found.model_dump(mode="json") for found in self.compared],
            "pairs": [found.model_dump() for found in agreement_of_pairs(self.compared)],
        }

    def _blocks(self) -> Iterator[Block]:
        yield from self._heading()
        if self.published:
            yield from self._beside(self.published)
        if not self.runs.finished:
            return
        if not self.published:
            yield Figure(FIGURE, self.figure, f"Results of {self.name}")
        yield Heading("Runs")
        if self.bounded:
            yield Paragraph(self._recovery_bound)
        yield self._own()

    def _heading(self) -> Iterator[Block]:
        made = self.runs.made
        on = [f"on {', '.join(made.devices)}"] if made.devices else []
        with_ = [f"with {', '.join(f'{name} {of}' for name, of in made.versions.items())}"] if made.versions else []
        yield Paragraph(" ".join([self.state, *([f"Made {' '.join(on + with_)}."] if on or with_ else [])]))
        if self.runs.failed:
            yield Bullets([f"{row['run']} failed: {row['error']}" for row in self.runs.failed])

    def _beside(self, published: PublishedTables) -> Iterator[Block]:
        measured = f" {published.measured}." if published.measured else ""
        yield Paragraph(f"W's numbers are those of {published.source}.{measured}")
        if other := other_settings(self.runs, published):
            yield Paragraph("Settings in which these runs differ from W's:")
            yield Bullets(_settings(other))
        yield Paragraph(_METHOD.format(false_alarm=self.false_alarm))
        yield Heading("Which pairs W's numbers come from")
        yield from self._pairs()
        yield Heading("Cells that disagree")
        yield Paragraph(self._disagreement)
        if self.disagreeing:
            yield Bullets(self.disagreeing)
        if any(found.ours for found in self.compared):
            yield Figure(FIGURE, self.figure, f"{self.name} beside W")
        for table in published.tables:
            here = [found for found in self.compared if found.cell.table == table]
            if any(found.verdict is not Verdict.NOT_RUN for found in here):
                yield Heading(f"Table {table}")
                yield _table(here)
        if not_run := list(_not_run(self.compared, published)):
            yield Heading("Not run")
            yield Bullets(not_run)

    def _pairs(self) -> Iterator[Block]:
        agreement = agreement_of_pairs(self.compared)
        modes = list(dict.fromkeys(found.pairs for found in self.compared))
        yield Paragraph(
            "Transition pairs are a latent and its successor, of the stated correlation $\\rho$. One parent pairs are "
            "two successors of one latent, of correlation $\\rho^2$."
        )
        by = {(found.measure, found.pairs): found for found in agreement}
        rows = []
        for measure in dict.fromkeys(found.measure for found in agreement):
            row = [Entry(worded(measure))]
            for mode in modes:
                found = by.get((measure, mode))
                row += (
                    [
                        Entry(f"{found.disagree} of {found.agree + found.disagree}", strong=found.disagree > 0),
                        Entry(f"{found.root_mean_square:.1f}"),
                    ]
                    if found
                    else [Entry(""), Entry("")]
                )
            rows.append(row)
        header = [
            "measure",
            *(text for mode in modes for text in (f"{compact(mode)}: cells that disagree", "z, r.m.s.")),
        ]
        if rows:
            yield Grid(header, rows)
        yield Paragraph(self.origin_of_pairs)

    def figure(self) -> str:
        """Draw the results, beside W's where there are any, as SVG."""
        return self._figure

    @cached_property
    def _figure(self) -> str:
        if self.published:
            (label,) = self.published.labels.values()
            run = {found.cell.table for found in self.compared if found.ours}
            return figures.svg(figures.beside([f for f in self.compared if f.cell.table in run], label))
        axes = set(self.runs.axes) - {"pairs"}
        if axes == {"regularizer_weight", "rho"}:
            return figures.svg(figures.heat_maps(self.runs, _GRID_MEASURES))
        return figures.svg(figures.lines(self.runs, self._recovery))

    @property
    def _recovery(self) -> str:
        """The measure that a figure of an experiment without printed tables shows."""
        grid = "r2_h_to_z_grid"
        measured = any(row.get(grid) is not None for row in self.runs.finished)
        return grid if measured and "shape" in self.runs.axes else "r2_h_to_z"

    def _groups(self) -> Iterator[tuple[Mapping[str, Any], list[Row]]]:
        """Walk through what tells runs apart, and the finished runs of each."""
        axes = self.runs.axes
        ranks = {axis: {value: i for i, value in enumerate(distinct(self.runs.rows, axis))} for axis in axes}
        settings = {tuple(row.get(axis) for axis in axes) for row in self.runs.rows}
        # A setting that a run lacks comes first.
        for values in sorted(
            settings, key=lambda values: [ranks[a].get(v, -1) for a, v in zip(axes, values, strict=True)]
        ):
            setting = dict(zip(axes, values, strict=True))
            yield setting, [row for row in self.runs.finished if matches(row, setting)]

    def _own(self) -> Grid:
        axes = self.runs.axes
        measures = [name for name in MEASURES if any(row.get(name) is not None for row in self.runs.finished)]
        rows = [
            [
                *(Entry(compact(setting[axis])) for axis in axes),
                *(Entry(shown(summarised(runs, name))) for name in measures),
                Entry(str(len(runs))),
            ]
            for setting, runs in self._groups()
            if runs
        ]
        header = [*map(worded, axes), *map(worded, measures), "seeds"]
        return Grid(header, rows, names=len(axes))


def _named(found: Comparison) -> str:
    labels = ", ".join(f"{name} {compact(value)}" for name, value in found.cell.labels.items())
    return f"{found.cell.table}, {labels}, {worded(found.cell.measure)}, {compact(found.pairs)} pairs"


def _settings(other: Mapping[str, Mapping[str, tuple[list[Any], Any]]]) -> list[str]:
    """Say in which settings runs differ from W's, tables that differ alike together."""
    alike: dict[str, list[str]] = {}
    for table, settings in other.items():
        text = "; ".join(
            f"{worded(name)} {', '.join(map(compact, ours))} (W: {compact(theirs)})"
            for name, (ours, theirs) in settings.items()
        )
        alike.setdefault(text, []).append(table)
    return [f"{', '.join(tables)}: {text}" for text, tables in alike.items()]


def _table(compared: Sequence[Comparison]) -> Grid:
    """Lay the cells of a table out, one a row, the ways of drawing pairs side by side."""
    modes = list(dict.fromkeys(found.pairs for found in compared))
    labels = list(compared[0].cell.labels)
    by_cell: dict[str, dict[str, Comparison]] = {}
    for found in compared:
        by_cell.setdefault(found.cell.model_dump_json(), {})[found.pairs] = found
    rows = []
    for beside in by_cell.values():
        if all(found.verdict is Verdict.NOT_RUN for found in beside.values()):
            continue
        cell = next(iter(beside.values())).cell
        row = [Entry(compact(cell.labels[label])) for label in labels]
        row += [Entry(worded(cell.measure)), Entry(as_printed(cell.printed))]
        for mode in modes:
            row += _entries(beside[mode])
        rows.append(row)
    header = [*labels, "measure", "W", *(text for mode in modes for text in (f"ours, {compact(mode)} pairs", "z"))]
    return Grid(header, rows, names=len(labels) + 1)


def _entries(found: Comparison) -> list[Entry]:
    strong = found.verdict is Verdict.DISAGREES
    if found.z is None:
        return [Entry(shown(found.ours)), Entry(found.reason or found.verdict)]
    return [Entry(shown(found.ours)), Entry(signed(found.z), strong)]


def _not_run(compared: Sequence[Comparison], published: PublishedTables) -> Iterator[str]:
    """Say which rows of which tables have no run, for each way of drawing pairs."""
    for table in published.tables:
        here = [found for found in compared if found.cell.table == table]
        modes: dict[tuple[str, ...], list[str]] = {}
        for mode in dict.fromkeys(found.pairs for found in here):
            rows = (
                ", ".join(f"{name} {compact(value)}" for name, value in found.cell.labels.items())
                + (f" ({found.reason})" if found.reason else "")
                for found in here
                if found.pairs == mode and found.verdict is Verdict.NOT_RUN
            )
            modes.setdefault(tuple(dict.fromkeys(rows)), []).append(mode)
        for rows_, names in modes.items():
            if rows_:
                yield f"{table}, {' and '.join(map(compact, names))} pairs: {'; '.join(rows_)}"
