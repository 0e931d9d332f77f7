"""Claims, and what speaks for or against them.

A `Claim` is a mathematical statement with its assumptions and the steps of its proof. `Evidence` is
a check that can fail; it bears on one step of a claim, on the claim as a whole, or refutes it.
Claims never carry a verdict: `theory.ledger` computes it from the evidence.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias, TypeVar

from sympy import Basic, Expr, Symbol

#: What stands for each abstract part of a statement.
Instance: TypeAlias = Mapping[Basic, Basic]
JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"
T = TypeVar("T")


class Kind(StrEnum):
    """How a piece of evidence was obtained."""

    SYMBOLIC = "symbolic"
    """Exact algebra or calculus in SymPy, for all values of the symbols."""
    SMT = "smt"
    """A first-order formula over the reals whose negation z3 finds unsatisfiable."""
    BALL = "ball"
    """A rigorous enclosure in ball arithmetic, on listed instances."""
    EXHAUSTIVE = "exhaustive"
    """Exact arithmetic on every instance of a finite list."""
    FUZZ = "fuzz"
    """A property that held on generated examples, or a statistical test."""
    TRAINED = "trained"
    """A measurement on a trained encoder."""


class Verdict(StrEnum):
    """What the evidence makes of a claim."""

    PROVED = "proved"
    CERTIFIED = "certified"
    SUPPORTED = "supported"
    REFUTED = "refuted"
    REPAIRED = "repaired"
    OPEN = "open"


class Role(StrEnum):
    """What a claim is to the paper."""

    THEOREM = "theorem"
    """Printed in the paper, or a step of what is printed."""
    EXTENSION = "extension"
    """Not in the paper: sharper, wider, or a repair."""
    SIBLING = "sibling"
    """A theorem with one assumption dropped. It must fail."""
    BACKGROUND = "background"
    """Taken from the literature; tried for falsity and for vacuity, not proved here."""


class Profile(StrEnum):
    """How much work a check may do."""

    QUICK = "quick"
    THOROUGH = "thorough"

    def pick(self, *, quick: T, thorough: T) -> T:
        """Return the size that belongs to this profile."""
        return quick if self is Profile.QUICK else thorough


@dataclass(frozen=True)
class Finding:
    """What a check saw.

    Parameters
    ----------
    passed
        True or False; None where the check could not decide (a timeout, an expression that would
        not simplify). None never counts as passed.
    covered
        What was looked at: parameters, ranges, samples, precision, radius, false-alarm probability.
    detail
        Why it did not pass, or the counterexample.
    """

    passed: bool | None
    covered: Mapping[str, JSON] = field(default_factory=dict)
    detail: str = ""


@dataclass(frozen=True)
class Evidence:
    """A named check that bears on a claim.

    Parameters
    ----------
    claim
        Identifier of the claim.
    step
        Key of the step it establishes; None where it bears on the claim as a whole.
    refutes
        True where a check that passes is a counterexample to the claim.
    title
        What is checked, in a line.
    """

    claim: str
    kind: Kind
    name: str
    check: Callable[[Profile], Finding]
    step: str | None = None
    refutes: bool = False
    title: str = ""


def evidence(
    claim: str, kind: Kind, *, step: str | None = None, refutes: bool = False
) -> Callable[[Callable[[Profile], Finding]], Evidence]:
    """Turn a check into `Evidence`, named after the function and titled by its docstring."""

    def decorate(check: Callable[[Profile], Finding]) -> Evidence:
        title = (inspect.getdoc(check) or "").partition("\n")[0]
        return Evidence(claim, kind, check.__name__, check, step, refutes, title)

    return decorate


@dataclass(frozen=True)
class Step:
    """One assertion of a proof.

    Parameters
    ----------
    key
        Unique within the claim.
    says
        The assertion in words; mathematics between dollar signs.
    statement
        The assertion as a SymPy object.
    by
        Claims whose verdict this step inherits, where it is an application of them.
    decided_by
        SYMBOLIC or SMT where SymPy or z3 decides the statement as it is printed; None where
        evidence of its own, or only lemmas, establish it.
    over
        What its symbols range over, for the report.
    """

    key: str
    says: str
    statement: Basic
    by: tuple[str, ...] = ()
    decided_by: Kind | None = None
    over: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Claim:
    """A statement with its assumptions and the steps of its proof.

    Parameters
    ----------
    id
        Named by its conclusion; a sibling is `claim.dropped_assumption`.
    paper, locator
        Key of `theory.papers.PAPERS` and the place in that paper; for an extension the nearest one.
    says
        The statement in words; mathematics between dollar signs.
    statement
        The statement as a SymPy object.
    assumptions
        Hypotheses in words, each named by a key.
    background
        Identifiers of the background claims that the proof leans on.
    expected
        The verdict that the evidence must yield; `verify` fails on any other.
    sibling_of, drops
        For a sibling, the claim and the key of the assumption that it drops.
    repaired_by
        Claim that states what holds where this one fails as printed.
    sharpened_by
        Claim that says more under the same assumptions.
    holds_at
        Instances, obtained by other means than the statement, at which the statement as printed must come
        out true. Needed where no step that SymPy or z3 decides ends in the statement.
    fails_at
        A point, by symbol, at which SymPy finds the statement false; for a refuted claim whose
        counterexample is as simple as that.
    """

    id: str
    paper: str
    locator: str
    role: Role
    title: str
    says: str
    statement: Basic
    assumptions: Mapping[str, str]
    expected: Verdict
    steps: tuple[Step, ...] = ()
    background: tuple[str, ...] = ()
    sibling_of: str | None = None
    drops: str | None = None
    repaired_by: str | None = None
    sharpened_by: str | None = None
    holds_at: Callable[[Profile], Iterable[Instance]] | None = None
    fails_at: Mapping[Symbol, Expr] = field(default_factory=dict)

    def without(
        self,
        dropped: str,
        *,
        title: str,
        says: str,
        statement: Basic,
        fails_at: Mapping[Symbol, Expr] | None = None,
    ) -> "Claim":
        """Build the sibling that drops an assumption, which must be refuted.

        Raises
        ------
        KeyError
            If the claim has no such assumption.
        """
        kept = dict(self.assumptions)
        del kept[dropped]
        return Claim(
            id=f"{self.id}.{dropped}",
            paper=self.paper,
            locator=self.locator,
            role=Role.SIBLING,
            title=title,
            says=says,
            statement=statement,
            assumptions=kept,
            expected=Verdict.REFUTED,
            sibling_of=self.id,
            drops=dropped,
            fails_at=fails_at or {},
        )
