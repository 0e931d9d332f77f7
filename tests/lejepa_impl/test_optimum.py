"""The predicted optimum of a world, on worlds whose spectrum is known, and the bounds it puts on encoders."""

import math

import numpy as np
import pytest
import torch
from torch import Generator

from lejepa_impl.validation.optimum import Optimum, optimum, whitened
from lejepa_impl.validation.trained_converse import two_gaussian_world
from lejepa_impl.worlds.distributions import GaussianMixture
from lejepa_impl.worlds.lattice import four_state_world
from lejepa_impl.worlds.smooth import HyperbolicWorld, SmoothWorld
from proofs_numeric.linear_optimum import platykurtic_noise, solve
from proofs_numeric.transfer_operator import Grid, TransferOperator

RHO = 0.7
GAUSSIAN = SmoothWorld(2, lambda z: RHO * z, GaussianMixture([1], [0], [1 - RHO**2]), half_width=9, points=121)
WORLDS = {"gaussian": GAUSSIAN, "four states": four_state_world(2), "hyperbolic": HyperbolicWorld(2, 0.8, 2)}


def test_the_gaussian_world_has_the_powers_of_rho():
    best = optimum(GAUSSIAN.chain)
    assert best.eigenvalue == pytest.approx(RHO, abs=1e-12)
    assert best.next_eigenvalue == pytest.approx(RHO**2, abs=1e-7)
    assert best.r2 == pytest.approx(1, abs=1e-12)


def test_the_four_states_have_their_exact_eigenvalues():
    a = (math.sqrt(73) - 3) / 16
    trace, linear = 1 - 2 * a, (1 + a) / 3
    norm = 2 * linear - trace
    best = optimum(four_state_world(2).chain)
    assert best.eigenvalue == pytest.approx(linear, abs=1e-13)
    assert best.next_eigenvalue == pytest.approx((trace**2 + norm**2) / 2, abs=1e-12)
    assert best.r2 == pytest.approx(1, abs=1e-13)


def test_the_two_layers_agree_on_the_smooth_world():
    world = two_gaussian_world(2)
    operator = TransferOperator(solve(platykurtic_noise(), RHO, Grid(8, 121), functions=34, length=3.0), Grid(9, 161))
    best = optimum(world.chain)
    assert world.kurtosis == pytest.approx(operator.kurtosis, abs=1e-10)
    assert best.eigenvalue == pytest.approx(operator.eigenvalues[0], abs=1e-10)
    assert 1 - best.r2 == pytest.approx(operator.nonlinearity, abs=1e-10)
    assert operator.eigenvalues[1] - 1e-10 < best.next_eigenvalue < operator.operator_norm**2 + 1e-10


def test_a_reversible_optimum_is_the_best_of_all_odd_functions_tried():
    world = HyperbolicWorld(2, 0.8, 2)
    best, law, latents = optimum(world.chain), world.chain.law, world.chain.latents
    for t in torch.linspace(0.2, 3, 15, dtype=torch.float64):
        function = torch.tanh(t * latents)
        correlation = (law * function) @ world.chain.kernel @ function / (law @ function**2)
        assert correlation < best.eigenvalue


def test_a_world_whose_optimum_joins_latents_has_none_of_one_latent():
    # Negative correlation: products of two latents have the square of it.
    world = HyperbolicWorld(2, -0.8, 2)
    with pytest.raises(ValueError, match="the best function of one latent has"):
        optimum(world.chain)


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_whitened_does_not_see_an_affine_map(world):
    mixing = torch.tensor([[2.0, 0.3], [-0.5, 0.7]])
    plain = whitened(torch.tanh, world.chain)
    mapped = whitened(lambda z: torch.tanh(z) @ mixing + 3, world.chain)
    assert mapped.loss == pytest.approx(plain.loss, abs=1e-4)
    assert mapped.r2 == pytest.approx(plain.r2, abs=1e-4)


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_the_identity_has_the_pair_correlation_and_recovers_all(world):
    identity = whitened(lambda z: z, world.chain)
    assert identity.loss == pytest.approx(4 * (1 - world.pair_correlation[0].item()), abs=1e-6)
    assert identity.r2 == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_whitened_is_what_a_sample_shows(world):
    first, second = world.pairs(200_000, Generator().manual_seed(0))
    scale = (torch.tanh(first).square().mean()).sqrt()
    distance = ((torch.tanh(second) - torch.tanh(first)) / scale).square().sum(dim=1)
    # Two-sided false-alarm probability 1e-9; the scale is estimated with a smaller relative error than the distance.
    tolerance = 2 * 6.11 * float(distance.std()) / len(distance) ** 0.5
    assert whitened(torch.tanh, world.chain).loss == pytest.approx(float(distance.mean()), abs=tolerance)


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_every_encoder_is_within_the_bounds(world):
    best = optimum(world.chain)
    generator = Generator().manual_seed(1)
    widths = []
    for amplitude in np.geomspace(1e-3, 3, 25):
        weights, bias = torch.randn(2, 2, generator=generator), torch.randn(2, generator=generator)
        encoder = whitened(
            lambda z, w=weights, b=bias, a=amplitude: torch.tanh(z) + a * torch.cos(z @ w + b), world.chain
        )
        low, high = best.r2_interval(encoder.loss)
        widths.append(high - low)
        assert low - 1e-6 <= encoder.r2 <= high + 1e-6
    # The bounds say something, and less of an encoder further away.
    assert min(widths) < 0.5 < max(widths)


def test_bounds_close_in_on_the_optimum():
    best = Optimum(0.6, 0.3, 0.81)
    assert best.r2_interval(4 * 0.4) == pytest.approx((0.81, 0.81))
    # A share of 1/4 outside of the optimum turns it by 30 degrees.
    low, high = best.r2_interval(4 * 0.4 + 4 * 0.3 / 4)
    assert low == pytest.approx(math.cos(math.acos(0.9) + math.pi / 6) ** 2)
    assert high == 1
    assert best.r2_interval(4.0) == pytest.approx((0, 1), abs=1e-12)
