"""A verification run as one HTML file, with its equations as MathML and nothing to load."""

import re
from collections.abc import Iterable
from html import escape
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from latex2mathml.converter import convert
from markupsafe import Markup

from lejepa_impl.report.record import ClaimRecord, Report
from theory.claim import Role, Verdict
from theory.ledger import Ledger
from theory.notation import latex
from theory.papers import PAPERS


def render(ledger: Ledger, report: Report) -> str:
    """Render a report with the statements and proofs of its ledger as a self-contained page."""
    return (
        templates()
        .get_template("verify.html")
        .render(
            report=report,
            ledger=ledger,
            papers=PAPERS,
            siblings=_siblings(report),
            main=[claim for claim in report.claims if claim.role is not Role.SIBLING],
            counts=_counts,
            Role=Role,
        )
    )


def templates() -> Environment:
    """Return the templates of self-contained pages, with the filters that they use."""
    environment = Environment(
        loader=PackageLoader("lejepa_impl.report"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"prose": _prose, "equation": _equation, "value": value}
    return environment


def _counts(claims: Iterable[ClaimRecord]) -> dict[Verdict, int]:
    verdicts = [claim.verdict for claim in claims]
    counts = {verdict: verdicts.count(verdict) for verdict in Verdict}
    return {verdict: count for verdict, count in counts.items() if count}


def _siblings(report: Report) -> dict[str, list[ClaimRecord]]:
    by_claim: dict[str, list[ClaimRecord]] = {}
    for claim in report.claims:
        if claim.sibling_of:
            by_claim.setdefault(claim.sibling_of, []).append(claim)
    return by_claim


def _equation(statement: Any) -> Markup:
    return Markup(_spaced(convert(latex(statement), display="block")))


def _spaced(mathml: str) -> str:
    """Set named functions, which the converter takes for letters, apart from what they are applied to."""
    return re.sub(r"<mi>([a-z]{2,})</mi>", r'<mo lspace="0.1em" rspace="0.1em">\1</mo>', mathml)


def _prose(text: str) -> Markup:
    """Escape prose, set what stands between dollar signs as mathematics and what stands between backticks as code."""
    parts = re.split(r"\$([^$]+)\$", text)
    return Markup("".join(_spaced(convert(part)) if i % 2 else _code(escape(part)) for i, part in enumerate(parts)))


def _code(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text)


def value(covered: Any) -> str:
    """Write a covered value compactly."""
    if isinstance(covered, float):
        return f"{covered:.4g}"
    if isinstance(covered, dict):
        return ", ".join(f"{key} {value(item)}" for key, item in covered.items())
    if isinstance(covered, list):
        return ", ".join(map(value, covered)) if len(covered) <= 12 else f"{len(covered)} values"
    return str(covered)
