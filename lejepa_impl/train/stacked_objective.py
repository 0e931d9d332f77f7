"""The objectives of an ensemble: those that differ in the weight alone are taken at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from lejepa_impl.objectives.lejepa import LeJEPA, but_for_the_weight, stacked
from lejepa_impl.train.objective import Objective


@dataclass(frozen=True)
class _Group:
    """Members whose objectives are `common` with weights of their own; or one member, where there is no `common`."""

    members: Tensor
    generators: list[Generator]
    objective: Objective
    common: LeJEPA | None
    weights: Tensor

    def __call__(self, first: Tensor, second: Tensor) -> Tensor:
        if self.common:
            return stacked(self.common, self.weights, first, second, self.generators)
        return self.objective(first[0], second[0], self.generators[0])[None]


class StackedObjective:
    """The objectives of some members of an ensemble.

    All that a call needs besides the embeddings is on their device beforehand: a call can be captured as a CUDA graph.

    Parameters
    ----------
    objectives, generators
        Those of all members.
    members
        The members to compute them for.
    like
        A tensor of the type and device of the embeddings.
    """

    def __init__(
        self, objectives: Sequence[Objective], generators: Sequence[Generator], members: Sequence[int], like: Tensor
    ) -> None:
        alike: dict[object, list[int]] = {}
        for place, member in enumerate(members):
            alike.setdefault(but_for_the_weight(objectives[member]) or place, []).append(place)
        self._groups = [
            _Group(
                torch.tensor(places, device=like.device),
                [generators[members[place]] for place in places],
                objectives[members[places[0]]],
                common if isinstance(common, LeJEPA) else None,
                like.new_tensor([getattr(objectives[members[place]], "weight", 1.0) for place in places]),
            )
            for common, places in alike.items()
        ]
        self._inverse = torch.cat([group.members for group in self._groups]).argsort()

    def __call__(self, embeddings: Tensor) -> Tensor:
        """Return the objectives of the members at their embedded pairs, shape (members, 2 batch, m)."""
        if len(self._groups) == 1:
            return self._groups[0](*embeddings.chunk(2, dim=1))
        values = [group(*embeddings.index_select(0, group.members).chunk(2, dim=1)) for group in self._groups]
        return torch.cat(values).index_select(0, self._inverse)
