"""Figures of the results of an experiment, as SVG."""

import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lejepa_impl.report.tables.comparison import Comparison, Verdict
from lejepa_impl.report.tables.numbers import compact, worded
from lejepa_impl.report.tables.runs import Row, Runs, distinct, matches, summarised

_COLOURS = {"transition": "#0072b2", "one_parent": "#d55e00"}
_BOUNDS = {"sharp_bound": "sharp bound", "recovery_bound": "bound as printed"}
_OTHER = ("#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_STYLE: dict[Any, Any] = {
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "tables",
}
_ACROSS = 4
#: Values are shown on a logarithmic scale if the largest is so many times the least.
_DECADES = 20
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


def bounds(rows: Sequence[Row]) -> Figure:
    """Draw the recovery error of runs over its bounds, which it should not exceed: points belong below the diagonal."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(4.5, 4), layout="constrained")
        axis = figure.subplots()
        errors = [row["procrustes_error"] for row in rows]
        for (measure, label), colour in zip(_BOUNDS.items(), _COLOURS.values(), strict=True):
            axis.loglog([row[measure] for row in rows], errors, "o", ms=4, color=colour, label=label)
        axis.axline((1, 1), (10, 10), color="grey", lw=0.8)
        axis.set(xlabel="bound", ylabel=worded("procrustes_error"))
        axis.legend(frameon=False)
    return figure


def _quantity(measure: str) -> str:
    name = worded(measure.removesuffix("_in_sample"))
    return f"1 − {name}" if measure.startswith(_NEAR_ONE) else name


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
    means = [printed.mean for printed in cells.values()] + [found.ours.mean for found in compared if found.ours]
    heights = [height(mean) for mean in means]
    if min(heights) > 0 and max(heights) > _DECADES * min(heights):
        axis.set_yscale("log", nonpositive="clip")


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
    """Draw a measure over the numeric setting with most values, or each case; a panel a case, a line for each other."""
    rows = runs.finished
    numeric = [name for name in runs.axes if all(isinstance(row[name], int | float) for row in rows)]
    along = max(numeric, key=lambda name: len(distinct(rows, name)), default=None)
    panelled = along is not None and "case" in runs.axes
    panels = distinct(rows, "case") if panelled else [""]
    others = [name for name in runs.axes if name not in (along, "case")]
    choices = list(dict.fromkeys(tuple(row[name] for name in others) for row in rows))
    colours = [*_COLOURS.values(), *_OTHER]
    across = min(len(panels), _ACROSS)
    down = math.ceil(len(panels) / across)
    with mpl.rc_context(_STYLE):
        size = (max(2.5 * across, 4), 2.2 * down + 0.5) if along else (6.5, 1 + 0.25 * len(distinct(rows, "case")))
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots(down, across, squeeze=False, sharex=True, sharey=True).flat
        for axis, panel in zip(axes, panels, strict=False):
            here = [row for row in rows if not panelled or row["case"] == panel]
            for index, choice in enumerate(choices):
                line = [row for row in here if tuple(row[name] for name in others) == choice]
                style: dict[str, Any] = {"color": colours[index % len(colours)], "ms": 3, "lw": 1, "capsize": 2}
                named = zip(others, choice, strict=True)
                style["label"] = ", ".join(f"{worded(name)} {compact(value)}" for name, value in named)
                if along:
                    _line(axis, line, along, measure, style)
                else:
                    _dots(axis, line, measure, 0.2 * (index - (len(choices) - 1) / 2), style)
            axis.set_title(compact(panel))
        for axis in list(axes)[len(panels) :]:
            axis.set_axis_off()
        _scaled(figure.axes[0], distinct(rows, along) if along else [])
        figure.supylabel(worded(measure) if along else "")
        for axis in figure.axes[-across:]:
            axis.set_xlabel(worded(along) if along else worded(measure))
        if others:
            handles, names = figure.axes[0].get_legend_handles_labels()
            figure.legend(handles, names, loc="outside lower center", ncols=3, frameon=False)
    return figure


def _scaled(axis: Axes, values: Sequence[float]) -> None:
    """Choose the scale of the axis of a setting."""
    if values and values[0] > 0 and values[-1] > _DECADES * values[0]:
        axis.set_xscale("log", base=2)


def _line(axis: Axes, rows: Sequence[Row], along: str, measure: str, style: Mapping[str, Any]) -> None:
    found = [(at, summarised([row for row in rows if row[along] == at], measure)) for at in distinct(rows, along)]
    known = [(at, summary.mean, summary.std or 0.0) for at, summary in found if summary]
    if known:
        at, means, errors = zip(*known, strict=True)
        axis.errorbar(at, means, errors, fmt="o-", **style)


def _dots(axis: Axes, rows: Sequence[Row], measure: str, shift: float, style: Mapping[str, Any]) -> None:
    cases = distinct(rows, "case")
    found = [(i, summarised([row for row in rows if row["case"] == case], measure)) for i, case in enumerate(cases)]
    known = [(summary.mean, i + shift, summary.std or 0.0) for i, summary in found if summary]
    if known:
        means, heights, errors = zip(*known, strict=True)
        axis.errorbar(means, heights, xerr=errors, fmt="o", **style)
    axis.set_yticks(range(len(cases)), [compact(case) for case in cases])
    axis.yaxis.set_inverted(True)
