"""Captured steps, with CUDA graphs played on a CPU: operations are recorded, and replayed on the same memory."""

import gc
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace

import pytest
import torch
from torch import Generator, Tensor
from torch.nn.utils import parameters_to_vector
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map_only

from lejepa_impl.train.ensemble import train_ensemble
from lejepa_impl.train.loop import TrainingError
from lejepa_impl.train.replayed import Replayed
from lejepa_impl.train.spec import TrainingSpec

TINY = TrainingSpec(hidden=16, depth=3, slices=8, knots=5, steps=60, batch=32, regularizer_weight=0.1, device="cpu")
MEMBERS = {
    "plain": {},
    "weight_and_rho": {"regularizer_weight": 0.3, "rho": 0.5, "seed": 1},
    "rate": {"learning_rate": 1e-2, "weight_decay": 0.1},
    "whitening": {"regularizer": "whitening", "regularizer_weight": 0.3},
    "vicreg": {"regularizer": "vicreg", "regularizer_weight": 0.3, "pooled": False},
    "infonce": {"objective": "infonce"},
    "one_parent_coupled": {"pairs": "one_parent", "mixing": "coupling"},
}
#: What makes CUDA wait for the host, or copies from it.
FORBIDDEN = {"aten::_local_scalar_dense", "aten::lift_fresh", "aten::nonzero", "aten::masked_select"}


def tensors(tree):
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, Tensor)]


def place(tensor):
    return tensor.untyped_storage().data_ptr()


def is_in_memory(tensor):
    """Tell it from what PyTorch's compiler leaves behind, tensors of no content."""
    try:
        return tensor.device.type == "cpu" and place(tensor) is not None
    except RuntimeError:
        return False


class Recording(TorchDispatchMode):
    """Records operations, and refuses what a capture refuses."""

    def __init__(self, known):
        super().__init__()
        self.known = known
        self.made = []
        self.operations = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        name = function._schema.name
        if name in FORBIDDEN or any(place(tensor) not in self.known for tensor in tensors((args, kwargs))):
            raise RuntimeError(f"{name} takes something from the host")
        out = function(*args, **kwargs)
        # Held, so that no address is given to another.
        self.made.append(out)
        self.known |= {place(tensor) for tensor in tensors(out)}
        self.operations.append((function, *tree_map_only(Tensor, Tensor.detach, (args, kwargs, out))))
        return out


class Graph:
    def __init__(self):
        self.generators = []
        self.operations = []

    def register_generator_state(self, generator):
        self.generators.append(generator)

    def replay(self):
        for function, args, kwargs, out in self.operations:
            for to, value in zip(tensors(out), tensors(function(*args, **kwargs)), strict=True):
                if to.data_ptr() != value.data_ptr():
                    to.copy_(value)


@contextmanager
def capture(graph):
    """Record, and undo what was done: a capture runs nothing."""
    alive = [tensor for tensor in gc.get_objects() if issubclass(type(tensor), Tensor) and is_in_memory(tensor)]
    before = {place(tensor): (memory := tensor.untyped_storage(), memory.clone()) for tensor in alive}
    states = [generator.get_state() for generator in graph.generators]
    with Recording(set(before)) as recording:
        yield
    graph.operations = recording.operations
    for memory, content in before.values():
        memory.copy_(content)
    for generator, state in zip(graph.generators, states, strict=True):
        generator.set_state(state)


@pytest.fixture
def cuda_graphs(monkeypatch):
    """Graphs on a CPU; the graphs that were captured."""
    captured = []

    def graph():
        captured.append(Graph())
        return captured[-1]

    stream = SimpleNamespace(wait_stream=lambda _: None)
    monkeypatch.setattr(torch.cuda, "CUDAGraph", graph)
    monkeypatch.setattr(torch.cuda, "graph", capture)
    monkeypatch.setattr(torch.cuda, "Stream", lambda: stream)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda: stream)
    monkeypatch.setattr(torch.cuda, "stream", lambda _: nullcontext())
    monkeypatch.setattr("lejepa_impl.train.ensemble.captures", lambda _: True)
    # Numba's kernel is none of PyTorch's operations.
    monkeypatch.setattr("lejepa_impl.regularizers.compiled.AVAILABLE", False)
    return captured


def member(name):
    return TINY.model_copy(update=MEMBERS.get(name, {"world": "channel", "shape": 1.0}))


def vectors(results):
    """Return all parameters but the last bias: some objectives do not see a shift, so that it follows rounding."""
    return torch.stack([parameters_to_vector(result.encoder.parameters())[: -TINY.dim] for result in results])


@pytest.mark.parametrize(
    "names",
    [["plain", "weight_and_rho", "rate"], [*MEMBERS], ["plain", "channel"]],
    ids=["sigreg", "every_objective", "draws_apart"],
)
def test_a_replayed_ensemble_is_one_that_is_not(names, cuda_graphs, monkeypatch):
    replayed = vectors(train_ensemble([member(name) for name in names]))
    assert len(cuda_graphs) == 1
    assert len(cuda_graphs[0].generators) == len(names)
    monkeypatch.setattr("lejepa_impl.train.ensemble.captures", lambda _: False)
    alone = vectors(train_ensemble([member(name) for name in names]))
    torch.testing.assert_close(replayed, alone, rtol=1e-3, atol=1e-4)


def test_another_graph_is_captured_without_a_member_that_failed(cuda_graphs, monkeypatch):
    diverging = TINY.model_copy(update={"learning_rate": 1e30})
    first, failed, last = train_ensemble([member("plain"), diverging, member("weight_and_rho")])
    assert isinstance(failed, TrainingError)
    assert len(cuda_graphs) == 2
    monkeypatch.setattr("lejepa_impl.train.ensemble.captures", lambda _: False)
    alone = vectors(train_ensemble([member("plain"), member("weight_and_rho")]))
    torch.testing.assert_close(vectors([first, last]), alone, rtol=1e-3, atol=1e-4)


def test_a_step_is_called_and_captured_and_replayed_once_each(cuda_graphs):
    generator, calls = Generator().manual_seed(0), []
    total = torch.zeros(())

    def step():
        calls.append(None)
        total.add_(torch.rand((), generator=generator))

    replayed = Replayed(step, [generator], True)
    for _ in range(7):
        replayed()
    # As often as it warms up, and once for the capture, whatever is replayed.
    assert len(calls) == 4
    torch.testing.assert_close(total, torch.rand(7, generator=Generator().manual_seed(0)).sum())
    replayed.forget()
    replayed()
    assert len(calls) == 5
    assert len(cuda_graphs) == 1


@pytest.mark.parametrize(
    "step",
    [
        lambda values: values.add_(torch.tensor(1.0)),
        lambda values: values.add_(values.new_tensor([1.0, 2.0])),
        lambda values: values[[0, 1]].sum(),
        lambda values: values.mul_(values.sum().item()),
    ],
    ids=["tensor", "new_tensor", "list", "item"],
)
def test_what_comes_from_the_host_is_noticed_by_these_tests(step, cuda_graphs):  # noqa: ARG001
    values = torch.ones(2)
    replayed = Replayed(lambda: step(values), [], True)
    for _ in range(3):
        replayed()
    with pytest.raises(RuntimeError, match="takes something from the host"):
        replayed()
