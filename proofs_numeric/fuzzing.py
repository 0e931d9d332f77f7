"""Run a Hypothesis property as a check of the ledger."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings, target
from hypothesis.strategies import SearchStrategy

from theory.claim import JSON, Finding


def fuzz(
    holds: Callable[..., None],
    *strategies: SearchStrategy[Any],
    examples: int,
    shrink: bool = True,
    **covered: JSON,
) -> Finding:
    """Try a property on generated examples, the same ones in every run.

    Parameters
    ----------
    holds
        Raises AssertionError where the property fails.
    strategies
        One for each argument of the property.
    examples
        Number of examples.
    shrink
        Whether to look for a simpler example where the property fails.
    covered
        What the examples range over, for the report.
    """
    run = settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate, Phase.target, *([Phase.shrink] if shrink else [])],
        print_blob=False,
    )(given(*strategies)(holds))
    covered = {"examples": examples, **covered}
    try:
        run()
    except AssertionError as failure:
        example = "; ".join(getattr(failure, "__notes__", []))
        return Finding(False, covered, f"{failure} {example}".strip())
    return Finding(True, covered)


class WithinBound:
    """Asserts in a search that a quantity is within its bound, and steers the search to the largest ratio of the two.

    Attributes
    ----------
    largest_ratio
        The largest that was met.
    """

    #: Relative and absolute error that round-off may have.
    round_off = 1e-9

    def __init__(self) -> None:
        self.largest_ratio = 0.0

    def __call__(self, value: float, bound: float) -> None:
        """Compare a quantity with its bound."""
        # Where the bound is itself round-off, so is the ratio.
        ratio = float(value / (bound + self.round_off))
        self.largest_ratio = max(self.largest_ratio, ratio)
        target(ratio)
        assert value <= bound * (1 + self.round_off) + self.round_off, f"{value:.6g} > bound {bound:.6g}"

    def report(self, finding: Finding) -> Finding:
        """Add the largest ratio to what the search saw."""
        return replace(finding, covered={**finding.covered, "largest ratio": self.largest_ratio})
