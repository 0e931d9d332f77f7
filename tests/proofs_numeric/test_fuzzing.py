"""Searches for a quantity beyond its bound."""

from hypothesis import strategies as st

from proofs_numeric.fuzzing import WithinBound, fuzz


def test_a_search_reports_the_largest_ratio_that_it_met():
    within_bound = WithinBound()
    finding = fuzz(lambda value: within_bound(value, 2), st.sampled_from([0.5, 1, 1.5]), examples=20)
    report = within_bound.report(finding)
    assert report.passed
    assert abs(report.covered["largest ratio"] - 0.75) < 1e-6


def test_a_search_finds_what_is_beyond_the_bound():
    within_bound = WithinBound()
    finding = fuzz(lambda value: within_bound(value, 1), st.floats(0, 1.01), examples=200)
    assert finding.passed is False
    assert "> bound 1" in finding.detail
