"""Strategies stay in their domain and reach its corners."""

from typing import Annotated, get_args, get_origin

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from proofs_numeric.fuzzing import fuzz
from proofs_numeric.hermite_coefficients import Coefficients, evaluate
from proofs_numeric.maps import Mixing
from proofs_numeric.strategies import (
    correlations,
    encoders,
    hermite_encoders,
    latents,
    mixings,
    near_identity_encoders,
    orthogonal_matrices,
    transitions,
    worlds,
)
from proofs_numeric.worlds.gaussian import GaussianWorld
from proofs_numeric.worlds.laws import AnyLaw, Discrete, FormulaLaw, Gaussian, Laplace
from proofs_numeric.worlds.smooth import SmoothWorld
from proofs_numeric.worlds.spec import AnyWorld
from theory.encoder import HermiteEncoder

#: Whether there is an example at all: the simplest one is not asked for.
REACH = settings(max_examples=2_000, phases=[Phase.generate], database=None)


@given(correlations(negative=True))
def test_correlations_are_open_and_not_zero(rho):
    assert -1 < rho < 1
    assert rho != 0


@given(st.integers(1, 8).flatmap(orthogonal_matrices))
def test_orthogonal_matrices_are_orthogonal(matrix):
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(len(matrix)), atol=1e-12)


@given(hermite_encoders())
def test_encoders_are_in_their_domain(encoder):
    assert 1 <= encoder.dim <= 6
    assert encoder.max_degree <= 8
    assert encoder.outputs


@pytest.mark.parametrize(
    "wanted",
    [
        lambda encoder: encoder.dim == 6 and len(encoder.outputs[0]) > 400,
        lambda encoder: encoder.max_degree == 8,
        lambda encoder: not any(encoder.outputs),
        lambda encoder: set(encoder.variance_by_degree()) == {0},
        lambda encoder: len(encoder.outputs) > encoder.dim,
        lambda encoder: len(encoder.outputs) == 4 and encoder.outputs[0] == encoder.outputs[2] != {},
    ],
    ids=["dense", "degree 8", "zero", "constant", "more outputs than latents", "repeated outputs"],
)
def test_encoders_reach_their_corners(wanted):
    find(hermite_encoders(), wanted)


@given(near_identity_encoders())
def test_encoders_near_the_identity_have_as_many_outputs_as_latents(encoder):
    assert len(encoder.outputs) == encoder.dim <= 3
    assert encoder.max_degree <= 3


@pytest.mark.parametrize(
    "wanted",
    [
        lambda encoder: Coefficients.of(encoder).recovery_error() == 0 and encoder.dim == 3,
        lambda encoder: 0 < Coefficients.of(encoder).recovery_error() < 0.01,
        lambda encoder: Coefficients.of(encoder).defect > 1,
    ],
    ids=["identity", "near", "far"],
)
def test_encoders_near_the_identity_reach_their_corners(wanted):
    find(near_identity_encoders(), wanted)


def test_excess_is_the_loss_beyond_that_of_the_variance():
    # (z_1 + 2 He_2(z_1), z_2): excess 2 (rho - rho^2) of variance 8.
    encoder = HermiteEncoder(2, ({(1, 0): 1, (2, 0): 2}, {(0, 1): 1}))
    coefficients = Coefficients.of(encoder)
    loss = coefficients.alignment_loss(0.8)
    assert coefficients.excess(0.8) == pytest.approx(loss - 2 * 0.2 * np.trace(coefficients.covariance))
    assert coefficients.excess(0.8) == pytest.approx(2 * (0.8 - 0.64) * 8)
    assert coefficients.defect == pytest.approx(8)


def test_an_exact_encoder_is_evaluated_on_arrays():
    encoder = HermiteEncoder(2, ({(0, 0): 3, (1, 2): 2}, {(0, 1): 1}))
    np.testing.assert_allclose(evaluate(encoder, np.array([[2.0, 3.0], [0.0, 1.0]])), [[35, 3], [3, 1]])


def test_the_simplest_encoder_is_the_identity_of_one_latent():
    simplest = find(hermite_encoders(), lambda _: True)
    assert simplest.dim == 1
    assert simplest.outputs == ({(1,): 1},)


def test_orthogonal_matrices_reflect_and_permute():
    found = find(orthogonal_matrices(2), lambda matrix: np.linalg.det(matrix) < 0 and abs(matrix[0, 1]) == 1)
    assert found.shape == (2, 2)


@given(hermite_encoders(max_dim=3, max_degree=4), correlations(negative=True))
def test_floating_coefficients_have_the_exact_loss(encoder, rho):
    exact = float(encoder.alignment_loss(rho.numerator / rho.denominator))
    coefficients = Coefficients.of(encoder)
    assert np.isclose(coefficients.alignment_loss(float(rho)), exact, rtol=1e-9)
    expected = np.array(encoder.covariance(), dtype=float)
    np.testing.assert_allclose(coefficients.covariance, expected, atol=1e-6, rtol=1e-9)


def test_a_property_that_fails_is_a_failed_finding_with_its_example():
    def small(value):
        assert value < 10, "too large"

    finding = fuzz(small, st.integers(0, 100), examples=100, range="0 to 100")
    assert finding.passed is False
    assert "too large" in finding.detail
    assert finding.covered == {"examples": 100, "range": "0 to 100"}
    assert fuzz(small, st.integers(0, 9), examples=10).passed is True


def test_the_simplest_world_is_the_gaussian_one_of_correlation_one_half():
    assert find(worlds(), lambda _: True) == GaussianWorld(dim=1, rho=0.5)
    assert find(latents(), lambda _: True) == Gaussian()
    assert find(transitions(Gaussian()), lambda _: True) == GaussianWorld(dim=1, rho=0.5)


@pytest.mark.parametrize(
    "wanted",
    [
        lambda world: not world.stationary,
        lambda world: world.stationary and not world.reversible and world.kurtosis != 3,
        lambda world: world.reversible and not world.additive_noise,
        lambda world: (world.pair_correlation < 0).any(),
        lambda world: world.dim == 4 and len(set(world.pair_correlation)) == 4,
        lambda world: world.world == "lattice" and (world.chain.law == 0).any(),
        lambda world: world.world == "hyperbolic",
        lambda world: world.world == "transport",
    ],
    ids=[
        "not_stationary", "not_reversible", "no_additive_noise", "negative", "anisotropic",
        "transient_states", "hyperbolic", "transport",
    ],
)  # fmt: skip
def test_worlds_reach_their_corners(wanted):
    find(worlds(), wanted, settings=REACH)


@pytest.mark.parametrize(
    "wanted",
    [lambda law: law.kurtosis > 9, lambda law: law.kurtosis < 1.2, lambda law: law.skewness < -1],
    ids=["heavy_tails", "two_points", "skewed"],
)
def test_laws_reach_their_corners(wanted):
    find(latents(), wanted, settings=REACH)


def kinds(union):
    """Members of a union that is discriminated by name, as specifications have them."""
    union = get_args(union)[0] if get_origin(union) is Annotated else union
    return {kind for member in get_args(union) or [union] for kind in (kinds(member) if get_args(member) else {member})}


# Their formulas are the user's.
@pytest.mark.parametrize("kind", sorted(kinds(AnyWorld) - {SmoothWorld}, key=str), ids=lambda kind: kind.__name__)
def test_every_kind_of_world_is_drawn(kind):
    find(worlds(), lambda world: type(world) is kind, settings=REACH)


@pytest.mark.parametrize("kind", sorted(kinds(AnyLaw) - {FormulaLaw}, key=str), ids=lambda kind: kind.__name__)
def test_every_kind_of_law_is_drawn(kind):
    find(latents(), lambda law: type(law) is kind, settings=REACH)


# Most worlds are reversible: the strategy filters.
@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(worlds(stationary=True, reversible=False))
def test_worlds_are_what_is_asked_for(world):
    assert world.stationary
    assert not world.reversible


@given(transitions(Laplace()))
def test_transitions_keep_the_law_they_are_given(world):
    assert world.kurtosis == 6


def test_a_law_without_a_density_is_no_diffusion():
    coin = Discrete(points=(-1, 1), probabilities=(0.5, 0.5))
    assert find(transitions(coin), lambda _: True).world == "non_stationary_channel"


@given(st.integers(1, 4).flatmap(lambda dim: st.tuples(st.just(dim), mixings(dim))), st.integers(0, 99))
def test_mixings_are_inverted(case, seed):
    dim, mixing = case
    z = np.random.default_rng(seed).uniform(-1, 1, (20, dim))
    x = mixing(z)
    assert x.shape == z.shape
    # Four bends of power 1/4 need the eighth digit of what they are the inverse of.
    if np.abs(x).max() < 1e3:
        np.testing.assert_allclose(mixing.inverse(x), z, atol=1e-6)


@given(st.integers(1, 4).flatmap(lambda dim: st.tuples(st.just(dim), encoders(dim))))
def test_encoders_map_rows_one_by_one(case):
    dim, encoder = case
    z = np.random.default_rng(0).standard_normal((6, dim))
    together = encoder(z)
    np.testing.assert_allclose(np.concatenate([encoder(row[None]) for row in z]), together, rtol=1e-9, atol=1e-12)


def test_the_simplest_mixing_and_encoder_are_the_identity():
    assert find(mixings(3), lambda _: True) == Mixing()
    assert find(encoders(3), lambda _: True).layers == ()


@pytest.mark.parametrize(
    "wanted",
    [
        lambda encoder: encoder(np.ones((1, 2))).shape[1] == 3,
        lambda encoder: not encoder(np.ones((1, 2))).any(),
        lambda encoder: len(encoder.layers) == 4,
    ],
    ids=["more_outputs_than_latents", "zero", "deep"],
)
def test_maps_reach_their_corners(wanted):
    find(encoders(2), wanted)
