"""Declarations of the official Lean files: the smallest instance against each, and searches that must find none."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from proofs_numeric.fuzzing import fuzz
from proofs_numeric.lean_axioms import (
    PREDICATES,
    Component,
    Worlds,
    amgm_sum_ge_prod_pow,
    described,
    exp_mean_ge_mean_exp,
    hermite_first_eigenfunction_of_gaussian,
    smallest_counterexample,
    stage_pushforward,
    terminal_pushforward,
)
from theory.claim import Evidence, Finding, Kind, Profile, evidence


def _violated(name: str, kind: Kind = Kind.EXHAUSTIVE) -> Evidence:
    """Evidence that a declaration is false as stated."""

    def check(_profile: Profile) -> Finding:
        instance = smallest_counterexample(name)
        # Decided again on the instance alone: the search is not part of the evidence.
        if instance is None or PREDICATES[name].holds(instance):
            return Finding(False, detail="no instance against it was found")
        return Finding(True, {"instance": described(instance)})

    title = "The smallest instance that Hypothesis finds against the declaration, decided exactly."
    return Evidence(f"lean_{name}", kind, "smallest_instance", check, refutes=True, title=title)


CORRELATION_EQ_SPECTRAL_SUM = _violated("correlation_eq_spectral_sum")
LINEAR_OF_DEGREE_ONE = _violated("linear_of_degree_one")
HERMITE_IDENTIFIABILITY = _violated("hermite_identifiability")
HERMITE_FIRST_EIGENFUNCTION = _violated("hermite_first_eigenfunction_of_gaussian")
AMGM = _violated("amgm_sum_ge_prod_pow")
JENSEN = _violated("exp_mean_ge_mean_exp", Kind.BALL)
STAGE_PUSHFORWARD = _violated("stage_pushforward")
TERMINAL_PUSHFORWARD = _violated("terminal_pushforward")
STAGE_COST_EQUIV = _violated("stage_cost_equiv")
TERMINAL_COST_EQUIV = _violated("terminal_cost_equiv")
PLANNING_EQUIVALENCE = _violated("planning_equivalence")
MINIMIZER_EQUIVALENCE = _violated("minimizer_equivalence")


def _searched(profile: Profile, holds: Callable[[Any], bool], instances: SearchStrategy[Any]) -> Finding:
    """Search the instances of a repaired or a true declaration for one that violates it."""

    def property_(instance: Any) -> None:
        assert holds(instance), described(instance)

    return fuzz(property_, instances, examples=profile.pick(quick=60, thorough=2_000))


@evidence("lean_orthogonal_of_gaussian_linear", Kind.FUZZ)
def matrices_that_keep_norms_are_orthogonal(profile: Profile) -> Finding:
    """Square matrices of -1, 0 and 1: those that keep the norms of a few vectors are orthogonal."""
    predicate = PREDICATES["orthogonal_of_gaussian_linear"]
    return _searched(profile, predicate.holds, predicate.instances)


@evidence("arithmetic_geometric_mean", Kind.FUZZ)
def lean_statement_for_a_term_or_more(profile: Profile) -> Finding:
    """The Lean axiom amgm_sum_ge_prod_pow, restricted to m >= 1."""
    return _searched(profile, amgm_sum_ge_prod_pow, st.lists(st.fractions(0, 9, max_denominator=9), min_size=1))


@evidence("exponential_above_its_tangent", Kind.FUZZ)
def lean_statement_for_one_term_or_more(profile: Profile) -> Finding:
    """The Lean axiom exp_mean_ge_mean_exp, restricted to m >= 1."""
    instances = PREDICATES["exp_mean_ge_mean_exp"].instances.filter(bool)
    return _searched(profile, exp_mean_ge_mean_exp, instances)


@evidence("affine_eigenfunction_of_matching_score", Kind.FUZZ)
def lean_statement_at_the_matching_slope(profile: Profile) -> Finding:
    """The Lean axiom hermite_first_eigenfunction_of_gaussian, restricted to slopes -ev/K."""

    def matched(component: Component) -> Component:
        slope = -Fraction(component.eigenvalue) / component.diffusion
        return Component(component.diffusion, component.eigenvalue, slope, component.intercept)

    instances = PREDICATES["hermite_first_eigenfunction_of_gaussian"].instances.map(matched)
    return _searched(profile, hermite_first_eigenfunction_of_gaussian, instances)


@evidence("costs_of_pushed_forward_dynamics", Kind.FUZZ)
def lean_statements_for_a_drift_pushed_forward(profile: Profile) -> Finding:
    """The Lean axioms of the pushforward, restricted to a rival drift that is the drift times q."""

    def pushed_forward(worlds: Worlds) -> Worlds:
        return Worlds(worlds.state, worlds.map, worlds.drift, worlds.map * worlds.drift, worlds.plan)

    instances = PREDICATES["stage_pushforward"].instances.map(pushed_forward)
    return _searched(profile, lambda worlds: stage_pushforward(worlds) and terminal_pushforward(worlds), instances)
