"""The bounds of the theory as functions of numbers, with their domains."""

from theory.claims.planning import approximate_planning


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
    if not lipschitz >= 0:
        raise ValueError(f"lipschitz is {lipschitz}: give the Lipschitz constant of the costs, 0 or more")
    if horizon < 0 or horizon != int(horizon):
        raise ValueError(f"horizon is {horizon}: give the number of actions of a plan, an integer 0 or more")
    if not density_ratio >= 1:
        raise ValueError(f"density_ratio is {density_ratio}: a density relative to a law reaches 1, so give 1 or more")
    if not recovery_error >= 0:
        raise ValueError(f"recovery_error is {recovery_error}: give a mean squared error, 0 or more")
    return float(approximate_planning.planning_bound(lipschitz, horizon, density_ratio, recovery_error))
