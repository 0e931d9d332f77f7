r"""The penalised objective: alignment of pairs plus a regularizer of the embedding.

References
----------
W, section 4 and Appendix H; L, section 5.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import torch
from torch import Generator, Tensor
from torch.nn.functional import normalize

from lejepa_impl.objectives.alignment import Alignment
from lejepa_impl.regularizers.sigreg import SIGReg


@dataclass(frozen=True)
class LeJEPA:
    r"""Penalised objective $\lambda R(h) + (1-\lambda)\,A(h)$, by default in the convention of W's experiments.

    There the alignment $A$ is the mean square distance of an embedding from the mean of its pair, over pairs, views
    and the m dimensions, which is $L(h)/4m$, and the regularizer sees both views as one sample of 2N.
    `lejepa_impl.objectives.conventions` converts $\lambda$ between conventions.

    Parameters
    ----------
    regularizer
        Callable on embeddings of shape (2N, m), or (N, m) where views are not pooled, and a generator.
    weight
        $\lambda$, in (0, 1), or any positive number where `convex` is False.
    alignment
        $A$.
    convex
        False for $\lambda R(h) + A(h)$.
    pooled
        False for the mean of the regularizer over the views.

    Raises
    ------
    ValueError
        If the weight is out of range.
    """

    regularizer: Callable[[Tensor, Generator], Tensor]
    weight: float
    alignment: Alignment = field(default_factory=Alignment)
    convex: bool = True
    pooled: bool = True

    def __post_init__(self) -> None:
        if self.convex and not 0 < self.weight < 1:
            raise ValueError(f"the weight of the regularizer must be in (0, 1), not {self.weight}")
        if not 0 < self.weight < float("inf"):
            raise ValueError(f"the weight of the regularizer must be positive, not {self.weight}")

    def __call__(self, first: Tensor, second: Tensor, generator: Generator) -> Tensor:
        """Return the objective of embedded pairs, each of shape (N, m), as a scalar."""
        samples = [torch.cat([first, second])] if self.pooled else [first, second]
        penalty = sum(self.regularizer(sample, generator) for sample in samples) / len(samples)
        aligned = self.alignment(first, second)
        return self.weight * penalty + ((1 - self.weight) * aligned if self.convex else aligned)


def but_for_the_weight(objective: object) -> LeJEPA | None:
    """Return what objectives must have in common for `stacked` to take them at once, or None if it takes none."""
    if isinstance(objective, LeJEPA) and isinstance(objective.regularizer, SIGReg) and objective.pooled:
        return (
            replace(objective, weight=0.5) if objective.alignment.group is objective.regularizer.group is None else None
        )
    return None


def stacked(common: LeJEPA, weights: Tensor, first: Tensor, second: Tensor, generators: Sequence[Generator]) -> Tensor:
    """Return pooled objectives with SIGReg that differ in the weight alone, at once.

    Parameters
    ----------
    common
        The objective, of any weight.
    weights
        E weights.
    first, second
        Embedded pairs of each, shape (E, N, m). The result has the shape (E,).
    generators
        The sources from which each alone would draw.
    """
    dim = first.shape[-1]
    regularizer = cast(SIGReg, common.regularizer)
    directions = torch.stack([regularizer.drawn(dim, generator) for generator in generators])
    penalties = regularizer.along(normalize(directions, dim=1), torch.cat([first, second], dim=1))
    aligned = common.alignment.factor(dim) * (second - first).square().sum(dim=2).mean(dim=1)
    return weights * penalties + ((1 - weights) * aligned if common.convex else aligned)
