"""Appendix G of W: what the official Lean files assume, judged as stated, a module per file."""

from theory.claims.formalization import approx, dirichlet, hermite, planning, uniqueness

MODULES = (hermite, uniqueness, approx, dirichlet, planning)
