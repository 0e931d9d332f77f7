r"""What every world is: pairs of latents with a declared law.

A world is $n$ independent coordinate pairs $(z_j, z_j')$, each latent centred and of unit variance. It
declares what it claims of its law, and the tests measure it.

References
----------
W, section 3: assumptions (i) independent, (ii) stationary, (iii) additive noise.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import SupportsFloat

import numpy as np
import torch
from torch import Generator, Tensor


class World(ABC):
    r"""Independent pairs of latents, centred and of unit variance.

    Parameters
    ----------
    dim
        Number of latents n.
    pair_correlation
        $\mathbb{E}[z_j z_j']$, one for all latents or one each.
    kurtosis
        $\mathbb{E}[z_j^4]$, 3 for a Gaussian.
    reversible
        Whether $(z_j, z_j')$ and $(z_j', z_j)$ have one law.
    next_kurtosis
        $\mathbb{E}[z_j'^4]$ where $z'$ has another law than $z$; None where the world is stationary.

    Raises
    ------
    ValueError
        If `dim` is below 1, or the number of correlations is another.
    """

    def __init__(
        self,
        dim: int,
        pair_correlation: SupportsFloat | Sequence[SupportsFloat],
        *,
        kurtosis: float,
        reversible: bool,
        next_kurtosis: float | None = None,
    ) -> None:
        if dim < 1:
            raise ValueError(f"a world needs at least 1 latent, not {dim}")
        given = np.asarray(pair_correlation, dtype=np.float64)
        if given.shape not in ((), (dim,)):
            raise ValueError(f"{given.size} correlations given for {dim} latents: give one, or one each")
        self.dim = dim
        #: Correlation of each latent with its successor, shape (n,).
        self.pair_correlation = torch.tensor(np.broadcast_to(given, dim))
        self.kurtosis = kurtosis
        self.next_kurtosis = kurtosis if next_kurtosis is None else next_kurtosis
        self.stationary = next_kurtosis is None
        self.reversible = reversible

    @abstractmethod
    def sample(self, count: int, generator: Generator) -> Tensor:
        """Draw `count` latents, shape (count, n), float32 on the device of the generator."""

    @abstractmethod
    def transition(self, latent: Tensor, generator: Generator) -> Tensor:
        """Draw the next latent of each row of `latent`, shape (count, n)."""

    def pairs(self, count: int, generator: Generator) -> tuple[Tensor, Tensor]:
        """Draw `count` pairs of latent and next latent, each of shape (count, n)."""
        latent = self.sample(count, generator)
        return latent, self.transition(latent, generator)

    def siblings(self, count: int, generator: Generator) -> tuple[Tensor, Tensor]:
        """Draw `count` pairs of next latents of one parent, each of shape (count, n)."""
        parent = self.sample(count, generator)
        return self.transition(parent, generator), self.transition(parent, generator)


class AdditiveNoiseWorld(World):
    r"""World with $z' = m(z) + \eta$, the noise independent of $z$. (W, assumption (iii))."""

    @abstractmethod
    def drift(self, latent: Tensor) -> Tensor:
        """Return $m(z)$ for latents of shape (count, n)."""

    @abstractmethod
    def noise(self, like: Tensor, generator: Generator) -> Tensor:
        r"""Draw $\eta$ in the shape, type and device of `like`."""

    def transition(self, latent: Tensor, generator: Generator) -> Tensor:
        """Draw the next latent of each row of `latent`, shape (count, n)."""
        return self.drift(latent) + self.noise(latent, generator)


def require_correlation(value: float) -> float:
    """Return a pair correlation that is in (-1, 1) and not 0.

    Raises
    ------
    ValueError
        If it is not.
    """
    if not -1 < value < 1 or value == 0:
        raise ValueError(f"correlation {value} is not in (-1, 1) without 0: choose one that is")
    return value
