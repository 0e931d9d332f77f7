"""Theorem 5.3 of W: how near a rotation an encoder is that is nearly optimal."""

from theory.claims.recovery import (
    approximate_recovery,
    nearest_rotation,
    recovery_by_direction,
    sharp_recovery,
    sharp_recovery_any_defect,
)

MODULES = (
    nearest_rotation,
    approximate_recovery,
    recovery_by_direction,
    sharp_recovery,
    sharp_recovery_any_defect,
)
