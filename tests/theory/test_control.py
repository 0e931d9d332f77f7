"""The formulas of linear-quadratic control against SciPy's solution."""

import numpy as np
import pytest
import sympy as sp

from proofs_numeric.regulators import Regulator
from theory.control import gain, riccati

A = np.array([[1.0, 0.5], [-0.25, 1.5]])
B = np.array([[0.0], [1.0]])
C = np.array([[2.0, 0.5], [0.5, 1.0]])
R = np.array([[0.5]])


@pytest.fixture(scope="module")
def solution():
    return Regulator(A, B, C, R).solve()


def test_the_cost_to_go_is_a_fixed_point_of_the_riccati_map(solution):
    P, _ = solution
    value = riccati(*map(sp.ImmutableMatrix, (A, B, C, P, R))).doit()
    np.testing.assert_allclose(np.array(value, dtype=float), P, rtol=1e-12)


def test_the_gain_is_the_optimal_one(solution):
    P, K = solution
    value = gain(*map(sp.ImmutableMatrix, (A, B, P, R))).doit()
    np.testing.assert_allclose(np.array(value, dtype=float), K, rtol=1e-12)
