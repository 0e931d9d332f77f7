"""A run is recorded in schema 1 and shown on a page that needs nothing else."""

import io
import json
import re
from html.parser import HTMLParser

import pytest
from rich.console import Console

from lejepa_impl.report import page, run, table
from lejepa_impl.report.plain import drawn, plain
from lejepa_impl.report.record import Report
from lejepa_impl.report.run import full_ledger, verify
from theory.claim import Evidence, Finding, Kind, Profile
from theory.ledger import Ledger
from theory.notation import rho

LEDGER = full_ledger().around("degree_penalty.positive_correlation")


@pytest.fixture(scope="module")
def report():
    return verify(LEDGER, Profile.QUICK, jobs=1)


def test_the_record_has_schema_1(report):
    data = json.loads(report.to_json())
    assert list(data) == ["schema", "passed", "seconds", "environment", "claims"]
    assert data["schema"] == 1
    assert data["passed"] is True
    assert {"python", "machine", "cpus", "packages", "profile"} <= set(data["environment"])
    claim = data["claims"][0]
    assert {
        "id",
        "paper",
        "locator",
        "title",
        "verdict",
        "expected_verdict",
        "assumptions",
        "evidence",
    } <= set(claim)
    assert {"kind", "name", "passed", "seconds", "covered"} <= set(claim["evidence"][0])
    assert Report.model_validate_json(report.to_json()) == report


def test_a_claim_with_an_unexpected_verdict_fails_the_run():
    broken = Evidence("degree_penalty", Kind.FUZZ, "broken", lambda _: Finding(False, detail="as planted"))
    ledger = Ledger([LEDGER.claims["degree_penalty"]], [broken])
    failed = verify(ledger, Profile.QUICK, jobs=1)
    assert not failed.passed
    assert failed.claims[0].verdict == "open"
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(table.report_table(failed), table.summary(failed))
    shown = " ".join(console.export_text().split())
    assert "(expected proved: broken failed: as planted)" in shown
    assert "as planted" in shown
    assert "not as expected: degree_penalty" in shown
    html = page.render(ledger, failed)
    assert "as planted" in html
    assert "Some claims do not have the verdict that they declare." in html


def test_undecided_is_not_passed():
    check = Evidence("degree_penalty", Kind.SMT, "hard", lambda _: Finding(None, detail="timeout"))
    ledger = Ledger([LEDGER.claims["degree_penalty"]], [check])
    undecided = verify(ledger, Profile.QUICK, jobs=1)
    (item,) = (found for found in json.loads(undecided.to_json())["claims"][0]["evidence"] if found["name"] == "hard")
    assert (item["passed"], item["undecided"]) == (False, True)
    assert '<span class="failed">undecided</span>' in page.render(ledger, undecided)


def test_worker_processes_find_the_same(report):
    def without_seconds(some):
        data = json.loads(some.to_json())
        for claim in data["claims"]:
            for item in claim["evidence"]:
                del item["seconds"]
        return data["claims"]

    assert without_seconds(verify(LEDGER, Profile.QUICK, jobs=2)) == without_seconds(report)


def test_what_is_refuted_as_printed_comes_first(report):
    ledger = full_ledger().around("zeros_of_eigenfunctions")
    refuted = verify(ledger, Profile.QUICK, jobs=1)
    assert [claim.id for claim in refuted.refuted_as_printed] == ["zeros_of_eigenfunctions"]
    assert "refuted as printed: zeros_of_eigenfunctions" in table.summary(refuted).plain
    assert page.render(ledger, refuted).index("Refuted as printed") < page.render(ledger, refuted).index("<h2>Claims")
    assert report.refuted_as_printed == []
    assert "Refuted as printed" not in page.render(LEDGER, report)


class _References(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.ids, self.math = [], set(), 0

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.found += [value for key, value in attributes.items() if key in ("src", "href")]
        self.ids.add(attributes.get("id"))
        self.math += tag == "math"


def test_the_page_is_self_contained_and_its_links_lead_somewhere(report):
    parser = _References()
    html = page.render(LEDGER, report)
    parser.feed(html)
    assert parser.found
    assert all(reference.startswith("#") for reference in parser.found)
    assert {reference[1:] for reference in parser.found} <= parser.ids
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org)", html)
    steps = sum(len(claim.steps) for claim in LEDGER.claims.values())
    assert parser.math >= steps + len(LEDGER.claims)
    assert "$" not in re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)


def test_prose_and_statements_for_the_terminal():
    assert plain(r"$\rho^d \le \rho$ for $d\ge1$") == "ρ^d ≤ρ for d≥1"
    assert plain(r"$e^{xt-t^2/2}$") == "e^{xt-t^2/2}"
    assert "ρ" in drawn(rho**2)


def test_an_installed_extension_joins_the_ledger(monkeypatch):
    from theory.claims.identifiability import degree_penalty

    class Point:
        @staticmethod
        def load():
            return degree_penalty

    monkeypatch.setattr(run, "entry_points", lambda group: [Point] if group == run.ENTRY_POINT_GROUP else [])
    # The module is collected a second time, which only the entry point can have caused.
    with pytest.raises(ValueError, match="claim 'degree_penalty' is in the ledger twice"):
        run.full_ledger.__wrapped__()
