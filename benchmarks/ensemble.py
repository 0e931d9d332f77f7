"""Encoder-steps per second of an ensemble of 16 on the spiral, against one-encoder loops.

All sides run in one process, in turns, on one thread and under an allocator that keeps large temporaries; what counts
is the time of the processor. The plain loop is PyTorch's own: a module, the published formula of SIGReg, autograd, the
fused AdamW. The loop of `train` differs from it by the regularizer alone. About two thirds of the time of the ensemble
are the matrix products of the hidden layers, which all sides have in common.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor
from torch.nn.functional import normalize

from benchmarks.ratio import Ratio
from benchmarks.sigreg import KEEP, plain
from lejepa_impl.objectives.lejepa import LeJEPA
from lejepa_impl.train.checkpoint import build_encoder
from lejepa_impl.train.ensemble import train_ensemble
from lejepa_impl.train.loop import fit, train
from lejepa_impl.train.spec import TrainingSpec
from lejepa_impl.worlds.gaussian import GaussianWorld
from lejepa_impl.worlds.mixings import MIXINGS

_SPIRAL = TrainingSpec(device="cpu")
_MEMBERS = 16
#: So many that setting up the members, which takes as long as a step, hardly counts.
_STEPS = 60
_RUNS = 5
_TARGETS = {"plain": 4, "train": 1}


def ratios() -> Iterator[tuple[str, Ratio]]:
    """Measure in a process of its own, which has the allocator set."""
    command = [sys.executable, "-m", "benchmarks.ensemble"]
    measured = subprocess.run(command, env={**os.environ, **KEEP}, check=True, capture_output=True).stdout
    for side, seconds in json.loads(measured).items():
        baseline = f"encoder-steps per second of the {side} loop, {_MEMBERS} encoders, one thread, tuned allocator"
        yield f"ensemble_{side}", Ratio(seconds, _TARGETS[side], baseline, _RUNS)


def _plain_loop(steps: int) -> None:
    """Train one encoder with the published formula of SIGReg."""
    generator = Generator().manual_seed(0)
    world, mixing = GaussianWorld(_SPIRAL.dim, _SPIRAL.rho), MIXINGS[_SPIRAL.mixing](_SPIRAL.dim)

    def sigreg(embedding: Tensor, generator: Generator) -> Tensor:
        directions = normalize(torch.randn(embedding.shape[1], _SPIRAL.slices, generator=generator), dim=0)
        return plain(embedding, directions, _SPIRAL.knots, _SPIRAL.t_max)

    fit(
        build_encoder(_SPIRAL, generator),
        lambda count, generator: mixing.observe(torch.cat(world.pairs(count, generator))),
        LeJEPA(sigreg, _SPIRAL.regularizer_weight),
        generator,
        steps=steps,
        batch=_SPIRAL.batch,
        learning_rate=_SPIRAL.learning_rate,
    )


def _ensemble(steps: int) -> None:
    spec = _SPIRAL.model_copy(update={"steps": steps})
    train_ensemble([spec.model_copy(update={"seed": seed}) for seed in range(_MEMBERS)])


def _seconds(loop: Callable[[int], None], steps: int) -> float:
    start = time.process_time()
    loop(steps)
    return (time.process_time() - start) / steps


def _measure() -> dict[str, float]:
    torch.set_num_threads(1)
    sides = {
        "plain": _plain_loop,
        "train": lambda steps: train(_SPIRAL.model_copy(update={"steps": steps})),
    }
    _ensemble(1)  # compiles
    quotients: dict[str, list[float]] = {side: [] for side in sides}
    for _ in range(_RUNS):
        ours = _seconds(_ensemble, _STEPS) / _MEMBERS
        for side, loop in sides.items():
            quotients[side].append(_seconds(loop, _STEPS) / ours)
    return {side: statistics.median(values) for side, values in quotients.items()}


if __name__ == "__main__":
    print(json.dumps(_measure()))
