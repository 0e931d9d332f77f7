"""Random reversible chains on a line of states, two independent copies: what spans the top of their product."""

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.linalg import expm, subspace_angles

from proofs_numeric.fuzzing import fuzz
from theory.claim import Finding, Kind, Profile, evidence

Array = NDArray[np.float64]

#: Bound on the error of a computed operator; divided by the gap, it bounds the angle of an eigenspace.
_ROUND_OFF = 1e-12


def _symmetric_transition(law: Array, conductances: Array, time: float) -> Array:
    """Transition matrix over a time, as a symmetric operator on functions times the root of the law."""
    rates = np.zeros((len(law), len(law)))
    for state, conductance in enumerate(conductances):
        rates[state, state + 1] = conductance / law[state]
        rates[state + 1, state] = conductance / law[state + 1]
    rates -= np.diag(rates.sum(axis=1))
    root = np.sqrt(law)
    return expm(time * (root[:, None] * rates / root[None, :]))


def _top_of_the_product(shares: list[float], conductances: list[float], time: float) -> None:
    law = np.array(shares) / sum(shares)
    one = _symmetric_transition(law, np.array(conductances[: len(law) - 1]), time)
    values, vectors = np.linalg.eigh(one)
    # eigh sorts upwards: the constants come last, before them the first harmonic.
    gap = values[-2] - max(values[-3], values[-2] ** 2)
    assume(gap > 1e-4)
    root, first = vectors[:, -1], vectors[:, -2]
    steps = np.diff(first / np.sqrt(law))
    assert np.all(steps > 0) or np.all(steps < 0), "the first harmonic is not monotone"
    expected = np.stack([np.kron(first, root), np.kron(root, first)], axis=1)
    top = np.linalg.eigh(np.kron(one, one))[1][:, -3:-1]
    angle = np.max(subspace_angles(top, expected))
    assert angle <= _ROUND_OFF / gap, f"angle {angle:.3g} to the first harmonics"


@evidence("first_harmonics_are_identified", Kind.FUZZ)
def top_of_a_product_of_chains(profile: Profile) -> Finding:
    """Two copies of a reversible nearest-neighbour chain: the first harmonics span the top eigenspace."""
    positive = st.floats(0.05, 1)
    return fuzz(
        _top_of_the_product,
        st.lists(positive, min_size=3, max_size=5),
        st.lists(positive, min_size=4, max_size=4),
        st.floats(0.1, 2),
        examples=profile.pick(quick=40, thorough=2_000),
        states="3 to 5",
        n=2,
    )
