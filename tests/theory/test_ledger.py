"""Verdicts are computed from evidence, and every way to fall short shows."""

import pytest
from sympy import Symbol, true

from theory.claim import Claim, Evidence, Finding, Kind, Profile, Role, Step, Verdict
from theory.ledger import Judgement, Ledger, examine

STATEMENT = Symbol("p")


def claim(id_="c", steps=("one",), by=(), **changes):
    return Claim(
        **{
            "id": id_,
            "paper": "W",
            "locator": "nowhere",
            "role": Role.THEOREM,
            "title": "",
            "says": "",
            "statement": STATEMENT,
            "assumptions": {"a": ""},
            "expected": Verdict.PROVED,
            "steps": tuple(Step(key, "", STATEMENT, by) for key in steps),
        }
        | changes
    )


def item(kind=Kind.SYMBOLIC, name="check", step="one", of="c", refutes=False, passed=True):
    return Evidence(of, kind, name, lambda _: Finding(passed, detail="why"), step, refutes)


def judge(claims, evidence):
    ledger = Ledger(claims, evidence)
    findings = {(e.claim, e.name): examine(e, Profile.QUICK).finding for e in evidence}
    return ledger.judge(findings)


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [
        (Kind.SYMBOLIC, Verdict.PROVED),
        (Kind.SMT, Verdict.PROVED),
        (Kind.EXHAUSTIVE, Verdict.CERTIFIED),
        (Kind.BALL, Verdict.CERTIFIED),
        (Kind.FUZZ, Verdict.SUPPORTED),
        (Kind.TRAINED, Verdict.SUPPORTED),
    ],
)
def test_a_single_step_carries_the_strength_of_its_evidence(kind, verdict):
    assert judge([claim()], [item(kind)])["c"].verdict is verdict


def test_the_weakest_step_sets_the_verdict():
    evidence = [item(name="a", step="one"), item(Kind.FUZZ, name="b", step="two")]
    judged = judge([claim(steps=("one", "two"))], evidence)["c"]
    assert judged == Judgement(Verdict.SUPPORTED, "step two rests on b (fuzz)")


def test_the_strongest_evidence_sets_the_strength_of_a_step():
    evidence = [item(Kind.FUZZ, name="a"), item(Kind.SMT, name="b")]
    assert judge([claim()], evidence)["c"].verdict is Verdict.PROVED


@pytest.mark.parametrize(("passed", "word"), [(None, "undecided"), (False, "failed")])
def test_one_check_that_does_not_pass_opens_the_claim(passed, word):
    evidence = [item(name="good"), item(Kind.FUZZ, name="bad", step=None, passed=passed)]
    assert judge([claim()], evidence)["c"] == Judgement(Verdict.OPEN, f"bad {word}: why")


def test_a_check_that_raises_is_undecided_and_says_why():
    broken = Evidence("c", Kind.SMT, "broken", lambda _: 1 / 0, "one")
    assert judge([claim()], [broken])["c"] == Judgement(
        Verdict.OPEN, "broken undecided: raised ZeroDivisionError: division by zero"
    )


def test_a_step_without_evidence_opens_the_claim():
    judged = judge([claim(steps=("one", "two"))], [item()])["c"]
    assert judged == Judgement(Verdict.OPEN, "step two has no evidence")


def test_a_claim_without_steps_and_evidence_is_open():
    assert judge([claim(steps=())], [])["c"].verdict is Verdict.OPEN


def test_evidence_that_was_not_run_opens_the_claim():
    assert Ledger([claim()], [item()]).judge({})["c"].verdict is Verdict.OPEN


def test_a_step_inherits_the_verdict_of_its_lemma():
    evidence = [item(), item(Kind.FUZZ, of="lemma")]
    judged = judge([claim(by=("lemma",)), claim("lemma")], evidence)
    assert judged["c"] == Judgement(Verdict.SUPPORTED, "step one leans on lemma")


def test_a_refuted_lemma_opens_what_leans_on_it():
    evidence = [item(), item(of="lemma", step=None, refutes=True)]
    judged = judge([claim(by=("lemma",)), claim("lemma")], evidence)
    assert judged["lemma"].verdict is Verdict.REFUTED
    assert judged["c"].verdict is Verdict.OPEN


def test_open_background_opens_what_leans_on_it():
    evidence = [item(), item(Kind.FUZZ, of="fact", step=None, passed=False)]
    judged = judge([claim(background=("fact",)), claim("fact", steps=())], evidence)
    assert judged["c"].verdict is Verdict.OPEN


def test_background_does_not_weaken_a_proof():
    evidence = [item(), item(Kind.FUZZ, of="fact", step=None)]
    judged = judge([claim(background=("fact",)), claim("fact", steps=())], evidence)
    assert judged["c"].verdict is Verdict.PROVED


@pytest.mark.parametrize(
    ("repair", "verdict"),
    [(Kind.SMT, Verdict.REPAIRED), (Kind.BALL, Verdict.REPAIRED), (Kind.FUZZ, Verdict.REFUTED)],
)
def test_a_refuted_claim_is_repaired_by_a_proved_or_certified_one(repair, verdict):
    claims = [claim(repaired_by="better", steps=()), claim("better")]
    evidence = [item(step=None, refutes=True), item(repair, of="better")]
    assert judge(claims, evidence)["c"].verdict is verdict


@pytest.mark.parametrize("kind", [Kind.FUZZ, Kind.TRAINED])
def test_a_numerical_counterexample_does_not_refute(kind):
    judged = judge([claim(steps=())], [item(kind, step=None, refutes=True)])["c"]
    assert judged == Judgement(Verdict.OPEN, "refuted numerically, existence not certified")


def test_a_counterexample_that_does_not_hold_opens_the_claim():
    judged = judge([claim(steps=())], [item(step=None, refutes=True, passed=False)])["c"]
    assert judged.verdict is Verdict.OPEN


@pytest.mark.parametrize(
    ("claims", "evidence", "message"),
    [
        ([claim(), claim()], [], "claim 'c' is in the ledger twice"),
        ([claim()], [item(of="x")], "'check' bears on an unknown claim 'x'"),
        ([claim()], [item(), item()], "two pieces of evidence 'check'"),
        ([claim()], [item(step="two")], "names a step 'two'"),
        ([claim(by=("x",))], [], "refers to an unknown claim 'x'"),
        ([claim(background=("x",))], [], "refers to an unknown claim 'x'"),
        ([claim(repaired_by="x")], [], "refers to an unknown claim 'x'"),
        ([claim(), claim("c.b", sibling_of="c", drops="b")], [], "which is no assumption of 'c'"),
        ([claim("p", by=("q",)), claim("q", by=("p",))], [], "in a circle: p -> q"),
    ],
)
def test_a_ledger_that_does_not_fit_together_is_refused(claims, evidence, message):
    with pytest.raises(ValueError, match=message):
        Ledger(claims, evidence)


def test_true_is_a_sympy_statement_and_no_evidence():
    # A statement that is trivially true still needs evidence.
    assert judge([claim(statement=true)], [])["c"].verdict is Verdict.OPEN


def test_a_refuted_background_opens_what_leans_on_it():
    fact = claim("fact", steps=(), role=Role.BACKGROUND, expected=Verdict.SUPPORTED)
    leaning = claim(background=("fact",))
    evidence = [item(), item(name="against", of="fact", step=None, refutes=True)]
    judged = judge([fact, leaning], evidence)
    assert judged["fact"].verdict is Verdict.REFUTED
    assert judged["c"].verdict is Verdict.OPEN
    assert "background fact is refuted" in judged["c"].reason
