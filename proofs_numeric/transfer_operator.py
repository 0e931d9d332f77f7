r"""The transition operator of a scalar additive-noise world, discretised on a quadrature grid.

.. math:: (T\varphi)(z) = \mathbb{E}[\varphi(z') \mid z], \qquad (T^*\varphi)(z') = \mathbb{E}[\varphi(z) \mid z'],
          \qquad S = (T + T^*)/2

The alignment loss sees S alone. With nodes $x_i$, weights $w_i$ and stationary density p, T is in the orthonormal
coordinates $\sqrt{w_i p_i}\,\varphi(x_i)$ of $L^2(p)$ the matrix

.. math:: \sqrt{w_i p(x_i)}\; q(x_j - m(x_i))\, \sqrt{w_j / p(x_j)},

and T* is its transpose. The trapezoidal rule converges geometrically for analytic densities (Trefethen & Weideman, SIAM
Review 56, 2014), so the change between two grids estimates the error of the coarser one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse.linalg import LinearOperator, eigsh

from proofs_numeric.additive_noise import AdditiveNoiseWorld, Array


@dataclass(frozen=True)
class Grid:
    """Trapezoidal rule on a symmetric interval, for integrands that vanish at its ends.

    Parameters
    ----------
    half_width
        The interval is from minus to plus this.
    count
        Number of nodes.
    """

    half_width: float
    count: int

    @cached_property
    def nodes(self) -> Array:
        """Nodes, shape (count,)."""
        return np.linspace(-self.half_width, self.half_width, self.count)

    @property
    def spacing(self) -> float:
        """Distance of neighbouring nodes, the weight of each."""
        return 2 * self.half_width / (self.count - 1)


class TransferOperator:
    r"""T, T* and S of a stationary world on a grid.

    Parameters
    ----------
    world
        A world whose stationary law is unique.
    grid
        Nodes at which functions of the latent are represented.

    Attributes
    ----------
    kernel
        $q(x_j - m(x_i))$, shape (count, count).
    density
        Stationary density p at the nodes.

    Raises
    ------
    ArithmeticError
        If the iteration for the stationary law does not settle.
    """

    def __init__(self, world: AdditiveNoiseWorld, grid: Grid) -> None:
        self.world, self.grid = world, grid
        self.drift = world.drift(grid.nodes)
        self.displacement = grid.nodes - self.drift[:, None]
        self.kernel = world.noise.density(self.displacement)
        self.density = self._stationary()

    def _stationary(self, iterations: int = 5_000) -> Array:
        """Iterate the law of the latent. All terms are positive, so its tails are accurate to round-off too."""
        law = self.kernel[self.grid.count // 2]
        for _ in range(iterations):
            previous, law = law, law @ self.kernel
            law /= self.grid.spacing * law.sum()
            if np.max(np.abs(law - previous) / law) < 1e-13:
                return law
        raise ArithmeticError(f"no stationary law after {iterations} steps")

    @property
    def mass(self) -> Array:
        """Probability $w_i p(x_i)$ at each node; it sums to one."""
        return self.grid.spacing * self.density

    def mean(self, values: Array) -> float:
        """Stationary expectation of a function given at the nodes."""
        return float(self.mass @ values)

    @property
    def kurtosis(self) -> float:
        """Kurtosis of the stationary law, which is 3 for a Gaussian."""
        centred = self.grid.nodes - self.mean(self.grid.nodes)
        return self.mean(centred**4) / self.mean(centred**2) ** 2

    @cached_property
    def backward_regression(self) -> Array:
        r"""$r(z') = \mathbb{E}[z \mid z']$ at the nodes."""
        return (self.mass * self.grid.nodes) @ self.kernel / self.density

    def linearity_defect(self, eigenvalue: float) -> float:
        r"""Relative defect $|Sz - \lambda z| / |z|$ in $L^2(p)$, zero iff $m(z) + r(z) = 2\lambda z$."""
        defect = (self.drift + self.backward_regression) / 2 - eigenvalue * self.grid.nodes
        return float(np.sqrt(self.mean(defect**2) / self.mean(self.grid.nodes**2)))

    @cached_property
    def forward(self) -> Array:
        """T in orthonormal coordinates, shape (count, count); its transpose is T*."""
        root = np.sqrt(self.mass)
        return root[:, None] * self.kernel * (self.grid.spacing / root)

    @cached_property
    def forward_off_constants(self) -> Array:
        """T on the functions of mean zero, in the same coordinates."""
        constant = np.sqrt(self.mass)
        return self.forward - np.outer(constant, constant)

    @cached_property
    def _symmetric_eigensystem(self) -> tuple[Array, Array]:
        off_constants = self.forward_off_constants
        eigenvalues, vectors = np.linalg.eigh((off_constants + off_constants.T) / 2)
        return eigenvalues[::-1], vectors[:, ::-1]

    @property
    def eigenvalues(self) -> Array:
        """Eigenvalues of S off the constants, descending."""
        return self._symmetric_eigensystem[0]

    @property
    def operator_norm(self) -> float:
        r"""Norm of T off the constants: the maximal $L^2$ correlation $\sigma$ of the pair.

        $n$ independent copies have, on functions of two or more coordinates, no eigenvalue of S beyond $\sigma^2$.
        """
        return float(np.linalg.norm(self.forward_off_constants, 2))

    @property
    def nonlinearity(self) -> float:
        """One minus the R^2 of an affine fit to the top eigenfunction of S off the constants."""
        top, root = self._symmetric_eigensystem[1][:, 0], np.sqrt(self.mass)
        design = np.stack([root, root * self.grid.nodes], axis=1)
        residual = top - design @ np.linalg.lstsq(design, top, rcond=None)[0]
        return float(residual @ residual)

    def pair_eigenvalue(self) -> float:
        r"""Largest eigenvalue of S for two copies, on the functions of both that no single copy can predict.

        These are the products of functions of mean zero, where S is $(T\otimes T + T^*\otimes T^*)/2$ with T off the
        constants. The other eigenvalues of two copies are 1 and, twice each, those of one copy.
        """
        size, forward = self.grid.count, self.forward_off_constants

        def apply(vector: Array) -> Array:
            values = vector.reshape(size, size)
            return ((forward @ values @ forward.T + forward.T @ values @ forward) / 2).ravel()

        start = np.random.default_rng(0).standard_normal(size * size)
        operator = LinearOperator((size * size,) * 2, matvec=apply, dtype=np.float64)
        return float(eigsh(operator, k=1, which="LA", v0=start, tol=1e-11, return_eigenvectors=False)[0])


@dataclass(frozen=True)
class Refined:
    """Quantities of a world on grids of increasing resolution.

    Parameters
    ----------
    table
        A row for each grid, a column for each quantity.
    """

    table: Array

    @property
    def values(self) -> Array:
        """Quantities on the finest grid."""
        return self.table[-1]

    @property
    def errors(self) -> Array:
        """Estimate of their errors: the change from the grid before it."""
        return np.abs(self.table[-1] - self.table[-2])


def refine(
    world: AdditiveNoiseWorld, quantities: Callable[[TransferOperator], Sequence[float]], grids: Sequence[Grid]
) -> Refined:
    """Evaluate quantities of a world on several grids, the finest last.

    Raises
    ------
    ValueError
        If there are fewer than two grids.
    """
    if len(grids) < 2:
        raise ValueError("an error estimate needs two grids")
    return Refined(np.array([quantities(TransferOperator(world, grid)) for grid in grids]))
