"""Strategies of pair correlations and orthogonal matrices."""

from fractions import Fraction

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from numpy.typing import NDArray

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
