"""Instances of the statements on optimal maps and Gaussian laws tell true from false."""

from dataclasses import replace

import pytest
import sympy as sp

from theory.claim import Profile
from theory.claims.uniqueness import (
    first_order_family,
    four_states_are_the_fewest,
    gaussian_of_linear_drift,
    gaussian_of_linear_regressions,
    gaussian_of_reversible_linear_optimum,
    linear_optimum_is_an_eigenfunction,
    linear_optimum_of_a_lattice_world,
    logistic_tilt_bounds,
)
from theory.finite_world import four_state_world
from theory.ledger import Ledger, examine
from theory.notation import t
from theory.optimality import LAW_IS_GAUSSIAN, LINEAR_IS_OPTIMAL, linear, of_finite_world, optimum, phi, top, variance

lattice = linear_optimum_of_a_lattice_world.CLAIM
family = first_order_family.CLAIM
tilt = logistic_tilt_bounds.CLAIM


@pytest.mark.parametrize(
    ("claim", "wrong"),
    [
        (lattice, sp.And(LINEAR_IS_OPTIMAL, LAW_IS_GAUSSIAN)),
        (lattice, sp.And(sp.Not(LINEAR_IS_OPTIMAL), sp.Not(LAW_IS_GAUSSIAN))),
        (gaussian_of_linear_regressions.CLAIM, LAW_IS_GAUSSIAN.xreplace({variance: 2 * variance})),
        (gaussian_of_linear_drift.CLAIM, LINEAR_IS_OPTIMAL),
        (gaussian_of_linear_drift.CLAIM, LAW_IS_GAUSSIAN),
        (gaussian_of_reversible_linear_optimum.CLAIM, sp.Equivalent(LINEAR_IS_OPTIMAL, sp.Not(LAW_IS_GAUSSIAN))),
        (linear_optimum_is_an_eigenfunction.CLAIM, linear_optimum_is_an_eigenfunction.EIGENFUNCTION),
        (four_states_are_the_fewest.CLAIM, four_states_are_the_fewest._slope <= 0),
        (
            four_states_are_the_fewest.CLAIM,
            sp.Implies(four_states_are_the_fewest._states <= 3, sp.Eq(four_states_are_the_fewest._slope, 0)),
        ),
        (family, family.statement.xreplace({sp.Integer(2): sp.Integer(1)})),
        (tilt, sp.LessThan(tilt.statement.lhs, tilt.statement.rhs * sp.Rational(9, 10), evaluate=False)),
    ],
)
def test_a_wrong_statement_is_seen(claim, wrong):
    assert wrong != claim.statement
    alone = replace(claim, statement=wrong, steps=(), background=())
    assert examine(Ledger([alone], []).evidence[claim.id]["holds_at"], Profile.QUICK).finding.passed is False


def test_all_functions_of_the_largest_correlation_are_optimal():
    names = [sp.Tuple(i) for i in range(3)]
    instance = optimum(dict(zip(names, map(sp.Rational, ("1/2", "1/3", "1/2")), strict=True)), names[:1])
    assert instance == {top: sp.FiniteSet(names[0], names[2]), linear: sp.FiniteSet(names[0])}


def test_a_finite_world_has_the_characteristic_function_of_its_law():
    field = sp.QQ.algebraic_field(sp.sqrt(3))
    instance = of_finite_world(four_state_world(sp.Rational(1, 4), field))
    cosines = (sp.cos(3 * t) + 3 * sp.cos(t)) / 4
    assert sp.expand(instance[phi(t)] - cosines.rewrite(sp.exp)) == 0


def test_eigenvalues_outside_the_field_are_refused():
    with pytest.raises(ValueError, match="does not hold the roots"):
        of_finite_world(four_state_world(sp.Rational(1, 4), sp.QQ))
