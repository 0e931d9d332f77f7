"""Predicted scale and collapse of the penalised objective, against sampled statistics and trained encoders."""

import json
from pathlib import Path

import pytest
import torch
from scipy.stats import t as student
from torch import Generator

from lejepa_impl.regularizers.sigreg import SIGReg
from lejepa_impl.regularizers.whitening import Whitening
from lejepa_impl.train.ensemble import train_ensemble
from lejepa_impl.train.spec import TrainingSpec
from lejepa_impl.validation.shrinkage import (
    collapse_correlation,
    collapse_weight,
    mean_objective,
    predicted_variance,
    slope_at_collapse,
)
from lejepa_impl.validation.shrinkage_grid import CORRELATIONS, WEIGHTS, ShrinkageGrid, measure
from lejepa_impl.worlds.gaussian import GaussianWorld

LINEAR = TrainingSpec(
    mixing="identity", hidden=1, depth=1, slices=8, batch=64, steps=500, learning_rate=1e-2, device="cpu"
)
SEEDS = 8
Z = 6.11


@pytest.mark.parametrize("variance", [0.0, 0.4, 1.0, 1.3])
@pytest.mark.parametrize("rho", [-0.6, 0.8])
def test_the_mean_of_the_statistic_for_pairs_is_as_declared(variance, rho):
    regularizer = SIGReg(slices=1)
    pairs = torch.stack(GaussianWorld(1, rho).pairs(1000 * 16, Generator().manual_seed(0))).double()
    samples = variance**0.5 * pairs.reshape(2, 1000, 16).movedim(1, 0).reshape(1000, 32, 1)
    values = torch.stack([regularizer.along(torch.eye(1), sample) for sample in samples])
    expected = regularizer.mean_for_gaussians(variance, 32, pair_correlation=rho)
    assert abs(values.mean() - expected) <= Z * values.std() / len(values) ** 0.5 + 1e-12


@pytest.mark.parametrize("whitening", [Whitening(), Whitening(centred=False, mean_over_entries=True)], ids=str)
@pytest.mark.parametrize("rho", [-0.6, 0.8])
def test_the_mean_of_whitening_for_pairs_is_as_declared(whitening, rho):
    first, second = GaussianWorld(3, rho).pairs(1000 * 8, Generator().manual_seed(1))
    samples = 0.7 * torch.cat([first.view(1000, 8, 3), second.view(1000, 8, 3)], dim=1).double()
    values = torch.stack([whitening(sample) for sample in samples])
    expected = whitening.mean_for_gaussians(0.49, 3, 16, pair_correlation=rho)
    assert abs(values.mean() - expected) <= Z * values.std() / len(values) ** 0.5


def test_without_pairs_and_at_unit_variance_it_is_the_null_mean():
    regularizer = SIGReg()
    assert regularizer.mean_for_gaussians(1.0, 64) == pytest.approx(regularizer.null_mean)
    assert SIGReg(scaled=False).mean_for_gaussians(1.0, 64) == pytest.approx(regularizer.null_mean / 64)


@pytest.mark.parametrize("scaled", [True, False])
def test_its_slope_at_collapse_is_that_of_the_mean(scaled):
    regularizer, step = SIGReg(scaled=scaled), 1e-6
    means = [regularizer.mean_for_gaussians(variance, 64, pair_correlation=0.7) for variance in (0.0, step)]
    slope = regularizer.slope_at_collapse(64, pair_correlation=0.7)
    # The mean is curved: over a step of 1e-6 a slope is known to some 1e-4.
    assert slope == pytest.approx((means[1] - means[0]) / step, rel=1e-3)


@pytest.mark.parametrize(
    "settings",
    [
        {"regularizer_weight": 5e-3},
        {"regularizer_weight": 0.05, "rho": 0.5},
        {"regularizer_weight": 0.05, "rho": 0.5, "pooled": False},
        {"regularizer_weight": 0.1, "rho": 0.5, "regularizer": "whitening"},
        {
            "regularizer_weight": 0.5,
            "rho": 0.7,
            "pairs": "one_parent",
            "regularizer": "whitening",
            "centred": False,
            "mean_over_entries": True,
        },
    ],
    ids=str,
)
def test_trained_encoders_shrink_as_predicted(settings):
    spec = LINEAR.model_copy(update=settings)
    predicted = predicted_variance(spec)
    # A prediction that says nothing would pass: it must be far from no shrinkage.
    assert 0.1 < predicted < 0.97
    variances = trained_variances(spec)
    assert abs(variances.mean() - predicted) < sampling_error(variances)


def trained_variances(spec, seeds=SEEDS):
    # The latents are standard Gaussian, so that the trace of the covariance is that of the weights.
    trained = train_ensemble([spec.model_copy(update={"seed": seed}) for seed in range(seeds)])
    return torch.stack([run.encoder[0].weight.detach().square().sum() / spec.dim for run in trained])


def sampling_error(variances):
    """Return the width of a confidence interval of the mean, of false-alarm probability 1e-6."""
    return float(student.isf(5e-7, len(variances) - 1)) * variances.std() / len(variances) ** 0.5


def test_wrong_predictions_are_found_out():
    spec = LINEAR.model_copy(update={"regularizer_weight": 0.02, "rho": 0.5, "batch": 16})
    variances = trained_variances(spec, seeds=24)
    assert abs(variances.mean() - predicted_variance(spec)) < sampling_error(variances)
    wrong = {
        "alignment_of_pairs": {"around_pair_mean": False},
        "two_views_of_one_parent": {"rho": 0.5**2},
        "no_sampling_noise": {"batch": 10**6, "scaled": False, "regularizer_weight": 1 / (1 + 49 / 32)},
    }
    for settings in wrong.values():
        prediction = predicted_variance(spec.model_copy(update=settings))
        assert abs(variances.mean() - prediction) > sampling_error(variances)


def test_below_the_predicted_weight_an_encoder_collapses_and_above_it_does_not():
    onset = collapse_weight(LINEAR)
    members = [LINEAR.model_copy(update={"regularizer_weight": factor * onset}) for factor in (0.5, 2.0)]
    assert [predicted_variance(member) > 0.1 for member in members] == [False, True]
    collapsed, kept = train_ensemble(members)
    assert "collapsed" in str(collapsed)
    assert kept.encoder[0].weight.square().sum() > 0.1


def test_the_onsets_in_weight_and_correlation_are_one_curve():
    onset = collapse_correlation(LINEAR.model_copy(update={"regularizer_weight": 1e-3}))
    assert -1 < onset < 1
    assert collapse_weight(LINEAR.model_copy(update={"rho": onset})) == pytest.approx(1e-3, rel=1e-4)
    assert collapse_correlation(LINEAR.model_copy(update={"regularizer_weight": 0.5})) is None


@pytest.mark.parametrize("regularizer", ["sigreg", "whitening"])
@pytest.mark.parametrize("pooled", [True, False])
@pytest.mark.parametrize("weight", [1e-4, 1e-2])
def test_the_minimum_is_the_lowest_of_a_grid_and_the_slope_at_0_that_of_the_objective(regularizer, pooled, weight):
    settings = {"regularizer": regularizer, "pooled": pooled, "regularizer_weight": weight, "rho": 0.5}
    spec = LINEAR.model_copy(update=settings)
    grid = [k / 200 for k in range(301)]
    values = [mean_objective(spec, variance) for variance in grid]
    lowest = grid[values.index(min(values))]
    assert abs(predicted_variance(spec) - lowest) <= 1 / 200
    step = 1e-6
    slope = (mean_objective(spec, step) - mean_objective(spec, 0.0)) / step
    assert slope_at_collapse(spec) == pytest.approx(slope, rel=1e-3)


def test_whitening_of_large_batches_shrinks_by_its_closed_form():
    spec = LINEAR.model_copy(update={"regularizer": "whitening", "regularizer_weight": 0.2, "batch": 10**9})
    assert predicted_variance(spec) == pytest.approx(1 - 0.8 * 0.05 / (4 * 0.2 * 2))


def test_pairs_of_one_parent_collapse_at_the_square():
    spec = LINEAR.model_copy(update={"regularizer_weight": 3e-4})
    onset = collapse_correlation(spec)
    assert onset > 0
    siblings = collapse_correlation(spec.model_copy(update={"pairs": "one_parent"}))
    assert siblings**2 == pytest.approx(onset, rel=1e-6)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"objective": "infonce"}, "no prediction for the objective infonce"),
        ({"regularizer": "vicreg"}, "with the regularizer vicreg"),
        ({"world": "channel"}, "no prediction for the world channel"),
    ],
    ids=str,
)
def test_what_is_not_predicted_is_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        mean_objective(LINEAR.model_copy(update=settings), 1.0)


def test_the_grid_of_the_paper_goes_through_one_ensemble():
    common = LINEAR.model_copy(update={"steps": 2, "slices": 2, "batch": 8})
    runs = ShrinkageGrid(common, seeds=(0, 1, 2)).runs()
    assert len({(run.regularizer_weight, run.rho, run.seed) for run in runs}) == len(train_ensemble(runs)) == 189


def test_a_grid_reports_what_is_kept_and_what_collapses():
    onset = collapse_weight(LINEAR)
    rows = measure(ShrinkageGrid(LINEAR, (0.3 * onset, 30 * onset), (LINEAR.rho,)), points=20_000)["rows"]
    collapsed, kept = rows
    assert collapsed["predicted"] == 0
    assert collapsed["variance"] is None
    assert kept["variance"] == pytest.approx(kept["predicted"], rel=0.1)


@pytest.mark.parametrize("name", ["linear", "spiral"])
def test_the_committed_grid_is_beside_its_predictions(name):
    grid = json.loads((Path(__file__).parents[2] / "docs" / "_data" / "shrinkage_grid.json").read_text())[name]
    common = TrainingSpec(**grid["spec"])
    assert len(grid["rows"]) == len(WEIGHTS) * len(CORRELATIONS)
    for row in grid["rows"]:
        spec = common.model_copy(update={key: row[key] for key in ("regularizer_weight", "rho", "seed")})
        assert row["predicted"] == pytest.approx(predicted_variance(spec), abs=1e-6)


def test_the_committed_spiral_is_as_the_page_says():
    rows = json.loads((Path(__file__).parents[2] / "docs" / "_data" / "shrinkage_grid.json").read_text())["spiral"][
        "rows"
    ]
    assert sum(row["variance"] is None and row["predicted"] > 0 for row in rows) == 3
    assert not any(row["variance"] is not None and row["predicted"] == 0 for row in rows)
    kept = [row for row in rows if row["variance"] is not None]
    assert sum(row["variance"] < row["predicted"] for row in kept) > 0.75 * len(kept)
    assert all(row["r2"] < 0.05 for row in kept if row["regularizer_weight"] > 0.05)


def test_the_committed_linear_encoders_are_on_their_predictions():
    grid = json.loads((Path(__file__).parents[2] / "docs" / "_data" / "shrinkage_grid.json").read_text())["linear"]
    assert all((row["predicted"] == 0) == (row["variance"] is None) for row in grid["rows"])
    kept = [row for row in grid["rows"] if row["variance"] is not None]
    # The relative standard error of the trace of a covariance.
    error = Z * (2 / (grid["points"] * grid["spec"]["dim"])) ** 0.5
    assert all(abs(row["variance"] / row["predicted"] - 1) < error for row in kept)
    assert max(abs(row["variance"] / row["predicted"] - 1) for row in kept) < 0.015
