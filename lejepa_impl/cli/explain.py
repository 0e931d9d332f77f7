"""`explain`: one claim with its proof, its evidence recomputed."""

import difflib
from typing import Annotated

import typer

from lejepa_impl.cli import console
from lejepa_impl.cli.endings import UserError
from lejepa_impl.report.record import EvidenceRecord
from theory.claim import Claim, Kind, Profile
from theory.ledger import Ledger
from theory.papers import PAPERS


def explain_command(claim: Annotated[str, typer.Argument(help="Identifier of a claim; see `claims`.")]) -> None:
    """Show a claim with its proof, and recompute its evidence on the spot (training left out)."""
    from lejepa_impl.report.plain import drawn, plain
    from lejepa_impl.report.run import full_ledger, verify

    ledger = full_ledger()
    chosen = _find(ledger, claim)
    part = ledger.around(claim, without=Kind.TRAINED)
    with console.progress("checks") as progress:
        task = progress.add_task(claim, total=sum(map(len, part.evidence.values())))
        report = verify(part, Profile.QUICK, jobs=1, on_outcome=lambda _: progress.advance(task))
    recorded = next(item for item in report.claims if item.id == claim)

    console.out.rule(f"[bold]{chosen.title}")
    console.out.print(f"{chosen.id}: {PAPERS[chosen.paper].source}, {chosen.locator}", style="dim")
    console.out.print(plain(chosen.says), "", drawn(chosen.statement), "", sep="\n", highlight=False, markup=False)
    reason = f", {recorded.reason}" if recorded.reason else ""
    console.out.print(f"verdict: [bold]{recorded.verdict}[/]{reason}", highlight=False)
    for heading, lines in (
        ("assumptions", [plain(text) for text in chosen.assumptions.values()]),
        ("background", [f"{id_}: {ledger.claims[id_].title}" for id_ in chosen.background]),
        (
            "proof",
            [
                f"{number}. {step.key}: {plain(step.says)}{f' By {chr(44).join(step.by)}.' if step.by else ''}"
                for number, step in enumerate(chosen.steps, 1)
            ],
        ),
        ("evidence, recomputed", list(map(_recomputed, recorded.evidence))),
        ("siblings that must fail", [f"{sibling.id}: {sibling.title}" for sibling in ledger.siblings(claim)]),
    ):
        if lines:
            console.out.print(f"\n[bold]{heading}[/]")
            for line in lines:
                console.out.print(f"  • {line}", highlight=False, markup=False)
    if not recorded.as_expected:
        raise typer.Exit(1)


def _recomputed(item: EvidenceRecord) -> str:
    from lejepa_impl.report.page import value

    outcome = "" if item.passed else f" {item.detail}"
    covered = [f"      {key}: {value(what)}" for key, what in item.covered.items()]
    return "\n".join([f"{item.kind}, {item.seconds:.2f} s: {item.title}{outcome}", *covered])


def _find(ledger: Ledger, id_: str) -> Claim:
    if id_ in ledger.claims:
        return ledger.claims[id_]
    near = difflib.get_close_matches(id_, ledger.claims, n=3, cutoff=0.4)
    hint = f"did you mean {', '.join(near)}?" if near else "see `lejepa-companion claims`"
    raise UserError(f"there is no claim {id_!r}: {hint}")
