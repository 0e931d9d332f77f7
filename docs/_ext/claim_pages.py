"""Writes a page per claim, the errata and the Lean audit, from the ledger and the last verification run."""

from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sphinx.application import Sphinx

from lejepa_impl.report.page import value
from lejepa_impl.report.record import Report
from lejepa_impl.report.run import full_ledger
from theory import lean
from theory.claim import Role, Verdict
from theory.notation import latex
from theory.papers import PAPERS

_RECORD = Path(__file__).parents[2] / "reports" / "verify.json"
_MISSING = f"{_RECORD} is missing: run `make verify` before the documentation is built"


def write_pages(app: Sphinx) -> None:
    """Write `claims/*.md`, `errata.md` and `lean_audit.md`, with the evidence of `reports/verify.json`."""
    if not _RECORD.exists():
        raise FileNotFoundError(_MISSING)
    report = Report.model_validate_json(_RECORD.read_text())
    ledger = full_ledger()
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"latex": latex, "value": value, "cell": _cell}
    records = {record.id: record for record in report.claims}
    shared = {"ledger": ledger, "records": records, "report": report, "papers": PAPERS, "Role": Role}
    printed = [claim for claim in ledger.claims.values() if claim.role is Role.THEOREM]
    wanted = {
        "claims/index.md": environment.get_template("index.md.j2").render(**shared),
        "errata.md": environment.get_template("errata.md.j2").render(
            wrong=[claim for claim in printed if records[claim.id].verdict in (Verdict.REFUTED, Verdict.REPAIRED)],
            loose=[claim for claim in printed if claim.sharpened_by],
            **shared,
        ),
        "lean_audit.md": environment.get_template("lean_audit.md.j2").render(
            **shared,
            lean=lean,
            standing=partial(
                lean.standing,
                statements={claim.id: claim.statement for claim in ledger.claims.values()},
                verdicts={record.id: record.verdict for record in report.claims},
            ),
        ),
    }
    page = environment.get_template("claim.md.j2")
    for claim in ledger.claims.values():
        wanted[f"claims/{claim.id}.md"] = page.render(
            claim=claim, record=records[claim.id], siblings=ledger.siblings(claim.id), **shared
        )
    source = Path(app.srcdir)
    (source / "claims").mkdir(exist_ok=True)
    for stale in {f"claims/{path.name}" for path in (source / "claims").iterdir()} - set(wanted):
        (source / stale).unlink()
    for name, text in wanted.items():
        path = source / name
        # Sphinx rebuilds what changed: an equal page is left alone.
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


def _cell(text: str) -> str:
    """Make text fit into a cell of a Markdown table."""
    return " ".join(text.replace("|", r"\|").split())


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the pages as soon as the build begins."""
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True}
