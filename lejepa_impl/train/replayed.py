"""A step of fixed memory that CUDA replays as a graph, which spares the processor every launch.

References
----------
PyTorch, "CUDA semantics", section "CUDA Graphs".
"""

from collections.abc import Callable, Sequence

import torch
from torch import Generator

#: Calls before a step is captured: libraries set themselves up and kernels are compiled in them.
_WARM_UP = 3


def captures(device: torch.device) -> bool:
    """Tell whether steps on a device are captured."""
    return device.type == "cuda"


class Replayed:
    """A function without arguments or result, which is captured after some calls and replayed from then on.

    It must read and write the same memory at every call, copy nothing between devices, and let nothing that the host
    decides change from call to call, but through tensors.

    Parameters
    ----------
    function
        The step.
    generators
        The sources that it draws from. They go on where they are, whether it is replayed or not.
    captured
        Whether it is captured at all.
    """

    def __init__(self, function: Callable[[], None], generators: Sequence[Generator], captured: bool) -> None:
        self._function = function
        self._generators = generators
        self._captures = captured
        self.forget()

    def forget(self) -> None:
        """Give up the graph, because the function has changed; another is captured after as many calls as before."""
        self._graph: torch.cuda.CUDAGraph | None = None
        self._calls = 0

    def __call__(self) -> None:
        """Call the function, or replay it."""
        if not self._captures:
            self._function()
        elif self._calls < _WARM_UP:
            self._warm_up()
        else:
            self._graph = self._graph or self._captured()
            self._graph.replay()
        self._calls += 1

    def _warm_up(self) -> None:
        """Call the function on a stream aside, as it is when captured."""
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            self._function()
        torch.cuda.current_stream().wait_stream(stream)

    def _captured(self) -> torch.cuda.CUDAGraph:
        graph = torch.cuda.CUDAGraph()
        for generator in self._generators:
            graph.register_generator_state(generator)
        # Capturing runs nothing, so that the step is still to be replayed.
        with torch.cuda.graph(graph):
            self._function()
        return graph
