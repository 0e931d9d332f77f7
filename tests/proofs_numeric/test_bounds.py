"""Bounds as functions of numbers: values by hand, and what is refused."""

import pytest

from proofs_numeric.bounds import planning_bound


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((1.0, 0, 1.0, 1.0), 2.0),
        ((0.5, 3, 4.0, 0.25), 4.0),
        ((0.0, 3, 4.0, 0.25), 0.0),
        ((2.0, 9, 1.0, 0.0), 0.0),
    ],
)
def test_planning_bound(arguments, expected):
    assert planning_bound(*arguments) == pytest.approx(expected, abs=0)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((-1.0, 1, 1.0, 1.0), "lipschitz is -1.0"),
        ((1.0, -1, 1.0, 1.0), "horizon is -1"),
        ((1.0, 1.5, 1.0, 1.0), "horizon is 1.5"),
        ((1.0, 1, 0.5, 1.0), "density_ratio is 0.5"),
        ((1.0, 1, 1.0, -0.1), "recovery_error is -0.1"),
        ((1.0, 1, 1.0, float("nan")), "recovery_error is nan"),
        ((float("nan"), 1, 1.0, 1.0), "lipschitz is nan"),
    ],
)
def test_planning_bound_names_what_it_refuses(arguments, named):
    with pytest.raises(ValueError, match=named):
        planning_bound(*arguments)
