"""Elements of the line: their edges, and degrees of the polynomials on them."""

from functools import cache

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray

from proofs_numeric.sturm_liouville.function import Array, Function

Degrees = NDArray[np.int64]

#: First degree of an element: the least, more for each oscillation expected in it, and more in the bulk.
LEAST_DEGREE, _FOR_AN_OSCILLATION, _IN_THE_BULK, _LARGEST_FIRST_DEGREE = 6, 2.4, 5.0, 17
_BULK = 24.0  # fall of log p below its top over which the bulk ends
MOST_DEGREE = 22
_ENOUGH = 0.5  # share of what is allowed that may be left out beyond a degree
POINTS = 40  # of the Gauss-Legendre rule on an element
#: The rule of the element and a coarser one, their allowed difference, and how often an element is halved for it.
_RULES = (POINTS, 26)
_QUADRATURE_ERROR = 3e-14
_MOST_HALVINGS = 40
#: Variation of log p within an element, in the bulk and far from it. Larger elements make the basis nearly dependent.
_VARIATIONS = (12.0, 24.0)
_PARTS = 16  # of the line or between breakpoints, which are halved further or joined
_SMALLEST = 1e-3  # width of a first element, in units of the scale

gauss_legendre = cache(legendre.leggauss)


def first_elements(
    log_density: Function,
    count: int,
    support: tuple[float, float],
    anchor: float,
    scale: float,
    breakpoints: tuple[float, ...],
    fall: float,
    least: int,
) -> tuple[Array, Degrees]:
    """Edges of elements over the part of the line where the density is not negligible, and their first degrees."""
    low, high = (
        _cut_off(log_density, end, anchor, side * scale, fall) for end, side in zip(support, (-1, 1), strict=True)
    )
    if not low < anchor < high:
        raise ValueError(f"the anchor {anchor} is not inside of the support ({low:g}, {high:g})")
    fixed = np.unique([low, *(point for point in breakpoints if low < point < high), high])
    parts = np.arange(_PARTS * (len(fixed) - 1) + 1) / _PARTS
    edges = np.interp(parts, np.arange(len(fixed)), fixed)
    inner = (1 - np.cos(np.linspace(0, np.pi, 11)[1:-1])) / 2
    while True:
        widths = np.diff(edges)
        values = np.asarray(log_density(edges[:-1, None] + widths[:, None] * inner))
        variation = np.ptp(values, axis=1)
        # Next to a zero of the density every element varies, however small.
        wide = (variation > _VARIATIONS[0] / 4) & (widths > _SMALLEST * scale)
        if not wide.any():
            break
        edges = halve(edges, wide)
    depth = values.max() - values.max(1)
    # A mode may sit where the density has a maximum, however small.
    rising = np.diff(values, axis=1) > 0
    depth[rising.any(1) & ~rising.all(1)] = 0
    full = variation / np.interp(depth, [0, _BULK], _VARIATIONS)
    # An eigenfunction oscillates where the density is not small.
    oscillations = widths * np.exp((values - values.max()) / 4).mean(1)
    oscillations *= (count - 1) / oscillations.sum()
    bulk = _IN_THE_BULK * np.maximum(1 - depth / _BULK, 0)
    # Neighbours are joined again as long as the variation of both together allows, and the degree.
    most = (_LARGEST_FIRST_DEGREE - LEAST_DEGREE - _IN_THE_BULK) / _FOR_AN_OSCILLATION
    ends, kept, first = set(fixed.tolist()), [], []
    filled = oscillating = middle = 0.0
    for edge, *added in zip(*(part.tolist() for part in (edges[:-1], full, oscillations, bulk)), strict=True):
        if edge in ends or filled + added[0] > 1 or oscillating + added[1] > most:
            kept.append(edge)
            first.append(least)
            filled = oscillating = middle = 0.0
        filled, oscillating, middle = filled + added[0], oscillating + added[1], max(middle, added[2])
        first[-1] = max(least, min(int(LEAST_DEGREE + _FOR_AN_OSCILLATION * oscillating + middle), MOST_DEGREE))
    edges, degrees = np.array([*kept, edges[-1]]), np.array(first)
    for _ in range(_MOST_HALVINGS):
        masses = _masses(edges, log_density, values.max())
        rough = np.abs(masses[0] - masses[1]) > _QUADRATURE_ERROR * masses[0].sum()
        if not rough.any():
            break
        # Half the width needs a lower degree.
        edges, degrees = (
            halve(edges, rough),
            np.repeat(np.where(rough, np.maximum(degrees - 2, 2), degrees), 1 + rough),
        )
    return edges, degrees


def refined(degrees: Degrees, terms: Array) -> tuple[NDArray[np.bool_], Degrees]:
    """Which elements to halve, and degrees that suffice for the others; terms in units of what is allowed for all."""
    beyond = np.cumsum(terms[:, ::-1], axis=1)[:, ::-1].max(2) * len(terms)  # the degrees from 1 on
    sufficient = 1 + (beyond[:, :MOST_DEGREE] > _ENOUGH).sum(1)
    insufficient = beyond[:, 0] > 1
    halved = insufficient & ((sufficient > MOST_DEGREE) | (degrees == MOST_DEGREE))
    return halved, np.where(insufficient & ~halved, sufficient, degrees)


def halve(edges: Array, chosen: NDArray[np.bool_]) -> Array:
    """Edges of the elements, the chosen ones halved."""
    return np.sort(np.concatenate([edges, (edges[:-1] + edges[1:])[chosen] / 2]))


def _masses(edges: Array, log_density: Function, top: float) -> tuple[Array, Array]:
    """Integral of the density over each element by the two rules."""
    (nodes, rule), (coarse_nodes, coarse_rule) = (gauss_legendre(points) for points in _RULES)
    half = np.diff(edges)[:, None] / 2
    points = (edges[:-1, None] + edges[1:, None]) / 2 + half * np.concatenate([nodes, coarse_nodes])
    density = half * np.exp(np.asarray(log_density(points)) - top)
    return density[:, : len(nodes)] @ rule, density[:, len(nodes) :] @ coarse_rule


def _cut_off(log_density: Function, end: float, anchor: float, step: float, fall: float) -> float:
    """End of the support, or the point where the tail has fallen far enough."""
    if np.isfinite(end):
        return end
    distances = 2.0 ** np.arange(-8, 60)
    positions = (anchor + step * distances).astype(np.float64)
    values = np.asarray(log_density(positions))
    within = values > np.nanmax(values) - fall
    last = int(np.flatnonzero(within)[-1])
    if last + 1 == len(values):
        raise ValueError(f"the density does not fall off: at {positions[-1]:g} its logarithm is still {values[-1]:g}")
    if np.isnan(values[last + 1]):
        raise ValueError(f"the log density is nan at {positions[last + 1]:g}, inside of the support")
    closer = anchor + step * np.linspace(distances[last], distances[last + 1], 65)
    within = np.asarray(log_density(closer)) > np.nanmax(values) - fall
    return float(closer[np.flatnonzero(within)[-1] + 1])
