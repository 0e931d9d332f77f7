"""The bounds on planning, against each other."""

import pytest
import sympy as sp

from theory.claims.planning.approximate_planning import planning_bound
from theory.claims.planning.gaussian_density_ratio import log_density_ratio
from theory.claims.planning.separable_costs import separable_planning_bound
from theory.claims.planning.sharp_planning_bound import sharp_planning_bound


@pytest.mark.parametrize("horizon", [1, 2, 10, 1000])
def test_the_sharper_bound_is_smaller(horizon):
    arguments = sp.Rational(3, 2), sp.Integer(horizon), sp.Integer(4), sp.Rational(1, 9)
    separable, sharp, plain = (
        bound(*arguments) for bound in (separable_planning_bound, sharp_planning_bound, planning_bound)
    )
    assert 0 < separable < sharp < plain
    assert plain / sharp < 1 + sp.Rational(1, 2 * horizon)


def test_a_plan_that_leaves_the_law_alone_has_density_ratio_one_in_the_limit():
    s = sp.Symbol("s", positive=True)
    assert sp.limit(log_density_ratio(sp.Integer(0), s), s, 1) == 0
    assert log_density_ratio(sp.Integer(0), sp.Rational(1, 4)) == sp.log(4) / 2
