r"""Worlds on finitely many states, $z' = m(z) + \eta$ with discrete noise: their law is exact."""

import math
from collections.abc import Sequence

import torch
from torch import Generator, Tensor

from lejepa_impl.worlds.chain import Chain
from lejepa_impl.worlds.world import AdditiveNoiseWorld

_SAME_STATE = 1e-9


class LatticeWorld(AdditiveNoiseWorld):
    """Independent copies of an additive-noise chain on a lattice, standardised.

    Parameters
    ----------
    dim
        Number of latents n.
    states
        The states before they are standardised, in increasing order.
    drift
        $m$ at each state.
    noise, probabilities
        Values of the noise and their probabilities.

    Raises
    ------
    ValueError
        If a transition leaves the states, the probabilities are none, or the stationary law is not unique.
    """

    def __init__(
        self,
        dim: int,
        states: Sequence[float],
        drift: Sequence[float],
        noise: Sequence[float],
        probabilities: Sequence[float],
    ) -> None:
        if list(states) != sorted(set(states)):
            raise ValueError(f"states {list(states)} must be different and in increasing order")
        if len(drift) != len(states):
            raise ValueError(f"{len(drift)} values of the drift given for {len(states)} states: give one each")
        if len(noise) != len(probabilities) or min(probabilities) < 0 or abs(sum(probabilities) - 1) > _SAME_STATE:
            raise ValueError(
                f"{list(probabilities)} are no probabilities of {len(noise)} values: give one each, with sum 1"
            )
        #: The chain of one latent.
        self.chain = Chain(
            torch.tensor(states, dtype=torch.float64), _lattice_kernel(states, drift, noise, probabilities)
        )
        super().__init__(
            dim, self.chain.pair_correlation, kurtosis=self.chain.kurtosis, reversible=self.chain.reversible
        )
        self._drift = (torch.tensor(drift, dtype=torch.float64) - self.chain.mean) / self.chain.scale
        self._noise = torch.tensor(noise, dtype=torch.float64) / self.chain.scale
        self._probabilities = torch.tensor(probabilities, dtype=torch.float64)

    def sample(self, count: int, generator: Generator) -> Tensor:
        """Draw `count` latents, shape (count, n), float32 on the device of the generator."""
        latents = _choose(self.chain.latents, self.chain.law, count * self.dim, generator)
        return latents.reshape(count, self.dim).float()

    def drift(self, latent: Tensor) -> Tensor:
        """Return the drift at the state nearest to each latent, shape (count, n)."""
        states = self.chain.latents.to(latent)
        borders = (states[1:] + states[:-1]) / 2
        return self._drift.to(latent)[torch.searchsorted(borders, latent.contiguous())]

    def noise(self, like: Tensor, generator: Generator) -> Tensor:
        """Draw noise in the shape, type and device of `like`."""
        return _choose(self._noise, self._probabilities, like.numel(), generator).reshape(like.shape).to(like)


def four_state_world(dim: int) -> LatticeWorld:
    r"""Return the world of four states in which linear maps are the only whitened optimum.

    States $-3,-1,1,3$, drift $\mathrm{sign}(z)$, noise $-2, 0, 2$ with probabilities $a, 1-2a, a$ and
    $a = (\sqrt{73}-3)/16$. Its stationary law is $(a, 1-a, 1-a, a)/2$, its pair correlation $(1+a)/3$ and its
    kurtosis $(1+80a)/(1+8a)^2$; it is not reversible.

    Raises
    ------
    ValueError
        If `dim` is below 1.
    """
    a = (math.sqrt(73) - 3) / 16
    return LatticeWorld(dim, (-3, -1, 1, 3), (-1, -1, 1, 1), (-2, 0, 2), (a, 1 - 2 * a, a))


def five_state_world(dim: int) -> LatticeWorld:
    r"""Return a world of five neighbouring states in which linear maps are the only whitened optimum.

    States $-2,\dots,2$, drift $\mathrm{sign}(z)$, noise $-1, 0, 1$ with probabilities $a, 1-2a, a$ and
    $a = (\sqrt{33}-3)/6$. Its stationary law is $(a, 1-a, 1, 1-a, a)/3$ and its pair correlation $(2+a)/4$; it is
    not reversible.

    Raises
    ------
    ValueError
        If `dim` is below 1.
    """
    a = (math.sqrt(33) - 3) / 6
    return LatticeWorld(dim, (-2, -1, 0, 1, 2), (-1, -1, 0, 1, 1), (-1, 0, 1), (a, 1 - 2 * a, a))


def _lattice_kernel(
    states: Sequence[float], drift: Sequence[float], noise: Sequence[float], probabilities: Sequence[float]
) -> Tensor:
    kernel = torch.zeros(len(states), len(states), dtype=torch.float64)
    for row, mean in enumerate(drift):
        for value, probability in zip(noise, probabilities, strict=True):
            column = min(range(len(states)), key=lambda index: abs(states[index] - mean - value))
            if abs(states[column] - mean - value) > _SAME_STATE:
                raise ValueError(f"from state {states[row]} the noise {value} leads to {mean + value}, which is none")
            kernel[row, column] += probability
    return kernel


def _choose(values: Tensor, probabilities: Tensor, count: int, generator: Generator) -> Tensor:
    """Draw `count` of the values on the device of the generator."""
    weights = probabilities.to(generator.device)
    drawn = torch.multinomial(weights, count, replacement=True, generator=generator)
    return values.to(generator.device)[drawn]
