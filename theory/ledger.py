"""The ledger: claims in paper order, their evidence, and the verdicts computed from it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from types import ModuleType

from theory.claim import Claim, Evidence, Finding, Kind, Profile, Step, Verdict
from theory.proof import counterexample, identity, true_at, valid

#: How far a passing check of each kind carries. The order of the list is the order of strength.
_STRENGTH = [Verdict.OPEN, Verdict.SUPPORTED, Verdict.CERTIFIED, Verdict.PROVED]
_CARRIES = {
    Kind.SYMBOLIC: Verdict.PROVED,
    Kind.SMT: Verdict.PROVED,
    Kind.BALL: Verdict.CERTIFIED,
    Kind.EXHAUSTIVE: Verdict.CERTIFIED,
    Kind.FUZZ: Verdict.SUPPORTED,
    Kind.TRAINED: Verdict.SUPPORTED,
}


@dataclass(frozen=True)
class Outcome:
    """What one run of a check gave, and how long it took."""

    evidence: Evidence
    finding: Finding
    seconds: float


@dataclass(frozen=True)
class Judgement:
    """The verdict on a claim, and the reason where it is not the strongest one."""

    verdict: Verdict
    reason: str = ""


#: Who decides the formula of a step.
_JUDGES: dict[Kind, Callable[..., Finding]] = {Kind.SYMBOLIC: identity, Kind.SMT: valid}


def _decide(judge: Callable[..., Finding], step: Step, _profile: Profile) -> Finding:
    return judge(step.statement, **step.over)


def _try(claim: Claim, profile: Profile) -> Finding:
    return true_at(claim.statement, claim.holds_at(profile) if claim.holds_at else ())


def _refute(claim: Claim, _profile: Profile) -> Finding:
    return counterexample(claim.statement, claim.fails_at)


def examine(evidence: Evidence, profile: Profile) -> Outcome:
    """Run one check. An exception in it is an undecided finding that names the exception."""
    start = perf_counter()
    try:
        finding = evidence.check(profile)
    except Exception as error:
        finding = Finding(None, detail=f"raised {type(error).__name__}: {error}")
    return Outcome(evidence, finding, perf_counter() - start)


class Ledger:
    """Claims in paper order with the evidence that bears on them.

    A step that names who decides it, and a claim that names instances where it holds or a point where it
    fails, bring their evidence with them.

    Raises
    ------
    ValueError
        If an identifier is given twice, or names something the ledger does not hold.
    """

    def __init__(self, claims: Iterable[Claim], evidence: Iterable[Evidence]) -> None:
        self.claims: dict[str, Claim] = {}
        for claim in claims:
            if claim.id in self.claims:
                raise ValueError(f"claim {claim.id!r} is in the ledger twice")
            self.claims[claim.id] = claim
        self.evidence: dict[str, dict[str, Evidence]] = {id_: {} for id_ in self.claims}
        self._given = tuple(evidence)
        for item in [*self._evidence_in_claims(), *self._given]:
            of_claim = self.evidence.get(item.claim)
            if of_claim is None:
                raise ValueError(f"evidence {item.name!r} bears on an unknown claim {item.claim!r}")
            if item.name in of_claim:
                raise ValueError(f"claim {item.claim!r} has two pieces of evidence {item.name!r}")
            of_claim[item.name] = item
        for claim in self.claims.values():
            self._check_references(claim)
        self._order = self._lemmas_first()

    @classmethod
    def of_modules(cls, modules: Iterable[ModuleType]) -> "Ledger":
        """Collect every `Claim` and `Evidence` that the modules define, in their order."""
        found = [item for module in modules for item in vars(module).values()]
        return cls(
            (item for item in found if isinstance(item, Claim)),
            (item for item in found if isinstance(item, Evidence)),
        )

    def around(self, id_: str, *, without: Kind | None = None) -> "Ledger":
        """Take the part of the ledger that the verdict on a claim depends on.

        Parameters
        ----------
        id_
            The claim. A sibling comes with the theorem that it falls short of.
        without
            Kind of evidence to leave out.
        """
        needed: dict[str, Claim] = {}
        waiting = [id_]
        while waiting:
            claim = self.claims[waiting.pop()]
            if claim.id not in needed:
                needed[claim.id] = claim
                waiting += [*self.leans_on(claim), *filter(None, [claim.sibling_of, claim.sharpened_by])]
        return Ledger(
            needed.values(), (item for item in self._given if item.claim in needed and item.kind is not without)
        )

    def siblings(self, id_: str) -> list[Claim]:
        """Claims that drop one assumption of this one."""
        return [claim for claim in self.claims.values() if claim.sibling_of == id_]

    def judge(self, findings: Mapping[tuple[str, str], Finding]) -> dict[str, Judgement]:
        """Compute the verdict of every claim.

        Parameters
        ----------
        findings
            What each check saw, by claim and name of evidence. A missing one counts as undecided.
        """
        judged: dict[str, Judgement] = {}
        for id_ in self._order:
            judged[id_] = self._judge_one(self.claims[id_], findings, judged)
        return {id_: judged[id_] for id_ in self.claims}

    def _judge_one(
        self,
        claim: Claim,
        findings: Mapping[tuple[str, str], Finding],
        judged: Mapping[str, Judgement],
    ) -> Judgement:
        items = list(self.evidence[claim.id].values())
        not_run = Finding(None, detail="was not run")
        for item in items:
            finding = findings.get((claim.id, item.name), not_run)
            if finding.passed is not True:
                outcome = "undecided" if finding.passed is None else "failed"
                return Judgement(Verdict.OPEN, f"{item.name} {outcome}: {finding.detail}")
        for id_ in claim.background:
            verdict, reason = judged[id_].verdict, judged[id_].reason
            if verdict is Verdict.OPEN or verdict not in _STRENGTH:
                return Judgement(Verdict.OPEN, f"background {id_} is {verdict}: {reason}")

        refuting = [item for item in items if item.refutes]
        if refuting:
            return self._refuted(claim, refuting, judged)
        if not claim.steps:
            return self._strongest(items, "the claim")
        by_step = [self._judge_step(step, items, judged) for step in claim.steps]
        weakest = min(by_step, key=lambda judgement: _STRENGTH.index(judgement.verdict))
        return Judgement(Verdict.PROVED) if weakest.verdict is Verdict.PROVED else weakest

    @staticmethod
    def _refuted(claim: Claim, refuting: list[Evidence], judged: Mapping[str, Judgement]) -> Judgement:
        if all(_CARRIES[item.kind] is Verdict.SUPPORTED for item in refuting):
            return Judgement(Verdict.OPEN, "refuted numerically, existence not certified")
        names = ", ".join(item.name for item in refuting)
        repair = claim.repaired_by
        if repair and judged[repair].verdict in (Verdict.PROVED, Verdict.CERTIFIED):
            return Judgement(Verdict.REPAIRED, f"refuted by {names}; what holds is {repair}")
        return Judgement(Verdict.REFUTED, f"by {names}")

    def _judge_step(
        self,
        step: Step,
        items: list[Evidence],
        judged: Mapping[str, Judgement],
    ) -> Judgement:
        parts = []
        for id_ in step.by:
            verdict = judged[id_].verdict
            if verdict not in _STRENGTH:
                verdict = Verdict.OPEN
            parts.append(Judgement(verdict, f"step {step.key} leans on {id_}"))
        own = [item for item in items if item.step == step.key]
        if own or not step.by:
            parts.append(self._strongest(own, f"step {step.key}"))
        return min(parts, key=lambda judgement: _STRENGTH.index(judgement.verdict))

    @staticmethod
    def _strongest(items: list[Evidence], what: str) -> Judgement:
        if not items:
            return Judgement(Verdict.OPEN, f"{what} has no evidence")
        best = max(items, key=lambda item: _STRENGTH.index(_CARRIES[item.kind]))
        return Judgement(_CARRIES[best.kind], f"{what} rests on {best.name} ({best.kind})")

    def _evidence_in_claims(self) -> Iterator[Evidence]:
        """Turn what the claims say of their steps and of points where they fail into checks."""
        for claim in self.claims.values():
            for number, step in enumerate(claim.steps, 1):
                if step.decided_by is None:
                    continue
                judge = _JUDGES.get(step.decided_by)
                if judge is None:
                    raise ValueError(f"step {step.key!r} of {claim.id!r} cannot be decided by {step.decided_by}")
                check = partial(_decide, judge, step)
                title = f"Formula of step {number}, as printed."
                yield Evidence(claim.id, step.decided_by, step.key, check, step.key, title=title)
            if claim.holds_at:
                title = "The statement as printed, instance by instance."
                yield Evidence(claim.id, Kind.EXHAUSTIVE, "holds_at", partial(_try, claim), title=title)
            if claim.fails_at:
                check = partial(_refute, claim)
                title = "A point where the statement is false."
                yield Evidence(claim.id, Kind.SYMBOLIC, "fails_at", check, refutes=True, title=title)

    def _check_references(self, claim: Claim) -> None:
        steps = {step.key for step in claim.steps}
        for item in self.evidence[claim.id].values():
            if item.step is not None and item.step not in steps:
                raise ValueError(
                    f"evidence {item.name!r} names a step {item.step!r} that claim {claim.id!r} does not have"
                )
        for id_ in (*self.leans_on(claim), *filter(None, [claim.sharpened_by])):
            if id_ not in self.claims:
                raise ValueError(f"claim {claim.id!r} refers to an unknown claim {id_!r}")
        if claim.sibling_of is not None:
            parent = self.claims.get(claim.sibling_of)
            if parent is None or claim.drops not in parent.assumptions:
                raise ValueError(
                    f"sibling {claim.id!r} drops {claim.drops!r}, which is no assumption of {claim.sibling_of!r}"
                )

    @staticmethod
    def leans_on(claim: Claim) -> list[str]:
        """Identifiers of the claims whose verdicts enter that of this one."""
        repair = [claim.repaired_by] if claim.repaired_by else []
        return [*claim.background, *(id_ for step in claim.steps for id_ in step.by), *repair]

    def _lemmas_first(self) -> list[str]:
        order: list[str] = []
        path: list[str] = []

        def visit(id_: str) -> None:
            if id_ in path:
                raise ValueError(f"claims lean on each other in a circle: {' -> '.join(path)}")
            if id_ in order:
                return
            path.append(id_)
            for lemma in self.leans_on(self.claims[id_]):
                visit(lemma)
            path.pop()
            order.append(id_)

        for id_ in self.claims:
            visit(id_)
        return order
