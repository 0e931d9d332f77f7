r"""Spectra of reversible diffusions on the line, with a-posteriori error bars.

.. math:: D\varphi = \frac{(K p \varphi')'}{p}, \qquad -D\varphi_k = \mu_k \varphi_k, \qquad
          0 = \mu_0 < \mu_1 < \mu_2 < \dots

is the generator of the diffusion with stationary density $p$ and mobility $K$. The world that observes it
at steps of time $t$ has the transition operator $e^{tD}$ with eigenvalues $e^{-\mu_k t}$.

The eigenpairs are those of Rayleigh and Ritz: energy $\int K p\,\varphi'\psi'$ and mass $\int p\,\varphi\psi$ on
continuous piecewise polynomials, on elements in which $\log p$ varies moderately. The error bars come
from higher degrees, which the solution does not use: they tell how far the degree of each element has to be raised,
and elements for which that is too far are halved, until the bars are small.

If the tails of $p$ are exponential or heavier, the spectrum is discrete only below
$\liminf_{|x|\to\infty} s_y^2/4$, with $s_y=\sqrt K\,(\log p\sqrt K)'$ the score in the coordinate of unit mobility
(Persson's theorem); eigenvalues are returned below it, and none above it.

References
----------
W, Theorem 5.2, Appendices B and F; Babuska & Osborn (1991), Eigenvalue Problems; Reed & Simon (1978), section XIII.4.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray
from scipy.linalg import eigh

Array = NDArray[np.float64]
Function = Callable[[Array], Array]
Degrees = NDArray[np.int64]

#: First degree of an element: the least, more for each oscillation expected in it, and more in the bulk.
_LEAST_DEGREE, _FOR_AN_OSCILLATION, _IN_THE_BULK, _LARGEST_FIRST_DEGREE = 6, 2.4, 5.0, 17
_BULK = 24.0  # fall of log p below its top over which the bulk ends
_LEAST_DEGREE_FAR_OUT = 13  # where the eigenfunctions turn out to reach far into the tails
_MOST_DEGREE = 22
_FURTHER = 3  # degrees that the error bars have beyond the most
_ENOUGH = 0.5  # share of what is allowed that may be left out beyond a degree
_GAP = 0.1  # share of a gap that error bars may take
_SATURATION = 2  # all degrees together hold at most so many times what those of the error bars hold
_POINTS = 40  # of the Gauss-Legendre rule on an element
#: The rule of the element and a coarser one, their allowed difference, and how often an element is halved for it.
_RULES = (_POINTS, 26)
_QUADRATURE_ERROR = 3e-14
_MOST_HALVINGS = 40
#: Variation of log p within an element, in the bulk and far from it. Larger elements make the basis nearly dependent.
_VARIATIONS = (12.0, 24.0)
_PARTS = 16  # of the line or between breakpoints, which are halved further or joined
#: Fall of log p below its top where the line is cut off.
_FALL = 70.0
_MARGIN = 1.2  # on the fall that the error of the cut-off asks for
_DEEPEST_FALL = 560.0  # beyond it the density underflows
_MOST_ROUNDS = 20
_SMALLEST = 1e-3  # width of a first element, in units of the scale
_ROUND_OFF = 3e-12
_LAST_DIGITS = 8 * np.finfo(np.float64).eps
#: Relative step of the difference quotient, and growth per doubling that counts as none, in the far tail.
_DIFFERENCE = 1e-3
_NO_GROWTH = 0.01
_NEGLIGIBLE = 1e-14  # weight of a point


@dataclass(frozen=True)
class DiffusionSpectrum:
    r"""Lowest eigenpairs of $-D$.

    Parameters
    ----------
    eigenvalues
        $\mu_k$ from $\mu_0 = 0$ on, ascending, shape (count,); fewer if the spectrum is continuous above them.
    errors
        Error bar of each eigenvalue, shape (count,).
    continuous_from
        Bottom of the continuous spectrum; infinite where the spectrum is discrete.
    points, weights
        Quadrature of the stationary law: positions and probabilities, each of shape (size,).
    eigenfunctions
        $\varphi_k$ at the points, of unit variance, rising at the right end, shape (count, size).
    """

    eigenvalues: Array
    errors: Array
    continuous_from: float
    points: Array
    weights: Array
    eigenfunctions: Array

    def mean(self, values: Array) -> Array:
        r"""Expectation under the stationary law of functions given at the points, shape (..., size) to (...)."""
        return np.asarray(values @ self.weights)

    @property
    def bulk(self) -> NDArray[np.bool_]:
        """Points that carry weight: beyond them the eigenfunctions are lost in the round-off, shape (size,)."""
        return self.weights > _NEGLIGIBLE

    def affine_r2(self, mode: int) -> float:
        """Share of the variance of a non-constant eigenfunction that an affine function explains."""
        centred = self.points - self.mean(self.points)
        return float(self.mean(self.eigenfunctions[mode] * centred) ** 2 / self.mean(centred**2))

    def sign_changes(self, mode: int) -> int:
        """Number of times that an eigenfunction changes sign."""
        return int(np.count_nonzero(np.diff(np.sign(self.eigenfunctions[mode, self.bulk]))))


def diffusion_spectrum(
    log_density: Function,
    count: int = 10,
    *,
    support: tuple[float, float] = (-np.inf, np.inf),
    mobility: Function = np.ones_like,
    anchor: float = 0.0,
    scale: float = 1.0,
    breakpoints: tuple[float, ...] = (),
    tolerance: float = 1e-10,
    bottom: float | None = None,
) -> DiffusionSpectrum:
    r"""Compute the lowest `count` eigenpairs, the constant one included.

    Parameters
    ----------
    log_density
        $\log p$ up to a constant, vectorised, finite inside of the support.
    support
        Ends of the support, where the diffusion is reflected; infinite ones are cut off far in the tail.
    mobility
        $K$, vectorised, positive inside of the support.
    anchor, scale
        A point in the bulk of the law, and its width, by an order of magnitude.
    breakpoints
        Points where the density is not smooth.
    tolerance
        Error bar to reach, relative to $\max(1,\mu)$.
    bottom
        What `continuous_from` returns, if it is known.

    Raises
    ------
    ValueError
        If the density or the mobility is not finite and positive inside of the support, or the error
        bars do not reach the tolerance; the message names the point or the bar.
    """
    if count < 1:
        raise ValueError(f"a spectrum has at least 1 eigenvalue, not {count}")
    if bottom is None:
        bottom = continuous_from(log_density, support=support, mobility=mobility, anchor=anchor, scale=scale)
    fall, least = _FALL, _LEAST_DEGREE
    discretised = None
    for _ in range(_MOST_ROUNDS):
        if discretised is None:
            edges, degrees = _elements(log_density, count, support, anchor, scale, breakpoints, fall, least)
            discretised = _Discretisation.of(edges, log_density, mobility, np.isinf(support))
        eigenvalues, functions, at_ends = discretised.solve(degrees, count + 1)
        discrete = eigenvalues < bottom
        # Levels of the continuous spectrum begin above that of a free line of this length.
        blurred = ((bottom <= eigenvalues) & (eigenvalues < bottom + (np.pi / discretised.length) ** 2))[1:].any()
        discrete[0] = True  # the constants, even where the continuous spectrum begins with them
        eigenvalues, functions = eigenvalues[discrete], functions[:, discrete]
        terms = discretised.errors(degrees, eigenvalues, functions)
        coarse, cut_off = terms.sum((0, 1)), discretised.cut_off(eigenvalues, at_ends[:, discrete])
        allowed = tolerance * np.maximum(1, eigenvalues)
        # The bars hold where they are below the gaps to the eigenvalues that are left out.
        allowed[count:] = np.maximum(allowed[count:], _GAP * np.diff(eigenvalues)[count - 1 :])
        if (blurred or (cut_off > allowed).any()) and fall < _DEEPEST_FALL:
            lacking = np.log(allowed) / np.log(np.clip(cut_off, np.finfo(np.float64).tiny, 0.5))
            fall = min(_MARGIN * fall * max(1.0 + blurred, float(lacking.max())), _DEEPEST_FALL)
            # Eigenfunctions that grow nearly as fast as the density falls oscillate far out too.
            least = _LEAST_DEGREE_FAR_OUT
            discretised = None
        elif len(discrete) < count or not (coarse <= allowed).all():
            halved, degrees = _refined(degrees, terms / allowed)
            halved |= len(discrete) < count
            if halved.any():
                edges, degrees = _halved(edges, halved), np.repeat(degrees, 1 + halved)
                discretised = _Discretisation.of(edges, log_density, mobility, np.isinf(support))
        else:
            break
    else:
        raise ValueError(
            f"the error bars stay at {coarse.max():.1g}, above {tolerance:g}: name the points where the density "
            "is not smooth as breakpoints, or allow a larger tolerance"
        )
    errors = coarse + np.minimum(cut_off, eigenvalues) + _ROUND_OFF * (1 + eigenvalues)
    return DiffusionSpectrum(eigenvalues[:count], errors[:count], bottom, *discretised.on_points(functions[:, :count]))


def continuous_from(
    log_density: Function,
    *,
    support: tuple[float, float] = (-np.inf, np.inf),
    mobility: Function = np.ones_like,
    anchor: float = 0.0,
    scale: float = 1.0,
) -> float:
    """Bottom of the continuous spectrum, infinite where it is discrete; parameters as in `diffusion_spectrum`."""
    return min(_continuous_from(log_density, mobility, end, anchor, scale) for end in support)


@dataclass(frozen=True)
class _Discretisation:
    """Functions on each element: values and slopes at its points, weighted so that squares sum to mass and energy."""

    points: Array  # (elements, points)
    weights: Array
    steps: Array  # (elements, 2, 2 * points), values first: rising to one at the outer end, and constant
    joined: NDArray[np.bool_]  # which steps each continuous function consists of, (2 * elements, nodes)
    bubbles: Array  # (elements, bubbles, 2 * points), by degree: zero at both ends, orthonormal in energy and mass
    length: float  # in the coordinate of unit mobility
    ends: Array  # density, zero where the support ends, mobility and decay rate at the two ends, (3, 2)

    @classmethod
    def of(cls, edges: Array, log_density: Function, mobility: Function, cut: NDArray[np.bool_]) -> "_Discretisation":
        nodes, rule, values, slopes = _reference()
        half = np.diff(edges)[:, None] / 2
        middle = (edges[:-1, None] + edges[1:, None]) / 2
        points = middle + half * nodes
        log_p, K = (np.asarray(function(points), dtype=np.float64) for function in (log_density, mobility))
        for name, bad in (("log density", ~np.isfinite(log_p)), ("mobility", ~(np.isfinite(K) & (K > 0)))):
            if bad.any():
                wrong = (log_p if name == "log density" else K)[bad][0]
                raise ValueError(f"the {name} is {wrong} at {points[bad][0]:g}, inside of the support")
        top = log_p.max()
        weights = half * rule * np.exp(log_p - top)
        total = weights.sum()
        weights /= total
        if not weights.any(axis=1).all():
            empty = points[~weights.any(axis=1)][0]
            raise ValueError(f"the density underflows from {empty[0]:g} to {empty[-1]:g}: its modes exchange no mass")
        root = np.sqrt(weights)
        functions = np.concatenate([values * root[:, None], slopes * (root * np.sqrt(K) / half)[:, None]], axis=2)
        orthonormal, _ = np.linalg.qr(functions[:, 2:].transpose(0, 2, 1))
        decay = np.abs([log_p[0, 1] - log_p[0, 0], log_p[-1, -1] - log_p[-1, -2]])
        decay /= [points[0, 1] - points[0, 0], points[-1, -1] - points[-1, -2]]
        outermost = [0, -1], [0, -1]
        ends = np.array([cut * np.exp(log_p[outermost] - top) / total, K[outermost], decay])
        # Functions that are constant outwards of where they rise: hats on small elements would nearly cancel.
        place, node = np.arange(len(points))[:, None], np.arange(len(edges))
        centre = int(np.argmax(weights.sum(1)))
        right = place >= centre
        rising = np.where(right, node == place + 1, node == place)
        constant = np.where(right, (centre <= node) & (node <= place), (place < node) & (node <= centre))
        joined = np.stack([rising, constant], axis=1).reshape(-1, len(edges))
        hats = functions[:, :2]
        steps = np.stack([np.where(right, hats[:, 1], hats[:, 0]), hats.sum(1)], axis=1)
        return cls(
            points,
            weights,
            steps,
            joined,
            orthonormal.transpose(0, 2, 1),
            float((half * rule / np.sqrt(K)).sum()),
            ends,
        )

    def solve(self, degrees: Degrees, count: int) -> tuple[Array, Array, Array]:
        """Lowest eigenvalues, at most `count`; eigenfunctions, (elements, count, 2 * points), and at both ends."""
        elements, most = len(degrees), int(degrees.max()) - 1
        used = np.arange(2, most + 2) <= degrees[:, None]
        bubbles = self.bubbles[:, :most] * used[:, :, None]
        # Energy and mass do not couple extended steps to bubbles. The second pass removes what round-off leaves.
        extended = self.steps
        for _ in range(2):
            extended = extended - (extended @ bubbles.transpose(0, 2, 1)) @ bubbles
        nodes, separate = elements + 1, 2 * elements
        size = separate + int(used.sum())
        index = np.empty((elements, most + 2), dtype=np.int64)
        index[:, :2] = np.arange(separate).reshape(elements, 2)
        index[:, 2:] = np.where(used, separate - 1 + np.cumsum(used).reshape(used.shape), size)
        functions = np.concatenate([extended, bubbles], axis=1)
        values = functions[:, :, : self.points.shape[1]]
        mass = _assembled(values @ values.transpose(0, 2, 1), index, size + 1)[:size, :size]
        both = _assembled(extended @ extended.transpose(0, 2, 1), index[:, :2], separate)
        joined = self.joined.astype(np.float64)
        both = joined.T @ both @ joined
        # The top of 1/(1 + mu) is found to full precision, the bottom of mu only to that of the largest one.
        scale = 1 / np.sqrt(both.diagonal())
        change = joined @ (np.linalg.inv(np.linalg.cholesky(both * scale * scale[:, None])) * scale).T
        size -= separate - nodes
        reduced = np.empty((size, size))
        reduced[nodes:, nodes:] = mass[separate:, separate:]
        reduced[:nodes, nodes:] = change.T @ mass[:separate, separate:]
        reduced[nodes:, :nodes] = reduced[:nodes, nodes:].T
        reduced[:nodes, :nodes] = change.T @ mass[:separate, :separate] @ change
        # The constant is known, and would mix with the function that tells apart modes which hardly exchange mass.
        ones = np.concatenate([np.sqrt(self.weights), np.zeros_like(self.weights)], axis=1)
        content = np.bincount(index.ravel(), (functions @ ones[:, :, None]).ravel(), len(mass) + 1)[:-1]
        constant = np.concatenate([change.T @ content[:separate], content[separate:]])
        others = [size - min(count, size) + 1, size - 1]
        inverses, vectors = eigh(reduced - np.outer(constant, constant), subset_by_index=others, check_finite=False)
        inverses = np.append(1.0, inverses[::-1])
        vectors = np.column_stack([constant, vectors[:, ::-1]]) / np.sqrt(inverses)
        vectors = np.concatenate([change @ vectors[:nodes], vectors[nodes:], np.zeros((1, len(inverses)))])
        at_ends = vectors[[0, separate - 2]] + vectors[[1, separate - 1]]
        eigenvalues = np.where(inverses > 1 - _LAST_DIGITS, 0, 1 / inverses - 1)
        return eigenvalues, vectors[index].transpose(0, 2, 1) @ functions, at_ends

    def errors(self, degrees: Degrees, eigenvalues: Array, functions: Array) -> Array:
        """Error bars from the degrees left out, shape (elements, bubbles, count)."""
        count = self.points.shape[1]
        mass, energy = (
            self.bubbles[:, :, part] @ functions[:, :, part].transpose(0, 2, 1)
            for part in (slice(count), slice(count, None))
        )
        own_mass, own_energy = (
            (self.bubbles[:, :, part] ** 2).sum(2)[:, :, None] for part in (slice(count), slice(count, None))
        )
        left_out = np.arange(2, mass.shape[1] + 2) > degrees[:, None]
        residual = left_out[:, :, None] * (energy - eigenvalues * mass)
        return _SATURATION * residual**2 / np.abs(own_energy - eigenvalues * own_mass)

    def cut_off(self, eigenvalues: Array, at_ends: Array) -> Array:
        r"""Error bars of reflecting at the ends what goes on as $e^{rx}$, $r(b-r)=\mu/K$, decay rate b; (count,)."""
        density, mobility, decay = self.ends[:, self.ends[0] > 0, None]
        squared = eigenvalues / mobility
        rate = np.maximum(decay, squared / np.sqrt(np.maximum(decay**2 - 4 * squared, np.finfo(np.float64).tiny)))
        return (density * mobility * rate * at_ends[self.ends[0] > 0] ** 2).sum(0)

    def on_points(self, functions: Array) -> tuple[Array, Array, Array]:
        """Points, weights and the functions there."""
        values = functions[:, :, : self.points.shape[1]] / np.sqrt(self.weights)[:, None]
        values = values.transpose(1, 0, 2).reshape(functions.shape[1], -1)
        weights = self.weights.ravel()
        # Beyond the bulk, round-off would choose the sign.
        last = np.flatnonzero(weights > _NEGLIGIBLE)[-1]
        return self.points.ravel(), weights, values * np.sign(values[:, [last]])


def _refined(degrees: Degrees, terms: Array) -> tuple[NDArray[np.bool_], Degrees]:
    """Which elements to halve, and degrees that suffice for the others; terms in units of what is allowed for all."""
    beyond = np.cumsum(terms[:, ::-1], axis=1)[:, ::-1].max(2) * len(terms)  # the degrees from 1 on
    sufficient = 1 + (beyond[:, :_MOST_DEGREE] > _ENOUGH).sum(1)
    insufficient = beyond[:, 0] > 1
    halved = insufficient & ((sufficient > _MOST_DEGREE) | (degrees == _MOST_DEGREE))
    return halved, np.where(insufficient & ~halved, sufficient, degrees)


def _assembled(parts: Array, index: NDArray[np.int64], size: int) -> Array:
    """Sum of matrices of the elements, of shape (elements, functions, functions), by the numbers of their functions."""
    places = size * index[:, :, None] + index[:, None, :]
    return np.asarray(np.bincount(places.ravel(), parts.ravel(), size**2).reshape(size, size), dtype=np.float64)


_rule = cache(legendre.leggauss)


@cache
def _reference() -> tuple[Array, Array, Array, Array]:
    """Quadrature on [-1, 1], and the values and slopes of the hierarchical basis at its points."""
    nodes, rule = _rule(_POINTS)
    polynomials = legendre.legvander(nodes, _MOST_DEGREE + _FURTHER).T
    values, slopes = [(1 - nodes) / 2, (1 + nodes) / 2], [np.full(_POINTS, -0.5), np.full(_POINTS, 0.5)]
    for degree in range(2, _MOST_DEGREE + _FURTHER + 1):
        values.append((polynomials[degree] - polynomials[degree - 2]) / np.sqrt(4 * degree - 2))
        slopes.append(polynomials[degree - 1] * np.sqrt(degree - 0.5))
    return nodes, rule, np.array(values), np.array(slopes)


def _elements(
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
        edges = _halved(edges, wide)
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
    most = (_LARGEST_FIRST_DEGREE - _LEAST_DEGREE - _IN_THE_BULK) / _FOR_AN_OSCILLATION
    ends, kept, first = set(fixed.tolist()), [], []
    filled = oscillating = middle = 0.0
    for edge, *added in zip(*(part.tolist() for part in (edges[:-1], full, oscillations, bulk)), strict=True):
        if edge in ends or filled + added[0] > 1 or oscillating + added[1] > most:
            kept.append(edge)
            first.append(least)
            filled = oscillating = middle = 0.0
        filled, oscillating, middle = filled + added[0], oscillating + added[1], max(middle, added[2])
        first[-1] = max(least, min(int(_LEAST_DEGREE + _FOR_AN_OSCILLATION * oscillating + middle), _MOST_DEGREE))
    edges, degrees = np.array([*kept, edges[-1]]), np.array(first)
    for _ in range(_MOST_HALVINGS):
        masses = _masses(edges, log_density, values.max())
        rough = np.abs(masses[0] - masses[1]) > _QUADRATURE_ERROR * masses[0].sum()
        if not rough.any():
            break
        # Half the width needs a lower degree.
        edges, degrees = (
            _halved(edges, rough),
            np.repeat(np.where(rough, np.maximum(degrees - 2, 2), degrees), 1 + rough),
        )
    return edges, degrees


def _halved(edges: Array, chosen: NDArray[np.bool_]) -> Array:
    """Edges of the elements, the chosen ones halved."""
    return np.sort(np.concatenate([edges, (edges[:-1] + edges[1:])[chosen] / 2]))


def _masses(edges: Array, log_density: Function, top: float) -> tuple[Array, Array]:
    """Integral of the density over each element by the two rules."""
    (nodes, rule), (coarse_nodes, coarse_rule) = (_rule(points) for points in _RULES)
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


def _continuous_from(log_density: Function, mobility: Function, end: float, anchor: float, scale: float) -> float:
    """Limit of the potential in a tail, from the score far out: zero, finite, or infinite."""
    if np.isfinite(end):
        return np.inf
    far = scale * 2.0 ** np.arange(10, 31) * np.sign(end)
    with np.errstate(all="ignore"):
        places = anchor + np.outer([1 + _DIFFERENCE, 1 - _DIFFERENCE], far)
        log_flux = np.asarray(log_density(places)) + np.log(mobility(places)) / 2
        slope = (log_flux[0] - log_flux[1]) / (2 * _DIFFERENCE * far)
        potential = mobility(anchor + far) * slope**2 / 4
    if not np.isfinite(potential).all():
        return np.inf
    if potential[-1] == 0:
        return 0.0
    growth = np.log2(potential[-1] / potential[-2])
    if abs(growth) < _NO_GROWTH:
        return float(potential[-1])
    return np.inf if growth > 0 else 0.0
