r"""Spectra of reversible diffusions on the line, with a-posteriori error bars.

.. math:: D\varphi = \frac{(K p \varphi')'}{p}, \qquad -D\varphi_k = \mu_k \varphi_k, \qquad
          0 = \mu_0 < \mu_1 < \mu_2 < \dots

is the generator of the diffusion with stationary density $p$ and mobility $K$. The world that observes it
at steps of time $t$ has the transition operator $e^{tD}$ with eigenvalues $e^{-\mu_k t}$.

The eigenpairs are those of Rayleigh and Ritz: energy $\int K p\,\varphi'\psi'$ and mass $\int p\,\varphi\psi$ on
continuous piecewise polynomials, on elements in which $\log p$ varies moderately. The error bars come
from the next degrees, which the solution does not use, and elements are halved until the bars are small.

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

_DEGREE = 12
_FURTHER = 3  # degrees of the error bars
_SATURATION = 2  # all degrees together hold at most so many times what the next ones hold
_POINTS = 30  # of the Gauss-Legendre rule on an element
#: The rule of the element and a coarser one, their allowed difference, and how often an element is halved for it.
_RULES = (_POINTS, 26)
_QUADRATURE_ERROR = 3e-14
_MOST_HALVINGS = 40
#: Variation of log p within an element. Larger elements make the basis nearly dependent.
_VARIATION = 12.0
#: Fall of log p below its top where the line is cut off.
_FALL = 70.0
_DEEPEST_FALL = 560.0  # beyond it the density underflows
_MOST_ROUNDS = 12
_SMALLEST = 1e-3  # width of a first element, in units of the scale
_ROUND_OFF = 3e-12
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

    Raises
    ------
    ValueError
        If the density or the mobility is not finite and positive inside of the support, or the error
        bars do not reach the tolerance; the message names the point or the bar.
    """
    if count < 1:
        raise ValueError(f"a spectrum has at least 1 eigenvalue, not {count}")
    bottom = continuous_from(log_density, support=support, mobility=mobility, anchor=anchor, scale=scale)
    fall = _FALL
    edges = _elements(log_density, support, anchor, scale, breakpoints, fall)
    for _ in range(_MOST_ROUNDS):
        discretised = _Discretisation.of(edges, log_density, mobility, np.isinf(support))
        eigenvalues, vectors = discretised.solve(count)
        discrete = eigenvalues < bottom
        discrete[0] = True  # the constants, even where the continuous spectrum begins with them
        eigenvalues, vectors = eigenvalues[discrete], vectors[:, discrete]
        coarse, cut_off = discretised.errors(eigenvalues, vectors)
        allowed = tolerance * np.maximum(1, eigenvalues)
        if len(discrete) < count or (coarse.sum(0) > allowed).any():
            halved = (coarse > allowed / len(coarse)).any(1) | (len(discrete) < count)
            edges = np.sort(np.concatenate([edges, (edges[:-1] + edges[1:])[halved] / 2]))
        elif (cut_off > allowed).any() and fall < _DEEPEST_FALL:
            fall *= 2
            edges = _elements(log_density, support, anchor, scale, breakpoints, fall)
        else:
            break
    else:
        raise ValueError(
            f"the error bars stay at {coarse.sum(0).max():.1g}, above {tolerance:g}: name the points where the density "
            "is not smooth as breakpoints, or allow a larger tolerance"
        )
    return DiffusionSpectrum(
        eigenvalues,
        coarse.sum(0) + cut_off + _ROUND_OFF * (1 + eigenvalues),
        bottom,
        *discretised.on_points(vectors),
    )


def continuous_from(
    log_density: Function,
    *,
    support: tuple[float, float] = (-np.inf, np.inf),
    mobility: Function = np.ones_like,
    anchor: float = 0.0,
    scale: float = 1.0,
) -> float:
    """Bottom of the continuous spectrum, infinite where the spectrum is discrete; parameters as above."""
    return min(_continuous_from(log_density, mobility, end, anchor, scale) for end in support)


@dataclass(frozen=True)
class _Discretisation:
    """Energy and mass of the hierarchical basis on each element, further degrees included."""

    points: Array  # (elements, points)
    weights: Array
    energy: Array  # (elements, functions, functions)
    mass: Array
    ends: Array  # stationary density times mobility times decay rate, at the two ends

    @classmethod
    def of(cls, edges: Array, log_density: Function, mobility: Function, cut: NDArray[np.bool_]) -> "_Discretisation":
        nodes, rule, values, slopes = _reference()
        half = np.diff(edges)[:, None] / 2
        middle = (edges[:-1, None] + edges[1:, None]) / 2
        points = middle + half * nodes
        log_p, K = np.asarray(log_density(points)), np.asarray(mobility(points))
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
        mass = (values * weights[:, None, :]) @ values.T
        energy = (slopes * (weights * K / half**2)[:, None, :]) @ slopes.T
        corners = np.array([points[0, :2], points[-1, :-3:-1]])
        decay = np.abs(np.diff(log_density(corners), axis=1) / np.diff(corners, axis=1))[:, 0]
        outermost = [0, -1], [0, -1]
        ends = cut * np.exp(log_p[outermost] - top) / total * K[outermost] * decay
        return cls(points, weights, energy, mass, ends)

    def solve(self, count: int) -> tuple[Array, Array]:
        """Lowest eigenvalues, at most `count`, and eigenvectors, in the basis that the solution uses."""
        index = self._index()
        size = int(index.max()) + 1
        used = slice(_DEGREE + 1)
        places = (size * index[:, :, None] + index[:, None, :]).ravel()
        energy, mass = (
            np.bincount(places, part[:, used, used].ravel(), size * size).reshape(size, size)
            for part in (self.energy, self.mass)
        )
        # The constant is known, and would mix with the function that tells apart modes which hardly exchange mass.
        constant = np.zeros(size)
        constant[::_DEGREE] = 1
        content = mass @ constant
        # The top of 1/(1 + mu) is found to full precision, the bottom of mu only to that of the largest one.
        both = energy + mass
        scale = 1 / np.sqrt(both.diagonal())
        pair = scale[:, None] * scale
        count = min(count, size)
        inverses, vectors = np.ones(1), constant[:, None]
        if count > 1:
            others, found = eigh(
                (mass - np.outer(content, content)) * pair, both * pair, subset_by_index=[size - count + 1, size - 1]
            )
            inverses = np.append(inverses, others[::-1])
            vectors = np.column_stack([constant, found[:, ::-1] * scale[:, None] / np.sqrt(others[::-1])])
        return np.maximum(1 / inverses - 1, 0), vectors

    def errors(self, eigenvalues: Array, vectors: Array) -> tuple[Array, Array]:
        """Error bars from each element, shape (elements, count), and from the two ends, shape (count,)."""
        used, further = slice(_DEGREE + 1), slice(_DEGREE + 1, None)
        local = vectors[self._index()]
        residual = self.energy[:, further, used] @ local - eigenvalues * (self.mass[:, further, used] @ local)
        energy, mass = (np.diagonal(part, axis1=1, axis2=2)[:, further, None] for part in (self.energy, self.mass))
        inside = _SATURATION * (residual**2 / np.abs(energy - eigenvalues * mass)).sum(1)
        return inside, self.ends @ vectors[[0, -1]] ** 2

    def on_points(self, vectors: Array) -> tuple[Array, Array, Array]:
        """Points, weights and the functions of the vectors there."""
        _, _, values, _ = _reference()
        functions = np.einsum("efk,fq->keq", vectors[self._index()], values[: _DEGREE + 1])
        functions = functions.reshape(vectors.shape[1], -1)
        return self.points.ravel(), self.weights.ravel(), functions * np.sign(functions[:, -1:])

    def _index(self) -> NDArray[np.int64]:
        """Number of each local basis function: the two ends of the element first, then its bubbles."""
        first = _DEGREE * np.arange(len(self.points))[:, None]
        return first + np.array([0, _DEGREE, *range(1, _DEGREE)])


_rule = cache(legendre.leggauss)


@cache
def _reference() -> tuple[Array, Array, Array, Array]:
    """Quadrature on [-1, 1], and the values and slopes of the hierarchical basis at its points."""
    nodes, rule = _rule(_POINTS)
    polynomials = legendre.legvander(nodes, _DEGREE + _FURTHER).T
    values, slopes = [(1 - nodes) / 2, (1 + nodes) / 2], [np.full(_POINTS, -0.5), np.full(_POINTS, 0.5)]
    for degree in range(2, _DEGREE + _FURTHER + 1):
        values.append((polynomials[degree] - polynomials[degree - 2]) / np.sqrt(4 * degree - 2))
        slopes.append(polynomials[degree - 1] * np.sqrt(degree - 0.5))
    return nodes, rule, np.array(values), np.array(slopes)


def _elements(
    log_density: Function,
    support: tuple[float, float],
    anchor: float,
    scale: float,
    breakpoints: tuple[float, ...],
    fall: float,
) -> Array:
    """Edges of elements over the part of the line where the density is not negligible."""
    low, high = (
        _cut_off(log_density, end, anchor, side * scale, fall) for end, side in zip(support, (-1, 1), strict=True)
    )
    if not low < anchor < high:
        raise ValueError(f"the anchor {anchor} is not inside of the support ({low:g}, {high:g})")
    fixed = np.unique([low, *(point for point in breakpoints if low < point < high), high])
    inner = (1 - np.cos(np.linspace(0, np.pi, 11)[1:-1])) / 2
    edges = fixed
    while True:
        values = np.asarray(log_density(edges[:-1, None] + np.diff(edges)[:, None] * inner))
        variation = np.ptp(values, axis=1)
        # Next to a zero of the density every element varies, however small.
        wide = (variation > _VARIATION / 4) & (np.diff(edges) > _SMALLEST * scale)
        if not wide.any():
            break
        edges = np.sort(np.concatenate([edges, (edges[:-1] + edges[1:])[wide] / 2]))
    # Neighbours are joined again as long as the variation of both together allows.
    kept, varied = [edges[0]], 0.0
    for edge, further in zip(edges[:-1], variation, strict=True):
        if edge != kept[-1] and (varied + further > _VARIATION or edge in fixed):
            kept.append(edge)
            varied = 0.0
        varied += further
    edges = np.array([*kept, edges[-1]])
    top = values.max()
    for _ in range(_MOST_HALVINGS):
        masses = [_masses(edges, lambda x: np.exp(log_density(x) - top), points) for points in _RULES]
        rough = np.abs(masses[0] - masses[1]) > _QUADRATURE_ERROR * masses[0].sum()
        if not rough.any():
            break
        edges = np.sort(np.concatenate([edges, (edges[:-1] + edges[1:])[rough] / 2]))
    return edges


def _masses(edges: Array, density: Function, points: int) -> Array:
    """Integral of the density over each element by a Gauss-Legendre rule."""
    nodes, rule = _rule(points)
    half = np.diff(edges)[:, None] / 2
    return np.asarray((half * density((edges[:-1, None] + edges[1:, None]) / 2 + half * nodes)) @ rule)


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

    def log_flux(x: Array) -> Array:
        return np.asarray(log_density(anchor + x)) + np.log(mobility(anchor + x)) / 2

    with np.errstate(all="ignore"):
        slope = (log_flux(far * (1 + _DIFFERENCE)) - log_flux(far * (1 - _DIFFERENCE))) / (2 * _DIFFERENCE * far)
        potential = mobility(anchor + far) * slope**2 / 4
    if not np.isfinite(potential).all():
        return np.inf
    if potential[-1] == 0:
        return 0.0
    growth = np.log2(potential[-1] / potential[-2])
    if abs(growth) < _NO_GROWTH:
        return float(potential[-1])
    return np.inf if growth > 0 else 0.0
