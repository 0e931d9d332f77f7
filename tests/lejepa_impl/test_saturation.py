"""InfoNCE in many dimensions: nothing that matters underflows, and the task is solved by maps that are not linear."""

import json
import math
from pathlib import Path

import pytest
import torch
from torch import Generator

from lejepa_impl.objectives.infonce import InfoNCE
from lejepa_impl.validation.saturation import (
    SaturationSpec,
    Twist,
    largest_mean_objective,
    least_mean_objective,
    mean_odds_root,
    measure,
    objective_and_gradient,
    similarities,
    underflow,
)
from lejepa_impl.worlds.gaussian import GaussianWorld

COMMITTED = json.loads((Path(__file__).parents[2] / "docs" / "_data" / "infonce_saturation.json").read_text())
#: False-alarm probability 1e-9.
Z = 6.11


@pytest.mark.parametrize(("rho", "width", "variance"), [(0.95, 1.5, 1.0), (0.5, 3.0, 2.0), (-0.5, 4.0, 1.0)])
@pytest.mark.parametrize("dim", [1, 3])
def test_the_mean_odds_are_as_derived(dim, rho, width, variance):
    generator = Generator().manual_seed(0)
    first, second = (variance**0.5 * view.double() for view in GaussianWorld(dim, rho).pairs(400_000, generator))
    stranger = second.roll(1, dims=0)
    odds = (((second - first).square().sum(1) - (stranger - first).square().sum(1)) / (2 * width**2)).exp()
    # Neighbours share a view, so that the standard error is at most the square root of 2 times the usual.
    error = Z * (2 / len(odds)) ** 0.5 * odds.std()
    expected = mean_odds_root(rho, width, variance) ** (dim / 2)
    assert abs(odds.mean() - expected) < error
    assert abs(odds.mean() - 1.1 * expected) > error


def test_the_odds_have_no_mean_where_the_views_are_too_far_apart_for_the_kernel():
    assert mean_odds_root(-0.9, 0.5) == math.inf
    assert largest_mean_objective(4, -0.9, 0.5, 256) == math.inf


@pytest.mark.parametrize("dim", [2, 16, 32])
@pytest.mark.parametrize("width", [1.0, 4.0])
def test_the_objective_is_between_its_bounds_and_near_the_upper(dim, width):
    world, generator = GaussianWorld(dim, 0.95), Generator().manual_seed(1)
    batches = [[view.double() for view in world.pairs(128, generator)] for _ in range(100)]
    values = torch.stack([InfoNCE(width)(*pairs) for pairs in batches])
    least, largest = (bound(dim, 0.95, width, 128) for bound in (least_mean_objective, largest_mean_objective))
    assert values.mean() - Z * values.std() / 10 <= largest
    assert values.mean() + Z * values.std() / 10 >= max(least, 0.5 * largest)


def test_wide_kernels_are_at_chance():
    assert least_mean_objective(8, 0.95, 1e4, 256) == pytest.approx(math.log(256))
    assert largest_mean_objective(8, 0.95, 1e4, 256) == pytest.approx(math.log(256))


def test_the_bounds_meet_for_a_kernel_as_wide_as_the_distances():
    bounds = [bound(10**6, 0.95, 1e3, 256) for bound in (least_mean_objective, largest_mean_objective)]
    assert bounds == pytest.approx([math.log(1 + 255 * math.exp(-0.95))] * 2, rel=1e-5)


def test_the_twist_keeps_the_law_and_is_not_linear():
    latent = GaussianWorld(6, 0.95).sample(1000, Generator().manual_seed(2))
    twisted = Twist(6, 0.2)(latent)
    torch.testing.assert_close(Twist(6, 0.0)(latent), latent)
    radii = [values.unflatten(1, (3, 2)).norm(dim=2) for values in (latent, twisted)]
    torch.testing.assert_close(*radii)
    # It moves no volume: the determinant of the Jacobian is 1.
    jacobian = torch.autograd.functional.jacobian(Twist(6, 0.2).double(), latent[0].double())
    assert torch.linalg.det(jacobian).item() == pytest.approx(1)
    assert not torch.allclose(twisted, latent, atol=0.1)


@pytest.mark.parametrize("angle", [0.0, 0.2], ids=["linear", "twisted"])
def test_what_underflows_is_not_what_is_lost(angle):
    embedded = {}
    for dim in (32, 256):
        pairs = GaussianWorld(dim, 0.95).pairs(64, Generator().manual_seed(3))
        embedded[dim] = [Twist(dim, angle)(latent).detach() for latent in pairs]
    none = {"positives": 0.0, "negatives": 0.0, "softmax": 0.0}
    assert underflow(*embedded[32], 1.0) == none
    # Where the learning has long ended, the negatives do, and only in 32 bits.
    assert underflow(*embedded[256], 1.0) == {"positives": 0.0, "negatives": 1.0, "softmax": 1.0}
    assert underflow(*(values.double() for values in embedded[256]), 1.0) == none


def test_similarities_are_those_of_the_objective():
    first, second = GaussianWorld(3, 0.5).pairs(16, Generator().manual_seed(4))
    logarithms = similarities(first, second, 0.7)
    labels = torch.arange(16)
    both = [torch.nn.functional.cross_entropy(rows, labels) for rows in (logarithms, logarithms.T)]
    torch.testing.assert_close(sum(both) / 2, InfoNCE(0.7)(first, second))


def test_at_width_1_the_gradient_of_a_twist_vanishes_with_the_dimension_and_at_the_root_it_does_not():
    gradients = {}
    for dim in (8, 64):
        pairs = GaussianWorld(dim, 0.95).pairs(256, Generator().manual_seed(5))
        for width in (1.0, dim**0.5):
            _, gradients[dim, width] = objective_and_gradient(Twist(dim, 0.2), pairs, width)
    assert gradients[64, 1.0] < 1e-7 * gradients[8, 1.0]
    assert gradients[64, 8.0] > 0.1 * gradients[8, 8**0.5]


def test_a_kernel_as_wide_as_the_distances_undoes_the_twist_and_width_1_does_not():
    rows = {row["width"]: row for row in measure(SaturationSpec(dims=(64,), batch=64, steps=100, learning_rate=2e-2))}
    assert rows["1"]["twisted"]["r2"] < 0.8
    assert rows["1"]["trained"]["r2"] < 0.9
    assert rows["√n"]["trained"]["r2"] > 0.99


def test_the_committed_results_are_those_of_the_formula_and_below_it():
    spec, rows = COMMITTED["spec"], COMMITTED["rows"]
    assert [row["dim"] for row in rows[::2]] == spec["dims"]
    for row in rows:
        width = 1.0 if row["width"] == "1" else row["dim"] ** 0.5
        assert row["predicted"] == pytest.approx(largest_mean_objective(row["dim"], spec["rho"], width, spec["batch"]))
