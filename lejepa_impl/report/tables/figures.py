"""Figures of the results of an experiment, as SVG."""

import io
import math
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lejepa_impl.report.tables.comparison import Comparison, Verdict
from lejepa_impl.report.tables.numbers import compact, worded
from lejepa_impl.report.tables.runs import Row, Runs, distinct, matches, summarised

_COLOURS = {"transition": "#0072b2", "one_parent": "#d55e00"}
_OTHER = ("#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_STYLE: dict[Any, Any] = {
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "tables",
}
_ACROSS = 4
#: Measures that are told apart by how far they are from 1.
_NEAR_ONE = "r2_"


def svg(figure: Figure) -> str:
    """Write a figure, the same text for the same figure."""
    buffer = io.StringIO()
    with mpl.rc_context(_STYLE):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def beside(compared: Sequence[Comparison], label: str) -> Figure:
    """Draw each column of each printed table over the label of its rows, W's in black, cells that disagree ringed."""
    panels: dict[tuple[str, str], list[Comparison]] = {}
    for found in compared:
        panels.setdefault((found.cell.table, found.cell.measure), []).append(found)
    tables = list(dict.fromkeys(table for table, _ in panels))
    rows = {table: [key for key in panels if key[0] == table] for table in tables}
    lines = [keys[start : start + _ACROSS] for keys in rows.values() for start in range(0, len(keys), _ACROSS)]
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(2.5 * _ACROSS, 1.9 * len(lines)), layout="constrained")
        for axes, keys in zip(figure.subplots(len(lines), _ACROSS, squeeze=False), lines, strict=True):
            for axis, (table, measure) in zip(axes, keys, strict=False):
                _column(axis, panels[table, measure], label)
                axis.set_title(f"{table}: {_quantity(measure)}")
            for axis in axes[len(keys) :]:
                axis.set_axis_off()
        for axis in figure.axes[-_ACROSS:]:
            axis.set_xlabel(label)
        handles, names = figure.axes[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=len(names), frameon=False)
    return figure


def _quantity(measure: str) -> str:
    return f"1 − {worded(measure)}" if measure.startswith(_NEAR_ONE) else worded(measure)


def _column(axis: Axes, compared: Sequence[Comparison], label: str) -> None:
    measure = compared[0].cell.measure

    def height(mean: float) -> float:
        return 1 - mean if measure.startswith(_NEAR_ONE) else mean

    cells = {found.cell.labels[label]: found.cell.printed for found in compared}
    at = sorted(cells)
    axis.errorbar(
        at,
        [height(cells[x].mean) for x in at],
        [cells[x].std or 0.0 for x in at],
        color="black",
        lw=1,
        marker=".",
        ms=3,
        capsize=2,
        label="W",
    )
    modes = list(dict.fromkeys(found.pairs for found in compared))
    for shift, pairs in zip(np.linspace(-0.04, 0.04, len(modes)) if len(modes) > 1 else [0.0], modes, strict=True):
        here = [found for found in compared if found.pairs == pairs and found.ours]
        x = [found.cell.labels[label] * 2**shift for found in here]
        y = [height(found.ours.mean) for found in here if found.ours]
        errors = [found.ours.std or 0.0 for found in here if found.ours]
        colour = _COLOURS.get(pairs, "grey")
        axis.errorbar(x, y, errors, color=colour, fmt="o", ms=3, lw=1, capsize=2, label=f"ours, {worded(pairs)} pairs")
        ringed = [found.verdict is Verdict.DISAGREES for found in here]
        axis.plot(
            [u for u, ring in zip(x, ringed, strict=True) if ring],
            [v for v, ring in zip(y, ringed, strict=True) if ring],
            "o",
            ms=7,
            mfc="none",
            mec="#cc0000",
            mew=0.8,
            label="disagrees" if pairs == modes[-1] else None,
        )
    axis.set_xscale("log", base=2)
    if all(value > 0 for line in axis.lines for value in np.asarray(line.get_ydata(), float)):
        axis.set_yscale("log")


def heat_maps(runs: Runs, measures: Sequence[str]) -> Figure:
    """Draw measures over the weight of the regularizer and the correlation, for each way of drawing pairs."""
    modes = distinct(runs.finished, "pairs")
    weights, correlations = (distinct(runs.rows, name) for name in ("regularizer_weight", "rho"))
    with mpl.rc_context(_STYLE):
        size = (1.4 + 0.55 * len(correlations)) * len(measures), (1.1 + 0.36 * len(weights)) * len(modes)
        figure = Figure(figsize=(max(size[0], 5), max(size[1], 2)), layout="constrained")
        axes = figure.subplots(len(modes), len(measures), squeeze=False)
        for row, pairs in zip(axes, modes, strict=True):
            for axis, measure in zip(row, measures, strict=True):
                values = np.full((len(weights), len(correlations)), math.nan)
                for i, weight in enumerate(weights):
                    for j, rho in enumerate(correlations):
                        setting = {"pairs": pairs, "regularizer_weight": weight, "rho": rho}
                        here = [row for row in runs.finished if matches(row, setting)]
                        if found := summarised(here, measure):
                            values[i, j] = found.mean
                _heat_map(axis, values, weights, correlations)
                axis.set_title(f"{worded(measure)}, {worded(pairs)} pairs")
    return figure


def _heat_map(axis: Axes, values: np.ndarray, weights: Sequence[float], correlations: Sequence[float]) -> None:
    image = axis.imshow(values, origin="lower", aspect="auto", cmap="viridis")
    axis.set(xlabel="ρ", ylabel="λ", xticks=range(len(correlations)), yticks=range(len(weights)))
    axis.set_xticklabels([f"{rho:g}" for rho in correlations])
    axis.set_yticklabels([f"{weight:g}" for weight in weights])
    low, high = np.nanmin(values, initial=math.inf), np.nanmax(values, initial=-math.inf)
    for (i, j), value in np.ndenumerate(values):
        light = math.isfinite(value) and value - low < (high - low) / 2
        text = f"{value:.2f}" if math.isfinite(value) else "–"
        axis.text(j, i, text, ha="center", va="center", fontsize=6, color="white" if light else "black")
    axis.figure.colorbar(image, ax=axis, shrink=0.8)


def lines(runs: Runs, measure: str) -> Figure:
    """Draw a measure over the numeric setting with most values; one line for each choice of the others."""
    rows, axes_ = runs.finished, runs.axes
    numeric = [name for name in axes_ if all(isinstance(row[name], int | float) for row in rows)]
    along = max(numeric or axes_, key=lambda name: len(distinct(rows, name)), default="seed")
    others = [name for name in axes_ if name != along]
    panels = max((n for n in others if n not in numeric), key=lambda name: len(distinct(rows, name)), default=None)
    shown = distinct(rows, panels) if panels else [None]
    inner = [name for name in others if name != panels]
    colours = [*_COLOURS.values(), *_OTHER]
    choices = list(dict.fromkeys(tuple(row.get(name) for name in inner) for row in rows))
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(max(2.6 * len(shown), 4), 2.9), layout="constrained")
        for axis, value in zip(figure.subplots(1, len(shown), squeeze=False, sharey=True)[0], shown, strict=True):
            here = [row for row in rows if panels is None or row[panels] == value]
            for index, choice in enumerate(choices):
                line = [row for row in here if tuple(row.get(name) for name in inner) == choice]
                _line(axis, line, along, measure, colours[index % len(colours)], _named(inner, choice))
            axis.set(xlabel=along.replace("_", " "), title=compact(value) if panels else "")
            positive = along in numeric and distinct(rows, along)[0] > 0
            if positive and distinct(rows, along)[-1] / distinct(rows, along)[0] > 20:
                axis.set_xscale("log")
        figure.axes[0].set_ylabel(worded(measure))
        handles = {
            name: handle for a in figure.axes for handle, name in zip(*a.get_legend_handles_labels(), strict=True)
        }
        if any(handles):
            figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=3, frameon=False)
    return figure


def _line(axis: Axes, rows: Sequence[Row], along: str, measure: str, colour: str, name: str) -> None:
    at: list[Any] = distinct(rows, along)
    found = [summarised([row for row in rows if row[along] == x], measure) for x in at]
    known = [
        (compact(x) if isinstance(x, str) else x, s.mean, s.std or 0.0) for x, s in zip(at, found, strict=True) if s
    ]
    if known:
        x, y, error = zip(*known, strict=True)
        axis.errorbar(x, y, error, fmt="o-", color=colour, ms=3, lw=1, capsize=2, label=name)


def _named(names: Sequence[str], values: Sequence[Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {compact(value)}" for name, value in zip(names, values, strict=True))
