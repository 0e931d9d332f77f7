r"""Declarations of the official Lean files as predicates over what they quantify, decided exactly.

Each is given with a strategy for its instances, so that Hypothesis can look for the smallest one that
violates it. Free fields of a Lean structure are drawn freely; maps are drawn from families in which
the conclusion (linear, isometric) is a matter of coefficients.

References
----------
W, Appendix G; `theory.lean` for the declarations.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from fractions import Fraction
from itertools import product
from math import prod
from random import Random
from typing import Any

from flint import arb, fmpq
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample
from hypothesis.strategies import DrawFn, SearchStrategy

from proofs_numeric.strategies import correlations

Vector = tuple[Fraction, ...]
Matrix = tuple[Vector, ...]
Plan = tuple[int, ...]

_NUMBERS = st.integers(-2, 2).map(Fraction)
_POSITIVE = st.integers(1, 3).map(Fraction)


@dataclass(frozen=True)
class Encoder:
    r"""A `HermiteEncoder` whose map is $h_i(z) = b_i + \sum_j A_{ij} z_j + q_i z_i^2$.

    Parameters
    ----------
    offset, linear, quadratic
        $b$, $A$ and $q$, for n latents.
    weights
        For each output $w_{i,0}, w_{i,1}, \dots$: nonnegative, the first zero, the sum one.
    correlation
        For each output the free field $c_i$.
    """

    offset: Vector
    linear: Matrix
    quadratic: Vector
    weights: Matrix
    correlation: Vector

    def spectral_sum(self, output: int, rho: Fraction) -> Fraction:
        r"""Sum $\sum_d w_{i,d}\,\rho^d$ of an output."""
        return sum((weight * rho**degree for degree, weight in enumerate(self.weights[output])), Fraction(0))

    def is_linear(self) -> bool:
        """Tell whether the map is linear: no offset, no square."""
        return not any(self.offset) and not any(self.quadratic)

    def keeps_distances_to_the_image_of_zero(self) -> bool:
        r"""Tell whether $|h(v)-h(0)|=|v|$ for all v, which at large v rules out squares."""
        return not any(self.quadratic) and is_orthogonal(self.linear)

    def has_degree_one_weights(self) -> bool:
        """Tell whether no weight lies beyond degree 1."""
        return not any(weight for weights in self.weights for weight in weights[2:])


@dataclass(frozen=True)
class EncoderAtCorrelation:
    r"""An encoder and a pair correlation $\rho$."""

    encoder: Encoder
    rho: Fraction


def is_orthogonal(matrix: Matrix) -> bool:
    """Tell whether the columns of a square matrix are orthonormal."""
    columns = list(zip(*matrix, strict=True))
    return all(
        sum((a * b for a, b in zip(first, second, strict=True)), Fraction(0)) == (i == j)
        for i, first in enumerate(columns)
        for j, second in enumerate(columns)
    )


@st.composite
def encoders(draw: DrawFn, *, max_dim: int = 2) -> Encoder:
    """Encoders of Lean: the fields drawn one by one, as nothing ties them together."""
    dim = draw(st.integers(0, max_dim))
    vector = st.tuples(*[_NUMBERS] * dim)
    identity = tuple(tuple(Fraction(i == j) for j in range(dim)) for i in range(dim))
    linear = draw(st.just(identity) | st.tuples(*[vector] * dim))
    at_degree_one = st.just((Fraction(0), Fraction(1)))
    weights = st.tuples(*[at_degree_one | st.lists(st.integers(0, 3), max_size=3).map(_normalised)] * dim)
    correlation = st.tuples(*[st.just(Fraction(0)) | correlations()] * dim)
    return Encoder(draw(vector), linear, draw(vector), draw(weights), draw(correlation))


def _normalised(shares: list[int]) -> Vector:
    """Weights in the given proportions at the degrees from 1 on; all at degree 1 if there are none."""
    total = sum(shares)
    return (Fraction(0), *(Fraction(share, total) for share in shares)) if total else (Fraction(0), Fraction(1))


def correlation_eq_spectral_sum(instance: EncoderAtCorrelation) -> bool:
    """`enc.correlation i = ∑' d, (enc.spectrum i).w d * ρ ^ d`."""
    encoder = instance.encoder
    return all(value == encoder.spectral_sum(i, instance.rho) for i, value in enumerate(encoder.correlation))


def linear_of_degree_one(encoder: Encoder) -> bool:
    """`(∀ i d, 2 ≤ d → (enc.spectrum i).w d = 0) → ∃ M linear, ∀ z, enc.toFun z = M z`."""
    return not encoder.has_degree_one_weights() or encoder.is_linear()


@st.composite
def _encoders_with_spectral_sums(draw: DrawFn) -> EncoderAtCorrelation:
    encoder, rho = draw(encoders()), draw(correlations())
    sums = tuple(encoder.spectral_sum(i, rho) for i in range(len(encoder.offset)))
    return EncoderAtCorrelation(replace(encoder, correlation=sums), rho)


def hermite_identifiability(instance: EncoderAtCorrelation) -> bool:
    """At the optimal loss, with `‖h v - h 0‖ = ‖v‖` for all v, `∃ U isometry, ∀ z, enc.toFun z = U z`."""
    encoder, rho = instance.encoder, instance.rho
    dim = len(encoder.offset)
    hypotheses = (
        correlation_eq_spectral_sum(instance)
        and 2 * dim - 2 * sum(encoder.correlation) == 2 * (1 - rho) * dim
        and encoder.keeps_distances_to_the_image_of_zero()
    )
    return not hypotheses or (encoder.is_linear() and is_orthogonal(encoder.linear))


def orthogonal_of_gaussian_linear(matrix: Matrix) -> bool:
    """A linear map that keeps norms is an isometry; here, norms of the basis and of its sums of two."""
    dim = len(matrix)
    basis = [tuple(Fraction(i == j) for j in range(dim)) for i in range(dim)]
    probes = basis + [tuple(a + b for a, b in zip(x, y, strict=True)) for x, y in product(basis, repeat=2)]
    kept = all(_squared_norm(_apply(matrix, probe)) == _squared_norm(probe) for probe in probes)
    return not kept or is_orthogonal(matrix)


def _apply(matrix: Matrix, vector: Vector) -> Vector:
    return tuple(sum((a * b for a, b in zip(row, vector, strict=True)), Fraction(0)) for row in matrix)


def _squared_norm(vector: Vector) -> Fraction:
    return sum((value * value for value in vector), Fraction(0))


@dataclass(frozen=True)
class Component:
    r"""A `LatentComponent` with the score $\alpha z + \beta$, $\alpha < 0$."""

    diffusion: Fraction
    eigenvalue: Fraction
    slope: Fraction
    intercept: Fraction


_COMPONENTS = st.builds(Component, _POSITIVE, _POSITIVE, _POSITIVE.map(lambda value: -value), _NUMBERS)


def hermite_first_eigenfunction_of_gaussian(component: Component) -> bool:
    """`∃ a b, a ≠ 0 ∧ ∀ z, K * score z * a = -(ev * (a * z + b))`: compare coefficients; b is then determined."""
    return component.diffusion * component.slope == -component.eigenvalue


def lean_quotient(numerator: Fraction, denominator: int) -> Fraction:
    """Quotient as Lean defines it: zero where the denominator is."""
    return numerator / denominator if denominator else Fraction(0)


def amgm_sum_ge_prod_pow(terms: list[Fraction]) -> bool:
    """`(∑ i, a i) / m ≥ (∏ i, a i) ^ (1 / m)`, compared in the m-th power where m > 0."""
    mean = lean_quotient(sum(terms, Fraction(0)), len(terms))
    # The exponent 1/0 is 0 in Lean, and a power with exponent 0 is 1.
    return mean ** len(terms) >= prod(terms) if terms else mean >= 1


def exp_mean_ge_mean_exp(terms: list[Fraction]) -> bool:
    """`(∑ i, exp (2 / m * f i)) / m ≥ 1`; false only where ball arithmetic certifies it."""
    scale = lean_quotient(Fraction(2), len(terms))
    balls = [(arb(_fmpq(scale * term))).exp() for term in terms]
    mean = sum(balls, arb(0)) * arb(_fmpq(lean_quotient(Fraction(1), len(terms))))
    return not mean < 1


def _fmpq(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


def _centred(terms: list[Fraction]) -> list[Fraction]:
    mean = lean_quotient(sum(terms, Fraction(0)), len(terms))
    return [term - mean for term in terms]


@dataclass(frozen=True)
class Worlds:
    r"""Two worlds on the line, $z_{t+1} = z_t + v a_t$ and its rival, with $\hat z_0 = q z_0$, and a plan.

    Parameters
    ----------
    state
        $z_0$.
    map
        $q$, by which $Q$ multiplies.
    drift, rival_drift
        $v$ and $\hat v$.
    plan
        Actions, one for each time step.
    """

    state: int
    map: int
    drift: int
    rival_drift: int
    plan: Plan

    def here(self, taken: Plan) -> int:
        """State of the world after the actions taken."""
        return self.state + self.drift * sum(taken)

    def there(self, taken: Plan) -> int:
        """State of the rival world after the actions taken."""
        return self.map * self.state + self.rival_drift * sum(taken)


def _before_the_last(plan: Plan) -> list[Plan]:
    """Actions taken at each time of a stage cost."""
    return [plan[:time] for time in range(len(plan))]


def _worlds(maps: SearchStrategy[int]) -> SearchStrategy[Worlds]:
    small = st.integers(-2, 2)
    return st.builds(Worlds, small, maps, small, small, st.lists(st.integers(0, 1), max_size=3).map(tuple))


#: Any map; and those under which the square of the state is an invariant cost.
_ANY_MAP, _INVARIANT_MAP = _worlds(st.sampled_from([1, -1, 0, 2])), _worlds(st.sampled_from([1, -1]))


def stage_pushforward(worlds: Worlds) -> bool:
    """The axiom for the cost c(z) = z, at every time before the last."""
    return all(worlds.there(taken) == worlds.map * worlds.here(taken) for taken in _before_the_last(worlds.plan))


def terminal_pushforward(worlds: Worlds) -> bool:
    """The axiom for the cost c(z) = z at the last time."""
    return worlds.there(worlds.plan) == worlds.map * worlds.here(worlds.plan)


def stage_cost_equiv(worlds: Worlds) -> bool:
    """Costs of the invariant stage cost z² at every time before the last."""
    return all(worlds.there(taken) ** 2 == worlds.here(taken) ** 2 for taken in _before_the_last(worlds.plan))


def terminal_cost_equiv(worlds: Worlds) -> bool:
    """Costs of the invariant terminal cost z²."""
    return worlds.there(worlds.plan) ** 2 == worlds.here(worlds.plan) ** 2


def _total(state_after: Callable[[Plan], int], plan: Plan) -> int:
    return sum(state_after(taken) ** 2 for taken in [*_before_the_last(plan), plan])


def planning_equivalence(worlds: Worlds) -> bool:
    """Total costs of the plan, for the stage and terminal cost z²."""
    return _total(worlds.there, worlds.plan) == _total(worlds.here, worlds.plan)


def minimizer_equivalence(worlds: Worlds) -> bool:
    """The plan has the least total cost, among all plans of 0 and 1, in both worlds or in neither."""
    plans = list(product((0, 1), repeat=len(worlds.plan)))
    best_here = min(_total(worlds.here, plan) for plan in plans)
    best_there = min(_total(worlds.there, plan) for plan in plans)
    return (_total(worlds.here, worlds.plan) == best_here) == (_total(worlds.there, worlds.plan) == best_there)


@dataclass(frozen=True)
class Predicate:
    """A declaration: whether it holds of an instance, and a strategy for its instances."""

    holds: Callable[[Any], bool]
    instances: SearchStrategy[Any]


_SIGNS = st.integers(-1, 1).map(Fraction)
_TERMS = st.lists(_NUMBERS.map(abs), max_size=4)
PREDICATES = {
    predicate.holds.__name__: predicate
    for predicate in (
        Predicate(correlation_eq_spectral_sum, st.builds(EncoderAtCorrelation, encoders(), correlations())),
        Predicate(linear_of_degree_one, encoders()),
        Predicate(hermite_identifiability, _encoders_with_spectral_sums()),
        Predicate(
            orthogonal_of_gaussian_linear,
            st.integers(0, 3).flatmap(lambda dim: st.tuples(*[st.tuples(*[_SIGNS] * dim)] * dim)),
        ),
        Predicate(hermite_first_eigenfunction_of_gaussian, _COMPONENTS),
        Predicate(amgm_sum_ge_prod_pow, _TERMS),
        Predicate(exp_mean_ge_mean_exp, st.lists(_NUMBERS, max_size=4).map(_centred)),
        Predicate(stage_pushforward, _ANY_MAP),
        Predicate(terminal_pushforward, _ANY_MAP),
        Predicate(stage_cost_equiv, _INVARIANT_MAP),
        Predicate(terminal_cost_equiv, _INVARIANT_MAP),
        Predicate(planning_equivalence, _INVARIANT_MAP),
        Predicate(minimizer_equivalence, _INVARIANT_MAP),
    )
}


def smallest_counterexample(name: str, *, examples: int = 2_000) -> Any | None:
    """Instance that violates a declaration, shrunk by Hypothesis; None where the search finds none.

    Raises
    ------
    KeyError
        If there is no predicate for the declaration.
    """
    predicate = PREDICATES[name]
    try:
        return find(
            predicate.instances,
            lambda instance: not predicate.holds(instance),
            settings=settings(
                max_examples=examples,
                database=None,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                phases=[Phase.generate, Phase.shrink],
            ),
            random=Random(2605),
        )
    except NoSuchExample:
        return None


def described(instance: Any) -> str:
    """Instance in a line, for the report: fields by name, fractions as they are written."""
    if is_dataclass(instance) and not isinstance(instance, type):
        return ", ".join(f"{field.name} {described(getattr(instance, field.name))}" for field in fields(instance))
    if isinstance(instance, tuple | list):
        return f"({', '.join(map(described, instance))})"
    return str(instance)
