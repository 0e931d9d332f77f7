"""The objective that a specification names."""

from collections.abc import Callable

from torch import Generator, Tensor

from lejepa_impl.objectives.alignment import Alignment
from lejepa_impl.objectives.barlow_twins import BarlowTwins
from lejepa_impl.objectives.infonce import InfoNCE
from lejepa_impl.objectives.lejepa import LeJEPA
from lejepa_impl.regularizers.sigreg import SIGReg
from lejepa_impl.regularizers.vicreg import VICReg
from lejepa_impl.regularizers.whitening import Whitening
from lejepa_impl.train.spec import TrainingSpec

#: Scalar of embedded pairs, each half of shape (N, m), and a source of random numbers.
Objective = Callable[[Tensor, Tensor, Generator], Tensor]

REGULARIZERS: dict[str, Callable[[TrainingSpec], Callable[[Tensor, Generator], Tensor]]] = {
    "sigreg": lambda spec: SIGReg(spec.slices, spec.knots, spec.t_max, spec.scaled),
    "whitening": lambda spec: Whitening(spec.centred, spec.mean_over_entries),
    "vicreg": lambda spec: VICReg(spec.variance, spec.covariance),
}

OBJECTIVES: dict[str, Callable[[TrainingSpec], Objective]] = {
    "lejepa": lambda spec: LeJEPA(
        REGULARIZERS[spec.regularizer](spec),
        spec.regularizer_weight,
        Alignment(spec.around_pair_mean, spec.over_dimensions),
        spec.convex,
        spec.pooled,
    ),
    "infonce": lambda spec: InfoNCE(spec.kernel_width),
    "barlow_twins": lambda spec: BarlowTwins(spec.off_diagonal),
}


def objective_of(spec: TrainingSpec) -> Objective:
    """Build the objective of a specification."""
    return OBJECTIVES[spec.objective](spec)
