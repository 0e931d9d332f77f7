r"""How far the penalised objective shrinks an embedding, and where it collapses: predictions for the Gaussian world.

At $h=\sqrt v\,Qz$, with $Q$ a rotation, the mean of the objective over batches is

.. math:: J(v) = \lambda\,\bar R(v) + (1-\lambda)\,f\cdot 2(1-\rho)\,m\,v,

where $\bar R$ is the mean of the regularizer for Gaussian pairs of that variance, sampling noise included, and $f$ the
factor of the alignment. Training settles at its minimum: $m v$ is the trace of the covariance, and $v=0$ is collapse.

References
----------
W, Appendix H (the penalised objective of the experiments); L, Theorem 6 (mean of the statistic).
"""

from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from lejepa_impl.objectives.alignment import Alignment
from lejepa_impl.regularizers.sigreg import SIGReg
from lejepa_impl.regularizers.whitening import Whitening
from lejepa_impl.train.spec import TrainingSpec

#: Variances among which the minimum is first looked for. Beyond 1 there is none: both terms rise.
_GRID = np.linspace(0, 1.5, 301)
_TOLERANCE = 1e-10


def mean_objective(spec: TrainingSpec, variance: float) -> float:
    r"""Return $J(v)$ for the objective, batch and world of a specification.

    Raises
    ------
    ValueError
        If the objective is not alignment with SIGReg or whitening, or the world is not Gaussian.
    """
    if spec.world != "gaussian":
        raise ValueError(f"no prediction for the world {spec.world}: only for the Gaussian one")
    if spec.objective != "lejepa" or spec.regularizer == "vicreg":
        raise ValueError(f"no prediction for the objective {spec.objective} with the regularizer {spec.regularizer}")
    alignment = Alignment(spec.around_pair_mean, spec.over_dimensions).factor(spec.dim)
    weight = 1 - spec.regularizer_weight if spec.convex else 1.0
    aligned = weight * alignment * 2 * (1 - spec.pair_correlation) * spec.dim * variance
    return spec.regularizer_weight * _mean_regularizer(spec, variance) + aligned


def _mean_regularizer(spec: TrainingSpec, variance: float) -> float:
    count, correlation = (2 * spec.batch, spec.pair_correlation) if spec.pooled else (spec.batch, None)
    if spec.regularizer == "whitening":
        return Whitening(spec.centred, spec.mean_over_entries).mean_for_gaussians(
            variance, spec.dim, count, pair_correlation=correlation
        )
    sigreg = SIGReg(spec.slices, spec.knots, spec.t_max, spec.scaled)
    return sigreg.mean_for_gaussians(variance, count, pair_correlation=correlation)


def predicted_variance(spec: TrainingSpec) -> float:
    """Return the variance per dimension at which training with a specification settles, 0 for collapse."""

    def objective(variance: float) -> float:
        return mean_objective(spec, variance)

    lowest = int(np.argmin([objective(variance) for variance in _GRID]))
    low, high = _GRID[max(lowest - 1, 0)], _GRID[min(lowest + 1, len(_GRID) - 1)]
    found = minimize_scalar(objective, bounds=(low, high), method="bounded", options={"xatol": _TOLERANCE})
    return 0.0 if objective(0.0) <= found.fun else float(found.x)


def collapse_weight(spec: TrainingSpec) -> float:
    r"""Return the $\lambda$ below which training with a specification collapses."""
    return _onset(lambda weight: spec.model_copy(update={"regularizer_weight": weight}), 1e-12, 1 - 1e-9)


def collapse_correlation(spec: TrainingSpec) -> float | None:
    r"""Return the $\rho$ below which training with a specification collapses; None if it never does.

    It is sought above -1, or above 0 for pairs of one parent, whose correlation is $\rho^2$.
    """

    def spec_at(rho: float) -> TrainingSpec:
        return spec.model_copy(update={"rho": rho})

    lowest = (0 if spec.pairs == "one_parent" else -1) + 1e-9
    return _onset(spec_at, lowest, 1 - 1e-9) if predicted_variance(spec_at(lowest)) == 0 else None


def _onset(spec_at: Callable[[float], TrainingSpec], low: float, high: float) -> float:
    """Find where the lowest objective leaves that of the collapsed embedding."""

    def kept(value: float) -> float:
        return 1.0 if predicted_variance(spec_at(value)) > 0 else -1.0

    return float(brentq(kept, low, high, xtol=1e-12, rtol=1e-9))
