r"""Markov chains on finitely many states: exact for a lattice world, a quadrature of a smooth one."""

from dataclasses import dataclass
from functools import cached_property

import torch
from scipy.sparse.csgraph import connected_components
from torch import Tensor

#: Departure from row sum 1, and from detailed balance relative to the largest flow, that is round-off.
_ROUND_OFF = 1e-9


@dataclass(frozen=True, eq=False)
class Chain:
    r"""A stationary Markov chain of one latent.

    Parameters
    ----------
    states
        The M states in increasing order, float64.
    kernel
        Transition probabilities $P_{ij} = P(z'=s_j \mid z=s_i)$, float64, shape (M, M).

    Raises
    ------
    ValueError
        If the rows of the kernel do not sum to 1, or the stationary law is not unique.
    """

    states: Tensor
    kernel: Tensor

    def __post_init__(self) -> None:
        missed = float((self.kernel.sum(dim=1) - 1).abs().max())
        if not missed < _ROUND_OFF:
            raise ValueError(f"transition probabilities miss the sum 1 by {missed:.2g}: add or move states")

    @classmethod
    def of_pairs(cls, states: Tensor, joint: Tensor) -> "Chain":
        """Reversible chain with a symmetric law of pairs, of shape (M, M), up to a factor.

        Raises
        ------
        ValueError
            If a state has no mass.
        """
        masses = joint.sum(dim=1)
        if not masses.min() > 0:
            raise ValueError(
                f"double precision does not resolve the transitions from {float(states[masses.argmin()]):g}"
            )
        chain = cls(states, joint / masses[:, None])
        # Known, where states that hardly exchange mass would leave it to round-off.
        chain.__dict__["law"] = masses / masses.sum()
        return chain

    @cached_property
    def law(self) -> Tensor:
        """Stationary law, shape (M,)."""
        count = len(self.states)
        closed = self._closed
        ones = self.kernel.new_ones(count)
        # p (I - P) = 0 and p 1 = 1 in one system, regular since the stationary law is unique.
        system = torch.eye(count, dtype=self.kernel.dtype) - self.kernel.T + ones / count
        law = torch.linalg.solve(system, ones / count) * closed
        # One step more in positive numbers only, which gives small masses relative accuracy.
        law = law.clamp(min=0) @ self.kernel
        return law / law.sum()

    @property
    def _closed(self) -> Tensor:
        """The states that the chain comes back to for ever: those of its only closed class."""
        reached = self.kernel > 0
        if reached.all():
            return reached[0]
        classes, label = connected_components(reached.numpy(), connection="strong")
        labels = torch.from_numpy(label).long()
        origin, aim = reached.nonzero(as_tuple=True)
        leaves = torch.zeros(classes, dtype=torch.bool)
        leaves[labels[origin][labels[origin] != labels[aim]]] = True
        if (~leaves).sum() > 1:
            raise ValueError("the stationary law of the chain is not unique: connect its states")
        return ~leaves[labels]

    @cached_property
    def mean(self) -> float:
        """Mean of the states."""
        return float(self.law @ self.states)

    @cached_property
    def scale(self) -> float:
        """Standard deviation of the states."""
        return float(self.law @ (self.states - self.mean) ** 2) ** 0.5

    @cached_property
    def latents(self) -> Tensor:
        """The states standardised to mean 0 and variance 1, shape (M,)."""
        return (self.states - self.mean) / self.scale

    @property
    def kurtosis(self) -> float:
        r"""$\mathbb{E}[z^4]$ of the standardised states."""
        return float(self.law @ self.latents**4)

    @property
    def pair_correlation(self) -> float:
        r"""$\mathbb{E}[z z']$ of the standardised states."""
        return float((self.law * self.latents) @ self.kernel @ self.latents)

    @property
    def reversible(self) -> bool:
        """Whether the chain is in detailed balance."""
        flow = self.law[:, None] * self.kernel
        return float((flow - flow.T).abs().max()) <= _ROUND_OFF * float(flow.max())
