"""The row of a run, on encoders of which it is known."""

import math

import numpy as np
import pytest
import torch
from torch import Generator, nn

from lejepa_impl.encoders import InverseCoupling
from lejepa_impl.measures.run import Measures, measure, measure_together
from lejepa_impl.regularizers.sigreg import SIGReg
from lejepa_impl.regularizers.whitening import Whitening
from lejepa_impl.train.checkpoint import Checkpoint
from lejepa_impl.train.loop import evaluate
from lejepa_impl.train.spec import TrainingSpec
from lejepa_impl.train.world import mixing_of
from lejepa_impl.worlds.mixings import twice_orthogonal
from proofs_numeric.bounds import recovery_bound

POINTS = 4_096
BATCHES = POINTS // 256
OF_CLAIMS = ("epsilon", "delta", "recovery_bound", "sharp_bound", "sharp_bound_with_confidence")
SPEC = TrainingSpec(device="cpu")


class Known(nn.Module):
    """An encoder that undoes the mixing of a specification, and applies a map."""

    def __init__(self, spec, then=lambda latent: latent):
        super().__init__()
        self.mixing, self.then = mixing_of(spec), then
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, observed):
        return self.scale * self.then(self.mixing.invert(observed))


def known(then=lambda latent: latent, **settings):
    spec = TrainingSpec.model_validate(SPEC.model_dump() | settings)
    return Checkpoint(spec, Known(spec, then))


def turned(latent):
    return latent @ torch.tensor([[0.6, -0.8], [0.8, 0.6]]).T + 3


@pytest.mark.parametrize("pairs", ["transition", "one_parent"])
@pytest.mark.parametrize("mixing", ["spiral", "banana", "sinusoid", "coupling"])
def test_a_rotation_is_recovered_and_at_the_floor(mixing, pairs):
    row = measure(known(turned, mixing=mixing, pairs=pairs), points=POINTS)
    for name in ("r2_h_to_z", "r2_z_to_h", "r2_h_to_z_in_sample", "r2_z_to_h_in_sample", "r2_h_to_z_grid"):
        assert row[name] == pytest.approx(1, abs=1e-6)
    assert row["r2_x_to_z"] < 0.999
    assert row["orthogonality_error"] == pytest.approx(0, abs=1e-4)
    assert row["procrustes_error"] == pytest.approx(0, abs=1e-6)
    # Standard errors below are of Gaussians of n = 2; 6.11 of them are exceeded with probability 1e-9.
    assert abs(row["trace_covariance"] - 2) < 6.11 * math.sqrt(2 * 2 / POINTS)
    assert abs(row["alignment_loss"] - 4 * 0.05) < 6.11 * 4 * 0.05 / math.sqrt(POINTS)
    correlation = 0.95 if pairs == "transition" else 0.95**2
    aligned = (1 - correlation) / 2
    assert abs(row["alignment"] - aligned) < 6.11 * aligned / math.sqrt(POINTS)
    assert row["recovery_bound"] >= row["sharp_bound"] >= 0
    assert row["sharp_bound_with_confidence"] >= row["sharp_bound"] - 0.01


@pytest.mark.parametrize("pairs", ["transition", "one_parent"])
def test_the_regularizers_have_their_mean_at_a_batch_of_gaussian_pairs(pairs):
    checkpoint = known(lambda z: 2 * z, pairs=pairs)
    rows = [measure(checkpoint, points=16_384, seed=seed) for seed in range(16)]
    correlation = checkpoint.spec.pair_correlation
    expected = {
        "sigreg": SIGReg().mean_for_gaussians(4, 512, pair_correlation=correlation),
        "whitening": Whitening(centred=False, mean_over_entries=True).mean_for_gaussians(
            4, 2, 512, pair_correlation=correlation
        ),
    }
    for name, mean in expected.items():
        values = torch.tensor([row[name] for row in rows])
        # Student's of 15 degrees of freedom exceeds 10.3 with probability 3e-8.
        assert abs(values.mean() - mean) < 10.3 * values.std() / 4


def test_the_measures_of_a_scaled_rotation():
    row = measure(known(lambda z: 0.5 * turned(z)), points=POINTS)
    assert row["orthogonality_error"] == pytest.approx(0.75 * math.sqrt(2), rel=1e-4)
    assert row["normalized_orthogonality_error"] == pytest.approx(0.75, rel=1e-4)
    assert row["procrustes_error"] == pytest.approx(0.25 * 2, rel=0.1)
    assert row["epsilon"] == pytest.approx(0.75 * math.sqrt(2), rel=0.05)
    moments = row["delta"], row["epsilon"], 0.95
    assert row["recovery_bound"] == pytest.approx(float(recovery_bound(*moments, sharp=False)))
    assert row["sharp_bound"] == pytest.approx(float(recovery_bound(*moments, dim=2)))
    assert row["sharp_bound_with_confidence"] > row["sharp_bound"]


def test_an_excess_below_0_is_no_delta():
    bent = known(lambda z: z**2 - 1, rho=0.01)
    deltas = [measure(bent, points=1024, seed=seed)["delta"] for seed in range(8)]
    assert min(deltas) == 0 < max(deltas)


def test_linear_parts_are_taken_off_in_gaussian_worlds_alone():
    gaussian, other = (known(turned, **changed) for changed in ({}, {"world": "channel", "shape": 1.0}))
    assert abs(evaluate(gaussian, points=1024).excess) < 1e-10
    assert abs(evaluate(other, points=1024).excess) > 1e-6


def test_a_linear_map_has_no_excess():
    row = measure(known(turned), points=1024)
    assert 0 <= row["delta"] < 1e-10
    assert row["procrustes_error"] <= row["sharp_bound"] + 1e-9


def test_the_excess_of_a_bent_map_is_delta():
    # He_2 of variance 1 in place of a latent: delta = 2 (rho - rho^2).
    row = measure(known(lambda z: torch.stack([z[:, 0], (z[:, 1] ** 2 - 1) / 2**0.5], 1), rho=0.5), points=20_000)
    assert row["delta"] == pytest.approx(0.5, abs=0.08)
    assert row["r2_h_to_z"] == pytest.approx(0.5, abs=0.03)


def test_the_grid_is_that_of_the_paper():
    checkpoint = known()
    checkpoint = Checkpoint(SPEC.model_copy(update={"mixing": "banana"}), checkpoint.encoder)
    checkpoint.encoder.mixing = mixing_of(SPEC.model_copy(update={"mixing": "identity"}))
    axis = np.linspace(-3, 3, 100)
    latent = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)
    observed = np.stack([latent[:, 0], latent[:, 1] + latent[:, 0] ** 2], 1)
    design = np.concatenate([observed, np.ones((10_000, 1))], 1)
    _, residual, *_ = np.linalg.lstsq(design, latent)
    expected = 1 - residual.sum() / (latent**2).sum()
    assert measure(checkpoint, points=POINTS)["r2_h_to_z_grid"] == pytest.approx(expected, abs=1e-5)


def test_a_matched_encoder_with_the_matrices_of_the_mixing_is_perfect():
    spec = TrainingSpec(dim=6, mixing="coupling", encoder="matched", seed=3, device="cpu")
    encoder = InverseCoupling(6, depth=4, generator=Generator())
    encoder.load_state_dict({"weights": twice_orthogonal(4, 3, Generator().manual_seed(2**64 - 1 - spec.seed))})
    row = measure(Checkpoint(spec, encoder), points=POINTS)
    assert row["r2_h_to_z"] == pytest.approx(1, abs=1e-6)
    assert row["r2_h_to_z_grid"] is None


MANY = {
    "turned": known(turned),
    "one parent": known(turned, pairs="one_parent"),
    "cubed": known(lambda z: z**3, rho=0.5, mixing="coupling"),
    "channel": known(turned, world="channel", shape=0.5),
    "hyperbolic": known(turned, world="hyperbolic", shape=2.0),
    "negative": known(turned, rho=-0.5),
}


def comparable(row):
    return {name: -math.inf if value is None else value for name, value in row.items()}


@pytest.fixture(scope="module")
def together():
    return dict(zip(MANY, measure_together(list(MANY.values()), points=POINTS), strict=True))


@pytest.mark.parametrize("name", MANY)
def test_encoders_measured_together_are_measured_as_alone(name, together):
    assert list(together[name]) == list(Measures.__annotations__)
    # Differences of nearly equal moments lose digits.
    assert comparable(together[name]) == pytest.approx(
        comparable(measure(MANY[name], points=POINTS)), rel=1e-6, abs=1e-9
    )


@pytest.mark.parametrize("name", MANY)
def test_claims_are_measured_where_they_apply(name, together):
    missing = {measure for measure, value in together[name].items() if value is None}
    assert missing == (set(OF_CLAIMS) if name in ("channel", "hyperbolic", "negative") else set())


def test_a_channel_of_gaussian_shape_is_the_gaussian_world():
    row = measure(known(turned, world="channel", shape=2.0), points=POINTS)
    assert row["epsilon"] < 0.2
    assert row["sharp_bound"] is not None


def test_an_encoder_that_overflows_has_no_measures_and_leaves_the_others_alone(together):
    first, failed = measure_together([MANY["turned"], known(lambda z: z / 0)], points=POINTS)
    assert first == pytest.approx(together["turned"], rel=1e-6, abs=1e-9)
    of_the_mixing = {name for name in Measures.__annotations__ if name.startswith(("r2_z_to_x", "r2_x_to_z"))}
    assert {name for name, value in failed.items() if not math.isnan(value)} == of_the_mixing


def test_seeds_are_of_the_latents():
    first, again, other = (measure(MANY["cubed"], points=POINTS, seed=seed) for seed in (0, 0, 1))
    assert first == pytest.approx(again, rel=1e-9)
    assert first["alignment_loss"] != other["alignment_loss"]


def test_what_cannot_be_measured_together_is_refused():
    with pytest.raises(ValueError, match=r"must share the number of latents, not have \[2, 4\]"):
        measure_together([MANY["turned"], known(dim=4, mixing="identity")], points=POINTS)
    with pytest.raises(ValueError, match=r"must share the number of latents, not have \[\]"):
        measure_together([])
    with pytest.raises(ValueError, match="are too few"):
        measure(MANY["turned"], points=7)
