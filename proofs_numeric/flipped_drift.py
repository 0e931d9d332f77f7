r"""The Gaussian world whose drift changes sign at a threshold, as a matrix on its odd functions.

.. math:: (Sf)(z) = \tfrac12 \bigl(s(z)\,(Uf)(z) + (U s f)(z)\bigr)

with $U$ the Ornstein-Uhlenbeck operator, whose kernel is smooth between the jumps of $s$: Gauss-Legendre quadrature
on either side of the threshold converges geometrically.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from hypothesis import strategies as st
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray
from scipy.sparse.linalg import eigsh

from proofs_numeric.fuzzing import fuzz
from theory.claim import Finding, Profile

Array = NDArray[np.float64]

#: Latents beyond this have a probability of about 1e-15.
_EDGE = 8.0
#: Error of the quadrature for correlations up to 0.8.
ACCURACY = 1e-9


@dataclass(frozen=True)
class OddFunctions:
    r"""Symmetric matrix of S on odd functions, in the values at nodes z > 0 times the root of their weights.

    Attributes
    ----------
    operator
        Matrix, shape (nodes, nodes).
    latent, cubic
        The unit functions $z$ and $\mathrm{He}_3(z)/\sqrt6$, shape (nodes,).
    """

    operator: Array
    latent: Array
    cubic: Array

    def with_sign(self, sign: int) -> "OddFunctions":
        """Take the drift with `sign` times its values."""
        return replace(self, operator=sign * self.operator)

    def optimum(self) -> tuple[float, float]:
        """Largest eigenvalue, and share of the variance of its eigenfunction that is linear."""
        # Lanczos from a fixed start, so that every run gives the same digits.
        values, vectors = eigsh(self.operator, k=1, which="LA", v0=np.ones_like(self.latent))
        return float(values[0]), float(vectors[:, 0] @ self.latent) ** 2


def odd_functions(rho: float, threshold: float, *, nodes: int = 28) -> OddFunctions:
    r"""Discretise S for $s=1$ below the threshold and $-1$ beyond it.

    Parameters
    ----------
    rho
        Correlation in (0, 1) of the Ornstein-Uhlenbeck step before the flip.
    threshold
        c > 0.
    nodes
        Nodes on either side of the threshold.
    """
    roots, weights = leggauss(nodes)
    pieces = ((0.0, threshold), (threshold, _EDGE))
    z = np.concatenate([(b - a) / 2 * roots + (a + b) / 2 for a, b in pieces])
    # Twice the density: an odd function has the same square on both sides of zero.
    mass = np.concatenate([(b - a) / 2 * weights for a, b in pieces]) * 2 * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    sign = np.where(z < threshold, 1.0, -1.0)
    # Half of Mehler's kernel M(z, z') - M(z, -z'), the part that acts on odd functions.
    variance = 1 - rho**2
    exponent = -(rho**2) * (z[:, None] ** 2 + z**2) / (2 * variance)
    cross = rho * np.outer(z, z) / variance
    kernel = (np.exp(exponent + cross) - np.exp(exponent - cross)) / (2 * np.sqrt(variance))
    root = np.sqrt(mass)
    operator = np.outer(root, root) * kernel * (sign[:, None] + sign) / 2
    return OddFunctions(operator, root * z, root * (z**3 - 3 * z) / np.sqrt(6))


def search(holds: Callable[[float, float, int], None], profile: Profile) -> Finding:
    """Try a property of the correlation, the threshold and the sign of s below it."""
    return fuzz(
        holds,
        st.floats(0.05, 0.8),
        st.floats(0.05, 4),
        st.sampled_from((1, -1)),
        examples=profile.pick(quick=80, thorough=2_000),
        rho="[0.05, 0.8]",
        c="[0.05, 4]",
        s="1 below c and -1 beyond, or the opposite",
    )
