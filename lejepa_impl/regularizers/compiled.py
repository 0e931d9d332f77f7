r"""The Epps-Pulley kernel for a CPU, compiled by Numba at its first use.

With $\theta$ the angle of a projection at the first knot and $E_k = e^{ik\theta}$, knots a stride $q$ apart obey

.. math:: E_{k+q} = E_{k-q} + 2i\sin(q\theta)\,E_k,

two multiplications a knot. The sums of a chain of them go up by it, and its polynomial in the gradient comes down by it
(Clenshaw's rule). The first $q$ knots are products of one another; one sine and one cosine per projection start it all.

Where Numba is not installed, `AVAILABLE` is False and PyTorch takes its place.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Array = NDArray[np.float32]
Sums = NDArray[np.float64]
F = TypeVar("F", bound=Callable[..., Any])

try:
    from numba import njit
except ImportError:  # Numba trails new versions of Python
    AVAILABLE = False
else:
    AVAILABLE = True

#: Samples worked on at a time: their few arrays fit the fastest cache, and so few float32 add up with little rounding.
_BLOCK = 1024
#: Knots that follow from one another: rounding errors grow at worst as their square.
_CHAIN = 8
#: Half of the largest angle that is left when whole turns are taken off, with room for rounding.
_HALF_TURN = np.float32(1.5708)
#: Projections below which threads cost more than they gain.
_WORTH_A_THREAD = 2**17
#: Sums may be reordered, which vectorises them; values that are not finite stay as they are.
_FLOATS = {"reassoc", "contract", "nsz", "arcp"}


def _compiled(function: F) -> F:
    """Compile at the first call, and keep what comes of it for other processes where there is a place to keep it."""
    if not AVAILABLE:
        return function
    options = {"fastmath": _FLOATS, "error_model": "numpy", "nogil": True}
    try:
        return njit(cache=True, **options)(function)
    except RuntimeError:
        return njit(**options)(function)


def epps_pulley(projections: Tensor, times: Tensor, weights: Tensor, targets: Tensor) -> Tensor:
    """Turn projections of shape (slices, N), float32, into the gradients of the statistics of the slices, returned.

    Knots are equally spaced from 0 on.
    """
    rows = projections.numpy()
    step = np.float32(times[1])
    # Knots of weight zero fill the last chain.
    knots = len(times) - 1
    filled = np.zeros((2, knots + -knots % _CHAIN))
    filled[:, :knots] = weights[1:].numpy(), targets[1:].numpy()
    work = partial(_epps_pulley, step=step, weights=filled[0], targets=filled[1])
    threads = min(torch.get_num_threads(), max(1, rows.size // _WORTH_A_THREAD))
    if threads == 1:
        return torch.from_numpy(work(rows))
    return torch.from_numpy(np.concatenate(list(_pool(threads).map(work, np.array_split(rows, threads)))))


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads)


if hasattr(os, "register_at_fork"):
    # A fork has no threads but its own.
    os.register_at_fork(after_in_child=_pool.cache_clear)


@_compiled
def _sine_and_cosine(values: Array, step: np.float32, cos: Array, sin: Array) -> None:
    """Fill in the cosine and sine of step times values, by polynomials on the half angle."""
    for n in range(len(values)):
        angle = values[n] * step
        turns = np.rint(angle * np.float32(0.15915494309189535))
        # 2 pi in two parts, the first of few bits: its product with up to 2^16 turns is exact.
        half = ((angle - turns * np.float32(6.28125)) - turns * np.float32(0.0019353071795864769)) * np.float32(0.5)
        # Beyond, where rounding of the projection leaves no phase, it stays one.
        half = max(min(half, _HALF_TURN), -_HALF_TURN)
        x = half * half
        series = np.float32(1 / 362880) - x * np.float32(1 / 39916800)
        series = np.float32(1 / 5040) - x * series
        series = np.float32(1 / 120) - x * series
        series = np.float32(1 / 6) - x * series
        of_sine = half * (np.float32(1) - x * series)
        series = np.float32(1 / 3628800) - x * np.float32(1 / 479001600)
        series = np.float32(1 / 40320) - x * series
        series = np.float32(1 / 720) - x * series
        series = np.float32(1 / 24) - x * series
        series = np.float32(1 / 2) - x * series
        of_cosine = np.float32(1) - x * series
        sin[n] = np.float32(2) * of_sine * of_cosine
        cos[n] = np.float32(1) - np.float32(2) * of_sine * of_sine


@_compiled
def _multiply(cos: list[Array], sin: list[Array], start: int, size: int) -> None:
    """Fill in the cosines and sines of 2, 3, ... times the angles that row 1 holds."""
    for k in range(2, len(cos)):
        cos_i, sin_i = cos[k // 2][start:], sin[k // 2][start:]
        cos_j, sin_j = cos[k - k // 2][start:], sin[k - k // 2][start:]
        cos_k, sin_k = cos[k][start:], sin[k][start:]
        for n in range(size):
            cos_k[n] = cos_i[n] * cos_j[n] - sin_i[n] * sin_j[n]
            sin_k[n] = sin_i[n] * cos_j[n] + cos_i[n] * sin_j[n]


@_compiled
def _sum(
    size: int, strides: Array, cos: Array, sin: Array, back_cos: Array, back_sin: Array, of_cos: Sums, of_sin: Sums
) -> None:
    """Add up the cosines and sines of a chain, given those of its first knot and of the one before it, mirrored."""
    cos_0, cos_1, cos_2, cos_3 = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
    cos_4, cos_5, cos_6, cos_7 = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
    sin_0, sin_1, sin_2, sin_3 = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
    sin_4, sin_5, sin_6, sin_7 = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
    for n in range(size):
        turn = strides[n] + strides[n]
        c, s = cos[n], sin[n]
        cos_0 += c
        sin_0 += s
        d, t = back_cos[n] - turn * s, turn * c - back_sin[n]
        cos_1 += d
        sin_1 += t
        c, s = c - turn * t, s + turn * d
        cos_2 += c
        sin_2 += s
        d, t = d - turn * s, t + turn * c
        cos_3 += d
        sin_3 += t
        c, s = c - turn * t, s + turn * d
        cos_4 += c
        sin_4 += s
        d, t = d - turn * s, t + turn * c
        cos_5 += d
        sin_5 += t
        c, s = c - turn * t, s + turn * d
        cos_6 += c
        sin_6 += s
        d, t = d - turn * s, t + turn * c
        cos_7 += d
        sin_7 += t
    of_cos[0] += cos_0
    of_sin[0] += sin_0
    of_cos[1] += cos_1
    of_sin[1] += sin_1
    of_cos[2] += cos_2
    of_sin[2] += sin_2
    of_cos[3] += cos_3
    of_sin[3] += sin_3
    of_cos[4] += cos_4
    of_sin[4] += sin_4
    of_cos[5] += cos_5
    of_sin[5] += sin_5
    of_cos[6] += cos_6
    of_sin[6] += sin_6
    of_cos[7] += cos_7
    of_sin[7] += sin_7


@_compiled
def _evaluate(
    gradient: Array,
    strides: Array,
    cos: Array,
    sin: Array,
    back_cos: Array,
    back_sin: Array,
    of_cos: Array,
    of_sin: Array,
) -> None:
    """Add the chain's cosines times `of_cos` and its sines times `of_sin`."""
    cos_0, cos_1, cos_2, cos_3 = of_cos[0], of_cos[1], of_cos[2], of_cos[3]
    cos_4, cos_5, cos_6, cos_7 = of_cos[4], of_cos[5], of_cos[6], of_cos[7]
    sin_0, sin_1, sin_2, sin_3 = of_sin[0], of_sin[1], of_sin[2], of_sin[3]
    sin_4, sin_5, sin_6, sin_7 = of_sin[4], of_sin[5], of_sin[6], of_sin[7]
    for n in range(len(gradient)):
        turn = strides[n] + strides[n]
        c, s = cos_6 + turn * sin_7, sin_6 - turn * cos_7
        d, t = (cos_5 + cos_7) + turn * s, (sin_5 + sin_7) - turn * c
        c, s = (cos_4 + c) + turn * t, (sin_4 + s) - turn * d
        d, t = (cos_3 + d) + turn * s, (sin_3 + t) - turn * c
        c, s = (cos_2 + c) + turn * t, (sin_2 + s) - turn * d
        d, t = (cos_1 + d) + turn * s, (sin_1 + t) - turn * c
        c, s = (cos_0 + c) + turn * t, (sin_0 + s) - turn * d
        gradient[n] += c * cos[n] + s * sin[n] + d * back_cos[n] - t * back_sin[n]


@_compiled
def _epps_pulley(projections: Array, step: np.float32, weights: Sums, targets: Sums) -> Array:
    """Compute the statistic of each slice, chain by chain, and the gradient in place of its projections."""
    slices, count = projections.shape
    knots = len(weights)
    stride = knots // _CHAIN
    cos = [np.ones(count, np.float32) for _ in range(stride + 1)]
    sin = [np.zeros(count, np.float32) for _ in range(stride + 1)]
    sums_of_cos, sums_of_sin = np.empty(knots), np.empty(knots)
    of_cos, of_sin = np.empty(knots, np.float32), np.empty(knots, np.float32)
    statistics = np.zeros(slices, np.float32)
    for i in range(slices):
        sums_of_cos[:] = 0
        sums_of_sin[:] = 0
        for start in range(0, count, _BLOCK):
            size = min(_BLOCK, count - start)
            _sine_and_cosine(projections[i, start : start + size], step, cos[1][start:], sin[1][start:])
            _multiply(cos, sin, start, size)
            for k in range(1, stride + 1):
                back = stride - k
                _sum(
                    size,
                    sin[stride][start:],
                    cos[k][start:],
                    sin[k][start:],
                    cos[back][start:],
                    sin[back][start:],
                    sums_of_cos[k - 1 :: stride],
                    sums_of_sin[k - 1 :: stride],
                )
        for k in range(knots):
            real, imaginary = sums_of_cos[k] / count - targets[k], sums_of_sin[k] / count
            statistics[i] += weights[k] * (real * real + imaginary * imaginary)
            slope = 2 * weights[k] * (k + 1) * step / count
            of_cos[k], of_sin[k] = slope * imaginary, -slope * real
        projections[i] = 0
        for k in range(1, stride + 1):
            back = stride - k
            _evaluate(
                projections[i],
                sin[stride],
                cos[k],
                sin[k],
                cos[back],
                sin[back],
                of_cos[k - 1 :: stride],
                of_sin[k - 1 :: stride],
            )
    return statistics
