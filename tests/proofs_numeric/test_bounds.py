"""The bounds as functions: those of the claims, on every domain they promise, and refused elsewhere."""

import math
from types import SimpleNamespace

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from proofs_numeric import bounds
from proofs_numeric.bounds import (
    alignment_floor,
    confidence,
    planning_bound,
    recovery_bound,
    recovery_confidence_bound,
)
from proofs_numeric.certificates import recovery_with_confidence as coverage
from proofs_numeric.certificates.approximate_recovery import printed, search
from proofs_numeric.certificates.sharp_recovery import less_distortion, less_nonlinear_variance, sharp
from theory.claim import Profile
from theory.claims.planning import approximate_planning
from theory.claims.planning.sharp_planning_bound import sharp_planning_bound
from theory.claims.recovery.approximate_recovery import nonlinear_variance_bound, printed_bound
from theory.claims.recovery.no_recovery import sharp_bound_in_dimension
from theory.claims.recovery.sharp_recovery import sharp_bound
from theory.claims.recovery.sharp_recovery_any_defect import sharp_bound_any_defect

RHO = sp.Rational(4, 5)
# Excess and defect: nothing, small, one direction lost, two of two lost, and a defect above 3.
MOMENTS = [
    (sp.Integer(0), sp.Integer(0)),
    (sp.Rational(1, 50), sp.Rational(1, 10)),
    (sp.Rational(1, 10), sp.Rational(9, 10)),
    (sp.Rational(1, 2), sp.Rational(3, 2)),
    (sp.Rational(1, 2), sp.Rational(7, 2)),
]
defects = st.floats(0, 3)
excesses = st.floats(0, 1)


@pytest.mark.parametrize(("excess", "defect"), MOMENTS)
def test_bounds_are_those_of_the_claims(excess, defect):
    nonlinear = nonlinear_variance_bound(excess, RHO)
    given_floats = float(excess), float(defect), float(RHO)
    assert recovery_bound(*given_floats, sharp=False) == pytest.approx(float(printed_bound(excess, defect, RHO)))
    assert recovery_bound(*given_floats) == pytest.approx(float(sharp_bound_any_defect(nonlinear, defect)))
    in_two = float(sharp_bound_in_dimension(nonlinear, defect, sp.Integer(2)))
    assert recovery_bound(*given_floats, dim=2) == pytest.approx(in_two)


@pytest.mark.parametrize(("excess", "defect"), MOMENTS[:2])
def test_the_general_bound_is_the_sharp_one_of_small_defects(excess, defect):
    nonlinear = nonlinear_variance_bound(excess, RHO)
    assert sp.simplify(sharp_bound_any_defect(nonlinear, defect) - sharp_bound(nonlinear, defect)) == 0


def test_floor_is_that_of_the_claim_for_arrays():
    np.testing.assert_allclose(alignment_floor([0.5, 0.9], [[1], [4]]), [[1.0, 0.2], [4.0, 0.8]])


def test_arguments_broadcast():
    bound = recovery_bound(np.full((3, 1), 0.1), [0.1, 2.0], 0.9, dim=[1, 4])
    assert bound.shape == (3, 2)
    assert bound[0, 1] == pytest.approx(float(recovery_bound(0.1, 2.0, 0.9, dim=4)))


@given(excesses, defects, st.integers(1, 12))
def test_sharp_is_below_printed_and_dimensions_only_add(excess, defect, dim):
    sharp_one, more, any_dim = (recovery_bound(excess, defect, 0.9, dim=n) for n in (dim, dim + 1, None))
    assert sharp_one <= recovery_bound(excess, defect, 0.9, sharp=False) + 1e-7
    assert sharp_one <= more + 1e-7
    assert more <= any_dim + 1e-7


@given(excesses, defects, st.floats(0, 0.1), st.floats(0, 0.1), st.none() | st.integers(1, 4))
def test_the_bound_increases_in_excess_and_defect(excess, defect, more, worse, dim):
    assert (
        recovery_bound(excess + more, defect + worse, 0.7, dim=dim)
        >= recovery_bound(excess, defect, 0.7, dim=dim) - 1e-7
    )


@pytest.mark.parametrize("lost", [1, 2, 3, 4])
def test_the_bound_is_continuous_where_another_direction_is_lost(lost):
    # D + sqrt(k) epsilon = k at D = k/2.
    defect = lost**0.5 / 2
    excess = lost / 2 * 2 * 0.9 * 0.1
    below, above = recovery_bound([excess * (1 - 1e-9), excess * (1 + 1e-9)], defect, 0.9)
    assert above - below < 1e-3
    assert above == pytest.approx(1.5 * lost, abs=1e-3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: alignment_floor(1.0, 2), "correlation 1.0 is not in"),
        (lambda: alignment_floor(0.5, 1.5), "1.5 latents"),
        (lambda: recovery_bound(-0.1, 0.1, 0.5), "excess -0.1 is not in .* use recovery_confidence_bound"),
        (lambda: recovery_bound(0.1, np.nan, 0.5), "defect nan is not in"),
        (lambda: recovery_bound(0.1, 0.1, [0.5, -0.5]), "correlation -0.5 is not in"),
        (lambda: recovery_bound(0.1, 0.1, 0.5, dim=0), "0 latents"),
        (lambda: recovery_confidence_bound(np.ones((3, 2)), np.ones((3, 2)), 0.5), "3 pairs are too few"),
        (lambda: recovery_confidence_bound(np.ones((9, 2)), np.ones((9, 3)), 0.5), r"shapes \(9, 2\) and \(9, 3\)"),
        (lambda: recovery_confidence_bound(np.ones((9, 1)), np.full((9, 1), np.inf), 0.5), "9 values"),
        (lambda: recovery_confidence_bound(np.ones((9, 1)), np.ones((9, 1)), 0.5, confidence=95), "confidence 95"),
        (
            lambda: recovery_confidence_bound(np.ones((9, 1)), np.ones((9, 1)), 0.5, latents=[np.ones((8, 1))] * 2),
            r"latents of shapes \(8, 1\) and \(8, 1\): give both as \(9, latents\)",
        ),
        (
            lambda: recovery_confidence_bound(
                np.ones((9, 2)), np.ones((9, 2)), 0.5, latents=(np.ones((9, 2)), np.ones((9, 1)))
            ),
            r"latents of shapes \(9, 2\) and \(9, 1\)",
        ),
        (
            lambda: recovery_confidence_bound(np.ones((5, 4)), np.ones((5, 4)), 0.5, latents=[np.ones((5, 4))] * 2),
            "5 pairs are too few for a regression on 4 latents",
        ),
        (
            lambda: recovery_confidence_bound(
                np.ones((9, 1)), np.ones((9, 1)), 0.5, latents=[np.full((9, 1), np.nan)] * 2
            ),
            "some of the latents are nan",
        ),
    ],
)
def test_what_is_out_of_range_is_refused_in_one_line(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


def pairs(encoder, dim, count, rho, seed=0):
    random = np.random.default_rng(seed)
    latent, noise = random.standard_normal((2, count, dim))
    return encoder(latent), encoder(rho * latent + np.sqrt(1 - rho**2) * noise)


def test_sampling_noise_does_not_pass_for_a_defect():
    dim, count = 40, 2_000
    first, second = pairs(lambda z: z, dim, count, 0.9)
    plug_in = np.sum((np.cov(first.T) - np.eye(dim)) ** 2)
    noise = dim * (dim + 1) / count
    estimated = recovery_confidence_bound(first, second, 0.9)
    assert plug_in == pytest.approx(noise, rel=0.2)
    # The estimate has a standard deviation of 2 sqrt(n(n+1)) / N.
    assert abs(estimated.squared_defect) < 6 * 2 * (dim * (dim + 1)) ** 0.5 / count
    assert estimated.defect_upper**2 < noise / 2


def test_the_estimates_are_those_of_the_encoder():
    # sigma = 0.6 and D = 0.08 in one of two directions: epsilon = 0.56, delta = 2 rho (1 - rho) D.
    def encoder(latent):
        bent = 0.6 * latent[:, 0] + 0.2 * (latent[:, 0] ** 2 - 1) + 5
        return np.stack([bent, latent[:, 1]], axis=1)

    estimated = recovery_confidence_bound(*pairs(encoder, 2, 400_000, 0.8), 0.8)
    excess = 2 * 0.8 * 0.2 * 0.08
    assert abs(estimated.excess - excess) < 3 * (estimated.excess_upper - estimated.excess)
    assert estimated.excess_upper < 1.2 * excess
    assert estimated.squared_defect == pytest.approx(0.56**2, abs=0.02)
    assert 0.56 <= estimated.defect_upper < 0.6
    assert 0.08 + 0.16 <= estimated.bound < 0.3


def test_an_embedding_may_be_turned():
    first, second = pairs(lambda z: z * [1.0, 0.9, 1.1], 3, 2_000, 0.9)
    turn = np.linalg.qr(np.random.default_rng(1).standard_normal((3, 3)))[0]
    straight, turned = (
        recovery_confidence_bound(x, y, 0.9) for x, y in ((first, second), (first @ turn, second @ turn))
    )
    assert turned.bound == pytest.approx(straight.bound, rel=1e-3)


@pytest.mark.parametrize("dim", [1, 3])
def test_a_collapsed_embedding_has_the_error_of_nothing_recovered(dim):
    constant = np.full((100, dim), 2.5)
    estimated = recovery_confidence_bound(constant, constant, 0.9)
    assert estimated.defect_upper == pytest.approx(dim**0.5)
    assert estimated.bound == pytest.approx(dim)


@pytest.mark.parametrize(
    "counted", [coverage.coverage_over_fuzzed_encoders, coverage.coverage_where_the_latents_are_known]
)
def test_coverage_fails_for_estimates_without_confidence(counted, monkeypatch):
    def estimate(first, second, rho, *, latents, confidence):
        del confidence
        return recovery_confidence_bound(first, second, rho, latents=latents, confidence=1e-6)

    monkeypatch.setattr(coverage, "recovery_confidence_bound", estimate)
    assert counted.check(Profile.QUICK).passed is False


def test_an_excess_is_better_known_where_the_latents_are():
    # D = 0.0008 in one of two directions: delta = 2 rho (1 - rho) D.
    def encoder(latent):
        return np.stack([latent[:, 0] + 0.02 * (latent[:, 0] ** 2 - 1) + 5, latent[:, 1]], axis=1)

    latents = pairs(lambda z: z, 2, 20_000, 0.9)
    embeddings = [encoder(latent) for latent in latents]
    unknown = recovery_confidence_bound(*embeddings, 0.9)
    known = recovery_confidence_bound(*embeddings, 0.9, latents=latents)
    room = known.excess_upper - known.excess
    # Twice a normal quantile is exceeded by 3 of them with probability 2e-9.
    assert abs(known.excess - 2 * 0.9 * 0.1 * 0.0008) < 3 * room
    assert room < (unknown.excess_upper - unknown.excess) / 20
    assert known.defect_upper == unknown.defect_upper
    assert known.bound < unknown.bound


@pytest.mark.parametrize(("quantiles", "limit"), [("student", "excess"), ("norm", "defect")])
def test_coverage_fails_where_one_limit_has_the_level_090_for_0975(monkeypatch, quantiles, limit):
    law = getattr(confidence, quantiles)

    def ppf(level, *shape):
        assert level == pytest.approx(0.975)
        return law.ppf(0.9, *shape)

    monkeypatch.setattr(confidence, quantiles, SimpleNamespace(ppf=ppf))
    finding = coverage.limits_of_a_scaled_identity.check(Profile.QUICK)
    assert finding.passed is False
    assert finding.detail.startswith(f"missed {limit}")


@pytest.mark.parametrize("bound", [less_nonlinear_variance, less_distortion])
def test_the_search_finds_an_encoder_beyond_a_bound_lowered_by_one_percent(bound):
    assert search(bound, examples=300, shrink=False).passed is False


@pytest.mark.parametrize("bound", [sharp, printed])
def test_the_search_finds_none_beyond_the_bounds(bound):
    assert search(bound, examples=300, shrink=False).passed is True


def test_the_public_names_are_those_that_exist():
    assert all(hasattr(bounds, name) for name in bounds.__all__)


EXTREMES = [0.0, 5e-324, 1e-200, 1e-9, 0.3, 1.0, 40.0, 1e9, 1e20, 1e154, 1e200, 1.7e308]
CORRELATIONS = [5e-324, 1e-200, 0.5, 1 - 2**-53]
_delta, _epsilon, _rho, _n = sp.symbols("delta epsilon rho n", real=True)
_nonlinear = nonlinear_variance_bound(_delta, _rho)


def at_any_precision(formula, *symbols):
    """Evaluate a formula of a claim with more digits than any float has."""
    function = sp.lambdify(symbols, formula, modules="mpmath")

    def evaluate(*values):
        # Subnormal numbers have 324 places after the point, and their squares twice as many.
        with mpmath.workdps(2_000):
            exact = function(*map(mpmath.mpf, values))
            return float(exact) if exact < mpmath.mpf(np.finfo(float).max) else math.inf

    return evaluate


@pytest.mark.parametrize(
    ("formula", "options"),
    [
        pytest.param(printed_bound(_delta, _epsilon, _rho), {"sharp": False}, id="printed"),
        pytest.param(sharp_bound_any_defect(_nonlinear, _epsilon), {}, id="any_dimension"),
        pytest.param(sharp_bound_in_dimension(_nonlinear, _epsilon, sp.Integer(1)), {"dim": 1}, id="one"),
        pytest.param(sharp_bound_in_dimension(_nonlinear, _epsilon, sp.Integer(10**6)), {"dim": 10**6}, id="many"),
    ],
)
@pytest.mark.parametrize("correlation", CORRELATIONS)
def test_recovery_bound_at_extreme_moments(formula, options, correlation):
    exact = at_any_precision(formula, _delta, _epsilon, _rho)
    excess, defect = np.meshgrid(EXTREMES, EXTREMES)
    with np.errstate(all="raise", under="ignore"):
        bound = recovery_bound(excess, defect, correlation, **options)
    expected = np.vectorize(lambda *moments: exact(*moments, correlation), otypes=[float])(excess, defect)
    # The root at x = 1 takes the last bit of the deficit to its half.
    np.testing.assert_allclose(bound, expected, rtol=1e-7, atol=0)


def test_a_small_defect_is_not_rounded_to_none():
    assert recovery_bound(0.0, 1e-17, 0.5) == pytest.approx(1e-34 / 4)


@pytest.mark.parametrize(
    ("sharp", "formula"),
    [(True, sharp_planning_bound), (False, approximate_planning.planning_bound)],
    ids=["sharp", "misjudged_twice"],
)
def test_planning_bound_at_extreme_arguments(sharp, formula):
    symbols = sp.symbols("L T kappa B", real=True)
    exact = np.vectorize(at_any_precision(formula(*symbols), *symbols), otypes=[float])
    arguments = np.meshgrid(EXTREMES, [0, 1, 7, 1e200, 1.7e308], [1.0, 3.0, 1e200, 1.7e308], EXTREMES)
    with np.errstate(all="raise", under="ignore"):
        bound = planning_bound(*arguments, sharp=sharp)
    np.testing.assert_allclose(bound, exact(*arguments), rtol=1e-14, atol=1e-323)


def test_alignment_floor_at_extreme_arguments():
    with np.errstate(all="raise"):
        floor = alignment_floor([[5e-324], [0.5], [1 - 2**-53]], [1, 1e200, 1.7e308])
    np.testing.assert_array_equal(
        floor, [[2, 2e200, np.inf], [1, 1e200, 1.7e308], 2.0**-52 * np.array([1, 1e200, 1.7e308])]
    )


@pytest.mark.parametrize("power", [-1000, -200, -20, 20, 200, 500, 1020])
@pytest.mark.parametrize("dim", [1, 3])
def test_confidence_limits_scale_with_the_embedding(power, dim):
    first, second = pairs(lambda z: z + 0.1 * z**2, dim, 500, 0.8)
    with np.errstate(all="raise", under="ignore"):
        scaled = recovery_confidence_bound(np.ldexp(first, power), np.ldexp(second, power), 0.8)
    with np.errstate(over="ignore"):
        unscaled = recovery_confidence_bound(np.ldexp(first, 20), np.ldexp(second, 20), 0.8)
        assert scaled.excess == pytest.approx(np.ldexp(unscaled.excess, 2 * (power - 20)), rel=1e-9)
        assert scaled.excess_upper == pytest.approx(np.ldexp(unscaled.excess_upper, 2 * (power - 20)), rel=1e-9)
        if power < 0:
            assert scaled.defect_upper == pytest.approx(dim**0.5, rel=1e-9)
            assert scaled.bound == pytest.approx(dim, rel=1e-5)
        else:
            # Beside such a covariance the identity is nothing.
            assert scaled.defect_upper == pytest.approx(np.ldexp(unscaled.defect_upper, 2 * (power - 20)), rel=1e-9)
            assert scaled.bound >= scaled.defect_upper


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((1.0, 0, 1.0, 1.0), 2.0),
        ((0.5, 3, 4.0, 0.25), 4.0),
        ((0.0, 3, 4.0, 0.25), 0.0),
        ((2.0, 9, 1.0, 0.0), 0.0),
    ],
)
def test_planning_bound(arguments, expected):
    assert planning_bound(*arguments, sharp=False) == pytest.approx(expected, abs=0)


def test_the_sharp_planning_bound_is_the_default_and_broadcasts():
    bound = planning_bound([[1.0], [2.0]], [0, 1, 7], 4.0, 0.25)
    np.testing.assert_allclose(bound, np.sqrt([[2, 10, 226], [8, 40, 904]]))
    assert np.all(bound < planning_bound([[1.0], [2.0]], [0, 1, 7], 4.0, 0.25, sharp=False))


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (([1.0, -1.0], 1, 1.0, 1.0), "lipschitz is -1:"),
        ((1.0, -1, 1.0, 1.0), "horizon is -1"),
        ((1.0, 1.5, 1.0, 1.0), "horizon is 1.5"),
        ((1.0, math.inf, 1.0, 1.0), "horizon is inf"),
        ((1.0, math.nan, 1.0, 1.0), "horizon is nan"),
        ((math.inf, 1, 1.0, 1.0), "lipschitz is inf"),
        ((1.0, 1, math.inf, 0.0), "density_ratio is inf"),
        ((1.0, 1, 0.5, 1.0), "density_ratio is 0.5"),
        ((1.0, 1, 1.0, -0.1), "recovery_error is -0.1"),
        ((1.0, 1, 1.0, float("nan")), "recovery_error is nan"),
        ((float("nan"), 1, 1.0, 1.0), "lipschitz is nan"),
    ],
)
def test_planning_bound_names_what_it_refuses(arguments, named):
    with pytest.raises(ValueError, match=named):
        planning_bound(*arguments)
