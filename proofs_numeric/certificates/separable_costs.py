"""Plans under separable costs, searched for one that loses more than the sharp bound."""

from proofs_numeric.planning_worlds import PlanningProblem, search_beyond
from theory.claim import Finding, Kind, Profile, evidence
from theory.claims.planning.separable_costs import separable_planning_bound


def _bound(world: PlanningProblem) -> float:
    ratio = world.density_ratio(first=1)
    return float(separable_planning_bound(world.lipschitz, world.horizon, ratio, world.recovery_error))


@evidence("separable_costs", Kind.FUZZ)
def searched_beyond_the_bound(profile: Profile) -> Finding:
    """Search finite worlds, whose costs are exact sums, for the largest ratio of loss and bound."""
    return search_beyond(_bound, separable=True, profile=profile)
