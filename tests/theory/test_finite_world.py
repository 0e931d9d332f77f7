"""Finite worlds against worlds worked out by hand, and the arrangements of few states against known ones."""

import pytest
import sympy as sp
from sympy.polys.matrices import DomainMatrix

from theory.claims.uniqueness import linear_optimum_of_a_lattice_world
from theory.claims.uniqueness.first_order_family import optimality_defect, stationarity_defect
from theory.claims.uniqueness.four_states_are_the_fewest import arrangements, regression_is_linear
from theory.claims.uniqueness.gaussian_noise_first_order import gaussian_noise_factor
from theory.finite_world import JUMP, FiniteWorld, four_state_world
from theory.proof import valid

x = sp.Symbol("x")
HALF = sp.Rational(1, 2)
FIVE_STATE_JUMP = (sp.sqrt(33) - 3) / 6


def world(drift, noise, field=sp.QQ):
    return FiniteWorld(*({sp.Integer(k): sp.sympify(v) for k, v in given.items()} for given in (drift, noise)), field)


def five_state_world():
    a = FIVE_STATE_JUMP
    return world({-2: -1, -1: -1, 0: 0, 1: 1, 2: 1}, {-1: a, 0: 1 - 2 * a, 1: a}, sp.QQ.algebraic_field(sp.sqrt(33)))


def test_a_moving_average_of_coin_flips_is_worked_out():
    # z = 2u + v with fair coins u, v; the next u is v, the next v is fresh.
    coins = world({0: 0, 1: 2, 2: 0, 3: 2}, {0: HALF, 1: HALF})
    assert coins.law.to_Matrix() == sp.Matrix([[1, 1, 1, 1]]) / 4
    assert coins.moment(1) == sp.Rational(3, 2)
    assert (coins.backward * coins.states.transpose()).to_Matrix() == sp.Matrix([1, 1, 2, 2])
    assert coins.centred_transition.rank() == 1


def test_forward_and_backward_transition_are_adjoint():
    five = five_state_world()
    weights = DomainMatrix.diag(five.law.to_list_flat(), five.field)
    assert weights * five.transition == (weights * five.backward).transpose()
    assert five.transition != five.backward


def test_five_states_have_a_linear_optimum_too():
    five = five_state_world()
    eigenvalue = (2 + FIVE_STATE_JUMP) / 4
    scaled = five.states.transpose() * five.field.from_sympy(eigenvalue)
    assert five.symmetrised * five.states.transpose() == scaled
    roots = [root for factor, _ in five.factored_spectrum(x) for root in sp.Poly(factor.as_expr(), x).nroots()]
    assert sorted(map(float, roots))[-2:] == pytest.approx([float(eigenvalue), 1.0])


@pytest.mark.parametrize(
    ("drift", "noise", "message"),
    [
        ({0: 0, 1: 0}, {0: HALF, 1: HALF / 2}, "do not add to one"),
        ({0: 0, 1: 1}, {0: HALF, 1: HALF}, "leads from 1 to what is no state"),
    ],
    ids=["probabilities", "no state"],
)
def test_what_is_no_world_is_refused(drift, noise, message):
    with pytest.raises(ValueError, match=message):
        world(drift, noise)


def test_two_stationary_laws_are_refused():
    with pytest.raises(ValueError, match="more than one"):
        _ = world({0: 0, 1: 0, 2: 2, 3: 2}, {0: HALF, 1: HALF}).law


def test_another_jump_probability_leaves_the_linear_map_no_eigenfunction():
    other = four_state_world(sp.Rational(1, 3), sp.QQ)
    image = other.symmetrised * other.states.transpose()
    assert image.transpose().vstack(other.states).rank() == 2
    assert sp.simplify(8 * JUMP**2 + 3 * JUMP) == 2


SLOPE = sp.Symbol("lambda", real=True)
FOUR_STATES = ((0, 1, 2), (0, 1, 2), (1, 2, 3), (1, 2, 3))
THREE_STATES = ((1, 2), (1, 2), (0, 1))


def test_arrangements_are_given_once_up_to_mirror_images():
    given = list(arrangements(3))
    assert THREE_STATES in given
    assert ((1, 2), (0, 1), (0, 1)) not in given
    # Of the 3^3 - 3 arrangements, two are their own mirror image.
    assert len(set(given)) == len(given) == (3**3 - 3 + 2) // 2


def test_an_arrangement_is_not_refuted_where_a_world_exists():
    assert valid(sp.Implies(regression_is_linear(THREE_STATES), SLOPE >= 0)).passed is False


def test_the_four_state_world_solves_the_formula_of_its_arrangement():
    eigenvalue = (1 + JUMP) / 3
    values = {"x_1": sp.Rational(1, 3), "x_2": sp.Rational(2, 3), "lambda": eigenvalue}
    # The states fill [0, 1], where the drift less the mean 1/3 of the noise and the latent have mean 1/2.
    values["kappa"] = 1 - sp.Rational(1, 3) - eigenvalue
    values |= {f"q_{i}": q for i, q in enumerate((JUMP, 1 - 2 * JUMP, JUMP))}
    values |= {f"p_{i}": p / 2 for i, p in enumerate((JUMP, 1 - JUMP, 1 - JUMP, JUMP))}
    there = regression_is_linear(FOUR_STATES).subs({sp.Symbol(name, real=True): v for name, v in values.items()})
    assert sp.simplify(there) == sp.true


@pytest.mark.parametrize("degree", [3, 4, 7])
def test_gaussian_noise_leaves_no_solution_but_zero(degree):
    rho = sp.Rational(2, 3)
    latent, drift = sp.symbols("a b")
    equations = [
        stationarity_defect(latent, drift, 0, sp.Integer(degree), rho),
        optimality_defect(latent, drift, sp.Integer(degree - 1), rho),
    ]
    assert sp.linsolve(equations, latent, drift) == {(0, 0)}
    determinant = sp.Matrix([[sp.diff(e, symbol) for symbol in (latent, drift)] for e in equations]).det()
    assert sp.simplify(determinant - gaussian_noise_factor(degree, rho)) == 0


def test_a_world_whose_linear_map_is_not_optimal_does_not_refute():
    finding = linear_optimum_of_a_lattice_world._linear_optimum(four_state_world(sp.Rational(1, 3), sp.QQ))
    assert finding.passed is False
    assert "the linear map is an eigenfunction" in finding.detail


@pytest.mark.parametrize(("bound", "below"), [(1, False), (2, False), (3, True)])
def test_roots_are_compared_exactly(bound, below):
    t = linear_optimum_of_a_lattice_world.x
    assert linear_optimum_of_a_lattice_world._roots_are_below(sp.Poly(t**2 - 5, t), sp.Integer(bound)) is below
