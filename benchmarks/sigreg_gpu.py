"""SIGReg, forward and backward on a GPU, against its published formula in plain PyTorch, and against the roofline.

Matrix products are of FP32 on both sides. Times include the launches, as in a training step that is not captured in a
graph. Without CUDA there is nothing to measure.
"""

import statistics
import time
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor
from torch.nn.functional import normalize

from benchmarks.ratio import Ratio
from benchmarks.sigreg import plain
from lejepa_impl.regularizers.sigreg import SIGReg

#: Samples, dimensions, slices.
_SHAPES = {"small": (512, 2, 256), "large": (16384, 512, 1024)}
_TARGET = 10
_RUNS = 50
_WARM_UP = 5
_KNOTS = 17
#: A rotation and two sums at each knot going forward, a rotation and two sums going backward.
_FLOPS_OF_A_KNOT = 16
#: Projections are written, read by both sweeps, replaced, and read by the product that pulls the gradient back.
_PASSES = 5


def ratios() -> Iterator[tuple[str, Ratio]]:
    """Measure speed over the plain formula, and the share of the roofline that is reached."""
    if not torch.cuda.is_available():
        return
    torch.backends.cuda.matmul.allow_tf32 = False
    device = torch.device("cuda")
    flops_per_second, bytes_per_second = _peaks(device)
    for shape, (samples, dim, slices) in _SHAPES.items():
        generator = Generator(device).manual_seed(0)
        embedding = torch.randn(samples, dim, generator=generator, device=device).requires_grad_()
        directions = normalize(torch.randn(dim, slices, generator=generator, device=device), dim=0)
        ours = SIGReg(slices, _KNOTS).along
        seconds = _median(lambda: ours(directions, embedding).backward())  # noqa: B023
        published = _median(lambda: plain(embedding, directions, _KNOTS).backward())  # noqa: B023
        name = torch.cuda.get_device_name()
        baseline = f"plain PyTorch, {name}, {samples, dim, slices}"
        yield f"sigreg_gpu_{shape}", Ratio(published / seconds, _TARGET, baseline, _RUNS)
        flops = 4 * samples * dim * slices + _FLOPS_OF_A_KNOT * _KNOTS * samples * slices
        moved = 4 * (_PASSES * samples * slices + 2 * samples * dim + 2 * dim * slices)
        floor = max(flops / flops_per_second, moved / bytes_per_second)
        baseline = f"roofline of {flops_per_second:.3g} flop/s and {bytes_per_second:.3g} B/s as measured, {name}"
        yield f"sigreg_gpu_{shape}_roofline", Ratio(floor / seconds, 1, baseline, _RUNS)


def _peaks(device: torch.device) -> tuple[float, float]:
    """Measure the rate of large FP32 products, and that of a copy, bytes read and written."""
    size = 8192
    left, right = (torch.rand(size, size, device=device) for _ in range(2))
    out = torch.empty_like(left)
    product = _median(lambda: torch.mm(left, right, out=out))
    source = torch.rand(2**29, device=device)
    target = torch.empty_like(source)
    copy = _median(lambda: target.copy_(source))
    return 2 * size**3 / product, 2 * 4 * len(source) / copy


def _median(work: Callable[[], Tensor | None]) -> float:
    seconds = []
    for _ in range(_WARM_UP + _RUNS):
        torch.cuda.synchronize()
        start = time.perf_counter()
        work()
        torch.cuda.synchronize()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[_WARM_UP:])
