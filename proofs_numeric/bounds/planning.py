"""Bounds on the cost of planning with an approximate encoder."""

from functools import reduce

import numpy as np
from numpy.typing import ArrayLike

from proofs_numeric.bounds.arguments import Array, require


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
    require("lipschitz", steepness, steepness >= 0, "give the Lipschitz constant of the costs, 0 or more")
    whole = (steps >= 0) & (steps == np.floor(steps))
    require("horizon", steps, whole, "give the number of actions of a plan, an integer 0 or more")
    require("density_ratio", ratio, ratio >= 1, "a density relative to a law reaches 1, so give 1 or more")
    require("recovery_error", error, error >= 0, "give a mean squared error, 0 or more")
    half = np.hypot(steps + 0.5, 0.5) if sharp else steps + 1
    return _product(np.asarray(2.0), steepness, half, np.sqrt(ratio), np.sqrt(error))


def _product(*factors: Array) -> Array:
    """Multiply finite numbers that may overflow or vanish on the way to a product that does not."""
    mantissas, exponents = zip(*map(np.frexp, np.broadcast_arrays(*factors)), strict=True)
    with np.errstate(over="ignore"):
        return np.asarray(np.ldexp(reduce(np.multiply, mantissas), np.sum(exponents, axis=0)))
