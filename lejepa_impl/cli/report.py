"""`report`: the results of an experiment, laid out."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from lejepa_impl.cli import console
from lejepa_impl.cli.experiment import Settings, Spec, load_experiment
from lejepa_impl.files import write_atomically
from lejepa_impl.report.tables.runs import MADE, read_runs


def report_command(
    spec: Spec,
    results: Annotated[Path | None, typer.Option(help="Folder of its results; default: results/NAME.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the report; default: that of the results.")] = None,
    set_: Settings = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Lay out the results of an experiment, beside W's tables where these have it."""
    from lejepa_impl.report.tables.report import ExperimentReport

    experiment = load_experiment(spec, set_)
    folder = results or Path("results") / experiment.name
    found = ExperimentReport(experiment.name, experiment.title, read_runs(folder, experiment))
    document = found.document()
    content = {"report.md": document.markdown(), "report.html": document.html()} | document.figures()
    content[MADE] = found.runs.made.model_dump_json(indent=1) + "\n"
    for name, text in content.items():
        write_atomically((out or folder) / name, text.encode())
    if as_json:
        sys.stdout.write(json.dumps(found.json(), indent=2, allow_nan=False) + "\n")
    else:
        console.out.print(*found.summary(), sep="\n", highlight=False, markup=False, soft_wrap=True)
        console.out.print(f"{out or folder} holds {', '.join(content)}.", highlight=False, markup=False, soft_wrap=True)
