r"""Predicted and trained shrinkage over a grid of weights and correlations, in one ensemble.

References
----------
W, Appendix H (the grid of 189 runs).
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from lejepa_impl.files import write_atomically
from lejepa_impl.train.ensemble import train_ensemble
from lejepa_impl.train.loop import TrainingError, evaluate
from lejepa_impl.train.spec import TrainingSpec
from lejepa_impl.validation.shrinkage import collapse_weight, predicted_variance

#: The weights and the correlations of W's grid.
WEIGHTS = (1e-6, 1e-5, 1e-4, 1e-3, 5e-3, 1e-2, 5e-2, 1e-1, 5e-1)
CORRELATIONS = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)


@dataclass(frozen=True)
class ShrinkageGrid:
    """A grid of runs: what they have in common, and their weights, correlations and seeds."""

    common: TrainingSpec
    weights: tuple[float, ...] = WEIGHTS
    correlations: tuple[float, ...] = CORRELATIONS
    seeds: tuple[int, ...] = (0,)

    def runs(self) -> list[TrainingSpec]:
        """Return the specification of every run."""
        return [
            self.common.model_copy(update={"regularizer_weight": weight, "rho": rho, "seed": seed})
            for rho in self.correlations
            for weight in self.weights
            for seed in self.seeds
        ]


#: Linear encoders of the latents themselves, which have no nonlinearity to get wrong.
LINEAR = ShrinkageGrid(
    TrainingSpec(mixing="identity", depth=1, hidden=1, slices=32, steps=1000, learning_rate=1e-2, device="cpu")
)
#: Small encoders of the spiral.
SPIRAL = ShrinkageGrid(TrainingSpec(hidden=32, slices=32, steps=1500, learning_rate=1e-2, device="cpu"))


def measure(grid: ShrinkageGrid, *, points: int = 20_000) -> dict[str, object]:
    """Train the grid, and set what is measured on fresh pairs beside what is predicted.

    The variance is the trace of the covariance over the number of dimensions; a run that was refused for its collapse
    has none.
    """
    runs = grid.runs()
    rows = []
    for spec, result in zip(runs, train_ensemble(runs), strict=True):
        if isinstance(result, TrainingError) and "collapsed" not in str(result):
            raise result
        recovery = None if isinstance(result, TrainingError) else evaluate(result, points=points)
        rows.append(
            {
                "regularizer_weight": spec.regularizer_weight,
                "rho": spec.rho,
                "seed": spec.seed,
                "predicted": predicted_variance(spec),
                "variance": None if recovery is None else recovery.total_variance / spec.dim,
                "r2": None if recovery is None else recovery.r2_embedding_to_latent,
            }
        )
    onsets = {rho: collapse_weight(grid.common.model_copy(update={"rho": rho})) for rho in grid.correlations}
    return {"spec": grid.common.model_dump(), "points": points, "onsets": list(onsets.items()), "rows": rows}


if __name__ == "__main__":
    content = json.dumps({"linear": measure(LINEAR), "spiral": measure(SPIRAL)}, indent=1)
    write_atomically(Path(sys.argv[1]), content.encode())
