"""The background facts, tried for falsity (do they hold?) and vacuity (can they fail?)."""

from collections.abc import Callable

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import NDArray

from proofs_numeric.fuzzing import fuzz
from proofs_numeric.strategies import orthogonal_matrices
from theory.claim import Finding, Kind, Profile, evidence
from theory.hermite import sequence

Array = NDArray[np.float64]

_DEGREES = 60
_NODES, _WEIGHTS = hermegauss(160)
_WEIGHTS = _WEIGHTS / np.sqrt(2 * np.pi)


def _variances(values: Array) -> Array:
    """Squared Hermite coefficients at the degrees up to a maximum, by Gauss quadrature."""
    norms = np.sqrt(np.cumprod([1.0, *range(1, _DEGREES + 1)]))
    basis = np.array(sequence(_NODES, _DEGREES)) / norms[:, None]
    return (basis @ (_WEIGHTS * values)) ** 2


def _wave(frequency: float, phase: float, growth: float) -> Array:
    return np.sin(frequency * _NODES + phase) * np.exp(growth * _NODES)


def _parseval(frequency: float, phase: float, growth: float) -> None:
    values = _wave(frequency, phase, growth)
    second_moment = float(_WEIGHTS @ values**2)
    assert abs(_variances(values).sum() - second_moment) <= 1e-9 * (1 + second_moment)


def _parseval_needs_every_degree(degree: int) -> None:
    # H_k itself has all of its variance at the degree that is left out.
    values = np.array(sequence(_NODES, degree))[degree]
    variances = _variances(values)
    missing = variances.sum() - variances[degree]
    assert missing <= 1e-6 * variances.sum()


@evidence("hermite_completeness", Kind.FUZZ)
def parseval_holds(profile: Profile) -> Finding:
    """Waves of every phase and growth: the variances add up to the second moment."""
    return fuzz(
        _parseval,
        st.floats(-3, 3),
        st.floats(-4, 4),
        st.floats(-1, 1),
        examples=profile.pick(quick=100, thorough=1_000),
        functions="sin(a z + b) exp(c z)",
        degrees=f"0 to {_DEGREES}",
    )


@evidence("hermite_completeness", Kind.FUZZ)
def parseval_can_fail(_profile: Profile) -> Finding:
    """With one degree left out of the system, a function loses all its variance."""
    return fuzz(_parseval_needs_every_degree, st.integers(0, 20), examples=21, left_out="each of 0 to 20")


_MATRICES = st.integers(1, 5).flatmap(
    lambda n: st.tuples(arrays(np.float64, (n, n), elements=st.floats(-4, 4)), orthogonal_matrices(n))
)


def _decomposes(drawn: tuple[Array, Array]) -> None:
    matrix, _ = drawn
    left, singular_values, right = np.linalg.svd(matrix)
    identity = np.eye(len(matrix))
    np.testing.assert_allclose(left * singular_values @ right, matrix, atol=1e-9)
    np.testing.assert_allclose([left @ left.T, right @ right.T], [identity, identity], atol=1e-9)
    assert np.all(singular_values >= 0)


def _one_basis_is_not_enough(drawn: tuple[Array, Array]) -> None:
    matrix, basis = drawn
    skew = np.linalg.norm(matrix - matrix.T)
    assume(skew > 1e-3)
    coordinates = basis.T @ matrix @ basis
    assert np.linalg.norm(coordinates - np.diag(np.diag(coordinates))) >= skew / 2 - 1e-9


def _finding(holds: Callable[..., None], profile: Profile) -> Finding:
    return fuzz(holds, _MATRICES, examples=profile.pick(quick=100, thorough=1_000), n="1 to 5", entries="[-4, 4]")


@evidence("singular_value_decomposition", Kind.FUZZ)
def two_bases_make_a_matrix_diagonal(profile: Profile) -> Finding:
    """Matrices of every rank are put together again from two orthogonal factors and a diagonal one."""
    return _finding(_decomposes, profile)


@evidence("singular_value_decomposition", Kind.FUZZ)
def one_basis_does_not(profile: Profile) -> Finding:
    """A matrix that is not symmetric is diagonal in no single orthogonal basis: the fact is not vacuous."""
    return _finding(_one_basis_is_not_enough, profile)
