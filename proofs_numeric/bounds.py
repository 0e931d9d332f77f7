r"""W's floor and bounds as functions: of exact moments, and of sampled pairs with confidence.

Every formula is that of a claim; see `theory.claims.recovery` and `theory.claims.planning`. Those of recovery and
planning are written out in an order that overflows for no finite arguments unless the bound does, which then is
infinite, never nan. Losses, variances and errors are in units of the variance of a latent, which is one.

References
----------
W, Theorems 5.1, 5.3 and 5.4; Himeno & Yamada (2014): the unbiased estimate of the squared covariance.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray
from scipy.sparse.linalg import LinearOperator, eigsh
from scipy.stats import norm
from scipy.stats import t as student

from theory import gaussian_world
from theory.notation import n, rho
from theory.whiteness_defect import largest_squared_defect, squared_defect_estimate

__all__ = ["RecoveryConfidence", "alignment_floor", "planning_bound", "recovery_bound", "recovery_confidence_bound"]

Array = NDArray[np.float64]


def _compiled(formula: sp.Expr, *symbols: sp.Symbol) -> Callable[..., Array]:
    # A root whose argument is zero may see it rounded below zero.
    root = {"sqrt": lambda value: np.sqrt(np.maximum(value, 0))}
    return sp.lambdify(symbols, formula, modules=[root, "numpy"], cse=True)


_FLOOR = _compiled(gaussian_world.alignment_floor(rho, n), rho, n)
_limit = sp.symbols("U c lambda tau", real=True)
_LARGEST_SQUARED_DEFECT = _compiled(largest_squared_defect(*_limit), *_limit)


def alignment_floor(rho: ArrayLike, n: ArrayLike) -> Array:
    r"""Smallest alignment loss of a whitened encoder (claim `alignment_floor`).

    .. math:: L(h) \ge 2(1-\rho)\,n

    Parameters
    ----------
    rho
        Pair correlation, in (0, 1).
    n
        Number of latents, at least 1; broadcast against `rho`.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    W, Theorem 5.1.
    """
    with np.errstate(over="ignore"):
        return np.asarray(_FLOOR(*np.broadcast_arrays(_correlation(rho), _latents(n))))


def recovery_bound(
    excess: ArrayLike,
    defect: ArrayLike,
    rho: ArrayLike,
    *,
    dim: ArrayLike | None = None,
    sharp: bool = True,
) -> Array:
    r"""Bound on the recovery error of an encoder of known excess and defect.

    .. math:: \min_Q \mathbb{E}\,|h-\mathbb{E}h-Qz|^2 \le D + k + (1-\sqrt{1-x})^2, \qquad
              D = \frac{\delta}{2\rho(1-\rho)}

    with $k=0$ and $x=\varepsilon+D$ while that is at most 1 (claim `sharp_recovery`); otherwise as in
    `sharp_recovery_any_defect` and `no_recovery`. The printed bound is $D+(\varepsilon+D)^2$
    (claim `approximate_recovery`). An encoder that is not centred has the error $|\mathbb{E}h|^2$ on top (claim
    `recovery_off_centre`).

    Parameters
    ----------
    excess
        $\delta = L(h) - 2(1-\rho)\,\mathrm{tr}\,\mathrm{Cov}\,h$, not negative.
    defect
        $\varepsilon = |\mathrm{Cov}\,h - I|_F$, not negative.
    rho
        Pair correlation, in (0, 1).
    dim
        Number of latents n. Without it, the bound holds for every n.
    sharp
        False for the printed bound, which does not depend on `dim`.

    Returns
    -------
    NDArray
        The bound, of the shape to which the arguments broadcast; infinite where it is beyond the largest float.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    W, Theorem 5.3.
    """
    moments = _not_negative("excess", excess), _not_negative("defect", defect), _correlation(rho)
    return _recovery_bound(*moments, None if dim is None else _latents(dim), sharp=sharp)


#: From here on a float is whole, and a share of the error that is at most one is lost in rounding.
_WHOLE = 2.0**53


def _recovery_bound(excess: Array, defect: Array, rho: Array, dim: Array | None, *, sharp: bool) -> Array:
    """Evaluate the bounds of the claims for moments that may be infinite, in an order that keeps them from overflow."""
    # Every overflow is one of a sum or product of numbers that are not negative: infinity is its correct rounding.
    with np.errstate(over="ignore"):
        nonlinear = excess / (2 * rho * (1 - rho))
        if not sharp:
            return np.asarray(nonlinear + (defect + nonlinear) ** 2)
        alive = _bound_any_defect(nonlinear, defect)
        if dim is None:
            return alive
        spread = np.sqrt(dim) * defect
        collapsed = np.where(
            defect <= 3, dim + np.minimum(nonlinear, dim + spread), np.minimum(alive, 2 * dim + spread)
        )
        return np.where(_lost_directions(nonlinear, defect) < dim, alive, collapsed)


def _lost_directions(nonlinear: Array, defect: Array) -> Array:
    return np.floor((defect / 2 + np.hypot(defect / 2, np.sqrt(nonlinear))) ** 2)


def _bound_any_defect(nonlinear: Array, defect: Array) -> Array:
    all_lost = _lost_directions(nonlinear, defect)
    precise = all_lost < _WHOLE
    lost, left, spread = (np.where(precise, value, 0.0) for value in (all_lost, nonlinear, defect))
    shortfall = np.maximum(spread / np.sqrt(lost + 1), 1 - left / np.maximum(1, lost))
    root = np.sqrt(lost) * shortfall
    deficit = left - lost + lost * shortfall + np.sqrt(np.maximum((spread - root) * (spread + root), 0))
    deficit = np.clip(deficit, 0, 1)
    # Equal to (1 - sqrt(1 - x))^2, without the cancellation at small x.
    distortion = (deficit / (1 + np.sqrt(1 - deficit))) ** 2
    return np.asarray(nonlinear + all_lost + np.where(precise, distortion, 1.0))


@dataclass(frozen=True)
class RecoveryConfidence:
    r"""Upper confidence bound on the recovery error, and what it is made of.

    Parameters
    ----------
    bound
        Upper confidence bound on $\min_Q \mathbb{E}\,|h-\mathbb{E}h-Qz|^2$.
    excess
        Unbiased estimate of $\delta$, which may be negative.
    excess_upper
        Upper confidence limit of $\delta$.
    squared_defect
        Unbiased estimate of $\varepsilon^2$, which may be negative.
    defect_upper
        Upper confidence limit of $\varepsilon$.
    confidence
        Nominal probability that both limits hold, and with them the bound.
    points
        Number N of pairs.
    """

    bound: float
    excess: float
    excess_upper: float
    squared_defect: float
    defect_upper: float
    confidence: float
    points: int


def recovery_confidence_bound(
    first: ArrayLike,
    second: ArrayLike,
    rho: float,
    *,
    confidence: float = 0.95,
    sharp: bool = True,
) -> RecoveryConfidence:
    r"""Bound the recovery error with confidence, from the embeddings of sampled pairs.

    This is claim `recovery_with_confidence`. Each of the two upper limits has the level $1-\alpha/2$, and the bound
    increases in both. That of $\delta$ is Student's. That of $\varepsilon$ is the largest $t$ with

    .. math:: t^2 \le \widehat{\varepsilon^2} + z_{1-\alpha/2} \sqrt{4\lambda t^2 + 2\tau}

    where $\widehat{\varepsilon^2}$ is unbiased, $\lambda$ is the largest eigenvalue of the covariance of the sample
    covariance and $\tau$ its squared Frobenius norm. The plug-in $|\hat C-I|_F$ is near $\sqrt{n(n+1)/N}$ for a white
    encoder; this is not. Both limits are asymptotic in N, and want eight moments of $h$.

    Parameters
    ----------
    first, second
        Embeddings of the latents of independent pairs and of their successors, shape (N, n), N at least 4.
    rho
        Pair correlation of the world, in (0, 1).
    confidence
        Nominal level $1-\alpha$, in (0, 1).
    sharp
        False for the printed bound.

    Raises
    ------
    ValueError
        If shapes differ, a value is not finite, pairs are too few, or an argument is out of range.
    """
    now, later = _pairs(first, second)
    (correlation,) = _correlation(rho).reshape(1)
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence} is not in (0, 1): give a probability such as 0.95")
    points, dim = now.shape
    level = 1 - (1 - confidence) / 2
    # Moments of large embeddings are taken in a unit in which they do not overflow.
    exponent = max(0, _exponent(now), _exponent(later))
    now, later = np.ldexp(now, -exponent), np.ldexp(later, -exponent)
    now, change = now - now.mean(axis=0), later - now
    later = later - later.mean(axis=0)
    variance = ((now**2).sum(axis=1) + (later**2).sum(axis=1)) * points / (points - 1)
    shares = (change**2).sum(axis=1) - (1 - correlation) * variance
    excess = shares.mean()
    excess_upper = excess + student.ppf(level, points - 1) * shares.std(ddof=1) / points**0.5

    squared_defect = _squared_defect(now, exponent)
    # The limit is homogeneous: it scales like the estimate and the noise of the covariance do.
    squared_upper = float(_LARGEST_SQUARED_DEFECT(squared_defect, norm.ppf(level) ** 2, *_covariance_noise(now)))
    with np.errstate(over="ignore"):
        excess, excess_upper = np.ldexp([excess, excess_upper], 2 * exponent)
        defect_upper = np.ldexp(max(squared_upper, 0) ** 0.5, 2 * exponent)
        squared_defect = np.ldexp(squared_defect, 4 * exponent)
    moments = np.asarray(max(excess_upper, 0)), np.asarray(defect_upper), np.asarray(correlation)
    bound = _recovery_bound(*moments, np.asarray(dim), sharp=sharp)
    return RecoveryConfidence(
        float(bound),
        float(excess),
        float(excess_upper),
        float(squared_defect),
        float(defect_upper),
        confidence,
        points,
    )


def planning_bound(
    lipschitz: ArrayLike,
    horizon: ArrayLike,
    density_ratio: ArrayLike,
    recovery_error: ArrayLike,
    *,
    sharp: bool = True,
) -> Array:
    r"""Bound the cost that planning with an approximate encoder adds to that of the best plan.

    .. math:: J(\hat a) - \min_a J(a) \le L \sqrt{\big((2T+1)^2+1\big)\,\kappa B} \le 2 L\,(T+1)\,\sqrt{\kappa B}

    Both bounds are proved under the same assumptions, for every T. The first is attained for every T from 1 on (claim
    `sharp_planning_bound`), and at most 1 + 1/(2T) times smaller. The second (claim `approximate_planning`) is twice
    what a single plan can be misjudged by, which the first is not.

    Parameters
    ----------
    lipschitz
        $L$, Lipschitz constant of stage and terminal costs in the state; cost per unit of the latent.
    horizon
        $T$, number of actions of a plan.
    density_ratio
        $\kappa$, largest density of a state under a plan relative to the law under which the recovery
        error is measured; no unit.
    recovery_error
        $B = \mathbb{E}|h(z)-Qz|^2$, or a bound of it; squared units of the latent.
    sharp
        False for $2L(T+1)\sqrt{\kappa B}$.

    Returns
    -------
    NDArray
        The bound in units of the cost, of the shape to which the arguments broadcast; infinite where it is beyond the
        largest float.

    Raises
    ------
    ValueError
        If an argument is outside its domain, or not a number.

    References
    ----------
    W, Theorem 5.4, has the exact case.
    """
    arguments = lipschitz, horizon, density_ratio, recovery_error
    steepness, steps, ratio, error = (np.asarray(value, dtype=np.float64) for value in arguments)
    _within("lipschitz", steepness, steepness >= 0, "give the Lipschitz constant of the costs, 0 or more")
    whole = (steps >= 0) & (steps == np.floor(steps))
    _within("horizon", steps, whole, "give the number of actions of a plan, an integer 0 or more")
    _within("density_ratio", ratio, ratio >= 1, "a density relative to a law reaches 1, so give 1 or more")
    _within("recovery_error", error, error >= 0, "give a mean squared error, 0 or more")
    half = np.hypot(steps + 0.5, 0.5) if sharp else steps + 1
    return _product(np.asarray(2.0), steepness, half, np.sqrt(ratio), np.sqrt(error))


def _within(name: str, array: Array, allowed: NDArray[np.bool_], remedy: str) -> None:
    wrong = array[~(allowed & np.isfinite(array))]
    if wrong.size:
        raise ValueError(f"{name} is {wrong.flat[0]:g}: {remedy}")


def _product(*factors: Array) -> Array:
    """Multiply finite numbers that may overflow or vanish on the way to a product that does not."""
    mantissas, exponents = zip(*map(np.frexp, np.broadcast_arrays(*factors)), strict=True)
    with np.errstate(over="ignore"):
        return np.asarray(np.ldexp(reduce(np.multiply, mantissas), np.sum(exponents, axis=0)))


def _exponent(values: Array) -> int:
    """Exponent of the power of two in which the largest absolute value is between one and two."""
    return int(np.frexp(np.abs(values).max())[1]) - 1


def _squared_defect(centred: Array, exponent: int) -> float:
    r"""Estimate $|\mathrm{Cov}\,h-I|_F^2$ without bias, from centred points of shape (N, n).

    Points and estimate are in units of $2^e$ and $2^{4e}$ for the exponent e.
    """
    points, dim = centred.shape
    covariance = centred.T @ centred / (points - 1)
    fourth = np.sum(np.sum(centred**2, axis=1) ** 2)
    moments = np.sum(covariance**2), np.trace(covariance), fourth
    return float(squared_defect_estimate(points, dim, *moments, one=np.ldexp(1.0, -2 * exponent)))


#: Partners of each point in the estimate of an expectation over two independent points.
_PARTNERS = 64


def _covariance_noise(centred: Array) -> tuple[float, float]:
    r"""Estimate the largest eigenvalue, and the squared norm, of the covariance matrix of the sample covariance.

    The matrix is $\Gamma=\mathrm{Cov}(\mathrm{vec}\,hh^\top)/N$, of size $n^2$, and is not formed.
    """
    points, dim = centred.shape
    # Eighth powers of small embeddings vanish, so they are taken in a unit of their own.
    exponent = _exponent(centred)
    centred = np.ldexp(centred, -exponent)
    covariance = centred.T @ centred / points

    def apply(vector: Array) -> Array:
        direction = vector.reshape(dim, dim)
        values = np.sum(centred @ direction * centred, axis=1)
        return (centred.T @ ((values - values.mean())[:, None] * centred) / points).ravel()

    # A start that no symmetry of the covariance leaves invariant.
    start = np.eye(dim).ravel() + np.linspace(0, 1, dim**2)
    if dim == 1 or not covariance.any():
        largest = float(apply(start)[0])
    else:
        operator = LinearOperator((dim**2, dim**2), matvec=apply, dtype=np.float64)
        largest = float(eigsh(operator, k=1, v0=start, tol=1e-3, return_eigenvectors=False)[0])
    projected = np.sum(centred @ covariance * centred, axis=1)
    following, projected_later = (np.concatenate([values, values]) for values in (centred, projected))
    total = 0.0
    shifts = np.unique(np.linspace(1, points - 1, min(_PARTNERS, points - 1)).astype(int))
    for shift in shifts:
        partners = slice(shift, shift + points)
        overlap = np.sum(centred * following[partners], axis=1) ** 2
        total += float(np.mean((overlap - projected - projected_later[partners] + np.sum(covariance**2)) ** 2))
    noise = total / len(shifts) / points**2
    return float(np.ldexp(largest / points, 4 * exponent)), float(np.ldexp(noise, 8 * exponent))


def _pairs(first: ArrayLike, second: ArrayLike) -> tuple[Array, Array]:
    now, later = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if now.shape != later.shape or now.ndim != 2 or now.shape[1] == 0:
        raise ValueError(f"embeddings of shapes {now.shape} and {later.shape}: give both as (pairs, latents)")
    if len(now) < 4:
        raise ValueError(f"{len(now)} pairs are too few to estimate a squared covariance: give at least 4")
    bad = int(np.sum(~np.isfinite(now)) + np.sum(~np.isfinite(later)))
    if bad:
        raise ValueError(f"{bad} values of the embeddings are nan or infinite: leave out no pair, find the cause")
    return now, later


def _correlation(value: ArrayLike) -> Array:
    array = np.asarray(value, dtype=np.float64)
    wrong = array[~((array > 0) & (array < 1))]
    if wrong.size:
        raise ValueError(f"correlation {wrong.flat[0]} is not in (0, 1): elsewhere rotations are not optimal")
    return array


def _latents(value: ArrayLike) -> Array:
    array = np.asarray(value, dtype=np.float64)
    wrong = array[~((array >= 1) & (array == np.floor(array)) & np.isfinite(array))]
    if wrong.size:
        raise ValueError(f"{wrong.flat[0]:g} latents: give a whole number, at least 1")
    return array


def _not_negative(name: str, value: ArrayLike) -> Array:
    array = np.asarray(value, dtype=np.float64)
    wrong = array[~((array >= 0) & np.isfinite(array))]
    if wrong.size:
        raise ValueError(f"{name} {wrong.flat[0]:g} is not in [0, oo): for an estimate use recovery_confidence_bound")
    return array
