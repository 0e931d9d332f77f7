"""The Epps-Pulley kernel for a GPU, in Triton, which comes with PyTorch's builds for CUDA.

One program takes one slice. A sweep over its samples sums the powers of their rotations; a second sweep replaces the
samples by their gradient. Where processes share a batch, they add up their sums between the two.
"""

from typing import Any

import torch
import triton
import triton.language as tl
from torch import Tensor

#: Each knot holds two registers of a thread; a few more than these would spill.
MAX_KNOTS = 33
_OPTIONS = {"num_warps": 4, "enable_fp_fusion": True}
#: Samples worked on at a time: one to a thread.
_BLOCK = 32 * 4


def epps_pulley(projections: Tensor, times: Tensor, weights: Tensor, targets: Tensor) -> Tensor:
    """Turn projections of shape (slices, N), float32, into the gradients of the statistics of the slices, returned.

    Knots are equally spaced from 0 on.
    """
    statistics = projections.new_empty(len(projections))
    _launch(_statistic_and_gradient, projections, statistics, times, weights, targets)
    return statistics


def characteristic_sums(projections: Tensor, times: Tensor) -> Tensor:
    """Sum the cosines, then the sines, of every knot over the samples: shape (2, knots, slices)."""
    sums = projections.new_empty(2, len(times), len(projections))
    _launch(_characteristic_sums, projections, sums, times)
    return sums


def pull_back(projections: Tensor, times: Tensor, slopes: Tensor) -> None:
    """Turn projections into the gradient of a function of these sums, given its slopes of shape (2, knots, slices)."""
    _launch(_pull_back, projections, slopes.contiguous(), times)


def _launch(kernel: Any, projections: Tensor, second: Tensor, times: Tensor, *rule: Tensor) -> None:
    slices, count = projections.shape
    with torch.cuda.device_of(projections):
        kernel[(slices,)](projections, second, times, *rule, count, KNOTS=len(times), BLOCK=_BLOCK, **_OPTIONS)


@triton.jit
def _statistic_and_gradient(
    projections, statistics, times, weights, targets, count, KNOTS: tl.constexpr, BLOCK: tl.constexpr
):  # fmt: skip
    row = tl.program_id(0)
    samples = projections + row.to(tl.int64) * count
    step = tl.load(times + 1)
    real, imaginary = _sums(samples, step, count, KNOTS, BLOCK)
    scale = 2.0 / count
    statistic = 0.0
    real_slopes, imaginary_slopes = (), ()
    for k in tl.static_range(KNOTS):
        weight = tl.load(weights + k)
        of_real = real[k] / count - tl.load(targets + k)
        of_imaginary = imaginary[k] / count
        statistic += weight * (of_real * of_real + of_imaginary * of_imaginary)
        real_slopes = real_slopes + (scale * weight * of_real,)
        imaginary_slopes = imaginary_slopes + (scale * weight * of_imaginary,)
    tl.store(statistics + row, statistic)
    _replace_by_gradient(samples, step, real_slopes, imaginary_slopes, count, KNOTS, BLOCK)


@triton.jit
def _characteristic_sums(projections, sums, times, count, KNOTS: tl.constexpr, BLOCK: tl.constexpr):
    row = tl.program_id(0)
    slices = tl.num_programs(0)
    samples = projections + row.to(tl.int64) * count
    real, imaginary = _sums(samples, tl.load(times + 1), count, KNOTS, BLOCK)
    for k in tl.static_range(KNOTS):
        tl.store(sums + k * slices + row, real[k])
        tl.store(sums + (KNOTS + k) * slices + row, imaginary[k])


@triton.jit
def _pull_back(projections, slopes, times, count, KNOTS: tl.constexpr, BLOCK: tl.constexpr):
    row = tl.program_id(0)
    slices = tl.num_programs(0)
    samples = projections + row.to(tl.int64) * count
    real, imaginary = (), ()
    for k in tl.static_range(KNOTS):
        real = real + (tl.load(slopes + k * slices + row),)
        imaginary = imaginary + (tl.load(slopes + (KNOTS + k) * slices + row),)
    _replace_by_gradient(samples, tl.load(times + 1), real, imaginary, count, KNOTS, BLOCK)


@triton.jit
def _sums(samples, step, count, KNOTS: tl.constexpr, BLOCK: tl.constexpr):
    zero = tl.zeros([BLOCK], tl.float32)
    real, imaginary = (), ()
    for _ in tl.static_range(KNOTS):
        real = real + (zero,)
        imaginary = imaginary + (zero,)
    for start in range(0, count, BLOCK):
        n = start + tl.arange(0, BLOCK)
        angle = step * tl.load(samples + n, mask=n < count, other=0.0)
        turn_cos, turn_sin = tl.cos(angle), tl.sin(angle)
        # What lies beyond the samples is zero, and stays so under rotation.
        cos, sin = tl.where(n < count, 1.0, 0.0), zero
        real_sums, imaginary_sums = (), ()
        for k in tl.static_range(KNOTS):
            real_sums = real_sums + (real[k] + cos,)
            imaginary_sums = imaginary_sums + (imaginary[k] + sin,)
            cos, sin = cos * turn_cos - sin * turn_sin, sin * turn_cos + cos * turn_sin
        real, imaginary = real_sums, imaginary_sums
    real_sums, imaginary_sums = (), ()
    for k in tl.static_range(KNOTS):
        real_sums = real_sums + (tl.sum(real[k], axis=0),)
        imaginary_sums = imaginary_sums + (tl.sum(imaginary[k], axis=0),)
    return real_sums, imaginary_sums


@triton.jit
def _replace_by_gradient(samples, step, real, imaginary, count, KNOTS: tl.constexpr, BLOCK: tl.constexpr):
    # The gradient is -Im sum_k t_k (real_k - i imaginary_k) e^{i t_k x}, by Horner's rule from the last knot on.
    for start in range(0, count, BLOCK):
        n = start + tl.arange(0, BLOCK)
        angle = step * tl.load(samples + n, mask=n < count, other=0.0)
        turn_cos, turn_sin = tl.cos(angle), tl.sin(angle)
        cos, sin = tl.zeros([BLOCK], tl.float32), tl.zeros([BLOCK], tl.float32)
        for k in tl.static_range(KNOTS - 1, 0, -1):
            a, b = cos + k * step * real[k], sin - k * step * imaginary[k]
            cos, sin = a * turn_cos - b * turn_sin, a * turn_sin + b * turn_cos
        tl.store(samples + n, -sin, mask=n < count)
