"""The claims, a package per part of the paper and a module per claim."""

from theory.claims import background, dirichlet_energy, formalization, identifiability, recovery

MODULES = (
    *identifiability.MODULES,
    *recovery.MODULES,
    *dirichlet_energy.MODULES,
    *formalization.MODULES,
    background,
)
