r"""The fixed point behind the worlds with logistic noise and a linear optimum, iterated on a grid.

The unknowns are $r(z') = \mathbb{E}[z \mid z']$ and $g = p/q$, the stationary density over that of the noise. The map
is that of `theory.claims.uniqueness.smooth_linear_eigenfunction`.
"""

from dataclasses import dataclass

import numpy as np

from proofs_numeric.additive_noise import AdditiveNoiseWorld, Array, Logistic
from proofs_numeric.transfer_operator import Grid


@dataclass(frozen=True)
class Unknowns:
    r"""Values of $r$ (odd) and $g$ (even) at the nodes of a grid.

    Parameters
    ----------
    regression
        Values of $r$, shape (nodes,).
    ratio
        Values of $g$, of the same shape, of mean one under the noise law.
    """

    regression: Array
    ratio: Array

    def distance(self, other: "Unknowns") -> float:
        """Largest difference in either unknown."""
        return float(max(np.max(np.abs(self.regression - other.regression)), np.max(np.abs(self.ratio - other.ratio))))


class LogisticFixedPoint:
    r"""The map of the unknowns for one covariance $\kappa = \mathbb{E}_q[z\,m(z)]$.

    Parameters
    ----------
    covariance
        $\kappa$.
    grid
        Wide enough for the tails of logistic noise.
    """

    def __init__(self, covariance: float, grid: Grid) -> None:
        self.covariance, self.grid = covariance, grid
        self._density = Logistic().density(grid.nodes)
        mass = grid.spacing * self._density
        self.mass = mass / mass.sum()

    def slope(self, unknowns: Unknowns) -> float:
        r"""$\beta = (\kappa + \mathbb{E}_q[z\,r]) / \mathbb{E}_q[z^2]$."""
        z = self.grid.nodes
        return float((self.covariance + self.mass @ (z * unknowns.regression)) / (self.mass @ z**2))

    def drift(self, unknowns: Unknowns) -> Array:
        r"""$m = \beta z - r$ at the nodes."""
        return self.slope(unknowns) * self.grid.nodes - unknowns.regression

    def __call__(self, unknowns: Unknowns) -> Unknowns:
        """Apply the map (r, g) -> (N/D, D) once."""
        z = self.grid.nodes
        tilt = Logistic().density(z - self.drift(unknowns)[:, None]) / self._density
        weight = self.mass * unknowns.ratio
        ratio = weight @ tilt
        # The grid conserves the mean of g up to its quadrature error only.
        return Unknowns((weight * z) @ tilt / ratio, ratio / (self.mass @ ratio))

    def solve(self, tolerance: float = 1e-13, iterations: int = 200) -> Unknowns:
        """Iterate from the world without memory, r = 0 and g = 1.

        Raises
        ------
        ArithmeticError
            If the iterates do not settle.
        """
        unknowns = Unknowns(np.zeros(self.grid.count), np.ones(self.grid.count))
        for _ in range(iterations):
            previous, unknowns = unknowns, self(unknowns)
            if unknowns.distance(previous) <= tolerance:
                return unknowns
        raise ArithmeticError(f"no fixed point after {iterations} iterations at covariance {self.covariance}")

    def world(self, unknowns: Unknowns) -> AdditiveNoiseWorld:
        """The world with this drift, by one more application of the map between the nodes."""
        slope, drift, weight = self.slope(unknowns), self.drift(unknowns), self.mass * unknowns.ratio
        z = self.grid.nodes

        def continued(value: Array) -> Array:
            likelihood = Logistic().density(value - drift[:, None])
            return slope * value - (weight * z) @ likelihood / (weight @ likelihood)

        return AdditiveNoiseWorld(continued, Logistic())
