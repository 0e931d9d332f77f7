"""Normal forms of matrix expressions tell equal from different."""

import pytest
import sympy as sp

from theory.control import A, B, P, Q, goal, moved, state
from theory.matrices import SymmetricSymbol, VectorFunction, normal_form
from theory.notation import latex, n
from theory.proof import identity

T = sp.Transpose
S = SymmetricSymbol("S", n, n)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (sp.MatMul(T(Q), Q, state), state),
        (sp.MatMul(Q, T(Q)), sp.Identity(n)),
        (T(sp.MatMul(P, A)), sp.MatMul(T(A), P)),
        (sp.MatMul(A, sp.MatAdd(state, goal)), sp.MatMul(A, state) + sp.MatMul(A, goal)),
        (sp.Trace(sp.MatMul(A, P, Q)), sp.Trace(sp.MatMul(Q, A, P))),
        (sp.Trace(sp.MatMul(A, P)), sp.Trace(sp.MatMul(P, T(A)))),
        (sp.Trace(sp.MatMul(A, P + S)), sp.Trace(sp.MatMul(A, P)) + sp.Trace(sp.MatMul(S, A))),
        (sp.Trace(A), sp.Trace(T(A))),
        (
            sp.MatMul(sp.BlockDiagMatrix(Q, A), sp.BlockMatrix([[state], [goal]])),
            sp.BlockMatrix([[sp.MatMul(Q, state)], [sp.MatMul(A, goal)]]),
        ),
    ],
)
def test_equal_expressions_have_one_normal_form(left, right):
    assert normal_form(left) == normal_form(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (sp.MatMul(Q, Q), sp.Identity(n)),
        (sp.MatMul(A, P), sp.MatMul(P, A)),
        (sp.MatMul(T(A), P), sp.MatMul(A, P)),
        (sp.Trace(sp.MatMul(A, P, S)), sp.Trace(sp.MatMul(A, S, P))),
        (sp.MatMul(Q, moved(state, goal)), moved(sp.MatMul(Q, state), goal)),
    ],
)
def test_different_expressions_have_not(left, right):
    assert normal_form(left) != normal_form(right)
    assert identity(sp.Eq(left, right, evaluate=False)).passed is not True


def test_products_of_inverses_of_rectangular_matrices_are_left_alone():
    gram = sp.MatMul(B, T(B))
    assert normal_form(sp.Inverse(gram)) == sp.Inverse(gram)


def test_a_function_of_vectors_is_typeset_as_one():
    value = VectorFunction(sp.Symbol("F"), n, state, sp.Symbol("a"))
    assert value.shape == (n, 1)
    assert latex(value) == r"F\left(z, a\right)"
    assert sp.pretty(value) == "F(z, a)"
