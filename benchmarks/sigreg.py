"""SIGReg, forward and backward on one thread, against its published formula in plain PyTorch.

Both run in one process under one allocator setting: glibc's own, which maps and unmaps large
temporaries at every step ("stock"), and one that keeps them ("tuned").
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import Generator, Tensor
from torch.nn.functional import normalize

from benchmarks.ratio import Ratio
from lejepa_impl.regularizers import epps_pulley
from lejepa_impl.regularizers.sigreg import SIGReg

#: Samples, dimensions, slices, and repetitions of the plain formula.
_SHAPES = {"small": (512, 64, 256, 20), "large": (4096, 256, 1024, 9)}
KEEP = {"MALLOC_MMAP_THRESHOLD_": str(2**32), "MALLOC_TRIM_THRESHOLD_": str(2**34), "MALLOC_TOP_PAD_": str(2**28)}
_ALLOCATORS = {"stock": ({}, 25), "tuned": (KEEP, 12)}
_FALLBACK_TARGET = 4
_MEMORY_TARGET = 50


def plain(embedding: Tensor, directions: Tensor, knots: int = 17, t_max: float = 3.0) -> Tensor:
    """Compute the statistic as published, with a tensor of shape (N, slices, knots)."""
    times = torch.linspace(0, t_max, knots, device=embedding.device)
    target = torch.exp(-times.square() / 2)
    weights = torch.full_like(times, 2 * t_max / (knots - 1))
    weights[[0, -1]] = t_max / (knots - 1)
    angles = (embedding @ directions).unsqueeze(-1) * times
    error = (angles.cos().mean(0) - target).square() + angles.sin().mean(0).square()
    return (error @ (weights * target)).mean() * len(embedding)


def ratios() -> Iterator[tuple[str, Ratio]]:
    """Measure speed under both allocators, and the peak of extra memory."""
    for allocator, (settings, target) in _ALLOCATORS.items():
        for shape, (*_, runs) in _SHAPES.items():
            seconds = _in_process({"shape": shape}, settings)
            baseline = f"plain PyTorch, one thread, {allocator} allocator, {_SHAPES[shape][:3]}"
            yield f"sigreg_{shape}_{allocator}", Ratio(seconds["plain"] / seconds["ours"], target, baseline, runs)
            ratio = seconds["plain"] / seconds["fallback"]
            yield f"sigreg_{shape}_{allocator}_fallback", Ratio(ratio, _FALLBACK_TARGET, baseline, runs)
    extra = {side: _in_process({"shape": "large", "side": side}, {})["kib"] for side in ("plain", "ours")}
    baseline = f"peak extra memory of plain PyTorch, {_SHAPES['large'][:3]}"
    yield "sigreg_memory", Ratio(extra["plain"] / extra["ours"], _MEMORY_TARGET, baseline, 1)


def _in_process(task: dict[str, str], settings: dict[str, str]) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.sigreg", json.dumps(task)]
    return json.loads(subprocess.run(command, env={**os.environ, **settings}, check=True, capture_output=True).stdout)


def _measure(shape: str, side: str | None = None) -> dict[str, float]:
    torch.set_num_threads(1)
    samples, dim, slices, runs = _SHAPES[shape]
    generator = Generator().manual_seed(0)
    embedding = torch.randn(samples, dim, generator=generator).requires_grad_()
    directions = normalize(torch.randn(dim, slices, generator=generator), dim=0)
    ours = SIGReg(slices).along
    sides = {
        "plain": lambda: plain(embedding, directions),
        "ours": lambda: ours(directions, embedding),
    }
    if side is not None:
        ours(directions[:, :1], embedding[:1]).backward()  # compiles
        Path("/proc/self/clear_refs").write_text("5")  # lowers the peak to what is resident now
        before = _kib("VmRSS")
        sides[side]().backward()
        return {"kib": _kib("VmHWM") - before}
    seconds = {name: _median(objective, runs) for name, objective in sides.items()}
    epps_pulley.compiled.AVAILABLE = False
    return seconds | {"fallback": _median(sides["ours"], runs)}


def _kib(field: str) -> int:
    """Memory of this process, from Linux's own account."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field))


def _median(objective: Callable[[], Tensor], runs: int) -> float:
    objective().backward()
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        objective().backward()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


if __name__ == "__main__":
    print(json.dumps(_measure(**json.loads(sys.argv[1]))))
