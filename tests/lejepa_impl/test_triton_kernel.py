"""The Triton kernel against the PyTorch one: on a GPU where there is one, in Triton's interpreter elsewhere."""

import pytest
import torch
from torch import Generator
from torch.nn.functional import normalize

from lejepa_impl.regularizers import epps_pulley, sigreg
from lejepa_impl.regularizers.sigreg import SIGReg

pytest.importorskip("triton", reason="Triton is not installed")

from lejepa_impl.regularizers import triton_kernel

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
#: Slices, samples, knots; parts of a block, whole blocks, and none.
SHAPES = [(3, 1, 17), (5, 300, 17), (2, 256, 2), (1, 129, 33), (4, 0, 17)]


def projections(slices, count):
    return (torch.randn(slices, count, generator=Generator().manual_seed(0)) * 1.3 + 0.1).to(DEVICE)


def rule(knots, dtype=torch.float32):
    return sigreg._quadrature(knots, 3.0, torch.float64, DEVICE).to(dtype)


def near(actual, expected):
    return (actual - expected).norm() <= 1e-6 * expected.norm()


@pytest.mark.parametrize(("slices", "count", "knots"), [shape for shape in SHAPES if shape[1]], ids=str)
def test_statistic_and_gradient_are_those_of_float64(slices, count, knots):
    single, double = projections(slices, count), projections(slices, count).double()
    value = triton_kernel.epps_pulley(single, *rule(knots))
    torch.testing.assert_close(
        value.double(), epps_pulley.recurrence(double, *rule(knots, torch.float64)), rtol=1e-5, atol=0
    )
    assert near(single, double)


@pytest.mark.parametrize(("slices", "count", "knots"), SHAPES, ids=str)
def test_its_two_halves_are_those_of_float64(slices, count, knots):
    single, double = projections(slices, count), projections(slices, count).double()
    sums = triton_kernel.characteristic_sums(single, rule(knots)[0])
    assert near(sums, epps_pulley.characteristic_sums(double, rule(knots, torch.float64)[0]))
    slopes = torch.randn(2, knots, slices, generator=Generator().manual_seed(1)).to(DEVICE)
    triton_kernel.pull_back(single, rule(knots)[0], slopes)
    epps_pulley.pull_back(double, rule(knots, torch.float64)[0], slopes.double())
    assert near(single, double)


def test_the_regularizer_has_the_gradient_of_float64(monkeypatch):
    # Where there is no GPU, the choice is forced.
    monkeypatch.setattr(epps_pulley, "_kernel", lambda *_: triton_kernel.epps_pulley)
    monkeypatch.setattr(epps_pulley, "_HELD", 2000)
    monkeypatch.setattr(epps_pulley, "_HELD_ON_CPU", 2000)
    generator = Generator().manual_seed(3)
    single = (torch.randn(300, 4, generator=generator).to(DEVICE)).requires_grad_()
    directions = normalize(torch.randn(4, 10, generator=generator), dim=0).to(DEVICE)
    SIGReg().along(directions, single).backward()
    monkeypatch.undo()
    double = single.detach().double().requires_grad_()
    SIGReg().along(directions, double).backward()
    assert near(single.grad, double.grad)


@pytest.mark.parametrize(
    ("device", "dtype", "knots", "chosen"),
    [
        ("cuda", torch.float32, 17, True),
        ("cuda", torch.float64, 17, False),
        ("cuda", torch.float32, triton_kernel.MAX_KNOTS + 1, False),
        ("cpu", torch.float32, 17, False),
    ],
)
def test_it_is_chosen_for_single_precision_on_a_gpu(device, dtype, knots, chosen):
    class Embedding:
        def __init__(self):
            self.device, self.dtype = torch.device(device), dtype

    kernel = epps_pulley._kernel(Embedding(), rule(knots))
    assert (kernel is triton_kernel.epps_pulley) == chosen


def test_without_triton_pytorch_takes_its_place(monkeypatch):
    class Embedding:
        device, dtype = torch.device("cuda"), torch.float32

    monkeypatch.setattr(epps_pulley, "_triton_is_installed", lambda: False)
    assert epps_pulley._kernel(Embedding(), rule(17)) is epps_pulley.recurrence
