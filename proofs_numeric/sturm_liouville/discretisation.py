"""Energy and mass on the elements: eigenpairs of Rayleigh and Ritz, and their error bars."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray
from scipy.linalg import eigh

from proofs_numeric.sturm_liouville.elements import MOST_DEGREE, POINTS, Degrees, gauss_legendre
from proofs_numeric.sturm_liouville.function import Array, Function

_FURTHER = 3  # degrees that the error bars have beyond the most
_SATURATION = 2  # all degrees together hold at most so many times what those of the error bars hold
_LAST_DIGITS = 8 * np.finfo(np.float64).eps
NEGLIGIBLE = 1e-14  # weight of a point


@dataclass(frozen=True)
class Discretisation:
    """Functions on each element: values and slopes at its points, weighted so that squares sum to mass and energy."""

    points: Array  # (elements, points)
    weights: Array
    steps: Array  # (elements, 2, 2 * points), values first: rising to one at the outer end, and constant
    joined: NDArray[np.bool_]  # which steps each continuous function consists of, (2 * elements, nodes)
    bubbles: Array  # (elements, bubbles, 2 * points), by degree: zero at both ends, orthonormal in energy and mass
    length: float  # in the coordinate of unit mobility
    ends: Array  # density, zero where the support ends, mobility and decay rate at the two ends, (3, 2)

    @classmethod
    def of(cls, edges: Array, log_density: Function, mobility: Function, cut: NDArray[np.bool_]) -> "Discretisation":
        """Discretise on the elements between edges, the outermost cut off or not."""
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
        last = np.flatnonzero(weights > NEGLIGIBLE)[-1]
        return self.points.ravel(), weights, values * np.sign(values[:, [last]])


def _assembled(parts: Array, index: NDArray[np.int64], size: int) -> Array:
    """Sum of matrices of the elements, of shape (elements, functions, functions), by the numbers of their functions."""
    places = size * index[:, :, None] + index[:, None, :]
    return np.asarray(np.bincount(places.ravel(), parts.ravel(), size**2).reshape(size, size), dtype=np.float64)


@cache
def _reference() -> tuple[Array, Array, Array, Array]:
    """Quadrature on [-1, 1], and the values and slopes of the hierarchical basis at its points."""
    nodes, rule = gauss_legendre(POINTS)
    polynomials = legendre.legvander(nodes, MOST_DEGREE + _FURTHER).T
    values, slopes = [(1 - nodes) / 2, (1 + nodes) / 2], [np.full(POINTS, -0.5), np.full(POINTS, 0.5)]
    for degree in range(2, MOST_DEGREE + _FURTHER + 1):
        values.append((polynomials[degree] - polynomials[degree - 2]) / np.sqrt(4 * degree - 2))
        slopes.append(polynomials[degree - 1] * np.sqrt(degree - 0.5))
    return nodes, rule, np.array(values), np.array(slopes)
