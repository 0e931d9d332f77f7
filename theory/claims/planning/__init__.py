"""Theorem 5.4 of W and its neighbourhood: what planning in the learned latent loses."""

from theory.claims.planning import (
    approximate_planning,
    controller_loss,
    encoding_error_under_a_plan,
    gaussian_density_ratio,
    goal_reaching,
    identification_error,
    identified_dynamics,
    lqr_covariance,
    planning_equivalence,
    planning_loss_from_training_loss,
    planning_under_one_rotation,
    separable_costs,
    sharp_planning_bound,
)

MODULES = (
    planning_under_one_rotation,
    planning_equivalence,
    goal_reaching,
    lqr_covariance,
    encoding_error_under_a_plan,
    gaussian_density_ratio,
    approximate_planning,
    sharp_planning_bound,
    separable_costs,
    planning_loss_from_training_loss,
    identified_dynamics,
    identification_error,
    controller_loss,
)
