"""Theorem 5.3 of W: how near a rotation an encoder is that is nearly optimal."""

from theory.claims.recovery import approximate_recovery

MODULES = (approximate_recovery,)
