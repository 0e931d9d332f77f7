r"""Linear-quadratic control problems in floating point, solved by SciPy, with their condition.

.. math:: z_{t+1} = Az_t + Ba_t + \xi_t, \qquad J = \sum_t z_t^\top C z_t + a_t^\top R a_t, \qquad a_t = -Kz_t

References
----------
Sun, "Perturbation theory for algebraic Riccati equations", SIAM J. Matrix Anal. Appl. 19, 1998: the
condition of the Riccati equation is the norm of the inverse of $X \mapsto X - F^\top X F$, $F = A - BK$.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_discrete_are, solve_discrete_lyapunov

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Regulator:
    """Linear dynamics with quadratic costs.

    Parameters
    ----------
    A, B
        Dynamics, shapes (n, n) and (n, m).
    C, R
        Costs of states and actions, shapes (n, n) and (m, m).
    """

    A: Array
    B: Array
    C: Array
    R: Array

    def rotated(self, Q: Array) -> "Regulator":
        """Same problem in the coordinates Qz."""
        return Regulator(Q @ self.A @ Q.T, Q @ self.B, Q @ self.C @ Q.T, self.R)

    def solve(self) -> tuple[Array, Array]:
        """Cost-to-go P and optimal gain K, by SciPy.

        Raises
        ------
        numpy.linalg.LinAlgError
            If SciPy finds no stabilising solution.
        """
        # The balancing of SciPy overflows where entries are subnormal.
        P = solve_discrete_are(self.A, self.B, self.C, self.R, balanced=False)
        return P, np.linalg.solve(self.curvature(P), self.B.T @ P @ self.A)

    def curvature(self, P: Array) -> Array:
        """Curvature of the cost-to-go P in the action."""
        return self.R + self.B.T @ P @ self.B

    def closed_loop(self, K: Array) -> Array:
        """Transition under the actions -Kz."""
        return self.A - self.B @ K

    def cost_to_go(self, K: Array) -> Array:
        """Cost-to-go of any stabilising gain, from its Lyapunov equation."""
        return solve_discrete_lyapunov(self.closed_loop(K).T, self.C + K.T @ self.R @ K)

    def covariance(self, K: Array, noise: Array) -> Array:
        """Stationary covariance of the state under a stabilising gain and noise of this covariance."""
        return solve_discrete_lyapunov(self.closed_loop(K), noise)

    def condition(self, K: Array) -> float:
        """Norm of the inverse of the Lyapunov map of the closed loop, in the Frobenius norm."""
        F = self.closed_loop(K)
        return float(1 / np.linalg.svd(np.eye(F.size) - np.kron(F.T, F.T), compute_uv=False)[-1])

    def round_off(self, P: Array, K: Array) -> float:
        r"""Bound of $|P-P_{exact}|_F$, to first order: residual of P and round-off in it, times the condition."""
        F = self.closed_loop(K)
        terms = self.C, F.T @ P @ F, K.T @ self.R @ K
        residual = np.linalg.norm(sum(terms) - P)
        scale = np.linalg.norm(self.C) + np.linalg.norm(K) ** 2 * np.linalg.norm(self.R)
        scale += np.linalg.norm(P) * (1 + (np.linalg.norm(self.A) + np.linalg.norm(self.B) * np.linalg.norm(K)) ** 2)
        return float(self.condition(K) * (residual + 4 * len(P) * np.finfo(float).eps * scale))
