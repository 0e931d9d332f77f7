"""Theorem 5.4 of W and its neighbourhood: what planning in the learned latent loses."""

from theory.claims.planning import (
    goal_reaching,
    lqr_covariance,
    planning_equivalence,
    planning_under_one_rotation,
)

MODULES = (
    planning_under_one_rotation,
    planning_equivalence,
    goal_reaching,
    lqr_covariance,
)
