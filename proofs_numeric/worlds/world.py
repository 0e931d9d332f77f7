r"""What every world is: pairs of latents with a declared law.

A world is $n$ independent coordinate pairs $(z_j, z_j')$, each latent centred and of unit variance. It declares what
it claims of its law, the tests measure it, and it prints as a specification from which it can be read again.

References
----------
W, section 3: assumptions (i) independent, (ii) stationary, (iii) additive noise.
"""

from abc import ABC, abstractmethod
from typing import Annotated

import numpy as np
import yaml
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from proofs_numeric.worlds.specified import Specified
from proofs_numeric.worlds.spectrum import Spectrum

Array = NDArray[np.float64]

_MOST_LATENTS = 100_000


class World(Specified, ABC):
    r"""Independent pairs of latents, centred and of unit variance.

    Parameters
    ----------
    dim
        Number of latents n.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """

    dim: Annotated[PositiveInt, Field(le=_MOST_LATENTS)] = 1

    @property
    @abstractmethod
    def pair_correlation(self) -> Array:
        r"""$\mathbb{E}[z_j z_j']$ of each latent, shape (n,)."""

    @property
    @abstractmethod
    def kurtosis(self) -> float:
        r"""$\mathbb{E}[z_j^4]$, 3 for a Gaussian."""

    @property
    def next_kurtosis(self) -> float:
        r"""$\mathbb{E}[z_j'^4]$, another one where the world is not stationary."""
        return self.kurtosis

    @property
    def stationary(self) -> bool:
        r"""Whether $z_j$ and $z_j'$ have one law."""
        return True

    @property
    @abstractmethod
    def reversible(self) -> bool:
        r"""Whether $(z_j, z_j')$ and $(z_j', z_j)$ have one law."""

    @property
    def additive_noise(self) -> bool:
        r"""Whether $z' - \mathbb{E}[z' \mid z]$ is independent of z."""
        return True

    @abstractmethod
    def sample(self, count: int, rng: Generator) -> Array:
        """Draw `count` latents, shape (count, n)."""

    @abstractmethod
    def transition(self, latent: Array, rng: Generator) -> Array:
        """Draw the next latent of each row of `latent`, shape (count, n)."""

    def pairs(self, count: int, rng: Generator) -> tuple[Array, Array]:
        """Draw `count` pairs of latent and next latent, each of shape (count, n)."""
        latent = self.sample(count, rng)
        return latent, self.transition(latent, rng)

    @abstractmethod
    def spectrum(self, count: int = 10, latent: int = 0) -> Spectrum:
        """Compute the lowest eigenpairs of S on functions of one latent.

        Parameters
        ----------
        count
            Number of eigenpairs, the constant one included.
        latent
            Index of the latent, where they are of different laws.

        Raises
        ------
        ValueError
            If the error bars do not become small; the message says why.
        """

    def __str__(self) -> str:
        """Print the specification, in YAML."""
        return yaml.safe_dump({"schema": 1} | self.model_dump(mode="json"), sort_keys=False)


class AdditiveNoiseWorld(World):
    r"""World with $z' = m(z) + \eta$, the noise independent of $z$. (W, assumption (iii))."""

    @abstractmethod
    def drift(self, latent: Array) -> Array:
        """Return $m(z)$ for latents of shape (count, n)."""

    @abstractmethod
    def noise(self, shape: tuple[int, ...], rng: Generator) -> Array:
        r"""Draw $\eta$."""

    def transition(self, latent: Array, rng: Generator) -> Array:
        """Draw the next latent of each row of `latent`, shape (count, n)."""
        return self.drift(latent) + self.noise(latent.shape, rng)
