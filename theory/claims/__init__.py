"""The claims, a package per part of the paper and a module per claim."""

from theory.claims import background, identifiability, recovery, uniqueness

MODULES = (
    *identifiability.MODULES,
    *uniqueness.MODULES,
    *recovery.MODULES,
    background,
)
