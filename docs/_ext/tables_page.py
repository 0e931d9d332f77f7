"""Writes the reports of the committed results, and draws their recovery errors over the bounds."""

from pathlib import Path

from sphinx.application import Sphinx

from lejepa_impl.experiments.spec import load
from lejepa_impl.report.tables import figures
from lejepa_impl.report.tables.report import ExperimentReport
from lejepa_impl.report.tables.runs import read_runs

_DATA = Path(__file__).parents[1] / "_data"


def write(app: Sphinx) -> None:
    """Write `figures/NAME/report.md` and its figure for each committed experiment, and `figures/bounds.svg` for all."""
    bounded = []
    for results in sorted(_DATA.glob("*/results.parquet")):
        experiment = load(results.parent.name)
        runs = read_runs(results.parent, experiment)
        report = ExperimentReport(experiment.name, experiment.title, runs)
        bounded += report.bounded
        document = report.document()
        folder = Path(app.srcdir) / "figures" / experiment.name
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in ({"report.md": document.markdown()} | document.figures()).items():
            (folder / name).write_text(text)
    (Path(app.srcdir) / "figures" / "bounds.svg").write_text(figures.svg(figures.bounds(bounded)))


def setup(app: Sphinx) -> dict[str, bool]:
    """Write as soon as the build begins."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True}
