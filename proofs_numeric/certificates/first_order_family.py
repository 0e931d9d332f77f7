"""The first-order equations against a world on a grid, whose perturbation is halved and halved again."""

from itertools import pairwise
from math import factorial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theory.claim import JSON, Finding, Kind, Profile, evidence
from theory.claims.uniqueness.first_order_family import optimality_defect, stationarity_defect
from theory.hermite import sequence

Array = NDArray[np.float64]

#: Trapezoidal nodes: the tails beyond hold less than 1e-17 of the mass, and the rule is spectrally accurate.
_NODES = np.linspace(-9.0, 9.0, 61)
_DEGREE = 4


class Perturbation(NamedTuple):
    """Coefficients, from degree 0, of drift and of noise in orthonormal Hermite polynomials."""

    drift: Array
    noise: Array


def _orthonormal(x: Array, top: int) -> Array:
    """Values of H_0, ..., H_top, a row each."""
    return np.stack([values / np.sqrt(factorial(degree)) for degree, values in enumerate(sequence(x, top))])


def _gaussian(x: Array) -> Array:
    return np.asarray(np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))


def coefficients(perturbation: Perturbation, size: float, rho: float) -> tuple[Array, Array]:
    r"""Coefficients of the stationary law, and of $m+r-2\rho z$ in that law, at degrees 0 to 4."""
    step, scale = _NODES[1] - _NODES[0], np.sqrt(1 - rho**2)
    basis = _orthonormal(_NODES, _DEGREE)
    drift = rho * _NODES + size * perturbation.drift @ basis
    noise = (_NODES[:, None] - drift) / scale
    density = 1 + size * np.tensordot(perturbation.noise, _orthonormal(noise, _DEGREE), axes=1)
    kernel = _gaussian(noise) * density * step / scale
    # Of the equations p = K p one follows from the others: a total mass of one takes its place.
    middle = len(_NODES) // 2
    system, right = kernel - np.eye(len(_NODES)), np.zeros_like(_NODES)
    system[middle], right[middle] = 1.0, 1.0
    law = np.linalg.solve(system, right)
    return basis @ law, basis @ (law * (drift - 2 * rho * _NODES) + kernel @ (law * _NODES))


def error(perturbation: Perturbation, size: float, rho: float) -> float:
    """Largest difference of the central difference quotients and the equations, at degrees 1 to 4 and 2 to 3."""
    law, regression = (
        (above - below) / (2 * size)
        for above, below in zip(
            coefficients(perturbation, size, rho), coefficients(perturbation, -size, rho), strict=True
        )
    )
    drift, noise = perturbation
    of_law = [float(stationarity_defect(law[k], drift[k - 1], noise[k], k, rho)) for k in range(1, _DEGREE + 1)]
    of_regression = [float(optimality_defect(law[j + 1], drift[j], j, rho)) - regression[j] for j in range(2, _DEGREE)]
    return float(np.max(np.abs([*of_law, *of_regression])))


@evidence("first_order_family", Kind.FUZZ)
def halved_perturbations(profile: Profile) -> Finding:
    """Drift and noise drawn at random: the error of the equations falls by a factor of 4 at each halving."""
    generator = np.random.default_rng(0)
    draws = profile.pick(quick=5, thorough=50)
    sizes = (0.004, 0.002, 0.001)
    wrong, smallest, largest = [], np.inf, 0.0
    for rho in (0.4, 0.6, 0.8):
        for _ in range(draws):
            drift, noise = generator.normal(size=(2, _DEGREE + 1)) / 2
            noise[0] = drift[_DEGREE] = 0
            errors = [error(Perturbation(drift, noise), size, rho) for size in sizes]
            factors = [before / after for before, after in pairwise(errors)]
            smallest, largest = min(smallest, *factors), max(largest, *factors)
            if not all(3.5 < factor < 4.5 for factor in factors):
                wrong.append({"rho": rho, "errors": errors})
    covered: dict[str, JSON] = {
        "rho": [0.4, 0.6, 0.8],
        "perturbations of each": draws,
        "epsilon": list(sizes),
        "factors": f"{smallest:.3f} to {largest:.3f}",
        "seed": 0,
    }
    return Finding(not wrong, covered, str(wrong or ""))
