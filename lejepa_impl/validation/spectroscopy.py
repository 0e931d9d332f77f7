r"""Spectroscopy of an encoder: its variance at each Hermite degree, from evaluations alone.

Statement. For any square-integrable $h:\mathbb{R}^n\to\mathbb{R}^m$, evaluated along rings
$z_k=z\cos(2\pi k/K)+\eta\sin(2\pi k/K)$ with independent $z,\eta\sim N(0,I_n)$, the mean power of
$h$ at the frequencies of the ring determines

.. math:: w_d = \sum_i \sum_{|a|=d} c_{i,a}^2, \qquad h_i = \sum_a c_{i,a} H_a,

in any dimension. A linear world model has all its variance at degree 1, and a unit of variance at
degree $d$ costs $2(1-\rho^d)$ of alignment loss.

Notation. $w_d$ variance at degree $d$, $K$ points of a ring, $N$ rings, $n$ latent dimension.

References
----------
W, Theorem 5.1; `proofs_numeric.noise_stability` for the inverse problem.
A. Owen and Y. Zhou, J. Amer. Statist. Assoc. 95, 135, 2000: mixtures with control variates.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from proofs_numeric.noise_stability import (
    MAX_DEGREE,
    DegreeSpectrum,
    RingPower,
    fit_degree_spectrum,
    radial_mixture_weights,
)

__all__ = ["EncoderError", "degree_spectrum"]

#: Fourth powers of values beyond it, summed over rings, leave the range of float64.
_LARGEST_VALUE = 1e60


class EncoderError(ValueError):
    """An encoder that fails, or returns what has no spectrum."""


def degree_spectrum(
    encoder: Callable[[Tensor], Tensor],
    dim: int,
    *,
    samples: int = 4096,
    max_degree: int = 8,
    confidence: float = 0.95,
    points: int | None = None,
    seed: int = 0,
    device: torch.device | str | None = None,
    dtype: torch.dtype | None = None,
    chunk: int = 16384,
) -> DegreeSpectrum:
    r"""Variance of an encoder at each Hermite degree, with confidence intervals.

    Takes `samples` * `points` evaluations. The result is the same for the same seed and chunk, and
    the global random state is neither used nor changed.

    Parameters
    ----------
    encoder
        Maps latents of shape (B, n) to (B, m). A module is put into evaluation mode and every
        submodule restored. It must be deterministic: noise counts as mass of infinite degree.
    dim
        Latent dimension $n$.
    samples
        Number $N$ of rings; intervals shrink like $N^{-1/2}$.
    max_degree
        Largest degree D reported by itself; the rest is the tail.
    confidence
        Coverage of each interval, strictly between 0 and 1.
    points
        Points $K$ of a ring, even and above 2 D; by default the larger of 16 and 4 D.
    seed
        Seed of the rings.
    device, dtype
        Those of the latents. By default those of the first parameter of a module, or else the CPU
        and the default type. Powers are accumulated in double precision.
    chunk
        Largest number of latents in one call of the encoder, though never less than one ring.

    Returns
    -------
    DegreeSpectrum
        In units of $h$ squared.

    Raises
    ------
    EncoderError
        If the encoder raises an error, or returns values of the wrong shape, complex, not finite or
        beyond 1e60.
    ValueError
        If an argument is out of range, or samples are too few.

    References
    ----------
    W, Theorem 5.1; Owen and Zhou (2000) for the law of the radius.
    """
    points = max(16, 4 * max_degree) if points is None else points
    rows = points // 2 + 1
    if dim < 1:
        raise ValueError(f"dim={dim} must be the dimension of the latent space, at least 1")
    if not 0 <= max_degree <= MAX_DEGREE:
        raise ValueError(f"max_degree={max_degree} must lie between 0 and {MAX_DEGREE}")
    if points % 2 or points < 4 or points <= 2 * max_degree:
        raise ValueError(f"points={points} must be even, at least 4 and above 2 * max_degree = {2 * max_degree}")
    if samples < rows + max_degree + 2:
        raise ValueError(
            f"samples={samples} rings cannot give the covariance of {rows} frequencies: "
            f"use at least {rows + max_degree + 2}, and thousands for narrow intervals"
        )
    if not 0 < confidence < 1:
        raise ValueError(f"confidence={confidence} must lie strictly between 0 and 1, say 0.95")
    if not 0 <= seed < 2**64:
        raise ValueError(f"seed={seed} must be a number of 64 bits, at least 0")
    if chunk < 1:
        raise ValueError(f"chunk={chunk} must be a number of latents, at least 1")
    device, dtype = _placement(encoder, device, dtype)

    # Drawn on the CPU, so that a seed means the same rings on every device.
    generator = torch.Generator().manual_seed(seed)
    # Half of the rings keep their law; the others are wider. In low dimension this tames the powers
    # of maps that grow like polynomials of degree D, and in high dimension it costs next to nothing.
    probabilities = torch.full((max_degree + 1,), 0.5 / max(max_degree, 1), dtype=torch.float64)
    probabilities[0] = 0.5 if max_degree else 1.0
    angles = 2 * torch.pi * torch.arange(points, dtype=torch.float64) / points
    turn = torch.stack([angles.cos(), angles.sin()], dim=1).to(device, dtype)
    powers, radii = [], []
    with _evaluating(encoder), torch.no_grad():
        for first in range(0, samples, max(1, chunk // points)):
            rings = min(max(1, chunk // points), samples - first)
            plane, radius = _planes(rings, dim, probabilities, generator)
            latents = (turn @ plane.to(device, dtype)).reshape(rings * points, dim)
            powers.append(_power(_evaluate(encoder, latents), points))
            radii.append(radius)
    weights, controls = radial_mixture_weights(torch.cat(radii).numpy(), dim, probabilities.numpy())
    power = RingPower.from_samples(
        torch.cat(powers).numpy() * weights[:, None],
        controls=controls,
        precision=torch.finfo(dtype).eps,
    )
    return fit_degree_spectrum(power, max_degree=max_degree, confidence=confidence)


def _planes(rings: int, dim: int, probabilities: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Pairs (z, eta) of mixed radius, shape (rings, 2, n), and their half squared radii."""
    plane = torch.randn(rings, 2, dim, dtype=torch.float64, generator=generator)
    gamma = plane.square().sum((1, 2)) / 2
    shift = torch.multinomial(probabilities, rings, replacement=True, generator=generator)
    # A Gamma variable of shape n + j is one of shape n plus j exponential ones.
    steps = torch.empty(rings, len(probabilities) - 1, dtype=torch.float64)
    steps = steps.exponential_(generator=generator)
    taken = torch.arange(len(probabilities) - 1) < shift[:, None]
    radius = gamma + (steps * taken).sum(1)
    return plane * (radius / gamma).sqrt()[:, None, None], radius


def _evaluate(encoder: Callable[[Tensor], Tensor], latents: Tensor) -> Tensor:
    """Values of the encoder at latents of shape (B, n), in double precision, shape (B, m)."""
    count = len(latents)
    try:
        output = encoder(latents)
    except Exception as error:
        raise EncoderError(
            f"encoder failed on latents of shape {tuple(latents.shape)} with {type(error).__name__}: {error}"
        ) from error
    if not isinstance(output, Tensor) or output.ndim != 2 or len(output) != count or not output.numel():
        shape = tuple(output.shape) if isinstance(output, Tensor) else type(output).__name__
        raise EncoderError(
            f"encoder returned {shape} for {count} latents: it must return a tensor of shape "
            f"({count}, m), each output in a column of its own"
        )
    if output.is_complex():
        raise EncoderError("encoder returned complex values: give real and imaginary part a column each")
    bad = int((~output.isfinite()).sum())
    if bad:
        raise EncoderError(
            f"encoder returned {bad} values that are nan or infinite among {output.numel()}: "
            "its spectrum is not defined"
        )
    values = output.to(torch.float64)
    largest = float(values.abs().max())
    if largest > _LARGEST_VALUE:
        raise EncoderError(f"encoder returned values up to {largest:.3g}: scale them to at most {_LARGEST_VALUE:g}")
    return values


def _power(values: Tensor, points: int) -> Tensor:
    """Power of each ring at the frequencies 0..K/2, shape (rings, K/2 + 1), on the CPU."""
    values = values.reshape(-1, points, values.shape[1])
    power = torch.fft.rfft(values, dim=1, norm="forward").abs().square().sum(2)
    power[:, 1:-1] *= 2
    return power.cpu()


def _placement(
    encoder: Callable[[Tensor], Tensor],
    device: torch.device | str | None,
    dtype: torch.dtype | None,
) -> tuple[torch.device, torch.dtype]:
    parameter = None
    if isinstance(encoder, nn.Module):
        parameter = next((p for p in encoder.parameters() if p.is_floating_point()), None)
    if device is None:
        device = "cpu" if parameter is None else parameter.device
    if dtype is None:
        dtype = torch.get_default_dtype() if parameter is None else parameter.dtype
    return torch.device(device), dtype


@contextmanager
def _evaluating(encoder: Callable[[Tensor], Tensor]) -> Iterator[None]:
    if not isinstance(encoder, nn.Module):
        yield
        return
    modes = {module: module.training for module in encoder.modules()}
    encoder.eval()
    try:
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode
