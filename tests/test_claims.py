"""The ledger as a whole: nothing missing, nothing left out, every quick check passes."""

import importlib
import pkgutil
from dataclasses import replace

import pytest
from sympy import Eq, Implies

import lejepa_impl.validation
import proofs_numeric.certificates
import theory.claims
from lejepa_impl.report.run import full_ledger
from theory.claim import Claim, Evidence, Kind, Profile, Role, Verdict
from theory.ledger import Ledger, examine
from theory.notation import d
from theory.papers import PAPERS

LEDGER = full_ledger()
CLAIMS = list(LEDGER.claims.values())
CHECKS = [
    pytest.param(item, id=f"{item.claim}-{item.name}")
    for of_claim in LEDGER.evidence.values()
    for item in of_claim.values()
    if item.kind is not Kind.TRAINED
]


@pytest.mark.parametrize("item", CHECKS)
def test_check_passes(item):
    finding = examine(item, Profile.QUICK).finding
    assert finding.passed is True, finding.detail


@pytest.mark.parametrize("item", CHECKS)
def test_check_says_what_it_is(item):
    assert item.title.endswith(".")


@pytest.mark.parametrize(
    "claim", [claim for claim in CLAIMS if claim.role in (Role.THEOREM, Role.EXTENSION)], ids=lambda claim: claim.id
)
def test_a_claim_has_a_sibling_that_must_fail(claim):
    siblings = LEDGER.siblings(claim.id)
    assert siblings
    assert all(sibling.expected is Verdict.REFUTED for sibling in siblings)


def _concluded(claim):
    """Whether a step that SymPy or z3 decides is the statement of the claim, or ends in it."""
    formulas = [step.statement for step in claim.steps if step.decided_by]
    return claim.statement in [*formulas, *(part.args[-1] for part in formulas if isinstance(part, Implies))]


@pytest.mark.parametrize(
    "claim",
    [claim for claim in CLAIMS if claim.expected in (Verdict.PROVED, Verdict.CERTIFIED)],
    ids=lambda claim: claim.id,
)
def test_the_printed_statement_is_what_is_checked(claim):
    assert claim.holds_at or _concluded(claim)


def test_a_wrong_statement_is_seen():
    claim = replace(LEDGER.claims["degree_contraction"], statement=Eq(d, d + 1, evaluate=False))
    ledger = Ledger([claim], [])
    assert examine(ledger.evidence[claim.id]["holds_at"], Profile.QUICK).finding.passed is False


def test_degrees_to_sixty_are_checked_one_by_one():
    finding = examine(LEDGER.evidence["degree_contraction"]["degree_by_degree"], Profile.QUICK).finding
    assert finding.covered["degrees"] == "0 to 60"


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_is_placed_and_its_steps_are_backed(claim):
    assert claim.paper in PAPERS
    assert claim.locator
    own = {item.step for item in LEDGER.evidence[claim.id].values()}
    assert all(step.by or step.key in own for step in claim.steps)
    if claim.role is Role.SIBLING:
        assert claim.id == f"{claim.sibling_of}.{claim.drops}"
        assert claim.drops not in claim.assumptions


@pytest.mark.parametrize("package", [theory.claims, proofs_numeric.certificates], ids=lambda package: package.__name__)
def test_every_module_with_claims_or_evidence_is_in_the_ledger(package):
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(info.name)
        defines = any(isinstance(item, Claim | Evidence) for item in vars(module).values())
        assert info.ispkg or module in package.MODULES or not defines


def test_every_piece_of_evidence_of_the_validation_rooms_is_in_the_ledger():
    for info in pkgutil.iter_modules(lejepa_impl.validation.__path__):
        module = importlib.import_module(f"lejepa_impl.validation.{info.name}")
        items = [value for value in vars(module).values() if hasattr(value, "check")]
        assert not items or module in lejepa_impl.validation.MODULES
