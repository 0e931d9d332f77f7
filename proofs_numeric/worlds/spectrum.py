r"""The spectrum of S for one latent, with error bars.

The alignment loss $\mathbb{E}|h(z')-h(z)|^2$ sees the law of a pair only after it is symmetrised. Let $J(z,z')$ be
that law, $\bar p$ its marginal (the stationary law, or the mean of the laws of $z$ and $z'$ in a world that is not
stationary), and

.. math:: \langle f, S g\rangle_{\bar p} = \tfrac12\,\mathbb{E}[f(z)g(z') + g(z)f(z')], \qquad
          S 1 = 1, \qquad -1 \le S \le 1.

Whitened under $\bar p$, an encoder h has the loss $2\sum_i(1-\langle h_i, S h_i\rangle)$.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator, eigsh

from proofs_numeric.worlds.joint import PairForms, by_weight

Array = NDArray[np.float64]

#: Eigenvalues and eigenfunctions of a symmetric matrix of moderate size, in double precision.
ROUND_OFF = 1e-12
#: Probability of a point below which values of eigenfunctions there are lost in round-off.
_BULK = 1e-14
#: Singular values of T below this are left out of products, whose eigenvalues they cannot change by more.
_NEGLIGIBLE = 1e-7
_LARGEST_PRODUCT = 40_000


@dataclass(frozen=True)
class Spectrum:
    r"""Eigenpairs of S, the constant function first, then in descending order.

    Parameters
    ----------
    eigenvalues
        $\lambda_0 = 1 \ge \lambda_1 \ge \dots$, shape (count,).
    errors
        Error bar of each, shape (count,).
    points, weights
        Quadrature of $\bar p$, each of shape (size,), the points ascending.
    eigenfunctions
        Values at the points, of unit variance, rising at the right end, shape (count, size).
    shares
        Share of the variance of z that each eigenfunction explains, shape (count,).
    linear_r2_error
        Error bar of the share of the first one.
    forward
        T off the constants, in orthonormal coordinates, shape (k, k): what products of functions need.
    forms
        In a world that is not stationary, where they need more; else None.
    essential
        Top of the essential spectrum, or of what is not resolved: `eigenvalues` are those above it. Zero for a compact
        S that is resolved.
    """

    eigenvalues: Array
    errors: Array
    points: Array
    weights: Array
    eigenfunctions: Array
    shares: Array
    linear_r2_error: float
    forward: Array
    essential: float = 0.0
    forms: PairForms | None = None

    @property
    def linear_r2(self) -> float:
        r"""$R^2$ of an affine fit of z to the eigenfunction of $\lambda_1$: 1 where that is linear."""
        return float(self.shares[1]) if len(self.shares) > 1 else 0.0

    @cached_property
    def norm(self) -> float:
        r"""Maximal correlation $\sigma$ of the pair: the norm of T off the constants."""
        return max(self.essential, float(np.linalg.norm(self.forward, 2)) if self.forward.size else 0.0)

    def joint(self, copies: int) -> float:
        r"""Largest eigenvalue of S on the functions of several independent copies that need two of them or more.

        Of a world that is stationary: else functions of several latents are no products, see `joint_optimum`.
        On products of k functions of mean zero S is $(T^{\otimes k} + T^{*\otimes k})/2$, of norm $\sigma^k$ at most.
        Where k copies are too large to be computed, that bound is returned.
        """
        largest = -np.inf
        for count in range(2, copies + 1):
            if self.norm**count <= largest:
                break
            largest = max(largest, self._product(count))
        return float(largest)

    def with_other(self, other: "Spectrum") -> float:
        """Largest eigenvalue of S on products with functions of another latent; a bound where one is not reversible."""
        if not (self._symmetric and other._symmetric):
            return self.norm * other.norm
        mine, others = (np.linalg.eigvalsh(s.forward)[[0, -1]] for s in (self, other))
        return float(np.outer(mine, others).max())

    @property
    def _symmetric(self) -> bool:
        return np.allclose(self.forward, self.forward.T, rtol=0, atol=ROUND_OFF)

    def _product(self, copies: int) -> float:
        if self._symmetric:
            values = np.linalg.eigvalsh(self.forward)
            top, bottom = float(values[-1]), float(values[0])
            return max(top ** (copies - taken) * bottom**taken for taken in range(copies + 1))
        left, singular, right = np.linalg.svd(self.forward)
        kept = singular > _NEGLIGIBLE
        if not kept.any():
            return 0.0
        span, _ = np.linalg.qr(np.concatenate([left[:, kept], right[kept].T], axis=1))
        compressed = span.T @ self.forward @ span
        size = len(compressed)
        if size**copies > _LARGEST_PRODUCT:
            return self.norm**copies
        if size**copies <= 4:
            product = compressed
            for _ in range(copies - 1):
                product = np.kron(product, compressed)
            return float(np.linalg.eigvalsh((product + product.T) / 2)[-1])

        def apply(vector: Array) -> Array:
            forth = back = vector.reshape((size,) * copies)
            for axis in range(copies):
                forth = np.moveaxis(np.tensordot(compressed, forth, (1, axis)), 0, axis)
                back = np.moveaxis(np.tensordot(compressed.T, back, (1, axis)), 0, axis)
            return (forth + back).ravel() / 2

        operator = LinearOperator((size**copies,) * 2, matvec=apply, dtype=np.float64)
        start = np.random.default_rng(0).standard_normal(size**copies)
        return float(eigsh(operator, k=1, which="LA", v0=start, return_eigenvectors=False)[0])


def spectrum_of_chain(points: Array, joint: Array, count: int, *, stationary: bool = True) -> Spectrum:
    r"""Spectrum of a law of pairs on finitely many points.

    Parameters
    ----------
    points
        The M points, ascending.
    joint
        $P(z = s_i, z' = s_j)$, shape (M, M).
    count
        Number of eigenpairs, the constant one included.
    """
    weights = (joint.sum(0) + joint.sum(1)) / 2
    root = np.sqrt(weights)
    expected = np.outer(root, root)
    scaled = joint / expected
    forward = scaled - expected
    # The constant, at -2, is told apart from all others, which are from -1 on.
    values, vectors = np.linalg.eigh((forward + forward.T) / 2 - 2 * expected)
    values, vectors = values[:0:-1], vectors[:, :0:-1]
    centred = points - weights @ points
    centred = centred / np.sqrt(weights @ centred**2)
    forms = None
    if not stationary:
        basis = np.column_stack([root, vectors[:, by_weight(values)]])
        forms = PairForms(
            basis.T @ scaled @ basis,
            (basis * (joint.sum(1) / weights)[:, None]).T @ basis,
            basis.T @ (root * centred),
        )
    values, vectors = values[: count - 1], vectors[:, : count - 1].T
    functions = vectors / root
    functions *= signs_at_the_end(functions, weights)
    shares = (vectors @ (root * centred)) ** 2
    return Spectrum(
        np.append(1.0, values),
        np.full(len(values) + 1, ROUND_OFF),
        points,
        weights,
        np.concatenate([np.ones((1, len(points))), functions]),
        np.append(0.0, shares),
        ROUND_OFF,
        forward,
        forms=forms,
    )


def signs_at_the_end(functions: Array, weights: Array) -> Array:
    """Signs that make functions positive at the right end of the bulk, beyond which round-off decides, (count, 1)."""
    last = np.flatnonzero(weights > _BULK)[-1]
    return np.where(functions[:, [last]] < 0, -1.0, 1.0)


def with_change(fine: Spectrum, coarse: Spectrum, factor: float) -> Spectrum:
    """The fine spectrum of two, with so many times the change from the coarse one as error bars.

    A bar reaches the eigenvalue of the world, or where all of those are used up, the top of its essential spectrum
    (the min-max value): it does if the error of the coarse one is `1 + 1 / factor` times that of the fine one or more.
    """
    kept = min(len(fine.eigenvalues), len(coarse.eigenvalues))
    return replace(
        fine,
        eigenvalues=fine.eigenvalues[:kept],
        eigenfunctions=fine.eigenfunctions[:kept],
        shares=fine.shares[:kept],
        errors=ROUND_OFF + factor * np.abs(fine.eigenvalues[:kept] - coarse.eigenvalues[:kept]),
        linear_r2_error=ROUND_OFF + factor * abs(fine.linear_r2 - coarse.linear_r2),
    )
