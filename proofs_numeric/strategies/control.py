"""Strategies of linear-quadratic control problems."""

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from numpy.typing import NDArray

from proofs_numeric.regulators import Regulator
from proofs_numeric.strategies.linear import orthogonal_matrices


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
