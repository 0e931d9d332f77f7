"""A batch shared by processes: losses and gradients are those of one process that holds it alone."""

import socket
from datetime import timedelta
from functools import cache

import pytest
import torch
from torch import Generator, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from lejepa_impl.objectives.alignment import Alignment
from lejepa_impl.objectives.barlow_twins import BarlowTwins
from lejepa_impl.objectives.infonce import InfoNCE
from lejepa_impl.objectives.lejepa import LeJEPA
from lejepa_impl.regularizers.sigreg import SIGReg
from lejepa_impl.regularizers.vicreg import VICReg
from lejepa_impl.regularizers.whitening import Whitening

DIM, PAIRS = 5, 60
#: How many of the pairs each process holds; one holds none.
PARTS = {2: (41, 19), 4: (7, 30, 0, 23)}
OBJECTIVES = {
    "sigreg": lambda group: LeJEPA(SIGReg(32, group=group), 0.1, Alignment(group=group)),
    "sigreg of many slices": lambda group: LeJEPA(SIGReg(2000, group=group), 0.1, Alignment(group=group)),
    "sigreg of each view": lambda group: LeJEPA(SIGReg(32, group=group), 0.1, Alignment(group=group), pooled=False),
    "sigreg not scaled": lambda group: LeJEPA(SIGReg(32, scaled=False, group=group), 0.5, Alignment(group=group)),
    "whitening": lambda group: LeJEPA(Whitening(group=group), 0.5, Alignment(group=group)),
    "vicreg": lambda group: LeJEPA(VICReg(deviation=2.0, group=group), 0.5, Alignment(group=group), pooled=False),
    "infonce": lambda group: InfoNCE(1.5, group),
    "barlow twins": lambda group: BarlowTwins(0.2, group=group),
}
TOLERANCE = {torch.float64: 1e-12, torch.float32: 1e-6}


def encoder_and_pairs(dtype):
    generator = Generator().manual_seed(0)
    encoder = nn.Linear(DIM, DIM, dtype=dtype)
    with torch.no_grad():
        encoder.weight.copy_(torch.randn(DIM, DIM, generator=generator, dtype=torch.float64))
        encoder.bias.fill_(0.3)
    first = torch.randn(PAIRS, DIM, generator=generator, dtype=torch.float64)
    second = 0.8 * first + 0.6 * torch.randn(PAIRS, DIM, generator=generator, dtype=torch.float64)
    return encoder, first.to(dtype), second.to(dtype)


def loss_and_gradient(name, dtype, group=None, part=slice(None), seed=1):
    encoder, first, second = encoder_and_pairs(dtype)
    model = encoder if group is None else DistributedDataParallel(encoder, process_group=group)
    embedded = model(torch.cat([first[part], second[part]])).chunk(2)
    loss = OBJECTIVES[name](group)(*embedded, Generator().manual_seed(seed))
    loss.backward()
    return loss.item(), torch.cat([p.grad.flatten() for p in encoder.parameters()])


def measure(rank, ranks, port, queue):
    torch.set_num_threads(1)
    distributed.init_process_group(
        "gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=ranks, timeout=timedelta(seconds=120)
    )
    start = sum(PARTS[ranks][:rank])
    part = slice(start, start + PARTS[ranks][rank])
    measured = {}
    for name in OBJECTIVES:
        for dtype in TOLERANCE:
            # Every process but the first draws other directions, which must not matter.
            loss, gradient = loss_and_gradient(name, dtype, distributed.group.WORLD, part, seed=1 + rank)
            measured[name, dtype] = loss, gradient.tolist()
    queue.put((rank, measured))
    distributed.barrier()
    distributed.destroy_process_group()


@cache
def shared(ranks):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    context = torch.multiprocessing.get_context("spawn")
    queue = context.Queue()
    processes = [context.Process(target=measure, args=(rank, ranks, port, queue)) for rank in range(ranks)]
    for process in processes:
        process.start()
    try:
        return dict(queue.get(timeout=240) for _ in processes)
    finally:
        for process in processes:
            process.join(60)
            process.kill()


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize("name", OBJECTIVES)
@pytest.mark.parametrize("ranks", PARTS)
def test_loss_and_gradient_are_those_of_one_process(ranks, name, dtype):
    expected_loss, expected = loss_and_gradient(name, dtype)
    for loss, gradient in (measured[name, dtype] for measured in shared(ranks).values()):
        assert loss == pytest.approx(expected_loss, rel=TOLERANCE[dtype])
        assert (torch.tensor(gradient, dtype=dtype) - expected).norm() <= TOLERANCE[dtype] * expected.norm()


def test_a_large_gaussian_batch_has_the_gradient_of_one_process():
    # Its characteristic function meets the target so closely that sums in float32 would be off by 5e-6.
    distributed.init_process_group("gloo", store=distributed.HashStore(), rank=0, world_size=1)
    try:
        gradients = []
        for group in (None, distributed.group.WORLD):
            samples = torch.randn(65536, 4, generator=Generator().manual_seed(0)).requires_grad_()
            SIGReg(16, group=group)(samples, Generator().manual_seed(1)).backward()
            gradients.append(samples.grad)
    finally:
        distributed.destroy_process_group()
    assert (gradients[1] - gradients[0]).norm() <= 1e-6 * gradients[0].norm()
