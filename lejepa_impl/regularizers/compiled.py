"""The Epps-Pulley kernel for a CPU, compiled by Numba at its first use.

Where Numba is not installed, `AVAILABLE` is False and PyTorch takes its place.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import pad

Array = NDArray[np.float32]
F = TypeVar("F", bound=Callable[..., Any])

try:
    from numba import njit
except ImportError:  # Numba trails new versions of Python
    AVAILABLE = False

    def njit(**_options: object) -> Callable[[F], F]:
        """Leave the function as it is."""
        return lambda function: function
else:
    AVAILABLE = True

#: Samples worked on at a time: their few arrays fit the fastest cache.
_BLOCK = 1024
_SWEEP = 4
#: Projections below which threads cost more than they gain.
_WORTH_A_THREAD = 2**17
#: Sums may be reordered, which vectorises them; values that are not finite stay as they are.
_FLOATS = {"reassoc", "contract", "nsz", "arcp"}


def epps_pulley(projections: Tensor, times: Tensor, weights: Tensor, targets: Tensor) -> Tensor:
    """Turn projections of shape (slices, N), float32, into the gradients of the returned statistics over N, per slice.

    Knots are equally spaced from 0 on.
    """
    rows = projections.numpy()
    step = np.float32(times[1])
    # Knots of weight zero fill the last sweep.
    of_knots, met = (pad(values[1:], (0, -(len(times) - 1) % _SWEEP)) for values in (weights, targets))
    work = partial(_epps_pulley, step=step, targets=met.numpy(), weights=of_knots.numpy())
    threads = min(torch.get_num_threads(), max(1, rows.size // _WORTH_A_THREAD))
    if threads == 1:
        return torch.from_numpy(work(rows))
    return torch.from_numpy(np.concatenate(list(_pool(threads).map(work, np.array_split(rows, threads)))))


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads)


@njit(fastmath=_FLOATS, error_model="numpy", nogil=True, cache=True)
def _sine_and_cosine(values: Array, step: np.float32, cos: Array, sin: Array) -> None:
    """Fill in the cosine and sine of step times values, by polynomials on the half angle."""
    for n in range(len(values)):
        angle = values[n] * step
        turns = np.rint(angle * np.float32(0.15915494309189535))
        # 2 pi in two parts, the first of few bits: their products with a whole number are exact.
        half = ((angle - turns * np.float32(6.28125)) - turns * np.float32(0.0019353071795864769)) * np.float32(0.5)
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


@njit(fastmath=_FLOATS, error_model="numpy", nogil=True, cache=True)
def _epps_pulley(projections: Array, step: np.float32, targets: Array, weights: Array) -> Array:
    """Compute the statistic of each slice; four knots to a sweep over the samples, which saves loads and stores."""
    slices, count = projections.shape
    knots = len(weights)
    turn_cos, turn_sin, cos, sin = [np.empty(_BLOCK, np.float32) for _ in range(4)]
    real, imaginary = np.empty(knots, np.float32), np.empty(knots, np.float32)
    statistics = np.zeros(slices, np.float32)
    for i in range(slices):
        real[:] = 0
        imaginary[:] = 0
        for start in range(0, count, _BLOCK):
            size = min(_BLOCK, count - start)
            _sine_and_cosine(projections[i, start : start + size], step, turn_cos, turn_sin)
            cos[:size] = 1
            sin[:size] = 0
            for k in range(0, knots, 4):
                real_0, real_1, real_2, real_3 = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
                imag_0, imag_1, imag_2, imag_3 = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
                for n in range(size):
                    c, s = turn_cos[n], turn_sin[n]
                    a, b = cos[n] * c - sin[n] * s, sin[n] * c + cos[n] * s
                    real_0 += a
                    imag_0 += b
                    a, b = a * c - b * s, b * c + a * s
                    real_1 += a
                    imag_1 += b
                    a, b = a * c - b * s, b * c + a * s
                    real_2 += a
                    imag_2 += b
                    a, b = a * c - b * s, b * c + a * s
                    real_3 += a
                    imag_3 += b
                    cos[n], sin[n] = a, b
                real[k] += real_0
                real[k + 1] += real_1
                real[k + 2] += real_2
                real[k + 3] += real_3
                imaginary[k] += imag_0
                imaginary[k + 1] += imag_1
                imaginary[k + 2] += imag_2
                imaginary[k + 3] += imag_3
        for k in range(knots):
            of_real = real[k] / np.float32(count) - targets[k]
            of_imaginary = imaginary[k] / np.float32(count)
            statistics[i] += weights[k] * (of_real * of_real + of_imaginary * of_imaginary)
            slope = np.float32(2) * weights[k] * np.float32(k + 1) * step / np.float32(count)
            real[k] = slope * of_real
            imaginary[k] = slope * of_imaginary
        # The gradient is -Im sum_k (real_k - i imaginary_k) e^{i k x}, by Horner's rule from the last knot on.
        for start in range(0, count, _BLOCK):
            size = min(_BLOCK, count - start)
            _sine_and_cosine(projections[i, start : start + size], step, turn_cos, turn_sin)
            cos[:size] = 0
            sin[:size] = 0
            for k in range(knots - 1, -1, -4):
                real_0, real_1, real_2, real_3 = real[k], real[k - 1], real[k - 2], real[k - 3]
                imag_0, imag_1, imag_2, imag_3 = imaginary[k], imaginary[k - 1], imaginary[k - 2], imaginary[k - 3]
                for n in range(size):
                    c, s = turn_cos[n], turn_sin[n]
                    a, b = cos[n] + real_0, sin[n] - imag_0
                    a, b = a * c - b * s + real_1, a * s + b * c - imag_1
                    a, b = a * c - b * s + real_2, a * s + b * c - imag_2
                    a, b = a * c - b * s + real_3, a * s + b * c - imag_3
                    cos[n], sin[n] = a * c - b * s, a * s + b * c
            for n in range(size):
                projections[i, start + n] = -sin[n]
    return statistics
