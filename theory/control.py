r"""Finite-horizon planning and linear-quadratic control, in symbols and matrices of symbolic size.

.. math:: z_{t+1} = F(z_t, a_t, \xi_t), \qquad
          J = \mathbb{E}\Big[\sum_{t<T} \ell(z_t, a_t) + \ell_T(z_T)\Big]

and, for the linear-quadratic regulator (LQR),

.. math:: z_{t+1} = Az_t + Ba_t + \xi_t, \qquad J = \sum_t z_t^\top C z_t + a_t^\top R a_t, \qquad a_t = -Kz_t

.. math:: P = C + A^\top P A - A^\top P B\,K, \qquad K = (R + B^\top P B)^{-1} B^\top P A

Notation
--------
$z, a, \xi$ state, action, noise; $F$ transition; $g$ goal; $n, m$ numbers of latents and of inputs.

References
----------
W, Theorem 5.4 and Appendix D; Bertsekas (2017), section 3.1.
"""

from sympy import Inverse, MatAdd, MatMul, Symbol, Transpose, symbols
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from theory.matrices import OrthogonalSymbol, SymmetricSymbol, VectorFunction
from theory.notation import m, n

Q = OrthogonalSymbol("Q", n, n)
state, action, noise = MatrixSymbol("z", n, 1), MatrixSymbol("a", m, 1), MatrixSymbol("xi", n, 1)
goal = MatrixSymbol("g", n, 1)

A, B = MatrixSymbol("A", n, n), MatrixSymbol("B", n, m)
C, R = SymmetricSymbol("C", n, n), SymmetricSymbol("R", m, m)
P, K = SymmetricSymbol("P", n, n), MatrixSymbol("K", m, n)


#: Cost of the plan that is best through the encoder, and of the best plan.
chosen_cost, best_cost = symbols("J_chosen J_best", real=True)


def moved(state: MatrixExpr, action: MatrixExpr) -> MatrixExpr:
    """Next state of an arbitrary world."""
    return VectorFunction(Symbol("F"), n, state, action, noise)


def moved_in_learned_latent(state: MatrixExpr, action: MatrixExpr) -> MatrixExpr:
    r"""Next state $Q\,F(Q^\top \hat z, a, \xi)$ of the same world in the coordinates $\hat z = Qz$."""
    return MatMul(Q, moved(MatMul(Transpose(Q), state), action))


def squared_norm(vector: MatrixExpr) -> MatrixExpr:
    r"""Squared length $v^\top v$."""
    return MatMul(Transpose(vector), vector)


def curvature(B: MatrixExpr, P: MatrixExpr, R: MatrixExpr) -> MatrixExpr:
    r"""Curvature $R + B^\top P B$ of the cost-to-go in the action."""
    return MatAdd(R, MatMul(Transpose(B), P, B))


def gain(A: MatrixExpr, B: MatrixExpr, P: MatrixExpr, R: MatrixExpr) -> MatrixExpr:
    r"""Optimal gain $(R + B^\top P B)^{-1} B^\top P A$ against the cost-to-go $z^\top P z$."""
    return MatMul(Inverse(curvature(B, P, R)), Transpose(B), P, A)


def riccati(A: MatrixExpr, B: MatrixExpr, C: MatrixExpr, P: MatrixExpr, R: MatrixExpr) -> MatrixExpr:
    r"""Riccati map $C + A^\top P A - A^\top P B (R + B^\top P B)^{-1} B^\top P A$."""
    return MatAdd(C, MatMul(Transpose(A), P, A), MatMul(-1, Transpose(A), P, B, gain(A, B, P, R)))
