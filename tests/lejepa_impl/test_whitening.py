"""Whitening against its formula, its zero, and the shrinkage it says it leaves."""

import pytest
import torch
from torch import Generator

from lejepa_impl.objectives.lejepa import LeJEPA
from lejepa_impl.regularizers.whitening import Whitening
from lejepa_impl.train.loop import evaluate, train
from lejepa_impl.train.spec import TrainingSpec


def embedding(count=50, outputs=3):
    mixed = torch.randn(count, outputs, dtype=torch.float64, generator=Generator().manual_seed(0))
    return (
        mixed @ torch.tensor([[1.0, 0.5, 0], [0, 2, 0.1], [0.3, 0, 0.7]], dtype=torch.float64)[:outputs, :outputs] + 0.4
    )


@pytest.mark.parametrize("outputs", [1, 3])
def test_the_penalty_is_its_formula(outputs):
    values = embedding(outputs=outputs)
    mean = values.sum(0) / len(values)
    covariance = sum(torch.outer(row - mean, row - mean) for row in values) / (len(values) - 1)
    expected = sum((covariance[i, j] - int(i == j)) ** 2 for i in range(outputs) for j in range(outputs)) + mean @ mean
    torch.testing.assert_close(Whitening()(values), expected)


def test_the_penalty_vanishes_on_a_whitened_batch_and_nowhere_near():
    values = embedding()
    centred = values - values.mean(0)
    white = centred @ torch.linalg.inv(torch.linalg.cholesky(torch.cov(centred.T))).T
    assert Whitening()(white) < 1e-25
    assert Whitening()(white + 0.1) == pytest.approx(3 * 0.1**2)
    assert Whitening()(1.1 * white) == pytest.approx(3 * 0.21**2)


def test_the_gradient_is_that_of_the_formula():
    assert torch.autograd.gradcheck(Whitening(), embedding(6).requires_grad_())


def test_a_uniform_embedding_is_as_white_as_a_gaussian_one():
    # The standard error of |Cov - I|^2 + |mean|^2 for one output is below 1e-3 here for both.
    generator = Generator().manual_seed(4)
    for values in (
        torch.randn(100_000, 1, generator=generator),
        (torch.rand(100_000, 1, generator=generator) - 0.5) * 12**0.5,
    ):
        assert Whitening()(values) < 1e-3


def test_one_embedding_has_no_covariance():
    with pytest.raises(ValueError, match="at least 2 embeddings, not 1"):
        Whitening()(torch.ones(1, 2))


@pytest.mark.parametrize("weight", [0.1, 0.5])
def test_the_objective_leaves_the_stated_variance(weight):
    # Pairs with exact moments: Cov h = I and E[h h'] = mu I.
    eigenvalue, outputs = 0.6, 3
    moments = torch.eye(2 * outputs, dtype=torch.float64)
    moments[:outputs, outputs:] = moments[outputs:, :outputs] = eigenvalue * torch.eye(outputs)
    root = torch.linalg.cholesky(moments)
    signs = torch.cat([torch.eye(2 * outputs), -torch.eye(2 * outputs)]).double() * (2 * outputs) ** 0.5
    first, second = (signs @ root.T).split(outputs, dim=1)
    variances = torch.linspace(0.05, 1.5, 2901, dtype=torch.float64)
    objective = LeJEPA(Whitening(), weight)
    # The batch covariance divides by one less than the number of points.
    unbiased = (2 * len(signs) - 1) / (2 * len(signs))
    values = [objective(v.sqrt() * first, v.sqrt() * second, Generator()) for v in variances]
    best = float(variances[torch.stack(values).argmin()]) / unbiased
    stated = 1 - (1 - weight) * (1 - eigenvalue) * unbiased / (4 * weight * outputs)
    assert best == pytest.approx(stated, abs=1e-3)


def test_a_linear_encoder_learns_the_identity_world():
    spec = TrainingSpec(
        mixing="identity", hidden=1, depth=1, steps=600, learning_rate=1e-2, regularizer="whitening",
        regularizer_weight=0.5, rho=0.5, device="cpu",
    )  # fmt: skip
    recovery = evaluate(train(spec))
    assert recovery.r2_embedding_to_latent > 0.999
    assert recovery.total_variance == pytest.approx(2 * (1 - (1 - 0.5) / 8), rel=0.05)
