"""Theorem 5.3 of W: how near a rotation an encoder is that is nearly optimal."""

from theory.claims.recovery import (
    approximate_recovery,
    nearest_rotation,
    no_recovery,
    recovery_by_direction,
    recovery_off_centre,
    recovery_with_confidence,
    sharp_recovery,
    sharp_recovery_any_defect,
)

MODULES = (
    nearest_rotation,
    approximate_recovery,
    recovery_by_direction,
    sharp_recovery,
    sharp_recovery_any_defect,
    no_recovery,
    recovery_off_centre,
    recovery_with_confidence,
)
