"""Metrics on maps whose recovery is known."""

import dataclasses
import math

import pytest
import torch
from torch import Generator

from lejepa_impl.metrics import Recovery, measure_recoveries, measure_recovery, orthogonal_factor, r2, r2_in_sample
from lejepa_impl.objectives.alignment import alignment_loss
from lejepa_impl.objectives.lejepa import LeJEPA
from lejepa_impl.regularizers.sigreg import SIGReg
from lejepa_impl.worlds.gaussian import GaussianWorld

Z = 6.11
RHO = 0.8
POINTS = 100_000


def pairs():
    return tuple(z.double() for z in GaussianWorld(2, RHO).pairs(POINTS, Generator().manual_seed(0)))


def measure(encoder):
    first, second = pairs()
    return measure_recovery(first, encoder(first), encoder(second), RHO)


def turn(z):
    rotation = torch.tensor([[0.6, -0.8], [0.8, 0.6]], dtype=z.dtype)
    return z @ rotation.T + torch.tensor([3.0, -1.0])


def test_a_rotation_with_an_offset_is_recovered_exactly():
    recovery = measure(turn)
    assert recovery.r2_embedding_to_latent == pytest.approx(1, abs=1e-12)
    assert recovery.error == pytest.approx(0, abs=1e-12)
    assert recovery.normalized_orthogonality_error == pytest.approx(0, abs=1e-10)
    assert abs(recovery.excess) < Z * recovery.excess_standard_error


def test_what_is_linear_has_no_excess_where_both_latents_are_known():
    first, second = pairs()
    recovery = measure_recovery(first, turn(first), turn(second), RHO, successor=second)
    assert abs(recovery.excess) < 1e-12
    assert recovery.excess_standard_error < 1e-12
    bent = [turn(z) + 0.02 * z**2 for z in (first, second)]
    blind, seeing = (measure_recovery(first, *bent, RHO, successor=known) for known in (None, second))
    # Variance 2 (0.02)^2 at degree 2, in each of two outputs.
    expected = 2 * (RHO - RHO**2) * 2 * 2 * 0.02**2
    assert abs(seeing.excess - expected) < Z * seeing.excess_standard_error
    assert seeing.excess_standard_error < blind.excess_standard_error / 20


def test_a_scaled_map_has_the_error_of_its_scale():
    recovery = measure(lambda z: 0.5 * z)
    assert recovery.r2_embedding_to_latent == pytest.approx(1, abs=1e-12)
    assert recovery.polar_distance == pytest.approx(math.sqrt(2 * 0.25), rel=1e-9)
    assert recovery.normalized_orthogonality_error == pytest.approx(0.75, rel=1e-9)
    assert recovery.defect == pytest.approx(0.75 * math.sqrt(2), rel=0.02)
    assert recovery.error == pytest.approx(2 * 0.25, rel=0.02)


def test_a_nonlinear_map_has_the_excess_of_its_degree():
    # Second output H_2: variance 1 at degree 2, excess 2(rho - rho^2).
    recovery = measure(lambda z: torch.stack([z[:, 0], (z[:, 1] ** 2 - 1) / 2**0.5], dim=1))
    expected = 2 * (RHO - RHO**2)
    assert abs(recovery.excess - expected) < Z * recovery.excess_standard_error
    assert recovery.error == pytest.approx(2, rel=0.05)
    assert recovery.r2_embedding_to_latent == pytest.approx(0.5, abs=0.02)


def test_r2_is_out_of_sample():
    # Fitted on the first half alone, a map that holds only there explains nothing of the second.
    x = torch.randn(1000, 1, generator=Generator().manual_seed(0), dtype=torch.float64)
    y = x.clone()
    y[500:] *= -1
    assert float(r2(x, y)) == pytest.approx(-3, abs=0.1)


def test_r2_in_sample_is_too_large_by_what_noise_explains():
    # Unrelated: 200 sources explain 200 of 999 degrees of freedom.
    source, target = (torch.randn(1000, n, generator=Generator().manual_seed(n)) for n in (200, 300))
    assert float(r2_in_sample(source, target)) == pytest.approx(200 / 999, abs=0.02)
    assert float(r2(source, target)) < -0.2
    assert float(r2_in_sample(target[:, :5], target[:, :5] @ torch.ones(5, 2) + 1)) == pytest.approx(1)


def of_many(*encoders):
    first, second = (z[:1000] for z in pairs())
    return first, *(torch.stack([encoder(z) for encoder in encoders]) for z in (first, second))


ENCODERS = (turn, lambda z: 0.5 * z, lambda z: z**3)
RHOS = torch.tensor([RHO, 0.5, 0.9])


@pytest.mark.parametrize("own_latents", [False, True])
def test_many_encoders_at_once_are_measured_as_one_by_one(own_latents):
    latent, first, second = of_many(*ENCODERS)
    measured = measure_recoveries(latent.expand_as(first) if own_latents else latent, first, second, RHOS)
    expected = [measure_recovery(latent, *halves, float(rho)) for *halves, rho in zip(first, second, RHOS, strict=True)]
    for one, other in zip(measured, expected, strict=True):
        assert dataclasses.asdict(one) == pytest.approx(dataclasses.asdict(other), rel=1e-6, abs=1e-12)


def test_an_encoder_that_diverged_leaves_the_others_alone():
    latent, first, second = of_many(*ENCODERS)
    expected = measure_recoveries(latent, first, second, RHO)
    first[1, 7, 0] = math.inf
    measured = measure_recoveries(latent, first, second, RHO)
    for i in (0, 2):
        # Round-off depends on where in memory an encoder's numbers are.
        assert dataclasses.asdict(measured[i]) == pytest.approx(dataclasses.asdict(expected[i]), rel=1e-9, abs=1e-12)
    values = dataclasses.asdict(measured[1])
    assert (values.pop("points"), values.pop("dim")) == (1000, 2)
    assert all(math.isnan(value) for value in values.values())
    assert isinstance(measured[1], Recovery)


def test_shapes_of_many_encoders_that_do_not_fit_are_refused():
    latent, first, second = of_many(*ENCODERS)
    with pytest.raises(ValueError, match="must have the shapes"):
        measure_recoveries(latent[:10], first, second, RHO)


def test_what_cannot_be_measured_is_refused():
    first, second = pairs()
    with pytest.raises(ValueError, match="must have one shape"):
        measure_recovery(first, first[:, :1], second, RHO)
    with pytest.raises(ValueError, match="the embedding is not finite"):
        measure_recovery(first, first * torch.nan, second, RHO)
    with pytest.raises(ValueError, match="the latents are not finite"):
        measure_recovery(first * torch.nan, first, second, RHO)
    with pytest.raises(ValueError, match="latents are not finite"):
        measure_recovery(first, first, second, RHO, successor=second * torch.nan)
    with pytest.raises(ValueError, match=r"successors \(100000, 1\) must have the shape \(100000, 2\)"):
        measure_recovery(first, first, second, RHO, successor=second[:, :1])
    for few in (first[:7], first[:0], first[:, :0]):
        with pytest.raises(ValueError, match="are too few"):
            measure_recovery(few, few, few, RHO)
    assert measure_recovery(first[:8], first[:8], second[:8], RHO).r2_embedding_to_latent == pytest.approx(1)


@pytest.mark.parametrize("rho", [0.0, 1.0, 2.0, math.nan])
def test_a_correlation_out_of_range_is_refused(rho):
    first, second = pairs()
    with pytest.raises(ValueError, match=rf"correlation {rho} is not in \(-1, 1\)"):
        measure_recovery(first, first, second, rho)
    with pytest.raises(ValueError, match=rf"correlation {rho} is not in \(-1, 1\)"):
        measure_recoveries(
            first, first[None].expand(2, -1, -1), second[None].expand(2, -1, -1), torch.tensor([0.5, rho])
        )


@pytest.mark.parametrize("shape", [(2, 3), (3,), (4, 2, 3)], ids=str)
def test_only_a_square_matrix_has_an_orthogonal_factor(shape):
    with pytest.raises(ValueError, match=r"has no orthogonal factor: give a square one"):
        orthogonal_factor(torch.ones(shape))


def test_alignment_sums_over_dimensions_and_averages_over_pairs():
    assert alignment_loss(torch.zeros(4, 3), torch.ones(4, 3)) == 3


def test_the_objective_weighs_both_terms():
    first, second = torch.zeros(8, 2), torch.ones(8, 2)
    regularizer = SIGReg(slices=3)
    penalty = regularizer(torch.cat([first, second]), Generator().manual_seed(0))
    objective = LeJEPA(regularizer, 0.25)(first, second, Generator().manual_seed(0))
    # L/(4m) = 2/(4*2), the mean square distance from the mean of the pair.
    torch.testing.assert_close(objective, 0.25 * penalty + 0.75 * torch.tensor(0.25))


@pytest.mark.parametrize("weight", [0.0, 1.0, -1.0, float("nan")])
def test_a_weight_out_of_range_is_refused(weight):
    with pytest.raises(ValueError, match="weight of the regularizer must be in"):
        LeJEPA(SIGReg(), weight)
