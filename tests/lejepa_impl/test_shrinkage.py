"""Predicted scale and collapse of the penalised objective, against sampled statistics and trained encoders."""

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
)
from lejepa_impl.worlds.gaussian import GaussianWorld

LINEAR = TrainingSpec(
    mixing="identity", hidden=1, depth=1, slices=8, batch=64, steps=800, learning_rate=1e-2, device="cpu"
)
SEEDS = 8
#: False-alarm probability 1e-6.
T = float(student.isf(5e-7, SEEDS - 1))
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
    trained = train_ensemble([spec.model_copy(update={"seed": seed}) for seed in range(SEEDS)])
    # The latents are standard Gaussian, so that the trace of the covariance is that of the weights.
    variances = torch.stack([run.encoder[0].weight.detach().square().sum() / spec.dim for run in trained])
    assert abs(variances.mean() - predicted) < T * variances.std() / SEEDS**0.5


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
