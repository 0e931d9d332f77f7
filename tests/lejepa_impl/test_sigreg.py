"""SIGReg against its formula written out, its gradient, and its law under the null hypothesis."""

import math
import os
import re
import signal
from types import SimpleNamespace

import pytest
import torch
from torch import Generator
from torch.nn.functional import normalize

from lejepa_impl.regularizers import compiled, epps_pulley, products
from lejepa_impl.regularizers.sigreg import SIGReg

Z = 6.11
# The operator is private, and a PyTorch without it is to pass, too.
WITHOUT_ONEDNN = pytest.mark.skipif(not products.AVAILABLE, reason="this PyTorch does not show oneDNN's product")
PRODUCTS = ["PyTorch", pytest.param("oneDNN", marks=WITHOUT_ONEDNN)]


def written_out(projections, knots, t_max):
    """Sum over the knots of the weighted squared distance of characteristic functions."""
    total = torch.zeros((), dtype=projections.dtype)
    step = t_max / (knots - 1)
    for k in range(knots):
        t = k * step
        weight = step * (1 if k in (0, knots - 1) else 2) * math.exp(-t * t / 2)
        empirical = torch.exp(1j * t * projections).mean(0)
        total = total + weight * (empirical - math.exp(-t * t / 2)).abs().square().mean()
    return total * len(projections)


def statistic(regularizer, projections):
    """Statistic of given projections: those of an embedding along its own axes."""
    return regularizer.along(torch.eye(projections.shape[1]), projections)


def projections(count=50, slices=7):
    return torch.randn(count, slices, dtype=torch.float64, generator=Generator().manual_seed(0)) * 1.7 + 0.3


@pytest.mark.parametrize(("knots", "t_max"), [(17, 3.0), (2, 1.0), (33, 5.0)])
def test_the_statistic_is_its_formula(knots, t_max):
    drawn = projections()
    torch.testing.assert_close(statistic(SIGReg(knots=knots, t_max=t_max), drawn), written_out(drawn, knots, t_max))


def test_the_gradient_is_that_of_the_formula():
    ours, theirs = (projections().requires_grad_() for _ in range(2))
    statistic(SIGReg(), ours).backward()
    written_out(theirs, 17, 3.0).backward()
    torch.testing.assert_close(ours.grad, theirs.grad)
    assert torch.autograd.gradcheck(lambda drawn: statistic(SIGReg(knots=5), drawn), projections(6, 3).requires_grad_())


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(
    ("count", "dim", "slices", "knots"),
    [(512, 64, 256, 17), (16, 1, 1, 2), (1025, 3, 300, 17), (4096, 8, 65, 5), (700, 3, 20, 34)],
    ids=str,
)
@pytest.mark.parametrize("product", PRODUCTS)
def test_the_compiled_kernel_has_the_gradient_of_float64(count, dim, slices, knots, threads, product, monkeypatch):
    assert compiled.AVAILABLE
    monkeypatch.setattr(products, "AVAILABLE", product == "oneDNN")
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        assert relative_error(1.3 * seeded_samples(count, dim) + 0.1, slices, knots) <= 1e-6
    finally:
        torch.set_num_threads(before)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no forks")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_a_fork_of_a_process_with_threads_does_not_wait_for_them(monkeypatch):
    monkeypatch.setattr(compiled, "_WORTH_A_THREAD", 1)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    expected = statistic(SIGReg(), projections().float())
    child = os.fork()
    if not child:
        signal.alarm(60)
        os._exit(int(statistic(SIGReg(), projections().float()) != expected))
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("rows", [0.5, 2, 7])
@pytest.mark.parametrize("kernel", ["compiled", "PyTorch"])
def test_what_is_held_at_a_time_makes_no_difference(kernel, rows, monkeypatch):
    monkeypatch.setattr(compiled, "AVAILABLE", kernel == "compiled")
    monkeypatch.setattr(epps_pulley, "_HELD_ON_CPU", int(rows * 512))
    monkeypatch.setattr(epps_pulley, "_IN_CACHE", int(rows * 512 / 2))
    assert relative_error(1.3 * seeded_samples(512, 64) + 0.1, 20, 17) <= 1e-6


def test_its_value_is_the_same_where_no_gradient_is_asked_for():
    samples, directions = seeded_samples(60, 4), torch.eye(4)
    value = SIGReg().along(directions, samples)
    assert not value.requires_grad
    assert torch.equal(value, SIGReg().along(directions, samples.requires_grad_()).detach())
    with torch.no_grad():
        assert torch.equal(value, SIGReg().along(directions, samples))


@pytest.mark.parametrize(
    "strided",
    [
        lambda samples: samples[:, ::2],
        lambda samples: samples[::3, 1:],
        lambda samples: samples.T,
        lambda samples: samples[:, :1].expand(-1, 5),
        lambda samples: samples.view(-1).unfold(0, 8, 1),
    ],
)
def test_any_layout_of_the_samples_will_do(strided):
    assert relative_error(strided(seeded_samples(90, 80)), 20, 17) <= 1e-6


@pytest.mark.parametrize(
    ("operator", "used"),
    [
        (None, False),
        (lambda left, right, *_: left @ right.T + 1, False),
        (lambda left, right: left @ right.T, False),
        (lambda left, right, *_: left @ right, False),
        (lambda left, right, *_: left @ right.T, True),
    ],
    ids=["missing", "another", "of another signature", "of other shapes", "the same"],
)
def test_a_private_operator_is_used_only_if_it_multiplies(operator, used, monkeypatch):
    namespace = SimpleNamespace() if operator is None else SimpleNamespace(_linear_pointwise=operator)
    monkeypatch.setattr(torch.ops, "mkldnn", namespace)
    assert products._is_available() == used


@pytest.mark.filterwarnings("ignore:The .grad attribute")  # of the compiler itself
def test_it_can_be_part_of_what_is_compiled():
    def objective(samples):
        return 2 * SIGReg()(3 * samples, Generator().manual_seed(7))

    gradients = []
    for function in (objective, torch.compile(objective, backend="eager")):
        samples = seeded_samples(60, 4).requires_grad_()
        function(samples).backward()
        gradients.append(samples.grad)
    assert torch.equal(*gradients)


def test_it_can_be_exported_without_the_compiled_kernel():
    class Penalty(torch.nn.Module):
        def forward(self, samples):
            return SIGReg().along(torch.eye(4, dtype=torch.float64), samples)

    samples = seeded_samples(60, 4).double()
    exported = torch.export.export(Penalty(), (samples,), strict=False)
    torch.testing.assert_close(exported.module()(samples), Penalty()(samples))


def test_a_default_device_is_that_of_no_rule():
    samples, directions = seeded_samples(60, 4), torch.eye(4)
    with torch.device("meta"):
        value = SIGReg(knots=13).along(directions, samples)
    assert value == SIGReg(knots=13).along(directions, samples)


@pytest.mark.parametrize("dim", [3, 64])
def test_a_batch_of_embeddings_has_the_values_and_gradients_of_each(dim):
    embeddings = torch.randn(3, 70, dim, generator=Generator().manual_seed(3)).requires_grad_()
    directions = normalize(torch.randn(3, dim, 20, generator=Generator().manual_seed(5)), dim=1)
    values = SIGReg().along(directions, embeddings)
    (gradients,) = torch.autograd.grad(values.sum(), embeddings)
    for embedding, along, value, gradient in zip(embeddings.detach(), directions, values, gradients, strict=True):
        alone = SIGReg().along(along, embedding.requires_grad_())
        torch.testing.assert_close(value, alone)
        torch.testing.assert_close(gradient, *torch.autograd.grad(alone, embedding))


@pytest.mark.parametrize(("knots", "t_max"), [(9, 3.0), (17, 3.0), (33, 3.0), (20, 3.0), (17, 3.1)])
def test_the_gradient_of_a_large_gaussian_batch_survives_its_cancellations(knots, t_max):
    # There the characteristic function meets its target to 1/sqrt(N) = 0.004, and float32 holds not every step.
    assert relative_error(seeded_samples(65536, 8), 16, knots, t_max) <= 1e-6


@pytest.mark.parametrize(("count", "dim", "slices"), [(512, 64, 256), (600, 3, 40), (16384, 8, 16)], ids=str)
def test_the_fallback_has_the_gradient_of_float64(count, dim, slices, monkeypatch):
    monkeypatch.setattr(compiled, "AVAILABLE", False)
    assert relative_error(seeded_samples(count, dim), slices, 17) <= 1e-6


def seeded_samples(count, dim):
    return torch.randn(count, dim, generator=Generator().manual_seed(3))


def relative_error(samples, slices, knots, t_max=3.0):
    """Compare the gradient of float32 samples, in the layout given, with that of the formula in float64."""
    directions = normalize(torch.randn(samples.shape[1], slices, generator=Generator().manual_seed(5)), dim=0)
    samples = samples.detach().requires_grad_()
    value = SIGReg(knots=knots, t_max=t_max).along(directions, samples)
    value.backward()
    exact, gradient = value_and_gradient(samples.detach().double(), directions.double(), knots, t_max)
    torch.testing.assert_close(value.double(), exact, rtol=1e-5, atol=1e-6)
    return float((samples.grad - gradient).norm() / gradient.norm())


def value_and_gradient(samples, directions, knots, t_max):
    """Differentiate the formula by hand, at knots that float32 can hold."""
    angles = samples @ directions
    step = float(torch.tensor(t_max / (knots - 1), dtype=torch.float32))
    value, gradient = torch.zeros((), dtype=torch.float64), torch.zeros_like(angles)
    for k in range(1, knots):
        t = k * step
        weight = t_max / (knots - 1) * (1 if k == knots - 1 else 2) * math.exp(-t * t / 2)
        waves = torch.exp(1j * t * angles)
        error = waves.mean(0) - math.exp(-t * t / 2)
        value += weight * len(samples) * error.abs().square().mean()
        gradient += 2 * weight * t * (error.conj() * 1j * waves).real
    return value, gradient @ directions.T / directions.shape[1]


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
def test_16_bit_embeddings_accumulate_in_32_bits(dtype):
    embedding = (100 * torch.randn(4096, 4, generator=Generator().manual_seed(4))).to(dtype).requires_grad_()
    value = SIGReg(slices=64)(embedding, Generator().manual_seed(5))
    value.backward()
    exact = SIGReg(slices=64)(embedding.detach().float(), Generator().manual_seed(5))
    torch.testing.assert_close(value, exact)
    assert embedding.grad.dtype == dtype
    assert embedding.grad.isfinite().all()


def test_values_that_are_not_finite_are_passed_on():
    embedding = torch.randn(64, 2, generator=Generator().manual_seed(6))
    embedding[3, 1] = math.nan
    assert SIGReg()(embedding, Generator().manual_seed(7)).isnan()


@pytest.mark.parametrize("available", [True, False])
@pytest.mark.parametrize("value", [1e9, 1e20, 3e38])
def test_large_values_leave_the_statistic_bounded(value, available, monkeypatch):
    monkeypatch.setattr(compiled, "AVAILABLE", available)
    embedding = torch.randn(64, 2, generator=Generator().manual_seed(6))
    embedding[3, 1] = value
    embedding.requires_grad_()
    statistic = SIGReg()(embedding, Generator().manual_seed(7))
    statistic.backward()
    times = torch.linspace(0, 3, 17)
    assert 0 <= statistic <= 64 * 4 * torch.trapezoid(2 * torch.exp(-(times**2) / 2), times)
    assert embedding.grad.isfinite().all()


def test_it_is_compiled_where_nothing_can_be_kept(monkeypatch):
    def njit(cache=False, **_options):
        if cache:
            raise RuntimeError("no locator available")
        return lambda function: function

    monkeypatch.setattr(compiled, "njit", njit)
    assert compiled._compiled(abs) is abs


def test_its_gradient_refuses_to_be_differentiated():
    embedding = torch.randn(64, 2, generator=Generator().manual_seed(6)).requires_grad_()
    value = SIGReg()(embedding, Generator().manual_seed(7))
    (gradient,) = torch.autograd.grad(value, embedding, create_graph=True)
    with pytest.raises(NotImplementedError, match="cannot be differentiated again"):
        gradient.square().sum().backward()


@pytest.mark.parametrize(
    ("embedding", "directions", "message"),
    [
        (torch.zeros(0, 3), torch.zeros(3, 4), "at least one value, not torch.float32 of shape (0, 3)"),
        (torch.zeros(5), torch.zeros(5, 4), "of shape (..., N, m)"),
        (torch.zeros(5, 3, dtype=torch.int64), torch.zeros(3, 4), "not torch.int64"),
        (torch.zeros(5, 3, dtype=torch.complex64), torch.zeros(3, 4), "not torch.complex64"),
        (torch.zeros(5, 3), torch.zeros(2, 4), "here (2, 4), not those of embeddings of shape (5, 3)"),
        (torch.zeros(5, 3), torch.zeros(3, 0), "at least 1 direction, not 0"),
        (torch.zeros(2, 5, 3), torch.zeros(3, 4), "here (3, 4), not those of embeddings of shape (2, 5, 3)"),
    ],
)
def test_what_does_not_fit_is_named(embedding, directions, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        SIGReg().along(directions, embedding)


def test_directions_are_of_unit_length_and_from_the_generator():
    # An embedding along one axis, projected on unit vectors, never leaves [-1, 1].
    embedding = torch.zeros(64, 3)
    embedding[:, 0] = 1
    values = [float(SIGReg()(embedding, Generator().manual_seed(seed))) for seed in (0, 0, 1)]
    assert values[0] == values[1] != values[2]
    samples = torch.randn(64, 3, generator=Generator().manual_seed(8))
    directions = normalize(SIGReg().drawn(3, Generator().manual_seed(0)), dim=0)
    assert SIGReg()(samples, Generator().manual_seed(0)) == SIGReg().along(directions, samples)


@pytest.mark.parametrize("count", [16, 512])
def test_its_null_mean_is_the_declared_one(count):
    regularizer = SIGReg(slices=1)
    # The published value for 17 knots on [-3, 3].
    assert regularizer.null_mean == pytest.approx(1.0525, abs=1e-4)
    generator = Generator().manual_seed(2)
    values = torch.stack(
        [statistic(regularizer, torch.randn(count, 1, generator=generator, dtype=torch.float64)) for _ in range(4000)]
    )
    standard_error = values.std() / len(values) ** 0.5
    assert abs(values.mean() - regularizer.null_mean) < Z * standard_error


def test_it_tells_a_gaussian_from_a_uniform_of_the_same_variance():
    generator = Generator().manual_seed(4)
    gaussian = torch.randn(4096, 1, generator=generator, dtype=torch.float64)
    uniform = (torch.rand(4096, 1, generator=generator, dtype=torch.float64) - 0.5) * 12**0.5
    assert statistic(SIGReg(), uniform) > 10 * statistic(SIGReg(), gaussian)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"slices": 0}, "at least 1 slice, not 0"),
        ({"knots": 1}, "at least 2 knots, not 1"),
        ({"t_max": 0.0}, "must be positive and finite, not 0.0"),
        ({"t_max": float("nan")}, "must be positive and finite, not nan"),
        ({"t_max": float("inf")}, "must be positive and finite, not inf"),
    ],
)
def test_settings_out_of_range_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        SIGReg(**settings)
