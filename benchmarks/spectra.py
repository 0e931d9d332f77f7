"""Spectra of worlds on one core: each ratio is budget over measurement, so above 1 is within."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
from numpy.random import Generator

from benchmarks.ratio import Ratio
from proofs_numeric.worlds.autoregressive import AutoregressiveWorld, NonStationaryChannel
from proofs_numeric.worlds.diffusion import DiffusionWorld
from proofs_numeric.worlds.gaussian import GaussianWorld
from proofs_numeric.worlds.lattice import LatticeWorld
from proofs_numeric.worlds.laws import Gamma, Gaussian, GaussianMixture, GeneralisedNormal, Laplace, Logistic
from proofs_numeric.worlds.smooth import HyperbolicWorld, TransportWorld
from proofs_numeric.worlds.world import World

_EIGENPAIRS, _PRECISION, _MILLISECONDS = 10, 1e-10, 5
_WORLDS, _SECONDS = 1_000, 15
_RUNS = 25
_SMOOTH = {"gaussian": Gaussian(), "quartic": GeneralisedNormal(alpha=4)}


def ratios() -> Iterator[tuple[str, Ratio]]:
    """Measure ten eigenpairs of smooth worlds, and a thousand random worlds."""
    for law in _SMOOTH:
        seconds = _on_one_core(law)
        baseline = f"budget of {_MILLISECONDS} ms for {_EIGENPAIRS} eigenpairs at {_PRECISION:g}"
        yield f"spectrum_{law}", Ratio(_MILLISECONDS / 1e3 / seconds, 1, baseline, _RUNS)
    seconds = _on_one_core("fuzzed")
    yield "spectra_fuzzed", Ratio(_SECONDS / seconds, 1, f"budget of {_SECONDS} s for {_WORLDS} worlds", 1)


def _on_one_core(task: str) -> float:
    threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "benchmarks.spectra", task]
    return json.loads(subprocess.run(command, env=os.environ | threads, check=True, capture_output=True).stdout)


def _measure(task: str) -> float:
    if task == "fuzzed":
        rng = np.random.default_rng(0)
        return _seconds(lambda: [_random_world(rng).spectrum() for _ in range(_WORLDS)])
    world = DiffusionWorld(law=_SMOOTH[task], time=0.1)
    errors = world.generator(_EIGENPAIRS).errors  # imports and caches, and the precision that was asked for
    assert (errors[1:] <= _PRECISION * world.generator(_EIGENPAIRS).eigenvalues[1:]).all()
    return statistics.median(_seconds(lambda: world.generator(_EIGENPAIRS)) for _ in range(_RUNS))


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _random_world(rng: Generator) -> World:
    rho = rng.uniform(0.1, 0.98)
    match rng.integers(8):
        case 0:
            return GaussianWorld(rho=rho)
        case 1:
            return DiffusionWorld(law=GeneralisedNormal(alpha=rng.uniform(1.5, 8)), time=-np.log(rho))
        case 2:
            weight, variances = rng.uniform(0.2, 0.8), rng.uniform(0.2, 2, 2)
            law = GaussianMixture(weights=(weight, 1 - weight), means=(-1, 1), variances=tuple(variances))
            return DiffusionWorld(law=law, time=-np.log(rho))
        case 3:
            return AutoregressiveWorld(
                rho=rho, marginal=[Laplace(), Logistic(), Gamma(shape=rng.uniform(1, 9))][rng.integers(3)]
            )
        case 4:
            return NonStationaryChannel(rho=rho, marginal=GeneralisedNormal(alpha=rng.uniform(1, 8)))
        case 5:
            return HyperbolicWorld(slope=rho, power=rng.uniform(1, 9))
        case 6:
            return TransportWorld(base=GeneralisedNormal(alpha=rng.uniform(2, 8)), share=rng.uniform(0.1, 0.8))
        case _:
            weights = rng.dirichlet(np.ones(3))
            return LatticeWorld(
                states=(-2, -1, 0, 1, 2),
                drift_values=tuple(np.sort(rng.integers(-1, 2, 5))),
                noise_values=(-1, 0, 1),
                probabilities=tuple(weights),
            )


if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1])))
