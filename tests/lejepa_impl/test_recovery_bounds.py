"""Bounds on the recovery error of many encoders: those of the claims, and above the error."""

import math

import pytest
import torch
from torch import Generator

from lejepa_impl.measures.recovery_bounds import recovery_bounds
from lejepa_impl.metrics import measure_recoveries
from lejepa_impl.worlds.gaussian import GaussianWorld
from proofs_numeric.bounds import recovery_bound, recovery_confidence_bound

RHO, DIM = 0.8, 2


def latents(points=20_000):
    return [z.double() for z in GaussianWorld(DIM, RHO).pairs(points, Generator().manual_seed(0))]


def embeddings(points=20_000):
    first, second = latents(points)

    def encode(z):
        bent = torch.stack([z[:, 0], 0.9 * z[:, 1] + 0.1 * (z[:, 1] ** 2 - 1)], dim=1)
        return torch.stack([z, 0.8 * z, bent])

    return first, encode(first), encode(second)


@pytest.mark.parametrize("known", [None, latents()], ids=["blind", "with latents"])
def test_the_bounds_are_those_of_the_claims(known):
    latent, first, second = embeddings()
    recoveries = measure_recoveries(latent, first, second, RHO, successor=known and known[1])
    for bounds, recovery, one, other in zip(
        recovery_bounds(first, second, RHO, latents=known), recoveries, first, second, strict=True
    ):
        moments = max(recovery.excess, 0), recovery.defect, RHO
        assert bounds.excess == pytest.approx(moments[0], rel=1e-9, abs=1e-12)
        assert bounds.printed == pytest.approx(float(recovery_bound(*moments, sharp=False)), rel=1e-9)
        assert bounds.sharp == pytest.approx(float(recovery_bound(*moments, dim=DIM)), rel=1e-9)
        for sharp, value in ((True, bounds.sharp_with_confidence), (False, bounds.printed_with_confidence)):
            limits = recovery_confidence_bound(one.numpy(), other.numpy(), RHO, latents=known, sharp=sharp)
            assert value == pytest.approx(limits.bound, rel=1e-9)
            assert limits.excess == pytest.approx(recovery.excess, rel=1e-9, abs=1e-12)


def test_the_bounds_with_confidence_are_above_the_error():
    latent, first, second = embeddings()
    # At this level the bounds fall short with probability 1e-9 each.
    blind, seeing = (
        recovery_bounds(first, second, RHO, latents=known, confidence=1 - 1e-9) for known in (None, latents())
    )
    for bounds in (blind, seeing):
        for bound, recovery in zip(bounds, measure_recoveries(latent, first, second, RHO), strict=True):
            assert recovery.error <= bound.sharp_with_confidence <= bound.printed_with_confidence
    assert all(b.sharp_with_confidence < a.sharp_with_confidence for a, b in zip(blind, seeing, strict=True))


def test_each_encoder_may_have_latents_of_its_own():
    worlds = [
        torch.stack([z.double() for z in GaussianWorld(DIM, RHO).pairs(200, Generator().manual_seed(seed))])
        for seed in (1, 2)
    ]
    latent, successor = torch.stack(worlds, dim=1)
    first, second = (z + 0.1 * z**2 for z in (latent, successor))
    together = recovery_bounds(first, second, RHO, latents=(latent, successor))
    alone = [
        recovery_bounds(first[i : i + 1], second[i : i + 1], RHO, latents=(latent[i], successor[i])) for i in range(2)
    ]
    assert together == [bounds for (bounds,) in alone]


def test_an_encoder_that_diverged_has_no_bounds_and_leaves_the_others_alone():
    _, first, second = embeddings(200)
    expected = recovery_bounds(first, second, RHO)
    first[1, 0, 0] = math.nan
    measured = recovery_bounds(first, second, torch.tensor([RHO, 0.5, RHO], dtype=torch.float64))
    assert (measured[0], measured[2]) == (expected[0], expected[2])
    assert math.isnan(measured[1].sharp)
    assert math.isnan(measured[1].printed_with_confidence)


def test_embeddings_of_one_encoder_are_refused():
    latent, first, second = embeddings(200)
    with pytest.raises(ValueError, match=r"give \(encoders, N, n\)"):
        recovery_bounds(first[0], second[0], RHO)
    with pytest.raises(ValueError, match=r"latents of shapes \(200, 2\) and \(100, 2\): give \(N, n\)"):
        recovery_bounds(first, second, RHO, latents=(latent, latent[:100]))
