"""The claims, a package per part of the paper and a module per claim."""

from theory.claims import (
    background,
    dirichlet_energy,
    formalization,
    identifiability,
    infonce,
    planning,
    recovery,
    slow_features,
    uniqueness,
)

MODULES = (
    *identifiability.MODULES,
    *uniqueness.MODULES,
    *recovery.MODULES,
    *planning.MODULES,
    *dirichlet_energy.MODULES,
    *slow_features.MODULES,
    *infonce.MODULES,
    *formalization.MODULES,
    background,
)
