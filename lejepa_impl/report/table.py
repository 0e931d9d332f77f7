"""A verification run as a table in the terminal."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from lejepa_impl.report.record import ClaimRecord, Report
from theory.claim import Claim, Role, Verdict
from theory.ledger import Ledger

_STYLES = {
    Verdict.PROVED: "bold green",
    Verdict.CERTIFIED: "green",
    Verdict.SUPPORTED: "cyan",
    Verdict.REPAIRED: "bold yellow",
    Verdict.REFUTED: "magenta",
    Verdict.OPEN: "bold red",
}


def ledger_table(ledger: Ledger) -> Table:
    """Lay out claim, expected verdict and title, in the order of the ledger."""
    table = Table(header_style="bold", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("claim", no_wrap=True)
    table.add_column("expected", no_wrap=True)
    table.add_column("title", overflow="fold")
    for claim in ledger.claims.values():
        table.add_row(_name(claim), Text(claim.expected, style=_STYLES[claim.expected]), claim.title)
    return table


def report_table(report: Report) -> Table:
    """Lay out claim, verdict, evidence and seconds, in the order of the ledger."""
    table = Table(header_style="bold", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("claim", no_wrap=True)
    table.add_column("verdict", overflow="fold")
    table.add_column("evidence", overflow="fold")
    table.add_column("seconds", justify="right", no_wrap=True)
    for claim in report.claims:
        table.add_row(_name(claim), _verdict(claim), _evidence(claim), f"{_seconds(claim):.1f}")
    return table


def summary(report: Report) -> Text:
    """Say how the run ended, and which printed statements it refutes."""
    unexpected = [claim.id for claim in report.claims if not claim.as_expected]
    outcome = (
        Text(f"not as expected: {', '.join(unexpected)}", style="bold red")
        if unexpected
        else Text("every claim has its expected verdict", style="bold green")
    )
    siblings = [claim for claim in report.claims if claim.role is Role.SIBLING]
    claims = [claim for claim in report.claims if claim.role is not Role.SIBLING]
    lines = [
        outcome,
        Text(f"{_counts(claims)}; with an assumption dropped {_counts(siblings)}; {report.seconds:.0f} s"),
    ]
    if refuted := report.refuted_as_printed:
        lines.append(Text(f"refuted as printed: {', '.join(claim.id for claim in refuted)}"))
    return Text("\n").join(lines)


def _counts(claims: Sequence[ClaimRecord]) -> str:
    verdicts = [claim.verdict for claim in claims]
    return ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in Verdict if verdict in verdicts) or "none"


def _name(claim: Claim | ClaimRecord) -> Text:
    if claim.role is Role.SIBLING:
        return Text(f"  without {claim.id.split('.', 1)[1]}", style="dim")
    return Text(claim.id)


def _verdict(claim: ClaimRecord) -> Text:
    text = Text(claim.verdict, style=_STYLES[claim.verdict])
    if not claim.as_expected:
        text.append(f" (expected {claim.expected_verdict}: {claim.reason})", style="red")
    return text


def _evidence(claim: ClaimRecord) -> Text:
    kinds = [item.kind for item in claim.evidence]
    text = Text(", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds)))
    for item in claim.evidence:
        if not item.passed:
            text.append(f"\n{item.name}: {item.detail}", style="red")
    return text


def _seconds(claim: ClaimRecord) -> float:
    return sum(item.seconds for item in claim.evidence)
