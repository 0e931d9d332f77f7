"""Plans through imperfect encoders, searched for one that loses more than the sharp bound."""

from proofs_numeric.planning_worlds import PlanningProblem, search_beyond
from theory.claim import Finding, Kind, Profile, evidence
from theory.claims.planning import sharp_planning_bound


def _bound(world: PlanningProblem) -> float:
    return float(
        sharp_planning_bound.sharp_planning_bound(
            world.lipschitz, world.horizon, world.density_ratio(), world.recovery_error
        )
    )


@evidence("sharp_planning_bound", Kind.FUZZ)
def searched_beyond_the_bound(profile: Profile) -> Finding:
    """Search finite worlds, whose costs are exact sums, for the largest ratio of loss and bound."""
    return search_beyond(_bound, separable=False, profile=profile)
