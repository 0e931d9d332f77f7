r"""W's floor and bounds as functions: of exact moments, and of sampled pairs with confidence.

Every formula is that of a claim; see `theory.claims.recovery` and `theory.claims.planning`. Losses, variances and
errors are in units of the variance of a latent, which is one.

References
----------
W, Theorems 5.1, 5.3 and 5.4; Himeno & Yamada (2014): the unbiased estimate of the squared covariance.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray
from scipy.sparse.linalg import LinearOperator, eigsh
from scipy.stats import norm
from scipy.stats import t as student

from theory.claims.identifiability import alignment_floor as floor_claim
from theory.claims.planning import approximate_planning
from theory.claims.recovery.approximate_recovery import nonlinear_variance_bound, printed_bound
from theory.claims.recovery.no_recovery import sharp_bound_in_dimension
from theory.claims.recovery.recovery_with_confidence import largest_squared_defect, squared_defect_estimate
from theory.claims.recovery.sharp_recovery_any_defect import sharp_bound_any_defect
from theory.notation import n, rho

__all__ = ["RecoveryConfidence", "alignment_floor", "planning_bound", "recovery_bound", "recovery_confidence_bound"]

Array = NDArray[np.float64]


def _compiled(formula: sp.Expr, *symbols: sp.Symbol) -> Callable[..., Array]:
    # A root whose argument is zero may see it rounded below zero.
    root = {"sqrt": lambda value: np.sqrt(np.maximum(value, 0))}
    return sp.lambdify(symbols, formula, modules=[root, "numpy"], cse=True)


_excess, _defect, _dim = sp.symbols("delta epsilon n", real=True)
_nonlinear = nonlinear_variance_bound(_excess, rho)
_FLOOR = _compiled(floor_claim.CLAIM.statement.rhs, rho, n)
_PRINTED = _compiled(printed_bound(_excess, _defect, rho), _excess, _defect, rho)
_SHARP = _compiled(sharp_bound_any_defect(_nonlinear, _defect), _excess, _defect, rho)
_SHARP_IN_DIMENSION = _compiled(sharp_bound_in_dimension(_nonlinear, _defect, _dim), _excess, _defect, rho, _dim)
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
    The bound, of the shape to which the arguments broadcast.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    W, Theorem 5.3.
    """
    moments = [_not_negative("excess", excess), _not_negative("defect", defect), _correlation(rho)]
    if not sharp:
        return np.asarray(_PRINTED(*np.broadcast_arrays(*moments)))
    if dim is None:
        return np.asarray(_SHARP(*np.broadcast_arrays(*moments)))
    return np.asarray(_SHARP_IN_DIMENSION(*np.broadcast_arrays(*moments, _latents(dim))))


@dataclass(frozen=True)
class RecoveryConfidence:
    r"""Upper confidence bound on the recovery error, and what it is made of.

    Parameters
    ----------
    bound
        Upper confidence bound on $\min_Q \mathbb{E}\,|h-\mathbb{E}h-Qz|^2$.
    excess, excess_upper
        Unbiased estimate of $\delta$, and upper confidence limit.
    squared_defect, defect_upper
        Unbiased estimate of $\varepsilon^2$, which may be negative, and upper confidence limit of $\varepsilon$.
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
    now, change = now - now.mean(axis=0), later - now
    later = later - later.mean(axis=0)
    variance = ((now**2).sum(axis=1) + (later**2).sum(axis=1)) * points / (points - 1)
    shares = (change**2).sum(axis=1) - (1 - correlation) * variance
    excess = float(shares.mean())
    excess_upper = excess + float(student.ppf(level, points - 1) * shares.std(ddof=1)) / points**0.5

    squared_defect = _squared_defect(now)
    squared_upper = float(_LARGEST_SQUARED_DEFECT(squared_defect, norm.ppf(level) ** 2, *_covariance_noise(now)))
    defect_upper = max(squared_upper, 0) ** 0.5
    bound = recovery_bound(max(excess_upper, 0), defect_upper, correlation, dim=dim, sharp=sharp)
    return RecoveryConfidence(float(bound), excess, excess_upper, squared_defect, defect_upper, confidence, points)


def planning_bound(lipschitz: float, horizon: int, density_ratio: float, recovery_error: float) -> float:
    r"""Bound the cost that planning with an approximate encoder adds to that of the best plan.

    .. math:: J(\hat a) - \min_a J(a) \le 2 L\,(T+1)\,\sqrt{\kappa B}

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

    Returns
    -------
    float
        In units of the cost.

    Raises
    ------
    ValueError
        If an argument is outside its domain, or not a number.

    References
    ----------
    Claim `approximate_planning`; claim `sharp_planning_bound` has the exact constant, at most 1 + 1/(2T) times smaller.
    W, Theorem 5.4, has the exact case.
    """
    if not 0 <= lipschitz < np.inf:
        raise ValueError(f"lipschitz is {lipschitz}: give the Lipschitz constant of the costs, 0 or more")
    if not 0 <= horizon < np.inf or horizon != int(horizon):
        raise ValueError(f"horizon is {horizon}: give the number of actions of a plan, an integer 0 or more")
    if not 1 <= density_ratio < np.inf:
        raise ValueError(f"density_ratio is {density_ratio}: a density relative to a law reaches 1, so give 1 or more")
    if not 0 <= recovery_error < np.inf:
        raise ValueError(f"recovery_error is {recovery_error}: give a mean squared error, 0 or more")
    return float(approximate_planning.planning_bound(lipschitz, horizon, density_ratio, recovery_error))


def _squared_defect(centred: Array) -> float:
    r"""Estimate $|\mathrm{Cov}\,h-I|_F^2$ without bias, from centred points of shape (N, n)."""
    points, dim = centred.shape
    covariance = centred.T @ centred / (points - 1)
    fourth = np.sum(np.sum(centred**2, axis=1) ** 2)
    return float(squared_defect_estimate(points, dim, np.sum(covariance**2), np.trace(covariance), fourth))


#: Partners of each point in the estimate of an expectation over two independent points.
_PARTNERS = 64


def _covariance_noise(centred: Array) -> tuple[float, float]:
    r"""Estimate the largest eigenvalue, and the squared norm, of the covariance matrix of the sample covariance.

    The matrix is $\Gamma=\mathrm{Cov}(\mathrm{vec}\,hh^\top)/N$, of size $n^2$, and is not formed.
    """
    points, dim = centred.shape
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
    total = 0.0
    shifts = np.unique(np.linspace(1, points - 1, min(_PARTNERS, points - 1)).astype(int))
    for shift in shifts:
        overlap = np.sum(centred * np.roll(centred, shift, axis=0), axis=1) ** 2
        total += float(np.mean((overlap - projected - np.roll(projected, shift) + np.sum(covariance**2)) ** 2))
    return largest / points, total / len(shifts) / points**2


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
