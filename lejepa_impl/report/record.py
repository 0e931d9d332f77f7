"""The record of a verification run: what `reports/verify.json` holds."""

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, Literal

import torch
from pydantic import BaseModel, ConfigDict

from theory.claim import Claim, Kind, Profile, Role, Verdict
from theory.ledger import Judgement, Ledger, Outcome

_PACKAGES = ("sympy", "z3-solver", "python-flint", "numpy", "scipy", "torch", "hypothesis")


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EvidenceRecord(_Record):
    """What one check saw. A check that could not decide has not passed, and is `undecided`."""

    kind: Kind
    name: str
    title: str
    step: str | None
    refutes: bool
    passed: bool
    undecided: bool
    detail: str
    seconds: float
    covered: dict[str, Any]


class ClaimRecord(_Record):
    """A claim with the verdict computed from its evidence."""

    id: str
    paper: str
    locator: str
    role: Role
    title: str
    verdict: Verdict
    expected_verdict: Verdict
    reason: str
    assumptions: list[str]
    sibling_of: str | None
    evidence: list[EvidenceRecord]

    @property
    def as_expected(self) -> bool:
        """Whether the evidence yields the verdict that the claim declares."""
        return self.verdict is self.expected_verdict


class Report(_Record):
    """A verification run, the content of `reports/verify.json`."""

    schema_: Literal[1]
    passed: bool
    seconds: float
    environment: dict[str, Any]
    claims: list[ClaimRecord]

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=lambda name: name.rstrip("_"),
        populate_by_name=True,
    )

    @property
    def refuted_as_printed(self) -> list[ClaimRecord]:
        """The printed statements with a counterexample, repaired or not."""
        against = (Verdict.REFUTED, Verdict.REPAIRED)
        return [claim for claim in self.claims if claim.role is Role.THEOREM and claim.verdict in against]

    def to_json(self) -> str:
        """Serialise with the field names of schema 1."""
        return self.model_dump_json(by_alias=True, indent=2)


def record(ledger: Ledger, outcomes: Mapping[tuple[str, str], Outcome], profile: Profile, seconds: float) -> Report:
    """Judge the claims of a ledger by the outcomes of its checks, and write all of it down."""
    judged = ledger.judge({key: outcome.finding for key, outcome in outcomes.items()})
    claims = [
        _claim_record(
            claim,
            judged[claim.id],
            [outcomes[claim.id, name] for name in ledger.evidence[claim.id] if (claim.id, name) in outcomes],
        )
        for claim in ledger.claims.values()
    ]
    return Report(
        schema_=1,
        passed=all(claim.as_expected for claim in claims),
        seconds=round(seconds, 3),
        environment=_environment(profile),
        claims=claims,
    )


def _claim_record(claim: Claim, judgement: Judgement, outcomes: Sequence[Outcome]) -> ClaimRecord:
    return ClaimRecord(
        id=claim.id,
        paper=claim.paper,
        locator=claim.locator,
        role=claim.role,
        title=claim.title,
        verdict=judgement.verdict,
        expected_verdict=claim.expected,
        reason=judgement.reason,
        assumptions=[*claim.assumptions.values(), *claim.background],
        sibling_of=claim.sibling_of,
        evidence=[
            EvidenceRecord(
                kind=outcome.evidence.kind,
                name=outcome.evidence.name,
                title=outcome.evidence.title,
                step=outcome.evidence.step,
                refutes=outcome.evidence.refutes,
                passed=outcome.finding.passed is True,
                undecided=outcome.finding.passed is None,
                detail=outcome.finding.detail,
                seconds=round(outcome.seconds, 3),
                covered=dict(outcome.finding.covered),
            )
            for outcome in outcomes
        ],
    )


def _environment(profile: Profile) -> dict[str, Any]:
    return {
        "profile": profile,
        "version": version("lejepa-companion"),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        "cuda": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "packages": {name: version(name) for name in _PACKAGES},
    }
