"""Draws the figure and writes the table of the sweep, from its committed results."""

import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from sphinx.application import Sphinx

_RESULTS = Path(__file__).parents[1] / "_data" / "generalised_normal_sweep.json"
_COLOURS = {"channel": "C3", "diffusion": "C0", "autoregression": "C2", "hyperbolic": "C4"}


def write(app: Sphinx) -> None:
    """Write `figures/sweep.svg` and `figures/sweep.md`."""
    results = json.loads(_RESULTS.read_text())
    folder = Path(app.srcdir) / "figures"
    folder.mkdir(exist_ok=True)
    figure = _figure(results["points"])
    # The same file from the same results, which Sphinx then leaves alone.
    with matplotlib.rc_context({"svg.hashsalt": "sweep"}):
        figure.savefig(folder / "sweep.svg", metadata={"Date": None})
    plt.close(figure)
    (folder / "sweep.md").write_text(_table(results))


def _figure(points: list[dict]) -> Figure:
    correlations = sorted({point["rho"] for point in points})
    figure, grid = plt.subplots(2, -(-(len(correlations) + 1) // 2), figsize=(8, 6), layout="tight")
    axes = grid.flat
    for axis, rho in zip(axes, correlations, strict=False):
        for family in ("channel", "diffusion"):
            here = sorted(
                (p for p in points if (p["rho"], p["family"]) == (rho, family)), key=lambda point: point["shape"]
            )
            shapes, colour = [p["shape"] for p in here], _COLOURS[family]
            predicted = [float("nan") if p["predicted_r2"] is None else p["predicted_r2"] for p in here]
            axis.semilogx(shapes, predicted, color=colour, label=f"{family}, predicted")
            axis.semilogx(shapes, [p["r2"] for p in here], "o", color=colour, label=f"{family}, trained")
        ticks = sorted({p["shape"] for p in points if p["family"] == "channel"})
        axis.set(title=f"ρ = {rho:g}", xlabel="shape α", xticks=ticks, xticklabels=[f"{shape:g}" for shape in ticks])
        axis.minorticks_off()
    axes[0].set_ylabel("R²(h → z)")
    axes[0].legend(fontsize=7)
    scatter = axes[-1]
    known = [p for p in points if p["predicted_r2"] is not None]
    for family, colour in _COLOURS.items():
        here = [p for p in known if p["family"] == family]
        scatter.plot([p["predicted_r2"] for p in here], [p["r2"] for p in here], "o", ms=4, color=colour, label=family)
    low = min(min(p["predicted_r2"], p["r2"]) for p in known)
    scatter.plot([low, 1], [low, 1], color="grey", lw=0.8)
    scatter.set(title="all worlds", xlabel="predicted R²", ylabel="trained R²")
    scatter.legend(fontsize=7)
    return figure


def _table(results: dict) -> str:
    spec, points = results["spec"], results["points"]
    lines = [
        f"Encoders of {spec['depth']} layers, width {spec['hidden']}, {spec['steps']} steps of {spec['batch']} pairs, "
        f"seeds {', '.join(map(str, spec['seeds']))}; recovery on {spec['points']} pairs.",
        "",
        "| world | law | ρ | kurtosis of z, z′ | predicted R² | trained R² | top eigenvalue | reached | gap |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for p in points:
        world = p["world"]
        law = world.get("marginal") or world.get("law") or {"law": "sech noise", "power": world.get("power")}
        name = " ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in law.values())
        predicted = "not resolved" if p["predicted_r2"] is None else f"{p['predicted_r2']:.4f}"
        lines.append(
            f"| {p['family']} | {name.replace('_', ' ')} | {p['rho']:g} "
            f"| {p['kurtosis']:.2f}, {p['next_kurtosis']:.2f} "
            f"| {predicted} | {p['r2']:.4f} | {p['top_eigenvalue']:.4f} | {p['mean_eigenvalue']:.4f} | {p['gap']:.4f} |"
        )
    return "\n".join(lines) + "\n"


def setup(app: Sphinx) -> dict[str, bool]:
    """Draw as soon as the build begins."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True}
