"""Strategies of encoders with exact Hermite coefficients."""

from functools import partial
from random import Random

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from sympy import Rational

from theory.encoder import HermiteEncoder
from theory.hermite import MultiIndex, multi_indices


@st.composite
def hermite_encoders(draw: DrawFn, *, max_dim: int = 6, max_degree: int = 8, max_terms: int = 12) -> HermiteEncoder:
    """Encoders with rational Hermite coefficients: sparse, dense and degenerate ones.

    Parameters
    ----------
    max_dim, max_degree
        Largest numbers of latents and of the Hermite degree.
    max_terms
        Largest number of multi-indices of a sparse encoder. A dense one has all up to its degree.
    """
    dim = draw(st.integers(1, max_dim))
    shape = draw(st.sampled_from([_identity, _sparse, _dense, _constant, _repeated]))
    return shape(draw, dim, max_degree, max_terms)


@st.composite
def near_identity_encoders(draw: DrawFn, *, max_dim: int = 3, max_degree: int = 3) -> HermiteEncoder:
    """Encoders of as many outputs as latents: the identity, plus a multiple of any encoder."""
    perturbation = draw(hermite_encoders(max_dim=max_dim, max_degree=max_degree, max_terms=3))
    amplitude = draw(_AMPLITUDES)
    dim = perturbation.dim
    outputs = (*perturbation.outputs, *({},) * dim)[:dim]
    return HermiteEncoder(
        dim,
        tuple(
            {index: amplitude * value for index, value in output.items()}
            | {_unit(dim, axis): 1 + amplitude * output.get(_unit(dim, axis), Rational(0))}
            for axis, output in enumerate(outputs)
        ),
    )


_AMPLITUDES = st.integers(-64, 64).map(lambda value: Rational(value, 64))


_COEFFICIENTS = st.fractions(-4, 4, max_denominator=12).map(lambda value: Rational(value.numerator, value.denominator))


def _identity(_draw: DrawFn, dim: int, _max_degree: int, _max_terms: int) -> HermiteEncoder:
    return HermiteEncoder(dim, tuple({_unit(dim, axis): Rational(1)} for axis in range(dim)))


def _sparse(draw: DrawFn, dim: int, max_degree: int, max_terms: int) -> HermiteEncoder:
    degrees = st.lists(st.integers(0, dim - 1), max_size=max_degree)
    index = degrees.map(partial(_count, dim))
    output = st.dictionaries(index, _COEFFICIENTS, max_size=max_terms)
    return HermiteEncoder(dim, tuple(draw(st.lists(output, min_size=1, max_size=dim + 1))))


def _dense(draw: DrawFn, dim: int, max_degree: int, _max_terms: int) -> HermiteEncoder:
    degree = draw(st.integers(1, max_degree))
    # A dense encoder has up to 3003 coefficients: too many to draw, so they come from a drawn seed.
    random = Random(draw(st.integers(0, 2**32 - 1)))
    return HermiteEncoder(
        dim,
        (
            {
                index: Rational(random.randint(-9, 9), random.randint(1, 9))
                for size in range(degree + 1)
                for index in multi_indices(dim, size)
            },
        ),
    )


def _constant(draw: DrawFn, dim: int, _max_degree: int, _max_terms: int) -> HermiteEncoder:
    return HermiteEncoder(dim, ({(0,) * dim: draw(_COEFFICIENTS)}, {}))


def _repeated(draw: DrawFn, dim: int, max_degree: int, max_terms: int) -> HermiteEncoder:
    once = _sparse(draw, dim, max_degree, max_terms)
    return HermiteEncoder(dim, once.outputs * 2)


def _unit(dim: int, axis: int) -> MultiIndex:
    return tuple(int(i == axis) for i in range(dim))


def _count(dim: int, axes: list[int]) -> MultiIndex:
    return tuple(axes.count(axis) for axis in range(dim))
