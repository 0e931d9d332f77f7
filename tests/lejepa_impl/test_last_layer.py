"""A solved last layer is the optimum of the constrained problem over the features below it."""

import pytest
import torch
from torch import Generator, nn

from lejepa_impl.encoders import MLP
from lejepa_impl.train.last_layer import solve_last_layer
from lejepa_impl.train.loop import TrainingError, evaluate, train
from lejepa_impl.train.spec import FAST
from lejepa_impl.worlds.gaussian import GaussianWorld

RHO = (0.9, 0.5, 0.2)


@pytest.fixture
def pairs():
    return GaussianWorld(3, RHO).pairs(50_000, Generator().manual_seed(0))


def test_on_linear_features_it_finds_the_slow_latents(pairs):
    generator = Generator().manual_seed(1)
    encoder = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 2))
    for parameter in encoder.parameters():
        nn.init.normal_(parameter, generator=generator)
    eigenvalues = solve_last_layer(encoder, *pairs)
    # The standard error of a correlation of 50,000 pairs is below 1 / sqrt(50,000).
    torch.testing.assert_close(eigenvalues, torch.tensor(RHO[:2]).double(), rtol=0, atol=6.5 / 50_000**0.5)
    embedding = encoder(pairs[0]).detach()
    correlations = torch.cat([embedding.T, pairs[0].T]).corrcoef()[:2, 2:].abs()
    torch.testing.assert_close(correlations, torch.eye(2, 3), rtol=0, atol=0.05)


def test_the_embedding_is_white_and_its_loss_is_that_of_the_eigenvalues(pairs):
    encoder = MLP(3, 4, hidden=16, depth=3, generator=Generator().manual_seed(2))
    eigenvalues = solve_last_layer(encoder, *pairs)
    first, second = (encoder(observed).detach().double() for observed in pairs)
    both = torch.cat([first, second])
    torch.testing.assert_close(both.mean(0), torch.zeros(4).double(), rtol=0, atol=1e-4)
    torch.testing.assert_close(both.T.cov(correction=0), torch.eye(4).double(), rtol=0, atol=1e-3)
    loss = (second - first).square().sum(1).mean()
    assert loss == pytest.approx(2 * (1 - eigenvalues).sum().item(), rel=1e-3)


def test_an_outlying_pair_does_not_pass_for_a_slow_direction(pairs):
    # A feature of little variance and without correlation, but for one pair that makes the sample's correlation 0.99.
    noise = 1e-4 * torch.randn(2, 50_000, 1, generator=Generator().manual_seed(6))
    noise[:, 7] = 0.25
    alone = torch.cat([*noise], dim=1)
    assert alone.T.corrcoef()[0, 1] > 0.98 > max(RHO)
    spiked = [torch.cat([observed, values], dim=1) for observed, values in zip(pairs, noise, strict=True)]
    encoder = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 1))
    with torch.no_grad():
        encoder[0].weight.copy_(torch.eye(4))
        encoder[0].bias.zero_()
    (eigenvalue,) = solve_last_layer(encoder, *spiked)
    assert eigenvalue.item() == pytest.approx(RHO[0], abs=6.5 / 50_000**0.5)


def test_many_directions_of_noise_in_a_small_sample_do_not_pass_for_a_slow_one():
    generator = Generator().manual_seed(8)
    first, second = GaussianWorld(1, RHO[0]).pairs(200, generator)
    noise = 1e-2 * torch.randn(2, 200, 60, generator=generator)
    encoder = nn.Sequential(nn.Linear(61, 61), nn.Linear(61, 1))
    with torch.no_grad():
        encoder[0].weight.copy_(torch.eye(61))
        encoder[0].bias.zero_()
    observed = [torch.cat([latent, values], dim=1) for latent, values in zip((first, second), noise, strict=True)]
    (eigenvalue,) = solve_last_layer(encoder, *observed)
    alone = torch.cat([first, second], dim=1).T.corrcoef()[0, 1]
    assert eigenvalue.item() == pytest.approx(alone.item(), abs=0.02)


def test_the_mean_of_the_features_loses_no_digits(pairs):
    generator = Generator().manual_seed(7)
    encoder = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 2))
    nn.init.normal_(encoder[0].weight, generator=generator)
    nn.init.zeros_(encoder[0].bias)
    near = solve_last_layer(encoder, *pairs)
    nn.init.constant_(encoder[0].bias, 1e3)
    # The features themselves lose digits, to 1e3 times the rounding of 32 bits.
    torch.testing.assert_close(solve_last_layer(encoder, *pairs), near, rtol=0, atol=1e-3)


def test_no_other_white_layer_has_a_lower_loss(pairs):
    encoder = MLP(3, 2, hidden=8, depth=2, generator=Generator().manual_seed(3))
    lowest = 2 * (1 - solve_last_layer(encoder, *pairs)).sum()
    generator = Generator().manual_seed(4)
    below = nn.Sequential(*list(encoder)[:-1])
    features = [below(observed).detach().double() for observed in pairs]
    both = torch.cat(features)
    covariance = both.T.cov(correction=0)
    for _ in range(20):
        layer = torch.randn(2, 8, generator=generator, dtype=torch.float64)
        layer = torch.linalg.solve_triangular(torch.linalg.cholesky(layer @ covariance @ layer.T), layer, upper=False)
        assert ((features[1] - features[0]) @ layer.T).square().sum(1).mean() > lowest


def test_features_that_have_collapsed_are_refused(pairs):
    encoder = MLP(3, 2, hidden=4, depth=2, generator=Generator().manual_seed(5))
    nn.init.zeros_(encoder[0].weight)
    with pytest.raises(ValueError, match="vary along 0 directions, fewer than the 2 outputs"):
        solve_last_layer(encoder, *pairs)


def test_a_last_layer_that_is_not_linear_is_refused(pairs):
    with pytest.raises(TypeError, match="the last layer is a GELU, not linear"):
        solve_last_layer(nn.Sequential(nn.Linear(3, 3), nn.GELU()), *pairs)


def test_the_fast_recipe_recovers_more_the_longer_it_trains_and_nothing_shrinks():
    spec = FAST.model_copy(update={"hidden": 64, "slices": 32, "batch": 128, "steps": 300, "device": "cpu"})
    solved = evaluate(train(spec))
    trained = evaluate(train(spec.model_copy(update={"last_layer": "trained"})))
    assert solved.r2_embedding_to_latent > trained.r2_embedding_to_latent
    assert solved.normalized_orthogonality_error < trained.normalized_orthogonality_error / 2
    assert solved.defect < 0.1 < trained.defect


def test_collapsed_features_end_a_run_in_one_line(monkeypatch):
    spec = FAST.model_copy(update={"hidden": 4, "depth": 2, "slices": 4, "batch": 32, "steps": 1, "device": "cpu"})
    monkeypatch.setattr("lejepa_impl.train.last_layer._ROUND_OFF", 2.0)
    with pytest.raises(TrainingError, match="fewer than the 2 outputs: raise the weight of the regularizer"):
        train(spec)
