"""Lowest eigenpairs, on elements that are refined until the error bars are small."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from proofs_numeric.sturm_liouville.continuous_spectrum import continuous_from
from proofs_numeric.sturm_liouville.discretisation import NEGLIGIBLE, Discretisation
from proofs_numeric.sturm_liouville.elements import LEAST_DEGREE, first_elements, halve, refined
from proofs_numeric.sturm_liouville.function import Array, Function

_LEAST_DEGREE_FAR_OUT = 13  # where the eigenfunctions turn out to reach far into the tails
_GAP = 0.1  # share of a gap that error bars may take
#: Fall of log p below its top where the line is cut off.
_FALL = 70.0
_MARGIN = 1.2  # on the fall that the error of the cut-off asks for
_DEEPEST_FALL = 560.0  # beyond it the density underflows
_MOST_ROUNDS = 20
_ROUND_OFF = 3e-12


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
        return self.weights > NEGLIGIBLE

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
    fall, least = _FALL, LEAST_DEGREE
    discretised = None
    for _ in range(_MOST_ROUNDS):
        if discretised is None:
            edges, degrees = first_elements(log_density, count, support, anchor, scale, breakpoints, fall, least)
            discretised = Discretisation.of(edges, log_density, mobility, np.isinf(support))
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
            halved, degrees = refined(degrees, terms / allowed)
            halved |= len(discrete) < count
            if halved.any():
                edges, degrees = halve(edges, halved), np.repeat(degrees, 1 + halved)
                discretised = Discretisation.of(edges, log_density, mobility, np.isinf(support))
        else:
            break
    else:
        raise ValueError(
            f"the error bars stay at {coarse.max():.1g}, above {tolerance:g}: name the points where the density "
            "is not smooth as breakpoints, or allow a larger tolerance"
        )
    errors = coarse + np.minimum(cut_off, eigenvalues) + _ROUND_OFF * (1 + eigenvalues)
    return DiffusionSpectrum(eigenvalues[:count], errors[:count], bottom, *discretised.on_points(functions[:, :count]))
