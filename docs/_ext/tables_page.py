"""Writes the report of the committed small experiments, for the page of the tables."""

from pathlib import Path

from sphinx.application import Sphinx

from lejepa_impl.experiments.spec import load
from lejepa_impl.report.tables.report import ExperimentReport
from lejepa_impl.report.tables.runs import read_runs

_DATA = Path(__file__).parents[1] / "_data"
_EXPERIMENTS = ("scaling_small",)


def write(app: Sphinx) -> None:
    """Write `figures/EXPERIMENT/report.md` and its figure."""
    for name in _EXPERIMENTS:
        folder = Path(app.srcdir) / "figures" / name
        folder.mkdir(parents=True, exist_ok=True)
        experiment = load(name)
        document = ExperimentReport(name, experiment.title, read_runs(_DATA / name, experiment)).document()
        (folder / "report.md").write_text(document.markdown())
        for file, svg in document.figures().items():
            (folder / file).write_text(svg)


def setup(app: Sphinx) -> dict[str, bool]:
    """Write as soon as the build begins."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True}
