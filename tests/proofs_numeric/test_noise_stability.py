"""The inverse problem of noise stability: design, fit, intervals, small samples, errors."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.polynomial import hermite_e
from scipy.integrate import trapezoid
from scipy.optimize import linprog
from scipy.stats import binom, gamma
from scipy.stats import f as fisher

from proofs_numeric.noise_stability import (
    MAX_DEGREE,
    RingPower,
    StabilityCurve,
    fit_degree_spectrum,
    radial_mixture_weights,
)
from proofs_numeric.noise_stability.degrees import degree_grid
from proofs_numeric.noise_stability.nonnegative import nonnegative_least_squares, shortest_nonnegative
from proofs_numeric.noise_stability.whitening import split_covariance

POINTS = 32
ROWS = POINTS // 2 + 1
#: A study of coverage fails a correct method with at most this probability.
FALSE_ALARM = 1e-7

SPECTRA = {
    "linear": {1: 2.0},
    "mean and linear": {0: 4.0, 1: 1.0},
    "small beside large": {1: 1.0, 2: 1e-4, 3: 1e-7},
    "even": {2: 0.5, 4: 0.3, 8: 0.2},
    "odd": {1: 0.7, 5: 0.2, 7: 0.1},
    "above the reported degrees": {1: 0.6, 9: 0.3, 12: 0.1},
    "geometric": {d: 0.5**d for d in range(40)},
    "power law": {d: d**-1.5 for d in range(1, 200)},
}


def power_of_cosine(degree: int) -> np.ndarray:
    """B_{d,f} by the definition: the Fourier transform of cos^d on the ring."""
    fourier = np.fft.rfft(np.cos(2 * np.pi * np.arange(POINTS) / POINTS) ** degree).real / POINTS
    fourier[1:-1] *= 2
    return fourier


def ring_mean(spectrum: dict[int, float]) -> np.ndarray:
    return sum(w * power_of_cosine(d) for d, w in spectrum.items())


def known_ring(power: np.ndarray, error: np.ndarray) -> RingPower:
    """A measurement with known, independent errors."""
    return RingPower(power, np.diag(error**2), 10**6, 10**6 - 1, np.full(power.size, 1e6), 2e-16)


def curve_of(spectrum: dict[int, float], correlations: list[float], error: float) -> StabilityCurve:
    rho = np.array(correlations)
    values = sum(w * rho**d for d, w in spectrum.items())
    return StabilityCurve(rho, values, np.eye(rho.size) * error**2, 10**6)


@pytest.mark.parametrize("degree", [0, 1, 2, 3, 8, 15, 16, 17, 40, 200])
def test_ring_design_is_the_fourier_transform_of_cosine_powers(degree: int) -> None:
    ring = known_ring(np.ones(ROWS), np.ones(ROWS))
    column = ring.design(np.array([degree]))[:, 0]
    np.testing.assert_allclose(column, power_of_cosine(degree), atol=1e-15)
    if degree < POINTS // 2:
        absent = (np.arange(ROWS) > degree) | ((np.arange(ROWS) - degree) % 2 == 1)
        assert np.all(column[absent] == 0)
        assert column[degree] == (1.0 if degree == 0 else 2.0 ** (1 - degree))


@pytest.mark.parametrize("parity", [0, 1])
def test_ring_design_ends_with_the_limits_of_high_degrees(parity: int) -> None:
    high = 40 * POINTS**2 + parity
    columns = known_ring(np.ones(ROWS), np.ones(ROWS)).design(np.array([high]))
    np.testing.assert_allclose(columns[:, 1 + parity], columns[:, 0], atol=1e-12)


def test_curve_design_holds_powers_and_their_limits() -> None:
    rho = [-1.0, -0.5, 0.0, 0.3, 1.0]
    columns = curve_of({1: 1.0}, rho, 0.1).design(np.array([0, 1, 2, 7]))
    np.testing.assert_allclose(columns[:, :4], [[r**d for d in (0, 1, 2, 7)] for r in rho])
    np.testing.assert_array_equal(columns[:, 4], [1, 0, 0, 0, 1])
    np.testing.assert_array_equal(columns[:, 5], [-1, 0, 0, 0, 1])


@pytest.mark.parametrize("name", SPECTRA)
def test_rings_without_noise_return_the_spectrum(name: str) -> None:
    w = SPECTRA[name]
    power = ring_mean(w)
    spectrum = fit_degree_spectrum(known_ring(power, 1e-7 * power + 1e-12))
    truth = np.array([w.get(d, 0.0) for d in range(9)])
    tail = sum(w.values()) - truth.sum()
    assert np.all(spectrum.lower <= truth + 1e-9)
    assert np.all(truth - 1e-9 <= spectrum.upper)
    assert spectrum.tail.lower - 1e-9 <= tail <= spectrum.tail.upper + 1e-9
    np.testing.assert_allclose(spectrum.estimates, truth, atol=5e-3)
    assert spectrum.tail.estimate == pytest.approx(tail, rel=2e-2, abs=1e-4)
    assert spectrum.misfit_p_value > 0.5


@pytest.mark.parametrize("name", ["mean and linear", "even", "odd"])
def test_curves_without_noise_return_the_spectrum(name: str) -> None:
    w = SPECTRA[name]
    rho = np.cos(np.pi * np.arange(13) / 12).tolist()
    spectrum = fit_degree_spectrum(curve_of(w, rho, 1e-7))
    truth = np.array([w.get(d, 0.0) for d in range(9)])
    np.testing.assert_allclose(spectrum.estimates, truth, atol=2e-2)
    assert np.all((spectrum.lower <= truth + 1e-9) & (truth <= spectrum.upper + 1e-9))


def test_small_variances_keep_their_relative_accuracy() -> None:
    power = ring_mean(SPECTRA["small beside large"])
    spectrum = fit_degree_spectrum(known_ring(power, 0.01 * power))
    width = spectrum.upper - spectrum.lower
    np.testing.assert_array_less(width[[1, 2, 3]], 0.1 * np.array([1.0, 1e-4, 1e-7]))


@pytest.mark.parametrize("rho", [-0.7, 0.0, 0.37, 0.95])
def test_alignment_loss_at_correlations_that_were_not_measured(rho: float) -> None:
    w = SPECTRA["geometric"]
    power = ring_mean(w)
    loss = fit_degree_spectrum(known_ring(power, 1e-3 * power)).alignment_loss(rho)
    exact = 2 * sum((1 - rho**d) * v for d, v in w.items())
    assert loss.lower <= exact <= loss.upper
    assert loss.upper - loss.lower < 0.02 * exact


def test_moments_and_linear_fraction() -> None:
    w = SPECTRA["mean and linear"] | {3: 0.25}
    power = ring_mean(w)
    spectrum = fit_degree_spectrum(known_ring(power, 1e-3 * power))
    for interval, exact in (
        (spectrum.second_moment, 5.25),
        (spectrum.variance, 1.25),
        (spectrum.linear_fraction, 0.8),
    ):
        assert interval.lower <= exact <= interval.upper
        assert interval.upper - interval.lower < 0.05 * exact
    assert spectrum.functional(lambda d: np.where(d == 3, 1.0, 0.0)) == pytest.approx(
        (spectrum.estimates[3], spectrum.lower[3], spectrum.upper[3])
    )


def test_it_prints_as_a_table_of_its_intervals() -> None:
    power = ring_mean({1: 1.0, 3: 0.25})
    spectrum = fit_degree_spectrum(known_ring(power, 1e-3 * power), max_degree=3, confidence=0.9)
    heading, *rows = str(spectrum).splitlines()
    assert heading.split() == ["degree", "variance", "90%", "interval"]
    assert [row.split("  [")[0].strip().rsplit(maxsplit=1)[0].strip() for row in rows] == [
        "0",
        "1",
        "2",
        "3",
        "> 3",
        "linear share",
    ]
    assert rows[1].split() == ["1", "1", f"[{spectrum.lower[1]:.4g},", f"{spectrum.upper[1]:.4g}]"]


def test_fraction_is_a_ratio_over_the_region() -> None:
    # The share of a degree lies between the ratios of the bounds of its parts.
    power = ring_mean({1: 1.0, 3: 1.0})
    share = fit_degree_spectrum(known_ring(power, 0.05 * power))
    odd = share.linear_fraction
    assert share.lower[1] / share.variance.upper <= odd.lower < 0.5 < odd.upper
    assert odd.upper <= share.upper[1] / share.variance.lower


def test_tail_is_unbounded_without_the_second_moment() -> None:
    rho = [-0.8, -0.4, 0.0, 0.4, 0.8]
    spectrum = fit_degree_spectrum(curve_of({1: 1.0}, rho, 0.01), max_degree=2)
    assert spectrum.tail.upper == np.inf
    assert spectrum.upper[1] < 1.2
    assert spectrum.linear_fraction.lower == 0
    whole = fit_degree_spectrum(curve_of({1: 1.0}, [*rho, 1.0], 0.01), max_degree=2)
    assert whole.tail.upper < 0.5


def test_misfit_refuses_a_curve_that_no_map_has() -> None:
    power = power_of_cosine(1) + 0.01 * np.eye(ROWS)[6] - 0.3 * np.eye(ROWS)[4]
    spectrum = fit_degree_spectrum(known_ring(power, np.full(ROWS, 0.01)))
    assert spectrum.misfit_p_value < 1e-6
    assert spectrum.misfit_dof > 0


def test_intervals_widen_with_confidence() -> None:
    power = ring_mean(SPECTRA["power law"])
    ring = known_ring(power, 0.02 * power)
    narrow, wide = (fit_degree_spectrum(ring, confidence=c) for c in (0.5, 0.99))
    assert np.all(wide.lower <= narrow.lower)
    assert np.all(narrow.upper <= wide.upper)
    assert wide.tail.upper - wide.tail.lower > 1.2 * (narrow.tail.upper - narrow.tail.lower)
    for spectrum in (narrow, wide):
        assert np.all(spectrum.lower <= spectrum.estimates)
        assert np.all(spectrum.estimates <= spectrum.upper)


@pytest.mark.parametrize("name", ["linear", "odd", "power law"])
def test_coverage_with_gaussian_errors(name: str) -> None:
    # The misses of a quantity are binomial.
    w, repeats, rng = SPECTRA[name], 40, np.random.default_rng(7)
    power = ring_mean(w)
    truth = np.array([w.get(d, 0.0) for d in range(4)])
    truth = np.append(truth, sum(w.values()) - truth.sum())
    misses = np.zeros(truth.size, dtype=int)
    for _ in range(repeats):
        ring = known_ring(power * (1 + 0.03 * rng.standard_normal(ROWS)), 0.03 * power)
        spectrum = fit_degree_spectrum(ring, max_degree=3)
        lower = np.append(spectrum.lower, spectrum.tail.lower)
        upper = np.append(spectrum.upper, spectrum.tail.upper)
        misses += (truth < lower - 1e-9) | (upper + 1e-9 < truth)
    assert misses.max() <= binom.isf(FALSE_ALARM / misses.size, repeats, 0.05)


def test_intervals_allow_for_the_estimated_covariance() -> None:
    # 12 rings for 9 rows: with the quantile of a known covariance a quarter of them would miss.
    repeats, rng = 120, np.random.default_rng(11)
    mixing = rng.standard_normal((9, 9)) / 20
    design = RingPower(np.ones(9), np.eye(9), 99, 98, np.ones(9), 1e-16).design(np.array([1, 2]))
    mean = design[:, 0] + design[:, 1] / 2
    misses = 0
    for _ in range(repeats):
        rings = RingPower.from_samples(mean + rng.standard_normal((12, 9)) @ mixing)
        moment = fit_degree_spectrum(rings, max_degree=0).second_moment
        misses += not moment.lower <= 1.5 <= moment.upper
    assert misses <= binom.isf(FALSE_ALARM, repeats, 0.05)


def test_interval_without_active_constraints_is_the_ellipse() -> None:
    rng = np.random.default_rng(5)
    # The power of {0: 1, 1: 1, 2: 1} on four points, where cos^2 has half of its power at 2.
    rings = np.array([1.5, 1.0, 0.5]) + rng.uniform(-0.1, 0.1, size=(20, 3))
    ring = replace(RingPower.from_samples(rings), influence=None)
    spectrum = fit_degree_spectrum(ring, max_degree=1, confidence=0.9)
    assert spectrum.misfit < 1e-12
    # Hotelling's region for two functionals: 19 degrees of freedom, 3 rows.
    radius = np.sqrt(2 * fisher.ppf(0.9, 2, 17) * 19 / 17 * ring.covariance.sum())
    moment = spectrum.second_moment
    np.testing.assert_allclose(moment.upper, ring.power.sum() + radius, rtol=1e-6)
    np.testing.assert_allclose(moment.lower, ring.power.sum() - radius, rtol=1e-6)


def test_skewed_rings_lengthen_the_side_they_are_skewed_to() -> None:
    spread = np.random.default_rng(6).exponential(size=(400, 1)) ** 3
    ring = RingPower.from_samples(np.array([0.5, 0.5, 0.5]) * spread)
    skewed, symmetric = (
        fit_degree_spectrum(power, max_degree=1).second_moment for power in (ring, replace(ring, influence=None))
    )
    error = np.sqrt(ring.covariance.sum())
    skewness = np.sum(ring.influence.sum(axis=1) ** 3) / error**3
    quantile = (symmetric.upper - symmetric.estimate) / error
    # Hall (1992), equation 2.3 inverted.
    corrected = 3 / skewness * (1 - np.cbrt(1 - skewness * (quantile + skewness / 6)))
    assert corrected > 1.2 * quantile
    np.testing.assert_allclose(skewed.upper, skewed.estimate + corrected * error, rtol=0.02)
    np.testing.assert_allclose(skewed.lower, symmetric.lower, rtol=0.02)


def test_splitting_gives_quiet_directions_their_variance_back() -> None:
    rows = np.random.default_rng(4).standard_normal((80, 20)) / np.sqrt(80)
    split = np.linalg.eigvalsh(split_covariance(rows))
    assert np.linalg.eigvalsh(rows.T @ rows)[0] < 0.4
    assert 0.6 < split[0] < split[-1] < 1.6
    # What is exact remains so: rows in a plane have no variance off it.
    plane = split_covariance(rows[:, :2] @ rows[:2])
    assert np.linalg.eigvalsh(plane)[:-2].max() < 1e-15 * np.trace(plane)


@pytest.mark.parametrize("dim", [1, 2, 64])
def test_radial_weights_integrate_to_one(dim: int) -> None:
    p = np.array([0.5, 0.2, 0.0, 0.3])
    s = np.linspace(1e-6, 12 * dim + 80, 200_001)
    density = sum(q * gamma.pdf(s, dim + j) for j, q in enumerate(p))
    weights, controls = radial_mixture_weights(s, dim, p)
    assert weights.max() <= 1 / p[0]
    np.testing.assert_allclose(weights * density, gamma.pdf(s, dim), rtol=1e-9, atol=1e-300)
    for column in controls.T:
        assert trapezoid(density * column, s) == pytest.approx(0, abs=1e-4)
    # A power that grows like s^3 is bounded, because shape n + 3 is drawn too.
    assert controls[:, 2].max() <= 1 / p[3]


def test_control_variates_remove_what_they_explain() -> None:
    rng = np.random.default_rng(3)
    control = rng.exponential(size=(400, 2)) - 1
    rings = 5 + control @ rng.standard_normal((2, 4)) + 1e-3 * rng.standard_normal((400, 4))
    redundant = np.hstack([control, control.sum(axis=1, keepdims=True)])
    with_controls = RingPower.from_samples(rings, controls=redundant)
    assert with_controls.covariance_dof == 400 - 1 - 2
    np.testing.assert_allclose(with_controls.power, 5, atol=5e-4)
    error = np.sqrt(np.diag(with_controls.covariance))
    np.testing.assert_allclose(error, 1e-3 / 20, rtol=0.25)
    plain = RingPower.from_samples(rings)
    np.testing.assert_allclose(plain.power, rings.mean(axis=0))
    np.testing.assert_allclose(plain.covariance, np.cov(rings.T) / 400, rtol=1e-2)


def test_covariance_is_the_jackknife_of_the_regression() -> None:
    rng = np.random.default_rng(8)
    control = rng.exponential(size=(20, 2)) ** 3 - 6
    rings = rng.exponential(size=(20, 3))

    def intercept(kept: np.ndarray) -> np.ndarray:
        regressors = np.column_stack([np.ones(kept.sum()), control[kept]])
        return np.linalg.lstsq(regressors, rings[kept], rcond=None)[0][0]

    whole = np.arange(20) >= 0
    changes = np.array([intercept(whole) - intercept(np.arange(20) != i) for i in range(20)])
    ring = RingPower.from_samples(rings, controls=control)
    np.testing.assert_allclose(ring.power, intercept(whole))
    np.testing.assert_allclose(ring.covariance, changes.T @ changes)


def test_effective_samples_count_the_rings_that_carry_the_power() -> None:
    rings = np.ones((100, 3))
    rings[:, 1] = 0
    rings[:5, 1] = 2.0
    rings[:, 2] = 0
    ring = RingPower.from_samples(rings)
    np.testing.assert_allclose(ring.effective_samples, [100, 5, 100])


@pytest.mark.parametrize(("rings", "few"), [(3780, True), (12_600, False)])
def test_rings_that_were_not_drawn_are_not_forgotten(rings: int, *, few: bool) -> None:
    # x + He_5(x) has rings / 252 effective samples, and once in five times seems to have three times as many.
    angles = np.pi / 8 * np.arange(16)
    hermite = hermite_e.HermiteE([0, 1, 0, 0, 0, 1 / np.sqrt(120)])
    for seed in range(10):
        z, eta = np.random.default_rng(seed).standard_normal((2, rings, 1))
        power = np.abs(np.fft.rfft(hermite(z * np.cos(angles) + eta * np.sin(angles)), norm="forward")) ** 2
        power[:, 1:-1] *= 2
        thin = fit_degree_spectrum(RingPower.from_samples(power), max_degree=6).thin_degrees
        assert (5 in thin) == few


@pytest.mark.parametrize("seed", range(5))
def test_least_squares_is_optimal_for_nearly_parallel_columns(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ring = known_ring(np.ones(ROWS), np.ones(ROWS))
    degrees = ring.degree_grid()
    spectrum = np.where(rng.random(degrees.size + 2) < 0.05, rng.exponential(size=1), 0.0)
    design = ring.design(degrees)
    power = design @ spectrum + 1e-12
    design /= 0.02 * power[:, None]
    length = np.linalg.norm(design, axis=0)
    target = 50 + rng.standard_normal(ROWS)
    x = nonnegative_least_squares(design / length, target, np.zeros(length.size))
    gradient = (design / length).T @ (target - (design / length) @ x)
    assert x.min() >= 0
    assert gradient.max() < 1e-8
    assert np.abs(gradient[x > 0]).max() < 1e-8


@pytest.mark.parametrize("ridge", [1e-3, 0.1, 3.0])
def test_shortest_spectrum_is_optimal_for_nearly_parallel_columns(ridge: float) -> None:
    design = known_ring(np.ones(ROWS), np.ones(ROWS)).design(np.arange(60))
    design /= np.linalg.norm(design, axis=0)
    target = 50 + np.random.default_rng(9).standard_normal(ROWS)
    x = shortest_nonnegative(design, target, ridge)
    gradient = design.T @ (target - design @ x) - ridge**2 * x
    assert x.min() >= 0
    assert gradient.max() < 1e-7
    assert np.abs(gradient[x > 0]).max() < 1e-7


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.9, 0.999])
def test_the_grid_of_degrees_ends_where_only_their_parity_matters(correlation: float) -> None:
    degrees = degree_grid(correlation)
    np.testing.assert_array_equal(degrees[: MAX_DEGREE + 1], np.arange(MAX_DEGREE + 1))
    assert correlation ** float(degrees[-1]) <= 1e-16
    pairs = degrees[MAX_DEGREE + 1 :].reshape(-1, 2)
    np.testing.assert_array_equal(pairs % 2, np.broadcast_to([0, 1], pairs.shape))


@pytest.mark.parametrize("degree", [65, 66, 67, 103, 300])
@pytest.mark.parametrize(("points", "error"), [(16, 1e-7), (32, 3e-4), (64, 1e-2)])
def test_nodes_of_the_grid_stand_for_the_degrees_between_them(points: int, error: float, degree: int) -> None:
    rows = points // 2 + 1
    ring = known_ring(np.ones(rows), np.ones(rows))
    assert degree not in ring.degree_grid()
    power = ring.design(np.array([degree]))[:, 0]
    nodes = ring.design(ring.degree_grid())
    nodes, power = nodes[:, ~np.any(nodes[power == 0] > 0, axis=0)][power > 0], power[power > 0]
    nodes /= power[:, None]
    # The smallest largest error over all w >= 0 is a linear programme.
    nodes /= nodes.max(axis=0)
    bound, one = np.ones((len(nodes), 1)), np.ones(len(nodes))
    sides = np.block([[nodes, -bound], [-nodes, -bound]])
    least = linprog(np.append(np.zeros(nodes.shape[1]), 1), A_ub=sides, b_ub=np.append(one, -one))
    assert least.fun <= error


def test_zero_map_has_no_variance_and_no_linear_fraction() -> None:
    spectrum = fit_degree_spectrum(RingPower.from_samples(np.zeros((100, 9))), max_degree=3)
    assert spectrum.second_moment.upper < 1e-100
    fraction = spectrum.linear_fraction
    assert np.isnan(fraction.estimate)
    assert (fraction.lower, fraction.upper) == (0, 1)


def test_ring_power_gives_the_stability_curve() -> None:
    w = SPECTRA["geometric"]
    power = ring_mean(w)
    spectrum = fit_degree_spectrum(known_ring(power, 0.1 * power))
    exact = sum(v * spectrum.correlations**d for d, v in w.items())
    np.testing.assert_allclose(spectrum.curve, exact, atol=1e-12)
    cosines = np.cos(2 * np.pi * np.outer(np.arange(ROWS), np.arange(ROWS)) / POINTS)
    np.testing.assert_allclose(spectrum.curve_errors**2, cosines**2 @ (0.1 * power) ** 2)


BAD_CURVES = {
    "correlations=[2.0] must": lambda: StabilityCurve([2.0], [1.0], [[1.0]], 9),
    "correlations=[0.5, 0.5] must": lambda: StabilityCurve([0.5, 0.5], [1, 1], np.eye(2), 9),
    "correlations=[nan] must": lambda: StabilityCurve([np.nan], [1.0], [[1.0]], 9),
    "values has shape (2,)": lambda: StabilityCurve([0.5], [1, 1], np.eye(2), 9),
    "covariance has shape (2, 2)": lambda: StabilityCurve([0.5], [1.0], np.eye(2), 9),
    "means and covariance must be finite": lambda: StabilityCurve([1], [np.inf], [[1]], 9),
    "samples=2 cannot": lambda: StabilityCurve([1.0], [1.0], [[1.0]], 2),
    "power has shape (2,)": lambda: RingPower([1, 1], np.eye(2), 9, 8, [9, 9], 1e-16),
    "ring_power of shape (3,)": lambda: RingPower.from_samples([1.0, 1.0, 1.0]),
    "ring_power of shape (9, 3)": lambda: RingPower.from_samples(np.full((9, 3), np.nan)),
    "samples=4 cannot give the covariance of 3 means: use at least 5": (
        lambda: RingPower.from_samples(np.ones((4, 3)))
    ),
}


@pytest.mark.parametrize("message", BAD_CURVES)
def test_bad_measurements_are_refused(message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is the point
        BAD_CURVES[message]()
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_degree": -1}, "max_degree=-1 must lie between 0 and"),
        ({"max_degree": MAX_DEGREE + 1}, f"max_degree={MAX_DEGREE + 1} must lie"),
        ({"max_degree": POINTS // 2}, "max_degree=16 needs rings of more than 32 points"),
        ({"confidence": 0.0}, "confidence=0.0 must"),
        ({"confidence": 1.0}, "confidence=1.0 must"),
        ({"confidence": float("nan")}, "confidence=nan must"),
    ],
)
def test_bad_options_are_refused(options: dict, message: str) -> None:
    ring = known_ring(np.ones(ROWS), np.ones(ROWS))
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is the point
        fit_degree_spectrum(ring, **options)
    assert str(caught.value).startswith(message)


def test_functionals_without_a_limit_are_refused() -> None:
    power = ring_mean(SPECTRA["linear"])
    spectrum = fit_degree_spectrum(known_ring(power, 0.1 * power + 0.01))
    with pytest.raises(ValueError, match="one finite number for each degree"):
        spectrum.functional(lambda d: d)
    with pytest.raises(ValueError, match=r"correlation=1\.0 must"):
        spectrum.alignment_loss(1.0)
