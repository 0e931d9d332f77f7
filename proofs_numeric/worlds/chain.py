r"""Markov chains on finitely many states: exact for a lattice world, a quadrature of a smooth one."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from proofs_numeric.worlds.spectrum import Spectrum, spectrum_of_chain

Array = NDArray[np.float64]

#: Departure from row sum 1, and from detailed balance relative to the largest flow, that is round-off.
_ROUND_OFF = 1e-9
#: Relative accuracy of masses, down to the least one that double precision holds to it.
_SETTLED, _LEAST_MASS = 1e-9, 1e-290
_MOST_STEPS = 2_000


@dataclass(frozen=True, eq=False)
class Chain:
    r"""A stationary Markov chain of one latent.

    Parameters
    ----------
    states
        The M states in increasing order.
    kernel
        Transition probabilities $P_{ij} = P(z'=s_j \mid z=s_i)$, shape (M, M).

    Raises
    ------
    ValueError
        If the rows of the kernel do not sum to 1, or the stationary law is not unique.
    """

    states: Array
    kernel: Array

    def __post_init__(self) -> None:
        missed = float(np.abs(self.kernel.sum(1) - 1).max())
        if not missed < _ROUND_OFF:
            raise ValueError(f"transition probabilities miss the sum 1 by {missed:.2g}: add or move states")

    @cached_property
    def law(self) -> Array:
        """Stationary law, shape (M,)."""
        count = len(self.states)
        closed = self._closed
        # p (I - P) = 0 and p 1 = 1 in one system, regular since the stationary law is unique.
        system = np.eye(count) - self.kernel.T + 1 / count
        law = np.where(closed, np.linalg.solve(system, np.full(count, 1 / count)), 0)
        # Steps in positive numbers only give masses below round-off relative accuracy, once what round-off left in the
        # tails has moved on to the bulk. Without it, S would see states of its own there.
        law = np.maximum(law, 0)
        for _ in range(_MOST_STEPS):
            before, law = law, law @ self.kernel
            law /= law.sum()
            reached = law > _LEAST_MASS
            if (np.abs(law - before)[reached] <= _SETTLED * law[reached]).all():
                break
        return np.asarray(law)

    @property
    def _closed(self) -> NDArray[np.bool_]:
        """The states that the chain comes back to for ever: those of its only closed class."""
        if (self.kernel > 0).all():
            return np.ones(len(self.states), dtype=bool)
        count, label = connected_components(self.kernel > 0, connection="strong")
        leaves = np.zeros(count, dtype=bool)
        origin, aim = np.nonzero(self.kernel)
        leaves[label[origin][label[origin] != label[aim]]] = True
        if (~leaves).sum() > 1:
            raise ValueError("the stationary law of the chain is not unique: connect its states")
        return np.asarray(~leaves[label])

    @cached_property
    def mean(self) -> float:
        """Mean of the states."""
        return float(self.law @ self.states)

    @cached_property
    def scale(self) -> float:
        """Standard deviation of the states."""
        return float(self.law @ (self.states - self.mean) ** 2) ** 0.5

    @cached_property
    def latents(self) -> Array:
        """The states standardised to mean 0 and variance 1, shape (M,)."""
        return (self.states - self.mean) / self.scale

    @property
    def joint(self) -> Array:
        """Probabilities of pairs of states, shape (M, M)."""
        return self.law[:, None] * self.kernel

    @property
    def kurtosis(self) -> float:
        r"""$\mathbb{E}[z^4]$ of the standardised states."""
        return float(self.law @ self.latents**4)

    @property
    def pair_correlation(self) -> float:
        r"""$\mathbb{E}[z z']$ of the standardised states."""
        return float(self.latents @ self.joint @ self.latents)

    @property
    def reversible(self) -> bool:
        """Whether the chain is in detailed balance."""
        flow = self.joint
        return float(np.abs(flow - flow.T).max()) <= _ROUND_OFF * float(flow.max())

    def spectrum(self, count: int) -> Spectrum:
        """Eigenpairs of S, of the states that the chain visits."""
        visited = self.law > 0
        return spectrum_of_chain(self.latents[visited], self.joint[np.ix_(visited, visited)], count)
