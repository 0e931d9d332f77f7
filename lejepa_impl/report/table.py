"""A verification run as a table in the terminal."""

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
    table = Table(header_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("claim", no_wrap=True)
    table.add_column("expected", no_wrap=True)
    table.add_column("title", overflow="fold")
    for claim in ledger.claims.values():
        table.add_row(_name(claim), Text(claim.expected, style=_STYLES[claim.expected]), claim.title)
    return table


def report_table(report: Report) -> Table:
    """Lay out claim, verdict, evidence and seconds, in the order of the ledger."""
    table = Table(header_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("claim", no_wrap=True)
    table.add_column("verdict", overflow="fold")
    table.add_column("evidence", overflow="fold")
    table.add_column("seconds", justify="right", no_wrap=True)
    for claim in report.claims:
        table.add_row(_name(claim), _verdict(claim), _evidence(claim), f"{_seconds(claim):.1f}")
    return table


def summary(report: Report) -> Text:
    """Say in a line how the run ended."""
    unexpected = [claim.id for claim in report.claims if not claim.as_expected]
    counts = ", ".join(
        f"{sum(claim.verdict is verdict for claim in report.claims)} {verdict}"
        for verdict in Verdict
        if any(claim.verdict is verdict for claim in report.claims)
    )
    if unexpected:
        return Text(f"not as expected: {', '.join(unexpected)} ({counts})", style="bold red")
    return Text(f"every claim has its expected verdict: {counts}, in {report.seconds:.0f} s", style="bold green")


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
