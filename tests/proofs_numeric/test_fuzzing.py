"""Searches, and what they report."""

import pytest
from hypothesis import strategies as st

from proofs_numeric.fuzzing import fuzz_largest


def test_the_largest_value_is_reported():
    seen = []

    def square(x: float) -> float:
        seen.append(x**2)
        return seen[-1]

    finding = fuzz_largest(square, st.floats(-2, 2), examples=30, name="square", x="[-2, 2]")
    assert finding.passed is True
    assert finding.covered == {"examples": 30, "x": "[-2, 2]", "largest square": max(seen)}


@pytest.mark.parametrize(("limit", "passed"), [(3, True), (1, False)])
def test_a_property_that_fails_is_a_failure(limit, passed):
    def within(x: float) -> float:
        assert x <= limit
        return x

    assert fuzz_largest(within, st.floats(0, 2), examples=50).passed is passed
