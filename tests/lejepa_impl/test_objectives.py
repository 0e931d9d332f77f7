"""Objectives and regularizers against their published formulas, in 16 bits, and from a specification."""

import math

import pytest
import torch
from torch import Generator
from torch.nn.functional import batch_norm, mse_loss

from lejepa_impl.objectives.alignment import Alignment, alignment_loss
from lejepa_impl.objectives.barlow_twins import BarlowTwins
from lejepa_impl.objectives.infonce import InfoNCE
from lejepa_impl.objectives.lejepa import LeJEPA
from lejepa_impl.regularizers import products
from lejepa_impl.regularizers.sigreg import SIGReg
from lejepa_impl.regularizers.vicreg import VICReg
from lejepa_impl.regularizers.whitening import Whitening
from lejepa_impl.train.loop import evaluate, train
from lejepa_impl.train.objective import OBJECTIVES, REGULARIZERS, objective_of
from lejepa_impl.train.spec import TrainingSpec

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
PUBLISHED_VICREG = LeJEPA(VICReg(), 1.0, Alignment(around_pair_mean=False), convex=False, pooled=False)


def pairs(count=30, dim=4):
    generator = Generator().manual_seed(0)
    first = torch.randn(count, dim, generator=generator, dtype=torch.float64) * torch.linspace(0.3, 1.5, dim) + 0.2
    return first, 0.7 * first + 0.4 * torch.randn(count, dim, generator=generator, dtype=torch.float64)


def published_vicreg(first, second):
    """Write VICReg out with its published weights 25, 25, 1."""
    total = 25 * mse_loss(first, second)
    for view in (first, second):
        centred = view - view.mean(0)
        total = total + 25 * torch.relu(1 - torch.sqrt(view.var(0) + 1e-4)).mean() / 2
        covariance = centred.T @ centred / (len(view) - 1)
        total = total + covariance[~torch.eye(view.shape[1], dtype=torch.bool)].square().sum() / view.shape[1]
    return total


def published_barlow_twins(first, second):
    """Write Barlow Twins out with batch normalisation."""
    correlation = batch_norm(first, None, None, training=True).T @ batch_norm(second, None, None, training=True)
    correlation = correlation / len(first)
    off_diagonal = correlation[~torch.eye(len(correlation), dtype=torch.bool)]
    return (correlation.diagonal() - 1).square().sum() + 0.0051 * off_diagonal.square().sum()


def published_infonce(first, second, width=1.3):
    """Write InfoNCE out with a tensor of all differences."""
    similarity = -(first[:, None] - second).square().sum(-1) / (2 * width**2)
    return -sum((similarity.diag() - torch.logsumexp(similarity, dim)).mean() for dim in (0, 1)) / 2


@pytest.mark.parametrize(
    ("ours", "published"),
    [
        (lambda *pair: 25 * PUBLISHED_VICREG(*pair, Generator()), published_vicreg),
        (BarlowTwins(), published_barlow_twins),
        (InfoNCE(1.3), published_infonce),
    ],
    ids=["vicreg", "barlow twins", "infonce"],
)
def test_value_and_gradient_are_those_of_the_published_formula(ours, published):
    values, gradients = [], []
    for objective in (ours, published):
        first, second = (view.requires_grad_() for view in pairs())
        values.append(objective(first, second))
        gradients.append(torch.autograd.grad(values[-1], (first, second)))
    torch.testing.assert_close(*values)
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize("around_pair_mean", [False, True])
@pytest.mark.parametrize("over_dimensions", [False, True])
def test_alignment_is_written_as_its_convention_says(around_pair_mean, over_dimensions):
    first, second = pairs()
    views = torch.stack([first, second])
    squares = (views - views.mean(0)).square().mean(0) if around_pair_mean else (first - second).square()
    expected = (squares.mean(-1) if over_dimensions else squares.sum(-1)).mean()
    alignment = Alignment(around_pair_mean, over_dimensions)
    torch.testing.assert_close(alignment(first, second), expected)
    torch.testing.assert_close(alignment(first, second), alignment.factor(4) * alignment_loss(first, second))


def test_infonce_does_not_underflow_where_the_kernel_does():
    # Squared distances near 2000: each kernel value is 0 in double precision, each similarity is not.
    first, second = (40 * view for view in pairs(dim=6))
    value = InfoNCE(0.5)(first.requires_grad_(), second)
    value.backward()
    assert value.isfinite()
    assert value > 0
    assert first.grad.isfinite().all()


def test_infonce_keeps_its_digits_far_from_the_origin():
    first, second = pairs()
    far = [(view + 1000).float() for view in (first, second)]
    # Rounding the inputs there moves them by 3e-5.
    assert float(InfoNCE()(*far)) == pytest.approx(float(InfoNCE()(first, second)), rel=1e-4)


def test_whitening_of_the_experiments_is_a_mean_over_entries_without_the_mean():
    first, _ = pairs()
    expected = (torch.cov(first.T) - torch.eye(4)).square().mean()
    torch.testing.assert_close(Whitening(centred=False, mean_over_entries=True)(first), expected)


IN_16_BITS = {
    "sigreg": LeJEPA(SIGReg(64), 0.1),
    "whitening": LeJEPA(Whitening(), 0.1),
    "vicreg": PUBLISHED_VICREG,
    "infonce": InfoNCE(30.0),
    "barlow twins": BarlowTwins(),
}


@pytest.mark.parametrize("backend", [None, "aot_eager"])
@pytest.mark.parametrize("onednn", sorted({False, products.AVAILABLE}))
@pytest.mark.parametrize("name", IN_16_BITS)
@pytest.mark.filterwarnings("ignore")  # of the insides of PyTorch's compiler
def test_mixed_precision_leaves_an_objective_its_32_bits(name, onednn, backend, monkeypatch):
    monkeypatch.setattr(products, "AVAILABLE", onednn)
    objective = InfoNCE(1.3) if name == "infonce" else IN_16_BITS[name]

    def value_and_gradients(call):
        views = [view.float().to(DEVICE).requires_grad_() for view in pairs(256, 8)]
        value = call(*views, Generator().manual_seed(5))
        value.backward()
        return [value, *(view.grad for view in views)]

    expected = value_and_gradients(objective)
    with torch.autocast(DEVICE, torch.bfloat16):
        mixed = value_and_gradients(torch.compile(objective, backend=backend) if backend else objective)
    for a, b in zip(mixed, expected, strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize("name", IN_16_BITS)
def test_16_bit_embeddings_accumulate_in_32_bits(name, dtype):
    # Sums of these squares are beyond the largest number of 16 bits, 65504.
    first, second = (100 * view for view in pairs(count=512, dim=8))
    halves = [view.to(dtype).requires_grad_() for view in (first, second)]
    value = IN_16_BITS[name](*halves, Generator().manual_seed(0))
    value.backward()
    exact = IN_16_BITS[name](*(half.detach().double() for half in halves), Generator().manual_seed(0))
    assert value.dtype == torch.float32
    torch.testing.assert_close(value.double(), exact.double(), rtol=1e-4, atol=0)
    assert all(half.grad.dtype == dtype and half.grad.isfinite().all() for half in halves)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: InfoNCE(0.0), "width of the kernel must be positive, not 0.0"),
        (lambda: InfoNCE(math.nan), "width of the kernel must be positive, not nan"),
        (lambda: BarlowTwins(-1.0), "off_diagonal of Barlow Twins must not be negative, not -1.0"),
        (lambda: VICReg(variance=-1.0), "variance weight of VICReg must not be negative, not -1.0"),
        (lambda: VICReg(epsilon=0.0), "epsilon of VICReg must be positive, not 0.0"),
        (lambda: LeJEPA(VICReg(), math.inf, convex=False), "must be positive, not inf"),
        (lambda: BarlowTwins()(torch.zeros(0, 2), torch.zeros(0, 2)), "at least 1 embeddings, not 0"),
    ],
)
def test_what_is_out_of_range_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, LeJEPA(SIGReg(), 1e-3)),
        ({"slices": 5, "knots": 9, "t_max": 2.0, "scaled": False}, LeJEPA(SIGReg(5, 9, 2.0, scaled=False), 1e-3)),
        ({"regularizer": "whitening", "pooled": False}, LeJEPA(Whitening(), 1e-3, pooled=False)),
        (
            {"regularizer": "whitening", "centred": False, "mean_over_entries": True},
            LeJEPA(Whitening(centred=False, mean_over_entries=True), 1e-3),
        ),
        ({"regularizer": "vicreg", "variance": 2, "covariance": 3}, LeJEPA(VICReg(2, 3), 1e-3)),
        ({"convex": False, "regularizer_weight": 2.0}, LeJEPA(SIGReg(), 2.0, convex=False)),
        ({"around_pair_mean": False}, LeJEPA(SIGReg(), 1e-3, Alignment(around_pair_mean=False))),
        ({"over_dimensions": False}, LeJEPA(SIGReg(), 1e-3, Alignment(over_dimensions=False))),
        ({"objective": "infonce", "kernel_width": 0.5}, InfoNCE(0.5)),
        ({"objective": "barlow_twins", "off_diagonal": 0.5}, BarlowTwins(0.5)),
    ],
    ids=str,
)
def test_a_specification_names_its_objective(settings, expected):
    assert objective_of(TrainingSpec(**settings)) == expected


def test_every_name_of_the_specification_has_an_objective():
    for field, registry in (("objective", OBJECTIVES), ("regularizer", REGULARIZERS)):
        assert set(registry) == set(TrainingSpec.model_fields[field].annotation.__args__)


@pytest.mark.parametrize(
    "settings", [{"regularizer_weight": 1.5}, {"kernel_width": 0.0}, {"off_diagonal": -1}], ids=str
)
def test_a_specification_out_of_range_is_refused(settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        TrainingSpec(**settings)


@pytest.mark.parametrize(
    "settings", [{"regularizer": "vicreg"}, {"objective": "infonce"}, {"objective": "barlow_twins"}], ids=str
)
def test_a_linear_encoder_learns_the_identity_world(settings):
    spec = TrainingSpec(
        mixing="identity", hidden=1, depth=1, steps=600, learning_rate=1e-2, rho=0.5, regularizer_weight=0.9,
        device="cpu", **settings,
    )  # fmt: skip
    assert evaluate(train(spec)).r2_embedding_to_latent > 0.999
