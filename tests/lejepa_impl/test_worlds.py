"""Worlds have the law and the correlation that they declare."""

import math

import pytest
import torch
from torch import Generator

from lejepa_impl.worlds.gaussian import GaussianWorld
from lejepa_impl.worlds.mixings import MIXINGS, identity, spiral

#: Two-sided false-alarm probability 1e-9 of one standard Gaussian statistic.
Z = 6.11
POINTS = 200_000


@pytest.mark.parametrize("rho", [0.95, 0.5, -0.8, [0.9, 0.2, -0.5]])
def test_pairs_have_the_declared_correlation_and_law(rho):
    world = GaussianWorld(3, rho)
    first, second = world.pairs(POINTS, Generator().manual_seed(1))
    first, second = first.double(), second.double()
    declared = world.pair_correlation
    # Var(z z') = 1 + rho^2 for a Gaussian pair of unit variances.
    error = ((first * second).mean(0) - declared) / ((1 + declared**2) / POINTS).sqrt()
    assert error.abs().max() < Z
    for latent in (first, second):
        assert (latent.mean(0) * POINTS**0.5).abs().max() < Z
        assert ((latent.square().mean(0) - 1) * math.sqrt(POINTS / 2)).abs().max() < Z
        assert ((latent**4).mean(0) - 3).abs().max() < Z * math.sqrt(96 / POINTS)


def test_pairs_are_reproducible_and_leave_the_global_state_alone():
    state = torch.get_rng_state()
    draws = [GaussianWorld(2, 0.5).pairs(5, Generator().manual_seed(3)) for _ in range(2)]
    assert all(torch.equal(a, b) for a, b in zip(*draws, strict=True))
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize(
    ("dim", "rho", "message"),
    [
        (0, 0.5, "at least 1 latent, not 0"),
        (2, 1.0, r"correlation 1.0 is not in \(-1, 1\)"),
        (2, -1.5, r"correlation -1.5 is not in"),
        (2, 0.0, r"correlation 0.0 is not in"),
        (2, float("nan"), r"correlation nan is not in"),
        (2, [0.5], "1 correlations given for 2 latents"),
    ],
)
def test_a_world_out_of_range_is_refused(dim, rho, message):
    with pytest.raises(ValueError, match=message):
        GaussianWorld(dim, rho)


@pytest.mark.parametrize("name", MIXINGS)
def test_mixings_are_invertible(name):
    mixing = MIXINGS[name](2)
    latent = torch.randn(1000, 2, dtype=torch.float64, generator=Generator().manual_seed(0)) * 3
    torch.testing.assert_close(mixing.invert(mixing.observe(latent)), latent)


def test_the_spiral_keeps_the_radius_and_turns_by_it():
    latent = torch.tensor([[0.5, 0.0], [1.0, 0.0], [0.0, 0.0]], dtype=torch.float64)
    expected = torch.tensor([[0.0, 0.5], [-1.0, 0.0], [0.0, 0.0]], dtype=torch.float64)
    torch.testing.assert_close(spiral().observe(latent), expected, atol=1e-12, rtol=0)


def test_the_identity_changes_nothing():
    latent = torch.ones(4, 7)
    assert torch.equal(identity(7).observe(latent), latent)


def test_a_mixing_of_another_dimension_is_refused():
    with pytest.raises(ValueError, match="has 2 latents, not 3"):
        MIXINGS["spiral"](3)
