"""Laws on finitely many points."""

from functools import cached_property
from typing import Annotated, Literal, Self

import numpy as np
from numpy.random import Generator
from pydantic import Field, FiniteFloat, PositiveFloat, model_validator

from proofs_numeric.worlds.laws.law import Array, Law
from proofs_numeric.worlds.laws.probabilities import require_probabilities


class Discrete(Law):
    """Law on finitely many points, standardised.

    Parameters
    ----------
    points
        Different, ascending, at least two.
    probabilities
        Positive, with sum 1.
    """

    law: Literal["discrete"] = "discrete"
    points: Annotated[tuple[FiniteFloat, ...], Field(min_length=2)]
    probabilities: tuple[PositiveFloat, ...]

    @model_validator(mode="after")
    def _is_a_law(self) -> Self:
        if list(self.points) != sorted(set(self.points)):
            raise ValueError(f"points {list(self.points)} must be different and in increasing order")
        if len(self.points) != len(self.probabilities):
            raise ValueError(f"{len(self.probabilities)} probabilities given for {len(self.points)} points")
        require_probabilities(self.probabilities)
        return self

    @cached_property
    def atoms(self) -> tuple[Array, Array]:
        """Standardised points and their probabilities, each of shape (points,)."""
        points, probabilities = np.array(self.points), np.array(self.probabilities) / sum(self.probabilities)
        centred = points - probabilities @ points
        return centred / np.sqrt(probabilities @ centred**2), probabilities

    @property
    def kurtosis(self) -> float:
        """Fourth moment."""
        points, probabilities = self.atoms
        return float(probabilities @ points**4)

    @property
    def skewness(self) -> float:
        """Third moment."""
        points, probabilities = self.atoms
        return float(probabilities @ points**3)

    def draw(self, shape: tuple[int, ...], rng: Generator) -> Array:
        """Draw independent values."""
        points, probabilities = self.atoms
        return rng.choice(points, shape, p=probabilities)

    def cumulative(self, x: Array) -> Array:
        """Distribution function at points of any shape."""
        points, probabilities = self.atoms
        return np.append(0, np.cumsum(probabilities))[np.searchsorted(points, x, side="right")]
