"""Spectroscopy of encoders whose spectra are known in closed form."""

from collections.abc import Callable
from math import exp, factorial, pi

import numpy as np
import pytest
import torch
from scipy.stats import binom
from torch import Tensor, nn

from lejepa_impl.validation.spectroscopy import degree_spectrum
from proofs_numeric.noise_stability import DegreeSpectrum

#: A statistical test fails a correct method with at most this probability.
FALSE_ALARM = 1e-7
DOUBLE = torch.float64


def hermite(x: Tensor, degree: int) -> Tensor:
    """Orthonormal Hermite polynomial: sqrt(k + 1) H_{k+1} = x H_k - sqrt(k) H_{k-1}."""
    lower, value = torch.zeros_like(x), torch.ones_like(x)
    for k in range(degree):
        lower, value = value, (x * value - k**0.5 * lower) / (k + 1) ** 0.5
    return value


def rotation(dim: int) -> Tensor:
    generator = torch.Generator().manual_seed(dim)
    return torch.linalg.qr(torch.randn(dim, dim, dtype=DOUBLE, generator=generator))[0]


def product(degrees: dict[int, int]) -> Callable[[Tensor], Tensor]:
    """Product of H_degree over the given axes."""

    def encode(z: Tensor) -> Tensor:
        columns = [hermite(z[:, axis], degree) for axis, degree in degrees.items()]
        return torch.stack(columns).prod(dim=0)[:, None]

    return encode


def ridge(function: Callable[[Tensor], Tensor], dim: int) -> Callable[[Tensor], Tensor]:
    """Function of one direction of the latent space: it has the spectrum of the function."""
    direction = rotation(dim)[:, :1]
    return lambda z: function(z @ direction)


def rotated(encode: Callable[[Tensor], Tensor], dim: int) -> Callable[[Tensor], Tensor]:
    turn = rotation(dim)
    return lambda z: encode(z @ turn)


def dense_quadratic(dim: int) -> Callable[[Tensor], Tensor]:
    """Quadratic form of variance 1/2 beside a linear output of variance 1 and a mean of 3."""
    form = torch.randn(dim, dim, dtype=DOUBLE, generator=torch.Generator().manual_seed(1))
    form = form + form.T
    form = form / (2 * form.norm())
    direction = rotation(dim)[:, :1]

    def encode(z: Tensor) -> Tensor:
        quadratic = ((z @ form) * z).sum(1, keepdim=True) - form.trace()
        return torch.cat([quadratic, 3 + z @ direction], dim=1)

    return encode


NEURONS = 24
INPUT, OUTPUT = (
    torch.randn(shape, dtype=DOUBLE, generator=torch.Generator().manual_seed(2))
    for shape in ((16, NEURONS), (NEURONS, 3))
)
INPUT = INPUT / INPUT.norm(dim=0)


def sine_network(z: Tensor) -> Tensor:
    """Two layers with sine activation and unit input weights u_k, in 16 dimensions."""
    return (1.5 * z @ INPUT).sin() @ OUTPUT


def sine_network_spectrum() -> dict[int, float]:
    """w_d = c_d^2 sum_{kl} <v_k, v_l> <u_k, u_l>^d, as for any activation with coefficients c."""
    gram, mixing = INPUT.T @ INPUT, OUTPUT @ OUTPUT.T
    return {d: w * float((mixing * gram**d).sum()) for d, w in sine(1.5).items()}


def sine(frequency: float) -> dict[int, float]:
    """Spectrum of sin(frequency x)."""
    return {d: exp(-(frequency**2)) * frequency ** (2 * d) / factorial(d) for d in range(1, 60, 2)}


def odd_double_factorial(k: int) -> int:
    return k * odd_double_factorial(k - 2) if k > 1 else 1


EXPONENTIAL = {d: exp(0.25) * 0.25**d / factorial(d) for d in range(30)}
SIGN = {d: 2 / pi * odd_double_factorial(d - 2) ** 2 / factorial(d) for d in range(1, 160, 2)}
RELU = {0: 1 / (2 * pi), 1: 0.25} | {
    d: odd_double_factorial(d - 3) ** 2 / (2 * pi * factorial(d)) for d in range(2, 160, 2)
}

#: name: (latent dimension, encoder, spectrum, second moment)
ENCODERS: dict[str, tuple[int, Callable[[Tensor], Tensor], dict[int, float], float]] = {
    "linear, n=1": (1, lambda z: 2 * z, {1: 4}, 4),
    "cubic, n=1": (1, product({0: 3}), {3: 1}, 1),
    "degree 8, n=1": (1, product({0: 8}), {8: 1}, 1),
    "sine, n=1": (1, lambda z: (2 * z).sin(), sine(2), (1 - exp(-8)) / 2),
    "exponential, n=1": (1, lambda z: (z / 2).exp(), EXPONENTIAL, exp(0.5)),
    "relu, n=1": (1, torch.relu, RELU, 0.5),
    "sign, n=1": (1, torch.sign, SIGN, 1),
    "product, n=2": (2, product({0: 1, 1: 2}), {3: 1}, 1),
    "rotated degree 8, n=2": (2, rotated(product({0: 5, 1: 3}), 2), {8: 1}, 1),
    "rotated product, n=8": (8, rotated(product({0: 2, 4: 1}), 8), {3: 1}, 1),
    "dense quadratic, n=8": (8, dense_quadratic(8), {0: 9, 1: 1, 2: 0.5}, 10.5),
    "sine network, n=16": (16, sine_network, sine_network_spectrum(), np.nan),
    "dense quadratic, n=64": (64, dense_quadratic(64), {0: 9, 1: 1, 2: 0.5}, 10.5),
    "sparse product, n=64": (64, product({3: 1, 40: 2}), {3: 1}, 1),
    "sparse product, n=256": (256, product({0: 1, 255: 1}), {2: 1}, 1),
    "sine of a direction, n=256": (
        256,
        ridge(lambda x: (2 * x).sin(), 256),
        sine(2),
        (1 - exp(-8)) / 2,
    ),
}


def measure(name: str, **options: object) -> tuple[DegreeSpectrum, np.ndarray, float]:
    """Measured spectrum, true w_0..w_D and true tail."""
    dim, encode, spectrum, moment = ENCODERS[name]
    result = degree_spectrum(encode, dim, dtype=DOUBLE, **options)
    truth = np.array([spectrum.get(int(d), 0.0) for d in result.degrees])
    total = sum(spectrum.values()) if np.isnan(moment) else moment
    return result, truth, total - truth.sum()


@pytest.mark.parametrize("name", ENCODERS)
def test_known_spectrum_is_covered(name: str) -> None:
    # 12 quantities of 16 encoders: all of them are covered but for a probability of 2e-7.
    spectrum, truth, tail = measure(name, samples=4096, confidence=1 - 1e-9)
    slack = 1e-9 * (truth.sum() + tail)
    assert np.all(spectrum.lower <= truth + slack)
    assert np.all(truth <= spectrum.upper + slack)
    assert spectrum.tail.lower <= tail + slack
    assert tail <= spectrum.tail.upper + slack
    moment, fraction = truth.sum() + tail, truth[1] / (truth[1:].sum() + tail)
    assert spectrum.second_moment.lower <= moment <= spectrum.second_moment.upper
    assert spectrum.linear_fraction.lower <= fraction + 1e-9
    assert fraction <= spectrum.linear_fraction.upper + 1e-9
    # The largest part is seen, so that no test passes with intervals that say nothing.
    assert spectrum.lower.max() > 0.3 * truth.max()
    assert spectrum.upper.max() < 2 * truth.max()


@pytest.mark.parametrize(
    "name", ["product, n=2", "dense quadratic, n=8", "sine network, n=16", "sparse product, n=256"]
)
def test_coverage_is_nominal(name: str) -> None:
    repeats = 25
    misses = np.zeros(5, dtype=int)
    for seed in range(repeats):
        options = {"samples": 1024, "max_degree": 3, "seed": seed}
        spectrum, truth, tail = measure(name, **options)
        slack = 1e-9 * (truth.sum() + tail)
        misses[:4] += (truth < spectrum.lower - slack) | (spectrum.upper + slack < truth)
        misses[4] += not spectrum.tail.lower - slack <= tail <= spectrum.tail.upper + slack
    assert misses.max() <= binom.isf(FALSE_ALARM / misses.size, repeats, 0.05)


@pytest.mark.parametrize(("dtype", "round_off"), [(torch.float64, 1e-28), (torch.float32, 1e-11)], ids=["f64", "f32"])
@pytest.mark.parametrize("dim", [1, 5, 64])
def test_linear_encoder_is_linear_to_round_off(dim: int, dtype: torch.dtype, round_off: float) -> None:
    matrix = torch.randn(dim, 3, dtype=dtype, generator=torch.Generator().manual_seed(4))
    spectrum = degree_spectrum(lambda z: z @ matrix, dim, samples=1024, dtype=dtype)
    variance = float(matrix.square().sum())
    assert np.delete(spectrum.upper, 1).max() < round_off * variance
    assert spectrum.tail.upper < round_off * variance
    assert spectrum.lower[1] <= variance <= spectrum.upper[1]
    assert spectrum.linear_fraction.lower > 1 - 1e-11
    assert spectrum.misfit_p_value > 1e-6


@pytest.mark.parametrize("dim", [1, 2, 8, 64])
def test_radius_is_no_source_of_error(dim: int) -> None:
    # The control variates know the law of the radius: an isometry has nothing else.
    turn = rotation(dim)
    spectrum = degree_spectrum(lambda z: z @ turn, dim, samples=512, dtype=DOUBLE)
    assert spectrum.upper[1] - spectrum.lower[1] < 1e-4 * dim
    assert spectrum.lower[1] <= dim <= spectrum.upper[1]


def test_exact_relation_between_rings_is_used() -> None:
    # Along a ring x^2 has power 1 at frequency 0 for 1/2 at frequency 2: w_2 = 2 w_0 to round-off.
    spectrum = degree_spectrum(lambda z: z[:, :1] ** 2, 8, samples=512, dtype=DOUBLE)
    ratio = spectrum.functional(lambda d: np.where(d == 2, 1.0, 0.0) - np.where(d == 0, 2.0, 0.0))
    assert abs(ratio.estimate) < 1e-5
    assert ratio.upper - ratio.lower < 1e-4
    assert spectrum.upper[2] - spectrum.lower[2] > 0.05


@pytest.mark.parametrize("name", ["sine, n=1", "sign, n=1", "sine network, n=16"])
def test_odd_encoder_has_no_even_degree(name: str) -> None:
    spectrum, _, _ = measure(name, samples=256)
    assert spectrum.upper[::2].max() < 1e-25 * spectrum.second_moment.upper


def test_even_encoder_has_no_odd_degree() -> None:
    spectrum = degree_spectrum(lambda z: z.cos(), 3, samples=256, dtype=DOUBLE)
    assert spectrum.upper[1::2].max() < 1e-25 * spectrum.second_moment.upper
    assert spectrum.lower[2] > 0.1


def test_infinite_spectrum_has_a_tail() -> None:
    spectrum, truth, tail = measure("sign, n=1", samples=1024)
    assert 0.8 * tail < spectrum.tail.lower <= tail <= spectrum.tail.upper < 1.2 * tail
    np.testing.assert_allclose(spectrum.estimates, truth, atol=0.005)


def test_noise_is_mass_of_infinite_degree() -> None:
    generator = torch.Generator().manual_seed(9)

    def noisy(z: Tensor) -> Tensor:
        return z + 0.1 * torch.randn(z.shape, dtype=z.dtype, generator=generator)

    spectrum = degree_spectrum(noisy, 2, samples=2048, dtype=DOUBLE, confidence=1 - 1e-6)
    assert spectrum.tail.lower <= 0.02 <= spectrum.tail.upper
    assert spectrum.tail.lower > 0.015
    assert spectrum.upper[2:].max() < 0.005


@pytest.mark.parametrize("rho", [0.3, 0.9])
def test_alignment_loss_of_a_gaussian_world(rho: float) -> None:
    spectrum, truth, tail = measure("dense quadratic, n=8", samples=1024, confidence=1 - 1e-6)
    loss = spectrum.alignment_loss(rho)
    exact = 2 * float(((1 - rho ** np.arange(9)) * truth).sum()) + 2 * tail
    assert loss.lower <= exact <= loss.upper
    assert loss.upper - loss.lower < 0.5 * exact


def test_heavy_tails_show_in_the_effective_samples() -> None:
    # H_8 of one direction of 64: its squares have a relative variance of 12,869.
    heavy = degree_spectrum(ridge(lambda x: hermite(x, 8), 64), 64, samples=1024, dtype=DOUBLE)
    light, _, _ = measure("sine of a direction, n=256", samples=1024)
    assert heavy.effective_samples is not None
    assert light.effective_samples is not None
    assert heavy.effective_samples[8] < 100
    assert light.effective_samples[1] > 400


def test_constant_encoder() -> None:
    spectrum = degree_spectrum(lambda z: torch.full_like(z, 2.0), 3, samples=256, dtype=DOUBLE)
    assert spectrum.estimates[0] == pytest.approx(12)
    assert spectrum.variance.upper < 1e-25
    assert np.isnan(spectrum.linear_fraction.estimate)


class Recorder(nn.Module):
    """Batch normalisation and dropout before a linear map; notes what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 2))
        self.layers.double()
        self.seen: list[tuple[int, torch.dtype, bool]] = []

    def forward(self, z: Tensor) -> Tensor:
        output: Tensor = self.layers(z)
        self.seen.append((len(z), z.dtype, output.requires_grad))
        return output


def test_module_is_evaluated_in_its_own_type_and_left_as_it_was() -> None:
    encoder = Recorder()
    encoder.layers[1].eval()
    modes = [module.training for module in encoder.modules()]
    before = {name: value.clone() for name, value in encoder.state_dict().items()}
    spectrum = degree_spectrum(encoder, 4, samples=200, max_degree=3, chunk=100)
    assert [module.training for module in encoder.modules()] == modes
    assert all(torch.equal(value, before[name]) for name, value in encoder.state_dict().items())
    assert {dtype for _, dtype, _ in encoder.seen} == {DOUBLE}
    assert not any(gradient for _, _, gradient in encoder.seen)
    assert max(rows for rows, _, _ in encoder.seen) <= 100
    assert sum(rows for rows, _, _ in encoder.seen) == 200 * 16
    assert spectrum.tail.upper < 1e-20
    assert spectrum.samples == 200


def test_modes_are_restored_after_a_failure() -> None:
    encoder = nn.Sequential(nn.Dropout(0.5), nn.Flatten(0))
    with pytest.raises(ValueError, match="encoder returned"):
        degree_spectrum(encoder, 2)
    assert all(module.training for module in encoder.modules())


def test_seed_decides_and_the_global_state_is_left_alone() -> None:
    state = torch.get_rng_state()
    first, again, other = (degree_spectrum(torch.tanh, 2, samples=64, max_degree=2, seed=seed) for seed in (5, 5, 6))
    assert torch.equal(torch.get_rng_state(), state)
    np.testing.assert_array_equal(first.curve, again.curve)
    np.testing.assert_array_equal(first.upper, again.upper)
    assert not np.any(first.curve == other.curve)


def test_one_ring_at_a_time_is_enough_memory() -> None:
    sizes = []

    def encode(z: Tensor) -> Tensor:
        sizes.append(len(z))
        return z

    degree_spectrum(encode, 2, samples=40, max_degree=2, points=10, chunk=1)
    assert set(sizes) == {10}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dim": 0}, "dim=0 must"),
        ({"samples": 26}, "samples=26 rings cannot"),
        ({"samples": 0}, "samples=0 rings cannot"),
        ({"max_degree": -1}, "max_degree=-1 must"),
        ({"max_degree": 65}, "max_degree=65 must"),
        ({"points": 33}, "points=33 must"),
        ({"points": 16}, "points=16 must"),
        ({"confidence": 1.0}, "confidence=1.0 must"),
        ({"chunk": 0}, "chunk=0 must"),
        ({"encoder": lambda z: z[:, 0]}, "encoder returned (16384,) for 16384 latents"),
        ({"encoder": lambda z: z[:3]}, "encoder returned (3, 2) for 16384 latents"),
        ({"encoder": lambda z: z.numpy()}, "encoder returned ndarray for 16384 latents"),
        ({"encoder": lambda z: z / 0}, "encoder returned 32768 values that are nan or infinite"),
        ({"encoder": lambda z: z[:, :0]}, "encoder returned (16384, 0) for 16384 latents"),
        ({"encoder": lambda z: z + 1j * z**2}, "encoder returned complex values: give real and imaginary part"),
        ({"encoder": lambda z: 1e150 * z.double()}, "encoder returned values up to"),
        ({"encoder": nn.Linear(5, 2)}, "encoder failed on latents of shape (16384, 2) with RuntimeError: mat1"),
        ({"seed": -1}, "seed=-1 must"),
        ({"seed": 2**64}, f"seed={2**64} must"),
    ],
)
def test_bad_input_is_refused(options: dict, message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is the point
        degree_spectrum(**({"encoder": torch.tanh, "dim": 2} | options))
    assert str(caught.value).startswith(message)


def test_fewest_samples_are_accepted() -> None:
    spectrum = degree_spectrum(torch.tanh, 2, samples=27)
    assert spectrum.lower[1] <= 0.8 <= spectrum.upper[1]
