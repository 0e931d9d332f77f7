"""`verify`: run all evidence and write the report."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from lejepa_impl.cli import console
from lejepa_impl.files import require_writable, write_atomically
from theory.claim import Profile
from theory.ledger import Outcome


def verify_command(
    profile: Annotated[Profile, typer.Option(help="How much work the checks do.")] = Profile.QUICK,
    out: Annotated[Path, typer.Option(help="Folder of verify.json and verify.html.")] = Path("reports"),
    jobs: Annotated[int | None, typer.Option(min=1, help="Worker processes; default: one per processor.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Run all evidence, judge every claim, write the report."""
    from lejepa_impl.report import page, table
    from lejepa_impl.report.run import full_ledger, verify

    files = {suffix: out / f"verify.{suffix}" for suffix in ("json", "html")}
    for path in files.values():
        require_writable(path)
    ledger = full_ledger()
    with console.progress("checks") as progress:
        task = progress.add_task("starting", total=sum(map(len, ledger.evidence.values())))

        def advance(outcome: Outcome) -> None:
            progress.update(task, advance=1, description=f"{outcome.evidence.claim}: {outcome.evidence.name}")

        report = verify(ledger, profile, jobs=jobs, on_outcome=advance)
    write_atomically(files["json"], report.to_json().encode())
    write_atomically(files["html"], page.render(ledger, report).encode())
    if as_json:
        sys.stdout.write(report.to_json() + "\n")
    else:
        console.out.print(table.report_table(report), table.summary(report))
        console.out.print(f"{files['json']} holds the record, {files['html']} the statements and proofs.")
    if not report.passed:
        raise typer.Exit(1)
