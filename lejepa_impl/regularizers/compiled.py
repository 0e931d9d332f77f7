"""The Epps-Pulley kernel for a CPU, compiled by Numba at its first use.

Where Numba is not installed, `AVAILABLE` is False and PyTorch takes its place.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

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
#: Projections below which threads cost more than they gain.
_WORTH_A_THREAD = 2**17
#: Sums may be reordered, which vectorises them; values that are not finite stay as they are.
_FLOATS = {"reassoc", "contract", "nsz", "arcp"}


def epps_pulley(projections: Tensor, times: Tensor, weights: Tensor) -> Tensor:
    """Turn projections of shape (slices, N), float32, into the gradient of the returned sum of statistics.

    Each slice contributes the statistic over N; knots are equally spaced from 0 on.
    """
    rows = projections.numpy()
    step = np.float32(times[1])
    targets = torch.exp(-(times[1:] ** 2) / 2).numpy()
    of_knots = weights[1:].numpy()
    threads = min(torch.get_num_threads(), max(1, rows.size // _WORTH_A_THREAD))
    if threads == 1:
        return torch.tensor(_epps_pulley(rows, step, targets, of_knots))
    parts = np.array_split(rows, threads)
    return torch.tensor(sum(_pool(threads).map(lambda part: _epps_pulley(part, step, targets, of_knots), parts)))


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
def _epps_pulley(projections: Array, step: np.float32, targets: Array, weights: Array) -> float:
    slices, count = projections.shape
    knots = len(weights)
    turn_cos, turn_sin, cos, sin, gradient = [np.empty(_BLOCK, np.float32) for _ in range(5)]
    real, imaginary = np.empty(knots, np.float32), np.empty(knots, np.float32)
    total = 0.0
    for i in range(slices):
        real[:] = 0
        imaginary[:] = 0
        for start in range(0, count, _BLOCK):
            size = min(_BLOCK, count - start)
            _sine_and_cosine(projections[i, start : start + size], step, turn_cos, turn_sin)
            cos[:size] = turn_cos[:size]
            sin[:size] = turn_sin[:size]
            for k in range(knots):
                sum_cos, sum_sin = np.float32(0), np.float32(0)
                for n in range(size):
                    sum_cos += cos[n]
                    sum_sin += sin[n]
                    turned = cos[n] * turn_cos[n] - sin[n] * turn_sin[n]
                    sin[n] = sin[n] * turn_cos[n] + cos[n] * turn_sin[n]
                    cos[n] = turned
                real[k] += sum_cos
                imaginary[k] += sum_sin
        for k in range(knots):
            of_real = real[k] / np.float32(count) - targets[k]
            of_imaginary = imaginary[k] / np.float32(count)
            total += weights[k] * (of_real * of_real + of_imaginary * of_imaginary)
            slope = np.float32(2) * weights[k] * np.float32(k + 1) * step / np.float32(count)
            real[k] = -slope * of_real
            imaginary[k] = slope * of_imaginary
        for start in range(0, count, _BLOCK):
            size = min(_BLOCK, count - start)
            _sine_and_cosine(projections[i, start : start + size], step, turn_cos, turn_sin)
            cos[:size] = turn_cos[:size]
            sin[:size] = turn_sin[:size]
            gradient[:size] = 0
            for k in range(knots):
                for n in range(size):
                    gradient[n] += real[k] * sin[n] + imaginary[k] * cos[n]
                    turned = cos[n] * turn_cos[n] - sin[n] * turn_sin[n]
                    sin[n] = sin[n] * turn_cos[n] + cos[n] * turn_sin[n]
                    cos[n] = turned
            projections[i, start : start + size] = gradient[:size]
    return total
