r"""Many encoders trained at once: weights stacked, (E, outputs, inputs), and advanced by one batched step.

Each member has the streams, the objective, the learning rate and the schedule that it has in a run of its own, and no
sum runs over members: a member that diverges spoils no other.

References
----------
W, Appendix H (the grid of runs: seeds, weights and correlations of one architecture).
"""

import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, cast

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import gelu
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from lejepa_impl.objectives.lejepa import LeJEPA, stackable, stacked
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
from lejepa_impl.train.schedule import constant_then_cosine
from lejepa_impl.train.snapshot import Snapshots
from lejepa_impl.train.spec import TrainingSpec
from lejepa_impl.train.world import mixing_of, pairs_of, world_of
from lejepa_impl.worlds.mixings import Mixing

#: What one batched step needs to be the same for all members.
SHARED = ("dim", "encoder", "hidden", "depth", "batch", "steps", "warm_up", "device")
#: Members that a processor works on at a time: more would take memory and save no time.
_AT_ONCE = 16
#: Steps taken one by one before they are captured as a CUDA graph.
_WARM_UP = 3


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
    advance = ensemble.step
    for step in range(done + 1, shared.steps + 1):
        advance()
        ensemble.schedule.step()
        if step == done + _WARM_UP and device.type == "cuda":
            advance = ensemble.captured()
        if step % CHECK_EVERY == 0 or step == shared.steps:
            objectives = ensemble.objectives.tolist()
            for member in ensemble.active:
                try:
                    require_finite(objectives[member], step, specs[member].learning_rate)
                except TrainingError as error:
                    failed[member] = error
            if failed.keys() & ensemble.active:
                ensemble.freeze(failed)
                advance = ensemble.step if device.type != "cuda" else ensemble.captured()
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

    The parameters of a member are a row of one tensor, of which the layers, batched over members, are views. The
    optimizer sees rows, so that each has its own rates.
    """

    def __init__(self, specs: Sequence[TrainingSpec], encoders: Sequence[nn.Module], data: Sequence[Generator]) -> None:
        spec = specs[0]
        self.active = list(range(len(specs)))
        self.failed: dict[int, TrainingError] = {}
        self.batch = spec.batch
        self.data = data
        self.streams = {str(member): stream for member, stream in enumerate(data)}
        self.pairs = [pairs_of(spec, world_of(spec)) for spec in specs]
        self.objective = [objective_of(spec) for spec in specs]
        self.mixings = [mixing_of(member, data[0].device) for member in specs]
        self.mixed_alike: dict[Mixing, list[int]] = {}
        for index, mixing in enumerate(self.mixings):
            self.mixed_alike.setdefault(mixing, []).append(index)
        self.parameters = torch.stack([parameters_to_vector(encoder.parameters()) for encoder in encoders]).detach()
        self.gradients = torch.empty_like(self.parameters)
        widths = [spec.dim, *[spec.hidden] * (spec.depth - 1), spec.dim]
        chunk = len(specs) if self.parameters.is_cuda else _AT_ONCE
        self.chunks = [
            (members, _layers(self.parameters[members], widths), _layers(self.gradients[members], widths))
            for members in (slice(start, start + chunk) for start in range(0, len(specs), chunk))
        ]
        self.rows = list(self.parameters)
        for row, gradient in zip(self.rows, self.gradients, strict=True):
            row.grad = gradient
        on_cuda = self.parameters.is_cuda
        rates: dict[tuple[float, float], list[Tensor]] = {}
        for member, row in zip(specs, self.rows, strict=True):
            rates.setdefault((member.learning_rate, member.weight_decay), []).append(row)
        self.optimizer = torch.optim.AdamW(
            [
                # A captured step reads its rate from the device.
                {
                    "params": rows,
                    "lr": torch.tensor(rate, device=row.device) if on_cuda else rate,
                    "weight_decay": decay,
                }
                for (rate, decay), rows in rates.items()
            ],
            fused=True,
            capturable=on_cuda,
        )
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda step: constant_then_cosine(step, spec.steps, spec.warm_up)
        )
        self.objectives = self.parameters.new_full((len(specs),), torch.nan)
        self.latents = self.parameters.new_empty(len(specs), 2 * spec.batch, spec.dim)
        # In one place throughout, from which a captured step reads.
        self.observed = torch.empty_like(self.latents)

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
        self.draw()
        self.descend()

    def draw(self) -> None:
        """Draw fresh pairs, each member from its own world and stream."""
        for member in self.active:
            torch.cat(self.pairs[member](self.batch, self.data[member]), out=self.latents[member])
        for mixing, members in self.mixed_alike.items():
            if len(members) == len(self.mixings):
                self.observed.copy_(mixing.observe(self.latents))
            else:
                self.observed[members] = mixing.observe(self.latents[members])

    def observed_pairs(self, member: int, count: int) -> Tensor:
        """Draw pairs of a member: first halves, then second halves."""
        return self.mixings[member].observe(torch.cat(self.pairs[member](count, self.data[member])))

    def descend(self) -> None:
        """Take a step of the optimizer down the objectives at the pairs that were drawn."""
        for members, parameters, gradients in self.chunks:
            inputs, preactivations = _forward(self.observed[members], parameters)
            embeddings = preactivations.pop().requires_grad_()
            if active := [member for member in range(len(self.data))[members] if member in self.active]:
                losses = self._losses(active, embeddings[[member - members.start for member in active]])
                self.objectives[active] = losses.detach()
                (slope,) = torch.autograd.grad(losses.sum(), embeddings)
                _backward(slope, inputs, preactivations, parameters, gradients)
        self.optimizer.step()

    def _losses(self, members: Sequence[int], embeddings: Tensor) -> Tensor:
        """Compute the objectives of some members."""
        first, second = embeddings.chunk(2, dim=1)
        objectives = [self.objective[member] for member in members]
        data = [self.data[member] for member in members]
        if stackable(objectives):
            return stacked(cast(list[LeJEPA], objectives), first, second, data)
        return torch.stack([of(*pair) for of, *pair in zip(objectives, first, second, data, strict=True)])

    def freeze(self, members: Sequence[int] | dict[int, TrainingError]) -> None:
        """Stop the training of some members."""
        self.active = [member for member in self.active if member not in members]
        for member in members:
            self.rows[member].grad = None
            self.objectives[member] = torch.nan

    def captured(self) -> Callable[[], None]:
        """Return the step with the part after the draws captured as a CUDA graph."""
        graph = torch.cuda.CUDAGraph()
        for generator in self.data:
            graph.register_generator_state(generator)
        with torch.cuda.graph(graph):
            self.descend()

        def step() -> None:
            self.draw()
            graph.replay()

        return step


def _forward(observed: Tensor, layers: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    """Return what each layer takes and gives, before the nonlinearity; the last gives the embeddings."""
    inputs: list[Tensor] = []
    outputs: list[Tensor] = []
    for weight, bias in zip(layers[::2], layers[1::2], strict=True):
        inputs.append(gelu(outputs[-1]) if outputs else observed)
        outputs.append(torch.baddbmm(bias, inputs[-1], weight.mT))
    return inputs, outputs


def _backward(
    slope: Tensor,
    inputs: Sequence[Tensor],
    preactivations: Sequence[Tensor],
    layers: Sequence[Tensor],
    gradients: Sequence[Tensor],
) -> None:
    """Fill in the gradients of the layers: what autograd would, into their place and with less copied."""
    ones = slope.new_ones(len(slope), 1, slope.shape[1])
    for layer in range(len(inputs) - 1, -1, -1):
        torch.bmm(slope.mT, inputs[layer], out=gradients[2 * layer])
        # A sum over samples, by the product that is faster.
        torch.bmm(ones, slope, out=gradients[2 * layer + 1])
        if layer:
            slope = torch.bmm(slope, layers[2 * layer])
            torch.ops.aten.gelu_backward.grad_input(slope, preactivations[layer - 1], grad_input=slope)


def _layers(rows: Tensor, widths: Sequence[int]) -> list[Tensor]:
    """View rows of parameters as weights (E, outputs, inputs) and biases (E, 1, outputs), layer by layer."""
    shapes = [shape for inputs, outputs in pairwise(widths) for shape in ((outputs, inputs), (1, outputs))]
    parts = rows.split([math.prod(shape) for shape in shapes], dim=1)
    return [part.unflatten(1, shape) for part, shape in zip(parts, shapes, strict=True)]
