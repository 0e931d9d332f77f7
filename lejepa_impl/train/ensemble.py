r"""Many encoders trained at once: weights stacked, (E, outputs, inputs), and advanced by one batched step.

Each member has the streams, the objective, the learning rate and the schedule that it has in a run of its own, and no
sum runs over members: a member that diverges spoils no other.

References
----------
W, Appendix H (the grid of runs: seeds, weights and correlations of one architecture).
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from lejepa_impl.train.checkpoint import Checkpoint, build_encoder
from lejepa_impl.train.loop import (
    CHECK_EVERY,
    TrainingError,
    finished,
    judged_pairs,
    require_finite,
    require_sound,
    resolve_device,
    streams,
)
from lejepa_impl.train.objective import objective_of
from lejepa_impl.train.replayed import Replayed, captures
from lejepa_impl.train.schedule import constant_then_cosine
from lejepa_impl.train.snapshot import Snapshots
from lejepa_impl.train.spec import TrainingSpec
from lejepa_impl.train.stacked_mlp import StackedMLP
from lejepa_impl.train.stacked_objective import StackedObjective
from lejepa_impl.train.world import mixing_of, pairs_of, world_of
from lejepa_impl.worlds.gaussian import GaussianWorld
from lejepa_impl.worlds.mixings import Mixing

#: What one batched step needs to be the same for all members.
SHARED = ("dim", "encoder", "hidden", "depth", "batch", "steps", "warm_up", "device")
#: Members that a processor works on at a time: more would take memory and save no time.
_AT_ONCE = 8


def train_ensemble(
    specs: Sequence[TrainingSpec],
    on_step: Callable[[int, list[float]], None] | None = None,
    snapshots: Snapshots | None = None,
) -> list[Checkpoint | TrainingError]:
    """Train an encoder for each specification, all at once.

    Parameters
    ----------
    specs
        The runs, alike in the fields `SHARED`; their objectives, worlds, mixings, rates and seeds are their own.
    on_step
        Called now and then with the number of steps done and the objectives, NaN for members that failed.
    snapshots
        Where an ensemble that may be interrupted keeps its state, and takes it up again.

    Returns
    -------
    list
        What `train` returns for each specification, up to rounding, or the error that it raises. A member that
        fails is frozen where it failed, and the others go on.

    Raises
    ------
    ValueError
        If there is no specification, they differ in what must be shared, or their encoders are no perceptrons.
    TrainingError
        If the device is not there.
    """
    shared = _shared(specs)
    device = resolve_device(shared.device)
    sources = [streams(spec, device) for spec in specs]
    encoders = [build_encoder(spec, weights) for spec, (weights, _) in zip(specs, sources, strict=True)]
    ensemble = _Ensemble(specs, encoders, [data for _, data in sources])
    failed = ensemble.failed
    done = snapshots.restore({"ensemble": ensemble}, ensemble.streams) if snapshots else 0
    for step in range(done + 1, shared.steps + 1):
        ensemble.step()
        ensemble.schedule.step()
        if step % CHECK_EVERY == 0 or step == shared.steps:
            objectives = ensemble.objectives.tolist()
            for member in ensemble.active:
                try:
                    require_finite(objectives[member], step, specs[member].learning_rate)
                except TrainingError as error:
                    failed[member] = error
            if failed.keys() & ensemble.active:
                ensemble.freeze(failed)
            if on_step:
                on_step(step, objectives)
        if snapshots and step < shared.steps:
            snapshots.keep(step, {"ensemble": ensemble}, ensemble.streams)
    results: list[Checkpoint | TrainingError] = []
    for member, (spec, encoder) in enumerate(zip(specs, encoders, strict=True)):
        try:
            if member in failed:
                raise failed[member]
            vector_to_parameters(ensemble.parameters[member], encoder.parameters())
            observe_pairs = partial(ensemble.observed_pairs, member)
            observed = observe_pairs(judged_pairs(spec.batch, spec.dim))
            require_sound(encoder, observed, steps=spec.steps, learning_rate=spec.learning_rate)
            results.append(finished(spec, encoder, observe_pairs))
        except TrainingError as error:
            results.append(error)
    return results


def _shared(specs: Sequence[TrainingSpec]) -> TrainingSpec:
    if not specs:
        raise ValueError("an ensemble needs at least 1 specification")
    for name in SHARED:
        values = {getattr(spec, name) for spec in specs}
        if len(values) > 1:
            raise ValueError(f"the members of an ensemble must share {name}, not have {sorted(values, key=str)}")
    if specs[0].encoder != "mlp":
        raise ValueError(f"the members of an ensemble are perceptrons: train the encoder {specs[0].encoder} by itself")
    return specs[0]


class _Ensemble:
    """The stacked encoders, and the step that advances them.

    The parameters of a member are a row of one tensor. The optimizer sees rows, so that each has its own rates.
    """

    def __init__(self, specs: Sequence[TrainingSpec], encoders: Sequence[nn.Module], data: Sequence[Generator]) -> None:
        spec = specs[0]
        self.active = list(range(len(specs)))
        self.failed: dict[int, TrainingError] = {}
        self.batch = spec.batch
        self.data = data
        self.streams = {str(member): stream for member, stream in enumerate(data)}
        self.worlds = [world_of(spec) for spec in specs]
        self.pairs = [pairs_of(spec, world) for spec, world in zip(specs, self.worlds, strict=True)]
        self.objective = [objective_of(spec) for spec in specs]
        self.mixings = [mixing_of(spec, data[0].device) for spec in specs]
        alike: dict[Mixing, list[int]] = {}
        for member, mixing in enumerate(self.mixings):
            alike.setdefault(mixing, []).append(member)
        self.mixed_alike = [(mixing, torch.tensor(members, device=data[0].device)) for mixing, members in alike.items()]
        self.parameters = torch.stack([parameters_to_vector(encoder.parameters()) for encoder in encoders]).detach()
        self.gradients = torch.empty_like(self.parameters)
        widths = [spec.dim, *[spec.hidden] * (spec.depth - 1), spec.dim]
        self.encoders = StackedMLP(
            self.parameters,
            self.gradients,
            widths,
            samples=2 * spec.batch,
            at_once=len(specs) if self.parameters.is_cuda else _AT_ONCE,
        )
        self.rows = list(self.parameters)
        for row, gradient in zip(self.rows, self.gradients, strict=True):
            row.grad = gradient
        captured = captures(self.parameters.device)
        rates: dict[tuple[float, float], list[Tensor]] = {}
        for of_member, row in zip(specs, self.rows, strict=True):
            rates.setdefault((of_member.learning_rate, of_member.weight_decay), []).append(row)
        self.optimizer = torch.optim.AdamW(
            [
                # A captured step reads its rate from the device.
                {
                    "params": rows,
                    "lr": torch.tensor(rate, device=row.device) if captured else rate,
                    "weight_decay": decay,
                }
                for (rate, decay), rows in rates.items()
            ],
            fused=True,
            capturable=captured,
        )
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda step: constant_then_cosine(step, spec.steps, spec.warm_up)
        )
        self.objectives = self.parameters.new_full((len(specs),), torch.nan)
        self.latents = self.parameters.new_empty(len(specs), 2 * spec.batch, spec.dim)
        self.observed = torch.empty_like(self.latents)
        # Other worlds copy between devices, which cannot be captured.
        self.draws_apart = captured and not all(isinstance(world, GaussianWorld) for world in self.worlds)
        if captured:
            for world in self.worlds:
                # Once, instead of at every step.
                world.pair_correlation = world.pair_correlation.to(self.parameters)
        self.advance = Replayed(self._descend if self.draws_apart else self._draw_and_descend, data, captured)
        self.stacks = self._stacks()

    def state_dict(self) -> dict[str, Any]:
        """Return the state, streams apart."""
        return {
            "parameters": self.parameters,
            "objectives": self.objectives,
            "failed": {member: str(error) for member, error in self.failed.items()},
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Return to a state."""
        self.parameters.copy_(state["parameters"])
        self.objectives.copy_(state["objectives"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.failed |= {member: TrainingError(message) for member, message in state["failed"].items()}
        self.freeze(self.failed)

    def step(self) -> None:
        """Draw fresh pairs for every member and take a step of the optimizer."""
        if self.draws_apart:
            self._draw()
        self.advance()

    def _draw_and_descend(self) -> None:
        self._draw()
        self._descend()

    def _draw(self) -> None:
        """Draw fresh pairs, each member from its own world and stream."""
        for member in self.active:
            torch.cat(self.pairs[member](self.batch, self.data[member]), out=self.latents[member])
        if len(self.mixed_alike) == 1:
            self.observed.copy_(self.mixings[0].observe(self.latents))
            return
        for mixing, members in self.mixed_alike:
            self.observed.index_copy_(0, members, mixing.observe(self.latents.index_select(0, members)))

    def _descend(self) -> None:
        """Take a step of the optimizer down the objectives at the pairs that were drawn."""
        for stack in self.stacks:
            embeddings = self.encoders.embed(self.observed, stack.chunk).detach().requires_grad_()
            losses = stack.objective(embeddings if stack.places is None else embeddings.index_select(0, stack.places))
            self.objectives[stack.members] = losses.detach()
            (slope,) = torch.autograd.grad(losses.sum(), embeddings)
            self.encoders.pull_back(slope, self.observed, stack.chunk)
        self.optimizer.step()

    def observed_pairs(self, member: int, count: int) -> Tensor:
        """Draw pairs of a member: first halves, then second halves."""
        return self.mixings[member].observe(torch.cat(self.pairs[member](count, self.data[member])))

    def freeze(self, members: Collection[int]) -> None:
        """Stop the training of some members."""
        self.active = [member for member in self.active if member not in members]
        for member in members:
            self.rows[member].grad = None
            self.objectives[member] = torch.nan
        self.stacks = self._stacks()
        self.advance.forget()

    def _stacks(self) -> list["_Stack"]:
        """Arrange the members that are still trained."""
        device = self.parameters.device
        stacks = []
        for chunk in self.encoders.members:
            if members := [member for member in range(len(self.data))[chunk] if member in self.active]:
                places = torch.tensor([member - chunk.start for member in members], device=device)
                stacks.append(
                    _Stack(
                        chunk,
                        torch.tensor(members, device=device),
                        None if len(members) == chunk.stop - chunk.start else places,
                        StackedObjective(self.objective, self.data, members, self.parameters),
                    )
                )
        return stacks


@dataclass(frozen=True)
class _Stack:
    """The members of a chunk of encoders that are still trained: their numbers, their places if not all, and more."""

    chunk: slice
    members: Tensor
    places: Tensor | None
    objective: StackedObjective
