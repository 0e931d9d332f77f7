"""Plans under separable costs, searched for one that loses more than the sharp bound."""

from hypothesis import target

from proofs_numeric.fuzzing import fuzz
from proofs_numeric.planning_worlds import FiniteWorld, finite_worlds
from theory.claim import Finding, Kind, Profile, evidence
from theory.claims.planning.separable_costs import separable_planning_bound


@evidence("separable_costs", Kind.FUZZ)
def searched_beyond_the_bound(profile: Profile) -> Finding:
    """Search finite worlds, whose costs are exact sums, for the largest ratio of loss and bound."""
    ratios = [0.0]

    def holds(world: FiniteWorld) -> None:
        bound = float(
            separable_planning_bound(world.lipschitz, world.horizon, world.density_ratio(first=1), world.recovery_error)
        )
        loss = world.loss()
        # Where the bound is itself round-off, so is the ratio.
        ratios.append(loss / (bound + 1e-9))
        target(ratios[-1])
        assert loss <= bound * (1 + 1e-9) + 1e-9, f"loss {loss:.6g} > bound {bound:.6g}"

    finding = fuzz(
        holds,
        finite_worlds(separable=True),
        examples=profile.pick(quick=150, thorough=5_000),
        n="1 and 2",
        points="2 to 5",
        plans="2 and 3",
        T="1 to 3",
    )
    return Finding(finding.passed, {**finding.covered, "largest ratio": max(ratios)}, finding.detail)
