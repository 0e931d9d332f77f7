r"""Worlds on finitely many states: their law and their spectrum are exact."""

from functools import cached_property
from typing import Annotated, Literal, Self

import numpy as np
from numpy.random import Generator
from pydantic import Field, FiniteFloat, NonNegativeFloat, model_validator

from proofs_numeric.worlds.chain import Chain
from proofs_numeric.worlds.spectrum import Spectrum
from proofs_numeric.worlds.world import AdditiveNoiseWorld, Array

_SAME_STATE = 1e-9
_SUM = 1e-9


class LatticeWorld(AdditiveNoiseWorld):
    r"""Independent copies of $z' = m(z)+\eta$ on a lattice, standardised.

    Parameters
    ----------
    dim
        Number of latents n.
    states
        The states before they are standardised, in increasing order.
    drift_values
        $m$ at each state.
    noise_values, probabilities
        Values of the noise and their probabilities.

    Raises
    ------
    ValueError
        If a transition leaves the states, the probabilities are none, or the stationary law is not unique.
    """

    world: Literal["lattice"] = "lattice"
    states: Annotated[tuple[FiniteFloat, ...], Field(min_length=2)]
    drift_values: tuple[FiniteFloat, ...]
    noise_values: Annotated[tuple[FiniteFloat, ...], Field(min_length=1)]
    probabilities: tuple[NonNegativeFloat, ...]

    @model_validator(mode="after")
    def _is_a_chain(self) -> Self:
        if list(self.states) != sorted(set(self.states)):
            raise ValueError(f"states {list(self.states)} must be different and in increasing order")
        if len(self.drift_values) != len(self.states):
            raise ValueError(
                f"{len(self.drift_values)} values of the drift given for {len(self.states)} states: give one each"
            )
        if len(self.noise_values) != len(self.probabilities) or abs(sum(self.probabilities) - 1) > _SUM:
            raise ValueError(
                f"{list(self.probabilities)} are no probabilities of {len(self.noise_values)} values: "
                "give one each, with sum 1"
            )
        if not self.chain.scale > 0:
            raise ValueError(f"the latent stays at {self.chain.mean:g} for ever: it needs to vary")
        return self

    @cached_property
    def chain(self) -> Chain:
        """The chain of one latent."""
        states, probabilities = np.array(self.states), np.array(self.probabilities)
        kernel = np.zeros((len(states), len(states)))
        for row, mean in enumerate(self.drift_values):
            for value, probability in zip(self.noise_values, probabilities / probabilities.sum(), strict=True):
                column = int(np.argmin(np.abs(states - mean - value)))
                if abs(states[column] - mean - value) > _SAME_STATE:
                    raise ValueError(
                        f"from state {states[row]:g} the noise {value:g} leads to {mean + value:g}, no state"
                    )
                kernel[row, column] += probability
        return Chain(states, kernel)

    @property
    def pair_correlation(self) -> Array:
        r"""$\mathbb{E}[z_j z_j']$, shape (n,)."""
        return np.full(self.dim, self.chain.pair_correlation)

    @property
    def kurtosis(self) -> float:
        """Fourth moment."""
        return self.chain.kurtosis

    @property
    def reversible(self) -> bool:
        """Whether the chain is in detailed balance."""
        return self.chain.reversible

    def sample(self, count: int, rng: Generator) -> Array:
        """Draw `count` latents, shape (count, n)."""
        return rng.choice(self.chain.latents, (count, self.dim), p=self.chain.law)

    def drift(self, latent: Array) -> Array:
        """Return the drift at the state nearest to each latent, shape (count, n)."""
        states = self.chain.latents
        nearest = np.searchsorted((states[1:] + states[:-1]) / 2, latent)
        return np.asarray((np.array(self.drift_values)[nearest] - self.chain.mean) / self.chain.scale)

    def noise(self, shape: tuple[int, ...], rng: Generator) -> Array:
        r"""Draw $\eta$."""
        probabilities = np.array(self.probabilities)
        return rng.choice(np.array(self.noise_values) / self.chain.scale, shape, p=probabilities / probabilities.sum())

    def spectrum(self, count: int = 10, latent: int = 0) -> Spectrum:  # noqa: ARG002 (all latents are alike)
        """Eigenvalues of a matrix, to round-off; all of them, if there are fewer than asked for."""
        return self.chain.spectrum(count)


def four_state_world(dim: int) -> LatticeWorld:
    r"""Return the world of four states in which linear maps are the only whitened optimum.

    States $-3,-1,1,3$, drift $\mathrm{sign}(z)$, noise $-2, 0, 2$ with probabilities $a, 1-2a, a$ and
    $a = (\sqrt{73}-3)/16$.
    """
    a = (np.sqrt(73) - 3) / 16
    return LatticeWorld(
        dim=dim,
        states=(-3, -1, 1, 3),
        drift_values=(-1, -1, 1, 1),
        noise_values=(-2, 0, 2),
        probabilities=(a, 1 - 2 * a, a),
    )


def five_state_world(dim: int) -> LatticeWorld:
    r"""Return a world of five states in which linear maps are the only whitened optimum, and pairs are not reversible.

    States $-2,\dots,2$, drift $\mathrm{sign}(z)$, noise $-1, 0, 1$ with probabilities $a, 1-2a, a$ and
    $a = (\sqrt{33}-3)/6$.
    """
    a = (np.sqrt(33) - 3) / 6
    return LatticeWorld(
        dim=dim,
        states=(-2, -1, 0, 1, 2),
        drift_values=(-1, -1, 0, 1, 1),
        noise_values=(-1, 0, 1),
        probabilities=(a, 1 - 2 * a, a),
    )
