"""The inventory of Lean declarations, and what is computed from it."""

import pytest

from lejepa_impl.report.run import full_ledger
from theory import lean
from theory.claim import Verdict
from theory.lean import EARLIER_AXIOMS, INVENTORY, Declaration, Standing, Status, rests_on, standing

DECLARATIONS = [*INVENTORY.values(), *EARLIER_AXIOMS]
STATEMENTS = {claim.id: claim.statement for claim in full_ledger().claims.values()}
EXPECTED = {claim.id: claim.expected for claim in full_ledger().claims.values()}


@pytest.mark.parametrize("declaration", DECLARATIONS, ids=lambda item: f"{item.status}-{item.name}")
def test_a_declaration_refers_to_what_exists(declaration):
    assert set(declaration.uses) <= set(INVENTORY)
    assert declaration.claim is None or declaration.claim in STATEMENTS


@pytest.mark.parametrize(
    "declaration",
    [item for item in INVENTORY.values() if item.status is Status.AXIOM],
    ids=lambda item: item.name,
)
def test_an_axiom_is_judged_and_has_something_to_change(declaration):
    assert declaration.claim
    assert declaration.change


def test_the_planning_theorems_rest_on_both_pushforwards():
    assert rests_on("value_equivalence") == {"stage_pushforward", "terminal_pushforward"}


def test_the_main_theorem_rests_on_one_axiom_and_the_converse_half_on_none():
    assert rests_on("hermite_identifiability") == {"linear_of_degree_one"}
    assert rests_on("gaussian_of_affine_eigenfunction") == frozenset()


@pytest.fixture
def on_an_axiom(monkeypatch):
    axiom = Declaration("axiom", Status.AXIOM, "File.lean", "0" * 40, 1, claim="c")
    theorem = Declaration("theorem", Status.THEOREM, "File.lean", "0" * 40, 2, uses=("axiom",))
    monkeypatch.setattr(lean, "INVENTORY", {"axiom": axiom, "theorem": theorem})
    return theorem


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (Verdict.REFUTED, Standing.ON_FALSE_AXIOM),
        (Verdict.REPAIRED, Standing.ON_FALSE_AXIOM),
        (Verdict.OPEN, Standing.OPEN),
        (Verdict.SUPPORTED, Standing.OPEN),
        (Verdict.PROVED, Standing.STANDS),
    ],
)
def test_a_theorem_stands_as_its_axioms_do(on_an_axiom, verdict, expected):
    statements = {"c": STATEMENTS["lean_mehler_summability"]}
    assert standing(on_an_axiom, statements, {"c": verdict}) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("linear_of_degree_one", Standing.FALSE),
        ("hermite_identifiability", Standing.FALSE),
        ("gaussian_of_affine_score", Standing.RESTATED),
        ("dirichlet_identifiability", Standing.STANDS),
    ],
)
def test_standings_follow_from_the_verdicts_that_the_claims_expect(name, expected):
    assert standing(INVENTORY[name], STATEMENTS, EXPECTED) is expected
