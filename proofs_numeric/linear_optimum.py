r"""Non-Gaussian worlds in which the best whitened encoder is linear all the same.

A drift m and a noise are sought that satisfy, with $r(z') = \mathbb{E}[z \mid z']$ under the stationary law,

.. math:: m(z) + r(z) = 2 \lambda z, \qquad \text{that is} \quad S z = \lambda z.

The noise and $\lambda$ are given; the drift is $\sum_k c_k\, z\, T_k\big((z^2-\ell^2)/(z^2+\ell^2)\big)$ with Chebyshev
polynomials $T_k$, odd functions that may grow linearly (rational Chebyshev functions: Boyd, J. Comput. Phys. 69, 1987).
Gauss-Newton steps minimise the $L^2(p)$ norm of $m + r - 2 \lambda z$.
"""

import numpy as np

from proofs_numeric.additive_noise import AdditiveNoiseWorld, Array, Noise, SymmetricGaussianPair
from proofs_numeric.transfer_operator import Grid, TransferOperator

#: Singular values below this part of the largest one belong to drifts that the stationary law does not see.
_UNSEEN = 1e-13


def odd_functions(value: Array, count: int, length: float) -> Array:
    """Basis of the drift, shape (values, count).

    Parameters
    ----------
    value
        Points z.
    count
        Number of functions.
    length
        Scale below which the functions resolve detail.
    """
    angle = np.arccos((value**2 - length**2) / (value**2 + length**2))
    return value[:, None] * np.cos(angle[:, None] * np.arange(count))


def solve(
    noise: Noise, eigenvalue: float, grid: Grid, *, functions: int, length: float, steps: int = 8
) -> AdditiveNoiseWorld:
    r"""Find the drift for which $S z = \lambda z$, starting from $m(z) = \lambda z$.

    Parameters
    ----------
    noise
        Law of the noise.
    eigenvalue
        $\lambda$.
    grid
        Where the equation is imposed; it resolves the solution with about four nodes to a function.
    functions, length
        Size and scale of the basis.
    steps
        Gauss-Newton steps.
    """
    coefficients = np.zeros(functions)
    coefficients[0] = eigenvalue

    def world() -> AdditiveNoiseWorld:
        fixed = coefficients.copy()
        return AdditiveNoiseWorld(lambda value: odd_functions(value, functions, length) @ fixed, noise)

    basis = odd_functions(grid.nodes, functions, length)
    for _ in range(steps):
        operator = TransferOperator(world(), grid)
        weight = np.sqrt(operator.mass)
        defect = operator.drift + operator.backward_regression - 2 * eigenvalue * grid.nodes
        jacobian = basis + _regression_derivative(operator) @ basis
        coefficients += np.linalg.lstsq(weight[:, None] * jacobian, -weight * defect, rcond=_UNSEEN)[0]
    return world()


def _regression_derivative(operator: TransferOperator) -> Array:
    """Derivative of E[z | z'] at the nodes by the drift at the nodes, the stationary law moving along."""
    nodes, mass = operator.grid.nodes, operator.mass
    by_drift = -mass * operator.world.noise.derivative(operator.displacement).T
    # The law of the latent solves law = law K: differentiate, with the total mass held at one.
    transported = operator.grid.spacing * operator.kernel.T
    stationary = np.eye(operator.grid.count) - transported + operator.grid.spacing * operator.density[:, None]
    density = np.linalg.solve(stationary, by_drift)
    joint = transported @ (nodes[:, None] * density) + by_drift * nodes
    return (joint - operator.backward_regression[:, None] * density) / operator.density[:, None]


def platykurtic_noise() -> SymmetricGaussianPair:
    """Two overlapping Gaussians, of variance 0.51 and kurtosis 2.28."""
    variance = 0.51
    return SymmetricGaussianPair(centre=float(np.sqrt(0.6 * variance)), variance=0.4 * variance)
