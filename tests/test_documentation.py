"""The code that people are shown runs and does what is said of it."""

import re
from pathlib import Path
from types import ModuleType

import pytest

from lejepa_impl.report.run import full_ledger
from theory import lean
from theory.claim import Profile, Verdict
from theory.ledger import Ledger, examine

ROOT = Path(__file__).parents[1]


def blocks(name):
    return re.findall(r"```python\n(.*?)```", (ROOT / name).read_text(), flags=re.DOTALL)


def run(code):
    module = ModuleType("shown")
    exec(compile(code, "shown", "exec"), module.__dict__)
    return module


def test_the_claim_of_the_contributing_guide_is_proved_and_its_sibling_refuted():
    (code,) = blocks("CONTRIBUTING.md")
    ledger = Ledger.of_modules([run(code)])
    findings = {
        (claim, name): examine(item, Profile.QUICK).finding
        for claim, items in ledger.evidence.items()
        for name, item in items.items()
    }
    verdicts = [judgement.verdict for judgement in ledger.judge(findings).values()]
    assert verdicts == [Verdict.PROVED, Verdict.REFUTED]


@pytest.mark.parametrize("name", ["README.md", "docs/quickstart.md"])
def test_the_encoder_of_the_guides_is_measured(name, capsys):
    for code in blocks(name):
        run(code)
    assert capsys.readouterr().out


@pytest.mark.parametrize("path", [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")], ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(path):
    links = re.findall(r"\]\((?!https?://)([^)#]+)", path.read_text())
    generated = ("claims/", "errata.md", "figures/", "lean_audit.md")
    assert all((path.parent / link).exists() for link in links if not link.startswith(generated))


def test_what_the_readme_says_came_out_is_what_the_ledger_expects():
    (outcomes,) = re.findall(r"What came out.*?\n\n(.*?)\n\n", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    named = re.findall(r"`(\w+)`", outcomes)
    failing = re.findall(r"fails as printed[^`]*`(\w+)`", outcomes)
    expected = {claim.id: claim.expected for claim in full_ledger().claims.values()}
    assert failing
    assert {name: expected[name] for name in named} == {
        name: Verdict.REPAIRED if name in failing else Verdict.PROVED for name in named
    }
    assert "Every axiom of the official Lean files is false as stated, and so are seven of their theorems." in outcomes
    verdicts = {
        status: [expected.get(item.claim) for item in lean.INVENTORY.values() if item.status is status]
        for status in (lean.Status.AXIOM, lean.Status.THEOREM)
    }
    assert set(verdicts[lean.Status.AXIOM]) == {Verdict.REPAIRED}
    assert verdicts[lean.Status.THEOREM].count(Verdict.REPAIRED) == 7
