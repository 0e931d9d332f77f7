"""The bound on the recovery error with confidence, from sampled pairs."""

from dataclasses import dataclass

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike
from scipy.sparse.linalg import LinearOperator, eigsh
from scipy.stats import norm
from scipy.stats import t as student

from proofs_numeric.bounds.arguments import Array, correlations
from proofs_numeric.bounds.compiled import compiled
from proofs_numeric.bounds.recovery import bound_of_moments
from theory.whiteness_defect import largest_squared_defect, squared_defect_estimate

_limit = sp.symbols("U c lambda tau", real=True)
_LARGEST_SQUARED_DEFECT = compiled(largest_squared_defect(*_limit), *_limit)


@dataclass(frozen=True)
class RecoveryConfidence:
    r"""Upper confidence bound on the recovery error, and what it is made of.

    Parameters
    ----------
    bound
        Upper confidence bound on $\min_Q \mathbb{E}\,|h-\mathbb{E}h-Qz|^2$.
    excess
        Estimate of $\delta$, which may be negative; unbiased where the latents are not given.
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
    latents: tuple[ArrayLike, ArrayLike] | None = None,
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
    latents
        The latents of the pairs and their successors, shape (N, latents), where they are known. Linear maps of them
        have no excess, but most of the noise of its estimate: that is then taken of what a regression on them leaves,
        which adds a share of the order latents / N to it. Noise no longer hides that a fold which few pairs see is
        missed: the limit then is too low.
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
    (correlation,) = correlations(rho).reshape(1)
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence} is not in (0, 1): give a probability such as 0.95")
    points, dim = now.shape
    level = 1 - (1 - confidence) / 2
    # Moments of large embeddings are taken in a unit in which they do not overflow.
    exponent = max(0, _exponent(now), _exponent(later))
    now, later = np.ldexp(now, -exponent), np.ldexp(later, -exponent)
    now, later = now - now.mean(axis=0), later - now.mean(axis=0)
    counted = (now, later) if latents is None else _nonlinear(now, later, latents)
    shares = _excess_shares(*counted, rho=correlation)
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
    bound = bound_of_moments(*moments, np.asarray(dim), sharp=sharp)
    return RecoveryConfidence(
        float(bound),
        float(excess),
        float(excess_upper),
        float(squared_defect),
        float(defect_upper),
        confidence,
        points,
    )


def _excess_shares(now: Array, later: Array, *, rho: float) -> Array:
    """Return the share of each pair in the excess, which is their mean."""
    points = len(now)
    variance = sum(((view - view.mean(axis=0)) ** 2).sum(axis=1) for view in (now, later)) * points / (points - 1)
    return ((later - now) ** 2).sum(axis=1) - (1 - rho) * variance


def _nonlinear(now: Array, later: Array, latents: tuple[ArrayLike, ArrayLike]) -> tuple[Array, Array]:
    """Take off both embeddings what a regression of the first on its latents explains."""
    latent, successor = (np.asarray(values, dtype=np.float64) for values in latents)
    if not (latent.ndim == 2 and latent.shape == successor.shape and len(latent) == len(now)):
        raise ValueError(f"latents of shapes {latent.shape} and {successor.shape}: give both as ({len(now)}, latents)")
    if not (np.isfinite(latent).all() and np.isfinite(successor).all()):
        raise ValueError("some of the latents are nan or infinite: look for it in the world they come from")
    if len(now) <= latent.shape[1] + 1:
        raise ValueError(f"{len(now)} pairs are too few for a regression on {latent.shape[1]} latents: give many more")
    origin = latent.mean(axis=0)
    linear = np.linalg.lstsq(latent - origin, now)[0]
    return now - (latent - origin) @ linear, later - (successor - origin) @ linear


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
