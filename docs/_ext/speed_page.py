"""Writes the tables of the page on speed, one per machine whose measurements are committed."""

import json
from pathlib import Path

from sphinx.application import Sphinx

_DATA = Path(__file__).parents[1] / "_data" / "bench"


def write(app: Sphinx) -> None:
    """Write `figures/speed.md`."""
    folder = Path(app.srcdir) / "figures"
    folder.mkdir(exist_ok=True)
    reports = [json.loads(path.read_text()) for path in sorted(_DATA.glob("*.json"))]
    (folder / "speed.md").write_text("\n\n".join(map(_section, reports)) + "\n")


def _section(report: dict) -> str:
    machine = report["machine"]
    device = machine["cuda"] or f"{machine['processor']}, {machine['cpus']} processors"
    rows = [
        f"| `{name}` | {_three_digits(row['ratio'])}{' (below)' if row['ratio'] < row['target'] else ''} "
        f"| {row['target']:g} | {row['baseline']} |"
        for name, row in report["ratios"].items()
    ]
    heading = ["| ratio | measured | target | baseline |", "| --- | --- | --- | --- |"]
    return "\n".join([f"## {device}", "", f"{machine['date']}, torch {machine['torch']}.", "", *heading, *rows])


def _three_digits(ratio: float) -> str:
    return f"{ratio:.0f}" if ratio >= 100 else f"{ratio:.3g}"


def setup(app: Sphinx) -> dict[str, bool]:
    """Write as soon as the build begins."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True}
