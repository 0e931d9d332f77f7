r"""How far the penalised objective shrinks an embedding, and where it collapses: predictions for the Gaussian world.

At $h=\sqrt v\,Qz$, with $Q$ a rotation, the mean of the objective over batches is

.. math:: J(v) = \lambda\,\bar R(v) + (1-\lambda)\,f\cdot 2(1-\rho)\,m\,v,

where $\bar R$ is the mean of the regularizer for Gaussian pairs of that variance, sampling noise included, and $f$ the
factor of the alignment. Training settles at its minimum: $m v$ is the trace of the covariance, and $v=0$ is collapse.

For SIGReg, at each knot, the two terms of the distance and the noise have the second derivatives
$Nt^4e^{-vt^2/2}(e^{-vt^2/2}-\tfrac12e^{-t^2/2})\ge\tfrac N2t^4e^{-vt^2}$ and at least $-2t^4e^{-vt^2}$ on $0\le v\le1$,
so that $J$ is convex there for $N\ge4$; for whitening it is a parabola. So the embedding collapses just where
$J'(0)\ge0$, and its scale leaves 0 continuously:

.. math:: \frac{\lambda}{1-\lambda} = \frac{2(1-\rho)\,m\,f}{-\bar R'(0)} \quad\text{at the onset.}

References
----------
W, Appendix H (the penalised objective of the experiments); L, Theorem 6 (mean of the statistic).
"""

from scipy.optimize import minimize_scalar

from lejepa_impl.objectives.alignment import Alignment
from lejepa_impl.regularizers.sigreg import SIGReg
from lejepa_impl.regularizers.whitening import Whitening
from lejepa_impl.train.spec import TrainingSpec

#: Beyond 1 there is no minimum but for sampling noise: both terms rise.
_LARGEST = 1.5
_TOLERANCE = 1e-10


def mean_objective(spec: TrainingSpec, variance: float) -> float:
    r"""Return $J(v)$ for the objective, batch and world of a specification.

    Raises
    ------
    ValueError
        If the objective is not alignment with SIGReg or whitening, or the world is not Gaussian.
    """
    weight, aligned = _weights(spec)
    count, correlation = _sample(spec)
    if spec.regularizer == "whitening":
        penalty = _whitening(spec).mean_for_gaussians(variance, spec.dim, count, pair_correlation=correlation)
    else:
        penalty = _sigreg(spec).mean_for_gaussians(variance, count, pair_correlation=correlation)
    return weight * penalty + aligned * variance


def slope_at_collapse(spec: TrainingSpec) -> float:
    """Return $J'(0)$: the embedding collapses where it is not negative.

    Raises
    ------
    ValueError
        If the objective is not alignment with SIGReg or whitening, or the world is not Gaussian.
    """
    weight, aligned = _weights(spec)
    count, correlation = _sample(spec)
    if spec.regularizer == "whitening":
        slope = _whitening(spec).slope_at_collapse(spec.dim, count, pair_correlation=correlation)
    else:
        slope = _sigreg(spec).slope_at_collapse(count, pair_correlation=correlation)
    return weight * slope + aligned


def _weights(spec: TrainingSpec) -> tuple[float, float]:
    """Return the weight of the regularizer, and what the alignment adds for a unit of variance."""
    if spec.world != "gaussian":
        raise ValueError(f"no prediction for the world {spec.world}: only for the Gaussian one")
    if spec.objective != "lejepa" or spec.regularizer == "vicreg":
        raise ValueError(f"no prediction for the objective {spec.objective} with the regularizer {spec.regularizer}")
    factor = Alignment(spec.around_pair_mean, spec.over_dimensions).factor(spec.dim)
    of_alignment = 1 - spec.regularizer_weight if spec.convex else 1.0
    return spec.regularizer_weight, of_alignment * factor * 2 * (1 - spec.pair_correlation) * spec.dim


def _sample(spec: TrainingSpec) -> tuple[int, float | None]:
    """Return what the regularizer sees: the number of samples, and the correlation of those that are pairs."""
    return (2 * spec.batch, spec.pair_correlation) if spec.pooled else (spec.batch, None)


def _whitening(spec: TrainingSpec) -> Whitening:
    return Whitening(spec.centred, spec.mean_over_entries)


def _sigreg(spec: TrainingSpec) -> SIGReg:
    return SIGReg(spec.slices, spec.knots, spec.t_max, spec.scaled)


def predicted_variance(spec: TrainingSpec) -> float:
    """Return the variance per dimension at which training with a specification settles, 0 for collapse."""
    if slope_at_collapse(spec) >= 0:
        return 0.0
    found = minimize_scalar(
        lambda variance: mean_objective(spec, variance),
        bounds=(0, _LARGEST),
        method="bounded",
        options={"xatol": _TOLERANCE},
    )
    return float(found.x)


def collapse_weight(spec: TrainingSpec) -> float:
    r"""Return the $\lambda$ below which training with a specification collapses."""
    weight, aligned = _weights(spec)
    slope = (slope_at_collapse(spec) - aligned) / weight
    odds = aligned / (1 - weight if spec.convex else 1.0) / -slope
    return odds / (1 + odds) if spec.convex else odds


def collapse_correlation(spec: TrainingSpec) -> float | None:
    r"""Return the $\rho$ below which training with a specification collapses; None if it never does.

    It is sought above -1, or above 0 for pairs of one parent, whose correlation is $\rho^2$.
    """

    def slope(correlation: float) -> float:
        return slope_at_collapse(spec.model_copy(update={"pairs": "transition", "rho": correlation}))

    # It is affine in the correlation of the pairs.
    at_0, at_1 = slope(0.0), slope(1.0)
    onset = at_0 / (at_0 - at_1)
    if spec.pairs == "one_parent":
        return onset**0.5 if 0 < onset < 1 else None
    return onset if -1 < onset < 1 else None
