"""Strategies of mixings and encoders."""

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from proofs_numeric.maps import (
    Bend,
    Coupling,
    Encoder,
    Fold,
    InvertibleLayer,
    Layer,
    Linear,
    Mixing,
    Orthogonal,
    Spiral,
)
from proofs_numeric.strategies.linear import orthogonal_matrices

_MOST_LAYERS = 4


def mixings(dim: int) -> SearchStrategy[Mixing]:
    """Bijections of latents: rotations and reflections, spirals, couplings, monotone bends, and what is built of them.

    Parameters
    ----------
    dim
        Number of latents.
    """
    return st.lists(_invertible(dim), max_size=_MOST_LAYERS).map(lambda layers: Mixing(tuple(layers)))


def encoders(dim: int) -> SearchStrategy[Encoder]:
    """Maps of latents to any number of outputs: mixings, folds, and linear maps of any rank, zero included.

    Parameters
    ----------
    dim
        Number of latents.
    """
    entry = st.sampled_from([0.0, 1.0, -1.0]) | st.floats(-2, 2, width=16)
    row = st.lists(entry, min_size=dim, max_size=dim).map(tuple)
    last = st.lists(row, min_size=1, max_size=dim + 1).map(lambda rows: Linear(tuple(rows)))
    layer: SearchStrategy[Layer] = _invertible(dim) | st.builds(Fold, _strengths())
    return st.builds(
        lambda layers, ending: Encoder((*layers, *ending)),
        st.lists(layer, max_size=_MOST_LAYERS),
        st.just(()) | st.tuples(last),
    )


def _invertible(dim: int) -> SearchStrategy[InvertibleLayer]:
    orthogonal = orthogonal_matrices(dim).map(lambda Q: Orthogonal(tuple(map(tuple, Q.tolist()))))
    bends = st.builds(Bend, st.sampled_from([1.0, 1.5, 0.5]) | st.floats(0.25, 2), st.just(0.0) | st.floats(-1, 1))
    if dim == 1:
        return st.one_of(orthogonal, bends)
    spirals = st.builds(Spiral, st.sampled_from([1.0, 3.0]) | st.floats(-4, 4))
    return st.one_of(orthogonal, bends, spirals, st.builds(Coupling, _strengths()))


def _strengths() -> SearchStrategy[float]:
    return st.sampled_from([1.0, 0.5]) | st.floats(-2, 2)
