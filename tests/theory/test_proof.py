"""The judges of exact steps tell true from false from undecided."""

import pytest
import sympy as sp

from theory.notation import Expectation
from theory.proof import attained_at, counterexample, identity, to_z3, true_at, valid

x, y = sp.symbols("x y", real=True)
n = sp.Symbol("n", integer=True, positive=True)
A, B = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("B", 2, 2)
SQUARE = sp.Eq(y, x**2 - 1)
SYMMETRIC = sp.Equivalent(sp.Eq(y, 1), sp.Eq(B, B.T))


@pytest.mark.parametrize(
    ("statement", "passed"),
    [
        (sp.Eq(sp.sin(x) ** 2 + sp.cos(x) ** 2, 1), True),
        (sp.Eq(sp.factorial(n) / sp.factorial(n - 1), n), True),
        (sp.Eq((x + y) ** 2, x**2 + y**2), False),
        (sp.Eq(A * (A + A.T), A * A + A * A.T), True),
        (sp.Eq(A * A.T, A.T * A), None),
        (sp.Eq(x, x), None),
        (sp.Eq(2 * (1 - x), 2 - 2 * x, evaluate=False), None),
        (x > 0, None),
    ],
)
def test_identity(statement, passed):
    assert identity(statement).passed is passed


@pytest.mark.parametrize(
    ("statement", "passed"),
    [
        (sp.Implies(x > 1, x**2 > x), True),
        (sp.Implies(sp.And(x > 0, y > 0), 1 / (x + y) < 1 / x), True),
        (sp.Implies(x >= 0, sp.Abs(x - 1) <= sp.Abs(x**2 - 1)), True),
        (sp.Max(x, y) >= sp.Min(x, y), True),
        (sp.Max(x, y) * 2 >= x + y, True),
        (x**2 > x, False),
        (sp.true, None),
        (sp.Eq(x, x), None),
        (sp.Implies(sp.And(x > 1, x < 0), sp.Eq(y, 5)), None),
        (sp.Implies(sp.And(x > 1, sp.Or(x > 2, x < y)), x > 0), True),
        (sp.Implies(x > 1, sp.Implies(y > x, y > 0)), True),
        (sp.Implies(x > 1, sp.Or(y > x, sp.Implies(y > 1, x * y > 1))), True),
    ],
)
def test_valid(statement, passed):
    assert valid(statement).passed is passed


IMPOSSIBLE = sp.And(x > 1, y < x, y > 2 * x, evaluate=False)


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(sp.Implies(sp.And(x > 1, sp.Or(x < 0, x**2 < x)), sp.Eq(y, 5)), id="every_case"),
        pytest.param(sp.Implies(sp.And(x > 1, sp.Or(y > x, x**2 < x)), x > 0), id="one_case"),
        pytest.param(sp.Implies(sp.Or(x > 1, IMPOSSIBLE), x > 0), id="one_case_alone"),
        pytest.param(
            sp.Implies(sp.And(x > 1, sp.Or(y < 0, sp.And(y > 0, sp.Or(y > 3, x**2 < x)))), x > 0), id="nested_case"
        ),
        pytest.param(sp.Implies(x > 1, sp.Implies(x**2 < x, sp.Eq(y, 5))), id="conclusion"),
        pytest.param(sp.Implies(x > 1, sp.And(x > 0, sp.Implies(x**2 < x, sp.Eq(y, 5)))), id="part_of_conclusion"),
        pytest.param(
            sp.Implies(x > 1, sp.Or(sp.Implies(x**2 < x, sp.Eq(y, 5)), y > 7)), id="alternative_of_conclusion"
        ),
        pytest.param(sp.And(x**2 >= 0, sp.Implies(IMPOSSIBLE, sp.Eq(y, 5))), id="part_of_statement"),
        pytest.param(
            sp.Implies(x > 1, sp.Implies(y > x, sp.Implies(x * y < 1, sp.Eq(y, 5)))), id="conclusion_of_conclusion"
        ),
        pytest.param(sp.Implies(x > 0, sp.Implies(sp.And(y > 0, sp.sqrt(x + y) < 0), sp.Eq(y, 5))), id="root"),
    ],
)
def test_an_implication_that_never_applies_proves_nothing(statement):
    finding = valid(statement)
    assert finding.passed is None
    assert "never true" in finding.detail


def test_a_counterexample_of_z3_is_reported():
    assert "x" in valid(x**2 > x).detail


def test_a_timeout_is_undecided_and_says_so():
    a, b, c, d, e = sp.symbols("a b c d e", real=True)
    hard = sp.Implies(
        sp.And(a > 1, b > 1, c > 1, sp.Eq(a**7 + b**7 + d**5, c**7 + e**9)), sp.Ne(a * b * c, d * e * a**3)
    )
    finding = valid(hard, timeout_ms=1)
    assert finding.passed is None
    assert "no answer" in finding.detail


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        (sp.Implies(sp.And(x >= 0, y >= x), sp.sqrt(x) <= sp.sqrt(y)), True),
        (sp.Implies(sp.And(x >= 0, y >= 0), sp.sqrt(x + y) <= sp.sqrt(x) + sp.sqrt(y)), True),
        (sp.Implies(x > 0, 1 / sp.sqrt(x) > 0), True),
        (sp.Implies(x >= 2, sp.sqrt(2 * x) >= 2), True),
        (sp.Implies(x >= 0, sp.sqrt(x) <= x), False),
        # Where a radicand is negative, nothing is known of the root.
        (sp.Implies(y >= x, sp.sqrt(x) <= sp.sqrt(y)), False),
    ],
    ids=str,
)
def test_square_roots_are_the_nonnegative_ones(statement, verdict):
    assert valid(statement).passed is verdict


def test_an_expectation_is_some_real_number():
    mean = Expectation(x)
    assert valid(sp.Implies(mean >= 1, mean**2 >= 1)).passed
    assert valid(sp.Implies(x >= 1, mean >= 1)).passed is False


@pytest.mark.parametrize("statement", [sp.sin(x) > 0, sp.sqrt(x) > 0, sp.Symbol("w") > 0])
def test_what_is_not_real_arithmetic_is_refused(statement):
    with pytest.raises(TypeError, match=r"not a formula|not declared real"):
        to_z3(statement)


def test_counterexample_passes_only_where_the_statement_is_false():
    assert counterexample(x**2 > x, {x: sp.Rational(1, 2)}).passed
    assert not counterexample(x**2 > x, {x: sp.Integer(2)}).passed
    assert not counterexample(x**2 > y, {x: sp.Integer(2)}).passed


def _matrix(corner):
    return sp.ImmutableMatrix([[1, x], [corner, 1]])


@pytest.mark.parametrize(
    ("statement", "instances", "passed"),
    [
        pytest.param(SQUARE, [{y: (x - 1) * (x + 1)}, {y: sp.Integer(0), x: sp.Integer(1)}], True, id="holds"),
        pytest.param(SQUARE, [{y: (x - 1) * (x + 1)}, {y: x}], False, id="fails_at_the_second"),
        pytest.param(SQUARE, [], None, id="no_instance"),
        pytest.param(y > x, [{y: sp.Integer(2)}], False, id="left_open"),
        pytest.param(SYMMETRIC, [{y: sp.Integer(1), B: _matrix(x)}], True, id="equal_matrices"),
        pytest.param(SYMMETRIC, [{y: sp.Integer(0), B: _matrix(0)}], True, id="other_matrices"),
        pytest.param(SYMMETRIC, [{y: sp.Integer(1), B: _matrix(0)}], False, id="wrong_matrices"),
    ],
)
def test_true_at(statement, instances, passed):
    assert true_at(statement, instances).passed is passed


@pytest.mark.parametrize(
    ("statement", "passed"),
    [
        pytest.param(y <= x**2, True, id="tight"),
        pytest.param(sp.And(y <= x**2, x >= 2), True, id="both"),
        pytest.param(y <= x**2 + 1, False, id="loose"),
        pytest.param(sp.And(y <= x**2, x >= 1), False, id="one_loose"),
        pytest.param(SQUARE, None, id="no_inequality"),
    ],
)
def test_attained_at(statement, passed):
    assert attained_at(statement, [{x: sp.Integer(2), y: sp.Integer(4)}]).passed is passed
