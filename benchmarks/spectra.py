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
from proofs_numeric.sturm_liouville import diffusion_spectrum
from proofs_numeric.worlds.autoregressive import AutoregressiveWorld, NonStationaryChannel
from proofs_numeric.worlds.diffusion import DiffusionWorld
from proofs_numeric.worlds.gaussian import GaussianWorld
from proofs_numeric.worlds.lattice import LatticeWorld
from proofs_numeric.worlds.laws import (
    ContinuousLaw,
    Empirical,
    FormulaLaw,
    Gamma,
    Gaussian,
    GaussianMixture,
    GeneralisedNormal,
    HyperbolicSecant,
    Laplace,
    Logistic,
    SkewNormal,
    StudentT,
    Uniform,
)
from proofs_numeric.worlds.smooth import HyperbolicWorld, TransportWorld
from proofs_numeric.worlds.spectrum import Spectrum
from proofs_numeric.worlds.world import World

_EIGENPAIRS, _PRECISION, _MILLISECONDS = 10, 1e-10, 5
_WORLDS, _SECONDS = 1_000, 15
_RUNS = 25
_LARGEST_BAR = 1e-8  # of the two top eigenvalues of random diffusions
_SMOOTH: dict[str, tuple[ContinuousLaw, ...]] = {
    "gaussian": (Gaussian(),),
    "quartic": (
        GeneralisedNormal(alpha=4),
        *(
            FormulaLaw(log_density_formula=formula)
            for formula in ("-x**4/4", "x**2/2 - x**4/4", "2*x**2 - x**4/4", "x/3 + x**2 - x**4/4")
        ),
    ),
}


def ratios() -> Iterator[tuple[str, Ratio]]:
    """Measure ten eigenpairs of smooth worlds, the slowest of each kind, and a thousand random worlds."""
    for kind in _SMOOTH:
        seconds = _on_one_core(kind)
        baseline = f"budget of {_MILLISECONDS} ms for {_EIGENPAIRS} eigenpairs at {_PRECISION:g}"
        yield f"spectrum_{kind}", Ratio(_MILLISECONDS / 1e3 / seconds, 1, baseline, _RUNS)
    seconds = _on_one_core("fuzzed")
    yield "spectra_fuzzed", Ratio(_SECONDS / seconds, 1, f"budget of {_SECONDS} s for {_WORLDS} worlds", 1)


def _on_one_core(task: str) -> float:
    threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "benchmarks.spectra", task]
    return json.loads(subprocess.run(command, env=os.environ | threads, check=True, capture_output=True).stdout)


def _measure(task: str) -> float:
    if task == "fuzzed":
        rng = np.random.default_rng(0)
        solved: list[tuple[World, Spectrum]] = []

        def solve() -> None:
            world = _random_world(rng)
            solved.append((world, world.spectrum()))

        seconds = _seconds(lambda: [solve() for _ in range(_WORLDS)])
        for world, spectrum in solved:
            # The other worlds have honest bars too, but some that are wide: their spectrum is hardly isolated.
            if isinstance(world, DiffusionWorld) and not spectrum.errors[:2].max() < _LARGEST_BAR:
                raise ValueError(
                    f"the leading eigenvalues of {world!r} have bars up to {spectrum.errors[:2].max():.1g}"
                )
        return seconds
    return max(_of_law(law) for law in _SMOOTH[task])


def _of_law(law: ContinuousLaw) -> float:
    world = DiffusionWorld(law=law, time=0.1)
    # Imports and caches, and accuracy against elements that are cut at other points.
    measured = world.generator(_EIGENPAIRS)
    cuts = tuple(np.linspace(-2, 2, 10))
    finer = diffusion_spectrum(law.log_density, _EIGENPAIRS, breakpoints=cuts, tolerance=_PRECISION / 100)
    error = np.abs(measured.eigenvalues - finer.eigenvalues) / np.maximum(1, finer.eigenvalues)
    if not error.max() < _PRECISION:
        raise ValueError(f"the eigenvalues of {law!r} are wrong by {error.max():.1g}")
    return statistics.median(_seconds(lambda: world.generator(_EIGENPAIRS)) for _ in range(_RUNS))


def _seconds(work: Callable[[], object]) -> float:
    """Processor time, which other processes on the machine do not change."""
    start = time.process_time()
    work()
    return time.process_time() - start


def _random_world(rng: Generator) -> World:
    rho = rng.uniform(0.1, 0.98)
    match rng.integers(9):
        case 0:
            return GaussianWorld(rho=rho)
        case 1:
            return DiffusionWorld(law=GeneralisedNormal(alpha=rng.uniform(1.5, 8)), time=-np.log(rho))
        case 2:
            return DiffusionWorld(law=_random_mixture(rng), time=-np.log(rho))
        case 8:
            laws = (
                Uniform(),
                SkewNormal(slant=rng.uniform(-8, 8)),
                HyperbolicSecant(power=rng.uniform(1, 16)),
                StudentT(freedom=rng.uniform(3, 64)),
                Gamma(shape=rng.uniform(1, 16)),
                Empirical(samples=tuple(rng.standard_normal(12))),
                FormulaLaw(log_density_formula=f"{rng.uniform(-1, 2)}*x**2 - x**4/4"),
            )
            return DiffusionWorld(law=laws[rng.integers(len(laws))], time=-np.log(rho))
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


def _random_mixture(rng: Generator) -> GaussianMixture:
    weight, variances = rng.uniform(0.2, 0.8), rng.uniform(0.2, 2, 2)
    return GaussianMixture(weights=(weight, 1 - weight), means=(-1, 1), variances=tuple(variances))


if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1])))
