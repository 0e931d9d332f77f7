"""Finite volumes for the diffusions whose first harmonic is known: it is the first, and alone."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh_tridiagonal
from sympy import Integer, Interval, Rational, lambdify, log, oo

from theory.claim import JSON, Finding, Kind, Profile, evidence
from theory.notation import z
from theory.reversible_diffusion import WORLDS, DiffusionWorld, shape

Array = NDArray[np.float64]

_SHAPES = (Rational(3, 2), Integer(3))
#: An infinite interval is cut where the logarithm of the density has fallen this far: at the shapes above, less than
#: 1e-7 of the variance of each first harmonic lies beyond.
_FALL = 54


def _harmonics(world: DiffusionWorld, a: Rational, cells: int) -> tuple[Array, Array]:
    """Rates of the first two harmonics on a grid, and the values of the first.

    The chain of finite volumes is reversible with respect to the density, as the diffusion is.
    """
    log_density = lambdify(z, log(world.density).subs(shape, a), "numpy")
    left, right = _ends(world, log_density)
    faces = np.linspace(left, right, cells + 1)
    middle = (faces[1:] + faces[:-1]) / 2
    width = (right - left) / cells
    at_cells = np.broadcast_to(log_density(middle), cells)
    at_faces = np.broadcast_to(log_density(faces[1:-1]), cells - 1)
    outward = np.zeros((2, cells))
    outward[0, :-1] = np.exp(at_faces - at_cells[:-1])
    outward[1, 1:] = np.exp(at_faces - at_cells[1:])
    coupling = -np.exp(at_faces - (at_cells[:-1] + at_cells[1:]) / 2)
    rates, vectors = eigh_tridiagonal(
        outward.sum(axis=0) / width**2, coupling / width**2, select="i", select_range=(0, 2)
    )
    return rates[1:], vectors[:, 1] * np.exp(-at_cells / 2)


def _ends(world: DiffusionWorld, log_density: Callable[[Array], Array]) -> tuple[float, float]:
    if world.interval != Interval(-oo, oo):
        return float(world.interval.start), float(world.interval.end)
    line = np.linspace(-30, 30, 6_001)
    values = log_density(line)
    kept = line[values > np.max(values) - _FALL]
    return float(kept[0]), float(kept[-1])


@evidence("first_harmonic_is_monotone", Kind.FUZZ)
def spectra_of_finite_volumes(profile: Profile) -> Finding:
    """Discretise each world: the rate converges to the exact one, at least in second order, below the next rate."""
    cells = profile.pick(quick=400, thorough=3_200)
    wrong, largest = [], 0.0
    cases = [(world, a) for a in _SHAPES for world in WORLDS if a in world.shapes]
    for world, a in cases:
        exact = float(world.rate.subs(shape, a))
        coarse, _ = _harmonics(world, a, cells)
        fine, values = _harmonics(world, a, 2 * cells)
        largest = max(largest, abs(fine[0] - exact) / exact)
        order = np.log2(abs(coarse[0] - exact) / abs(fine[0] - exact))
        # In the tails, where the density is small, the quotient by its root magnifies the round-off.
        steps = np.diff(values[len(values) // 3 : 2 * len(values) // 3])
        if not (order > 1.8 and fine[1] > 1.1 * fine[0] and (np.all(steps > 0) or np.all(steps < 0))):
            wrong.append(f"{world.law}, a = {a}: rates {fine}, order {order:.2f}")
    covered: dict[str, JSON] = {
        "laws and shapes": [f"{world.law}, a = {a}" for world, a in cases],
        "cells": [cells, 2 * cells],
        "largest_relative_error": largest,
    }
    return Finding(not wrong, covered, "; ".join(wrong))
