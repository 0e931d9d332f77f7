"""The background facts, tried for falsity (do they hold?) and vacuity (can they fail?)."""

from collections.abc import Callable

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from mpmath import mp, mpf
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


#: Where the residual is looked at: beyond this the Gaussian part is negligible against the geometric one.
_FAR = 20


def _residual(x: mpf, mass: mpf, jump: mpf) -> mpf:
    r"""Density at `x` of what is left of a Gaussian when an independent jump is taken out of it.

    The jump has probability p < 1/2; the reciprocal of its characteristic function is
    $\sum_k(-r)^ke^{ikdt}/(1-p)$ with $r=p/(1-p)$.
    """
    ratio = mass / (1 - mass)
    terms = ((-ratio) ** k * mp.exp(-((x - k * jump) ** 2) / 2) for k in range(int((x + 25) / jump) + 1))
    return mp.fsum(terms) / (1 - mass) / mp.sqrt(2 * mp.pi)


def _residual_is_no_density(mass: float, jump: float) -> None:
    with mp.workdps(100):
        law = mpf(mass), mpf(jump)
        stays, jumps = _residual(mpf(1), *law), _residual(1 - law[1], *law)
        assert abs((1 - law[0]) * stays + law[0] * jumps - mp.npdf(1)) < mpf(10) ** -90, "the jump is not taken out"
        assert min(_residual(_FAR + law[1] * i / 4, *law) for i in range(8)) < 0


@evidence("cramer_decomposition", Kind.FUZZ)
def a_jump_cannot_be_part_of_a_gaussian(profile: Profile) -> Finding:
    """A Gaussian less an independent jump: what is left has a negative density far out, so it is no law."""
    return fuzz(
        _residual_is_no_density,
        st.floats(0.05, 0.45),
        st.floats(0.5, 3),
        examples=profile.pick(quick=30, thorough=300),
        probability_of_the_jump="[0.05, 0.45]",
        jump="[0.5, 3] standard deviations of the residual",
    )


def _clipped_parts(cutoff: float) -> None:
    # The parts of z inside and outside of a cutoff are uncorrelated and have a Gaussian sum.
    outside = np.where(np.abs(_NODES) > cutoff, _NODES, 0.0)
    inside = _NODES - outside
    assert abs(_WEIGHTS @ (outside * inside)) == 0
    for part in (outside, inside):
        assert abs(_WEIGHTS @ part**4 - 3 * (_WEIGHTS @ part**2) ** 2) > 1e-3


@evidence("cramer_decomposition", Kind.FUZZ)
def dependent_parts_need_not_be_gaussian(_profile: Profile) -> Finding:
    """Uncorrelated but dependent parts of a Gaussian sum have fourth cumulants: the fact is not vacuous."""
    return fuzz(_clipped_parts, st.floats(1, 2.5), examples=30, cutoff="[1, 2.5]")


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
