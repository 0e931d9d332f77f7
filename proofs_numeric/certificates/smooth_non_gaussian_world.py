"""The smooth worlds with a linear optimum, computed: in the proved range, and far beyond it."""

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from proofs_numeric.additive_noise import AdditiveNoiseWorld, Logistic
from proofs_numeric.fuzzing import fuzz
from proofs_numeric.linear_optimum import platykurtic_noise, solve
from proofs_numeric.logistic_worlds import LogisticFixedPoint, Unknowns
from proofs_numeric.transfer_operator import Grid, TransferOperator, refine
from theory.claim import JSON, Finding, Kind, Profile, evidence
from theory.claims.uniqueness.smooth_linear_eigenfunction import NEAR, RADIUS, SMALL
from theory.claims.uniqueness.smooth_non_gaussian_world import KURTOSIS, OTHERS, TOP

#: Residual that counts as a solution in floating point.
SOLVED = 1e-10
_GRID = Grid(36, 97)
_covariances = st.floats(float(SMALL) / 100, float(SMALL))
_waves = st.tuples(st.floats(0.05, 3), st.floats(0, 3), st.floats(-1, 1), st.floats(-1, 1))


def tilt_is_linear_to_second_order(point: float, shift: float) -> None:
    """Assert the bounds on the tilt of the logistic density."""
    noise, y = Logistic(), np.array(point)
    tilt, linear = float(noise.density(y - shift) / noise.density(y)), 1 + shift * np.tanh(point / 2)
    round_off = 1e-12 * (tilt + abs(linear))
    assert abs(tilt - linear) <= shift**2 / 2 * np.exp(abs(shift)) + round_off
    assert abs(tilt - 1) <= abs(shift) * np.exp(abs(shift)) + round_off


def _in_the_ball(fixed_point: LogisticFixedPoint, wave: tuple[float, float, float, float]) -> Unknowns:
    """Bounded r and g of the right parities, as large as the proof admits, and E_q g = 1."""
    frequency, phase, odd, even = wave
    z = fixed_point.grid.nodes
    regression = odd * float(RADIUS) * fixed_point.covariance * np.sin(frequency * z)
    shape = np.cos(frequency * z + phase) + np.cos(frequency * z - phase)
    shape -= fixed_point.mass @ shape
    return Unknowns(regression, 1 + even * float(NEAR) * shape / max(np.max(np.abs(shape)), 1e-9))


def map_halves_distances(
    covariance: float, first: tuple[float, float, float, float], second: tuple[float, float, float, float]
) -> None:
    """Assert that the map keeps the ball and multiplies distances in it by at most one half."""
    fixed_point = LogisticFixedPoint(covariance, _GRID)
    pair = [_in_the_ball(fixed_point, wave) for wave in (first, second)]
    images = [fixed_point(unknowns) for unknowns in pair]
    for image in images:
        assert np.max(np.abs(image.regression)) <= float(RADIUS) * covariance
        assert np.max(np.abs(image.ratio - 1)) <= float(NEAR)
    assert images[0].distance(images[1]) <= pair[0].distance(pair[1]) / 2 + 1e-13


def linear_maps_are_optimal(covariance: float) -> None:
    """Assert what is proved of the spectrum and of the stationary law."""
    fixed_point = LogisticFixedPoint(covariance, _GRID)
    unknowns = fixed_point.solve()
    operator = TransferOperator(fixed_point.world(unknowns), _GRID)
    eigenvalue = fixed_point.slope(unknowns) / 2
    assert operator.linearity_defect(eigenvalue) <= SOLVED
    np.testing.assert_allclose(operator.eigenvalues[0], eigenvalue, atol=1e-12)
    assert eigenvalue >= float(TOP) * covariance
    assert max(operator.eigenvalues[1], operator.operator_norm**2) <= float(OTHERS) * covariance
    assert operator.kurtosis > float(KURTOSIS)


@evidence("logistic_tilt_bounds", Kind.FUZZ)
def tilts(profile: Profile) -> Finding:
    """Ratios of the shifted and the unshifted density against the bounds."""
    examples = profile.pick(quick=200, thorough=5_000)
    return fuzz(
        tilt_is_linear_to_second_order,
        st.floats(-30, 30),
        st.floats(-6, 6),
        examples=examples,
        y="[-30, 30]",
        u="[-6, 6]",
    )


@evidence("smooth_linear_eigenfunction", Kind.FUZZ)
def pairs_in_the_ball(profile: Profile) -> Finding:
    """Pairs of waves in the ball: the map keeps it, and halves their distance at least."""
    examples = profile.pick(quick=40, thorough=1_000)
    return fuzz(
        map_halves_distances, _covariances, _waves, _waves, examples=examples, kappa="[1e-4, 1/100]", functions="waves"
    )


@evidence("smooth_non_gaussian_world", Kind.FUZZ)
def worlds_in_the_proved_range(profile: Profile) -> Finding:
    """Fixed points computed on a grid: eigenvalues, norm and kurtosis against what is proved of them."""
    examples = profile.pick(quick=8, thorough=200)
    return fuzz(linear_maps_are_optimal, _covariances, examples=examples, kappa="[1e-4, 1/100]")


def _optimum(world: AdditiveNoiseWorld, eigenvalue: float, grids: Sequence[Grid]) -> Finding:
    """Compare a world with what makes linear maps its only optimum, on the finest grid."""

    def quantities(operator: TransferOperator) -> list[float]:
        top, second = operator.eigenvalues[:2]
        return [
            operator.linearity_defect(eigenvalue),
            abs(top - eigenvalue),
            operator.nonlinearity,
            second,
            operator.operator_norm**2,
            operator.pair_eigenvalue(),
            operator.kurtosis,
        ]

    refined = refine(world, quantities, grids)
    residual, off_top, nonlinearity, second, norm, pair, kurtosis = refined.values.tolist()
    worst = float(np.max(refined.errors))
    covered: dict[str, JSON] = {
        "lambda": eigenvalue,
        "nodes": [grid.count for grid in grids],
        "residual, coarsest grid first": refined.table[:, 0].tolist(),
        "second eigenvalue": second,
        "squared operator norm": norm,
        "top eigenvalue of pairs": pair,
        "1 - R^2 of the top eigenfunction": nonlinearity,
        "kurtosis": kurtosis,
        "largest change from the coarser grid": worst,
    }
    solved = max(residual, off_top, nonlinearity, worst) <= SOLVED
    linear = max(second, pair, norm) + worst < eigenvalue - off_top
    passed = bool(solved and linear and abs(kurtosis - 3) > worst)
    return Finding(passed, covered, "" if passed else f"values {refined.values}, errors {refined.errors}")


@evidence("smooth_non_gaussian_world", Kind.FUZZ)
def two_gaussians_at_correlation_seven_tenths(profile: Profile) -> Finding:
    """Noise of two overlapping Gaussians, lambda = 0.7: a platykurtic world far outside the proved range."""
    world = solve(platykurtic_noise(), 0.7, Grid(8, 121), functions=34, length=3.0)
    counts = profile.pick(quick=(81, 121), thorough=(81, 161, 241))
    return _optimum(world, 0.7, [Grid(8 + i / 2, count) for i, count in enumerate(counts)])


@evidence("smooth_non_gaussian_world", Kind.FUZZ)
def logistic_noise_at_correlation_three_tenths(profile: Profile) -> Finding:
    """Logistic noise with a hundred times the largest covariance proved."""
    fixed_point = LogisticFixedPoint(1.0, Grid(60, 241))
    unknowns = fixed_point.solve()
    counts = profile.pick(quick=(147, 197), thorough=(147, 197, 271))
    grids = [Grid(40 + 4 * i, count) for i, count in enumerate(counts)]
    return _optimum(fixed_point.world(unknowns), fixed_point.slope(unknowns) / 2, grids)
