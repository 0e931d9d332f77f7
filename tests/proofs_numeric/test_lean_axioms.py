"""The predicates of the Lean declarations tell instances apart that differ in one field."""

from dataclasses import replace
from fractions import Fraction

import pytest

from proofs_numeric.lean_axioms import (
    PREDICATES,
    Component,
    Encoder,
    EncoderAtCorrelation,
    Worlds,
    amgm_sum_ge_prod_pow,
    described,
    exp_mean_ge_mean_exp,
    hermite_first_eigenfunction_of_gaussian,
    hermite_identifiability,
    is_orthogonal,
    linear_of_degree_one,
    minimizer_equivalence,
    orthogonal_of_gaussian_linear,
    planning_equivalence,
    smallest_counterexample,
)
from theory.lean import EARLIER_AXIOMS, INVENTORY

ZERO, ONE, HALF = Fraction(0), Fraction(1), Fraction(1, 2)
IDENTITY = Encoder((ZERO,), ((ONE,),), (ZERO,), ((ZERO, ONE),), (HALF,))


@pytest.mark.parametrize("name", sorted(PREDICATES))
def test_a_predicate_is_named_after_a_declaration(name):
    assert name in {*INVENTORY, *(axiom.name for axiom in EARLIER_AXIOMS)}


def test_the_identity_satisfies_what_a_translation_and_a_square_violate():
    assert linear_of_degree_one(IDENTITY)
    assert not linear_of_degree_one(replace(IDENTITY, offset=(ONE,)))
    assert not linear_of_degree_one(replace(IDENTITY, quadratic=(ONE,)))
    assert linear_of_degree_one(replace(IDENTITY, quadratic=(ONE,), weights=((ZERO, ZERO, ONE),)))


def test_only_a_translation_at_the_optimal_loss_violates_the_main_theorem():
    moved = replace(IDENTITY, offset=(ONE,))
    assert hermite_identifiability(EncoderAtCorrelation(IDENTITY, HALF))
    assert not hermite_identifiability(EncoderAtCorrelation(moved, HALF))
    assert hermite_identifiability(EncoderAtCorrelation(moved, Fraction(1, 3)))
    assert hermite_identifiability(EncoderAtCorrelation(replace(moved, linear=((Fraction(2),),)), HALF))


def test_an_encoder_without_latents_violates_nothing():
    empty = Encoder((), (), (), (), ())
    assert hermite_identifiability(EncoderAtCorrelation(empty, HALF))


@pytest.mark.parametrize(
    ("matrix", "orthogonal"),
    [(((ZERO, ONE), (-ONE, ZERO)), True), (((ONE, ONE), (ZERO, ONE)), False), ((), True)],
)
def test_orthogonal_matrices(matrix, orthogonal):
    assert is_orthogonal(matrix) is orthogonal
    assert orthogonal_of_gaussian_linear(matrix)


@pytest.mark.parametrize(("slope", "holds"), [(-2, True), (-1, False)])
def test_the_slope_of_the_score_decides_the_eigenfunction(slope, holds):
    component = Component(ONE, Fraction(2), Fraction(slope), ONE)
    assert hermite_first_eigenfunction_of_gaussian(component) is holds


@pytest.mark.parametrize(
    ("terms", "holds"), [([], False), ([ONE, Fraction(4)], True), ([-ONE, -ONE, Fraction(2)], False)]
)
def test_means_of_no_terms_and_of_negative_ones(terms, holds):
    assert amgm_sum_ge_prod_pow(terms) is holds


@pytest.mark.parametrize(("terms", "holds"), [([], False), ([ZERO], True), ([ONE, -ONE], True), ([-ONE], False)])
def test_exponential_means(terms, holds):
    assert exp_mean_ge_mean_exp(terms) is holds


def test_worlds_agree_where_one_is_the_other_pushed_forward():
    tied = Worlds(state=1, map=-1, drift=-1, rival_drift=1, plan=(1, 0))
    assert planning_equivalence(tied)
    assert minimizer_equivalence(tied)
    assert not planning_equivalence(replace(tied, map=1))
    assert not minimizer_equivalence(replace(tied, map=1))


def test_the_search_finds_the_smallest_instance_and_none_against_a_true_statement():
    assert smallest_counterexample("amgm_sum_ge_prod_pow") == []
    assert smallest_counterexample("terminal_pushforward") == Worlds(0, 1, 0, 1, (1,))
    assert smallest_counterexample("orthogonal_of_gaussian_linear", examples=50) is None


def test_an_instance_is_described_field_by_field():
    instance = EncoderAtCorrelation(IDENTITY, HALF)
    assert described(instance) == (
        "encoder offset (0), linear ((1)), quadratic (0), weights ((0, 1)), correlation (1/2), rho 1/2"
    )
