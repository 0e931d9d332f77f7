"""The budgets of the recovery error: attained, so that a larger one is noticed."""

import pytest
import sympy as sp

from theory.claims.recovery.recovery_by_direction import CLAIM
from theory.instances import recoveries
from theory.proof import attained_at, true_at

BUDGETS = [part for part in CLAIM.statement.args if isinstance(part, sp.LessThan)]


def test_there_are_two_budgets_and_they_are_spent():
    assert len(BUDGETS) == 2
    assert attained_at(CLAIM.statement, recoveries()).passed


@pytest.mark.parametrize("more", [1, sp.Rational(1, 100)])
@pytest.mark.parametrize("budget", BUDGETS, ids=str)
def test_a_larger_budget_is_noticed(budget, more):
    loose = CLAIM.statement.xreplace({budget: budget.lhs <= budget.rhs + more})
    assert true_at(loose, recoveries()).passed
    assert attained_at(loose, recoveries()).passed is False
