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


def _polar(drawn: tuple[Array, Array]) -> tuple[Array, Array, Array]:
    matrix, other = drawn
    left, singular_values, right = np.linalg.svd(matrix)
    factor = left @ right
    np.testing.assert_allclose(left * singular_values @ left.T @ factor, matrix, atol=1e-9)
    return factor, singular_values, other


def _nearest_orthogonal(drawn: tuple[Array, Array]) -> None:
    factor, singular_values, other = _polar(drawn)
    distance = np.sum((singular_values - 1) ** 2)
    np.testing.assert_allclose(np.sum((drawn[0] - factor) ** 2), distance, atol=1e-8)
    assert np.sum((drawn[0] - other) ** 2) >= distance - 1e-8


def _farther_than_nearest(drawn: tuple[Array, Array]) -> None:
    factor, singular_values, other = _polar(drawn)
    assume(np.min(singular_values) > 1e-3 and np.linalg.norm(factor - other) > 1e-3)
    assert np.sum((drawn[0] - other) ** 2) > np.sum((singular_values - 1) ** 2)


def _finding(holds: Callable[..., None], profile: Profile) -> Finding:
    return fuzz(holds, _MATRICES, examples=profile.pick(quick=100, thorough=1_000), n="1 to 5", entries="[-4, 4]")


@evidence("polar_decomposition", Kind.FUZZ)
def polar_factor_is_nearest(profile: Profile) -> Finding:
    """No orthogonal matrix is nearer than the polar factor, whose distance is as stated."""
    return _finding(_nearest_orthogonal, profile)


@evidence("polar_decomposition", Kind.FUZZ)
def other_rotations_are_farther(profile: Profile) -> Finding:
    """For an invertible matrix every other orthogonal matrix is strictly farther: the fact is not vacuous."""
    return _finding(_farther_than_nearest, profile)


def _iterates_meet(drawn: tuple[Array, Array], angle: float, factor: float) -> None:
    start, other = drawn

    # Each coordinate of the wave has slope one at most, the rotation none: distances shrink by the factor.
    def contraction(point: Array) -> Array:
        turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ point
        return factor * np.sin(turned) + 1

    steps = int(np.ceil(np.log(1e-12) / np.log(factor)))
    for _ in range(steps):
        start, other = contraction(start), contraction(other)
    np.testing.assert_allclose(start, other, atol=1e-9)
    np.testing.assert_allclose(contraction(start), start, atol=1e-9)


def _isometry_has_no_fixed_point(shift: float) -> None:
    point = 0.0
    for _ in range(100):
        point += shift
    assert abs(point) > 50 * abs(shift)


@evidence("contraction_principle", Kind.FUZZ)
def iterates_meet_in_a_fixed_point(profile: Profile) -> Finding:
    """Contractions of the plane: iterates from two points meet, and stay where they are."""
    points = arrays(np.float64, (2,), elements=st.floats(-5, 5))
    examples = profile.pick(quick=100, thorough=1_000)
    return fuzz(_iterates_meet, st.tuples(points, points), st.floats(0, 6.3), st.floats(0.01, 0.95), examples=examples)


@evidence("contraction_principle", Kind.FUZZ)
def translations_have_no_fixed_point(_profile: Profile) -> Finding:
    """A map that keeps distances, c = 1, need not have a fixed point: the fact is not vacuous."""
    return fuzz(_isometry_has_no_fixed_point, st.floats(0.001, 10), examples=50, shift="[0.001, 10]")
