"""The claims, a package per part of the paper and a module per claim."""

from theory.claims import background, identifiability, planning, recovery

MODULES = (
    *identifiability.MODULES,
    *recovery.MODULES,
    *planning.MODULES,
    background,
)
