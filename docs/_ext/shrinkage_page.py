"""Draws the figure and writes the tables of the page on shrinkage and saturation, from their committed results."""

import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from sphinx.application import Sphinx

from lejepa_impl.train.spec import TrainingSpec
from lejepa_impl.validation.shrinkage import collapse_weight, predicted_variance

_DATA = Path(__file__).parents[1] / "_data"
_GRID, _SATURATION = _DATA / "shrinkage_grid.json", _DATA / "infonce_saturation.json"
#: R² from which on an entry of the table does not mention it.
_RECOVERED = 0.99
_TITLES = {"linear": "linear encoders of the latents", "spiral": "MLPs on the spiral"}


def write(app: Sphinx) -> None:
    """Write `figures/shrinkage.svg`, `figures/shrinkage.md` and `figures/saturation.md`."""
    grids = json.loads(_GRID.read_text())
    folder = Path(app.srcdir) / "figures"
    folder.mkdir(exist_ok=True)
    figure = _figure(grids)
    # The same file from the same results, which Sphinx then leaves alone.
    with matplotlib.rc_context({"svg.hashsalt": "shrinkage"}):
        figure.savefig(folder / "shrinkage.svg", metadata={"Date": None})
    plt.close(figure)
    (folder / "shrinkage.md").write_text("\n".join(_shrinkage(grids[name], _TITLES[name]) for name in grids))
    (folder / "saturation.md").write_text(_saturation(json.loads(_SATURATION.read_text())))


def _figure(grids: dict) -> Figure:
    figure, axes = plt.subplots(1, len(grids) + 1, figsize=(3.2 * (len(grids) + 1), 3.2), layout="tight")
    for axis, (name, grid) in zip(axes, grids.items(), strict=False):
        common = TrainingSpec(**grid["spec"])
        correlations = [rho for rho, _ in grid["onsets"]]
        weights = np.geomspace(min(row["regularizer_weight"] for row in grid["rows"]), 0.6, 120).tolist()
        for place, rho in enumerate(correlations):
            colour = plt.get_cmap("viridis")(place / len(correlations))
            specs = [common.model_copy(update={"rho": rho, "regularizer_weight": weight}) for weight in weights]
            axis.semilogx(weights, [predicted_variance(spec) for spec in specs], color=colour, lw=1)
            here = [row for row in grid["rows"] if row["rho"] == rho]
            axis.semilogx(
                [row["regularizer_weight"] for row in here],
                [row["variance"] or 0.0 for row in here],
                "o",
                ms=4,
                color=colour,
                label=f"ρ = {rho:g}",
            )
        axis.set(title=_TITLES[name], xlabel="λ", ylabel="variance of a dimension")
    axes[0].legend(fontsize=7)
    _phases(axes[-1], grids["linear"])
    return figure


def _phases(axis: plt.Axes, grid: dict) -> None:
    common = TrainingSpec(**grid["spec"])
    correlations = np.linspace(0.01, 0.995, 200).tolist()
    onsets = [collapse_weight(common.model_copy(update={"rho": rho})) for rho in correlations]
    axis.semilogy(correlations, onsets, color="black", label="predicted onset")
    for collapsed, mark, label in ((False, "o", "kept"), (True, "x", "collapsed")):
        here = [row for row in grid["rows"] if (row["variance"] is None) == collapsed]
        axis.semilogy([r["rho"] for r in here], [r["regularizer_weight"] for r in here], mark, ms=5, label=label)
    axis.set(title="collapse of the linear encoders", xlabel="ρ", ylabel="λ")
    axis.legend(fontsize=7)


def _shrinkage(grid: dict, title: str) -> str:
    spec, rows = grid["spec"], grid["rows"]
    weights = sorted({row["regularizer_weight"] for row in rows})
    lines = [
        f"**{title[0].upper()}{title[1:]}**, {spec['steps']} steps of {spec['batch']} pairs, {spec['slices']} slices. "
        "Each entry is predicted → measured, with the R² of the latents in brackets where it is below 0.99.",
        "",
        "| ρ | onset λ | " + " | ".join(f"λ = {weight:g}" for weight in weights) + " |",
        "| --- | --- " + "| --- " * len(weights) + "|",
    ]
    for rho, onset in grid["onsets"]:
        of_weight = {row["regularizer_weight"]: row for row in rows if row["rho"] == rho}
        entries = [f"{of_weight[weight]['predicted']:.3f} →&nbsp;{_variance(of_weight[weight])}" for weight in weights]
        lines.append(f"| {rho:g} | {onset:.2g} | " + " | ".join(entries) + " |")
    return "\n".join(lines) + "\n"


def _variance(row: dict) -> str:
    if row["variance"] is None:
        return "collapsed"
    return f"{row['variance']:.3f}" + (f" ({row['r2']:.2f})" if row["r2"] < _RECOVERED else "")


def _saturation(results: dict) -> str:
    lines = [
        "| n | width | bound on the objective | objective, h = z | objective, twisted | gradient, h = z | "
        "gradient, twisted | positives that underflow | negatives that underflow | R² before | R² trained |",
        "| --- " * 11 + "|",
    ]
    for row in results["rows"]:
        linear, twisted = row["linear"], row["twisted"]
        entries = [
            f"{row['dim']}",
            row["width"],
            f"{row['predicted']:.2g}",
            *(f"{place['objective']:.2g}" for place in (linear, twisted)),
            *(f"{place['gradient']:.2g}" for place in (linear, twisted)),
            *(
                f"{max(place['float32'][kind] for place in (linear, twisted)):.0%}"
                for kind in ("positives", "negatives")
            ),
            f"{twisted['r2']:.3f}",
            f"{row['trained']['r2']:.4f}",
        ]
        lines.append("| " + " | ".join(entries) + " |")
    return "\n".join(lines) + "\n"


def setup(app: Sphinx) -> dict[str, bool]:
    """Draw as soon as the build begins."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True}
