r"""Markov chains on finitely many states: exact for a lattice world, a quadrature of a smooth one."""

from dataclasses import dataclass
from functools import cached_property

import torch
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

    @cached_property
    def law(self) -> Tensor:
        """Stationary law, shape (M,)."""
        count = len(self.states)
        ones = self.kernel.new_ones(count)
        # p (I - P) = 0 and p 1 = 1 in one system, regular iff the stationary law is unique.
        system = torch.eye(count, dtype=self.kernel.dtype) - self.kernel.T + ones / count
        law, info = torch.linalg.solve_ex(system, ones / count)
        if info or not float(law.min()) > -_ROUND_OFF:
            raise ValueError("the stationary law of the chain is not unique: connect its states")
        # One step more in positive numbers only, which gives small masses relative accuracy.
        law = law.clamp(min=0) @ self.kernel
        return law / law.sum()

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
