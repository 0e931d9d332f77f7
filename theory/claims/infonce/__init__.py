"""Section 6 of W, scaling: what is left to learn for InfoNCE where latents are many."""

from theory.claims.infonce import infonce_is_solved_by_many_latents, mean_odds_of_a_stranger

MODULES = (mean_odds_of_a_stranger, infonce_is_solved_by_many_latents)
