"""Theorem 5.4 of W and its neighbourhood: what planning in the learned latent loses."""

from theory.claims.planning import (
    approximate_planning,
    encoding_error_under_a_plan,
    goal_reaching,
    lqr_covariance,
    planning_equivalence,
    planning_under_one_rotation,
    separable_costs,
)

MODULES = (
    planning_under_one_rotation,
    planning_equivalence,
    goal_reaching,
    lqr_covariance,
    encoding_error_under_a_plan,
    approximate_planning,
    separable_costs,
)
