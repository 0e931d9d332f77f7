"""Run a Hypothesis property as a check of the ledger."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
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


def fuzz_largest(
    quantity: Callable[..., float],
    *strategies: SearchStrategy[Any],
    examples: int,
    shrink: bool = True,
    name: str = "ratio",
    **covered: JSON,
) -> Finding:
    """Try a property on examples that are steered to the largest value of a quantity, and report that value.

    Parameters
    ----------
    quantity
        Returns the value of an example, and raises AssertionError where the property fails.
    name
        What the quantity is, for the report.
    strategies, examples, shrink, covered
        As for `fuzz`.
    """
    largest = 0.0

    @wraps(quantity)
    def holds(*arguments: Any, **named: Any) -> None:
        nonlocal largest
        value = quantity(*arguments, **named)
        largest = max(largest, value)
        target(value)

    finding = fuzz(holds, *strategies, examples=examples, shrink=shrink, **covered)
    return replace(finding, covered={**finding.covered, f"largest {name}": largest})
