"""Hypothesis strategies for the objects of the theory, degenerate cases included.

They shrink towards the Gaussian world of correlation one half and the identity encoder. They own a
domain and promise no distribution over it.
"""

from fractions import Fraction
from functools import partial
from random import Random

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from numpy.typing import NDArray
from sympy import Rational

from proofs_numeric.regulators import Regulator
from theory.encoder import HermiteEncoder
from theory.hermite import MultiIndex, multi_indices

_EXTREME = (Fraction(1, 1000), Fraction(999, 1000))


def correlations(*, negative: bool = False) -> SearchStrategy[Fraction]:
    r"""Pair correlations $\rho$ in (0, 1), or in (-1, 0) as well, exact; near 0 and near 1 included."""
    positive = st.just(Fraction(1, 2)) | st.sampled_from(_EXTREME) | st.fractions(*_EXTREME, max_denominator=1000)
    return positive | positive.map(lambda rho: -rho) if negative else positive


@st.composite
def orthogonal_matrices(draw: DrawFn, dim: int) -> NDArray[np.float64]:
    """Orthogonal matrices of shape (dim, dim): plane rotations, permutations and reflections."""
    matrix = np.eye(dim)
    if dim > 1:
        plane = st.lists(st.integers(0, dim - 1), min_size=2, max_size=2, unique=True)
        for (i, j), angle in draw(st.lists(st.tuples(plane, st.floats(-np.pi, np.pi)), max_size=2 * dim)):
            turn = np.eye(dim)
            turn[[i, i, j, j], [i, j, i, j]] = np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)
            matrix = turn @ matrix
    order = draw(st.permutations(range(dim)))
    signs = draw(st.lists(st.sampled_from([1.0, -1.0]), min_size=dim, max_size=dim))
    return matrix[order] * np.array(signs)[:, None]


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


@st.composite
def regulators(draw: DrawFn, *, max_dim: int = 6, max_inputs: int = 3) -> Regulator:
    """Stabilisable and detectable control problems, uncontrollable and unobserved modes included.

    Parameters
    ----------
    max_dim, max_inputs
        Largest numbers of latents and of inputs.
    """
    dim, inputs = draw(st.integers(1, max_dim)), draw(st.integers(1, max_inputs))
    controlled, observed = draw(st.integers(0, dim)), draw(st.integers(0, dim))
    # Matrices have too many entries to draw, so they come from a drawn seed; rounded, to make degenerate ones likely.
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    decimals, growth = draw(st.integers(0, 3)), draw(st.just(0.0) | st.floats(0.01, 1.5))

    def matrix(rows: int, columns: int) -> NDArray[np.float64]:
        return np.round(rng.uniform(-1.4, 1.4, (rows, columns)), decimals)

    A, B = growth * matrix(dim, dim), matrix(dim, inputs)
    A[controlled:, :controlled], B[controlled:] = 0, 0
    rest = A[controlled:, controlled:]
    # Modes that no action reaches must decay by themselves.
    rest *= 0.9 / np.maximum(np.linalg.norm(rest), 0.9)
    weights, effort = matrix(observed, dim), matrix(inputs, inputs)
    Q = draw(orthogonal_matrices(dim))
    problem = Regulator(A, B, weights.T @ weights, np.eye(inputs) + effort @ effort.T).rotated(Q)
    assume(_moves_what_grows(problem.A, problem.B) and _moves_what_grows(problem.A.T, problem.C))
    return problem


def _moves_what_grows(A: NDArray[np.float64], B: NDArray[np.float64]) -> bool:
    """Popov-Belevitch-Hautus test, with a margin: B reaches every mode of A that does not decay."""
    return all(
        np.linalg.svd(np.hstack([mode * np.eye(len(A)) - A, B]), compute_uv=False)[-1] > 1e-3
        for mode in np.linalg.eigvals(A)
        if abs(mode) > 0.99
    )


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
