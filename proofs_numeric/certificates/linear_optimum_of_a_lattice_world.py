r"""A search for worlds with a linear optimum on symmetric lattices of any size.

The states are $N$ numbers at distance 2, symmetric about 0; drift and noise are symmetric too, the drift does not
decrease, and all states are reached.
"""

from collections.abc import Iterator
from itertools import combinations_with_replacement
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from theory.claim import JSON, Finding, Kind, Profile, evidence
from theory.finite_world import JUMP

Array = NDArray[np.float64]

_STARTS = 4

#: Round-off of a fit that solves its equations, and what counts as positive: they are far apart.
_RESIDUAL, _SMALLEST = 1e-10, 1e-6


class LatticeWorld(NamedTuple):
    """States, drift at each, and values of the noise; probabilities of the noise come from outside."""

    states: Array
    drift: Array
    noise: Array

    def transition(self, probabilities: Array) -> Array:
        """Matrix T of the world, a row per state."""
        jumps = self.states[None, :] - self.drift[:, None]
        return np.asarray(((jumps[..., None] == self.noise) * probabilities).sum(axis=-1), dtype=float)


def lattice_worlds(count: int) -> Iterator[LatticeWorld]:
    """Generate the symmetric worlds of this many states: every odd, increasing drift and every symmetric noise."""
    states = _spaced(count)
    positive = states[states > 0]
    for width in range(1, count - 1):
        noise = _spaced(width + 1)
        reach = count - 1 - width
        values = np.arange(reach % 2, reach + 1, 2.0)
        for upper in combinations_with_replacement(values, len(positive)):
            # The drift at 0, where 0 is a state, must be 0; the largest has to reach the last state.
            if upper[-1] != reach or (count % 2 == 1 and reach % 2 == 1):
                continue
            half = np.array(upper)
            yield LatticeWorld(states, np.concatenate([-half[::-1], np.zeros(count % 2), half]), noise)


def _spaced(count: int) -> Array:
    """Numbers at distance 2, symmetric about 0."""
    return np.arange(1.0 - count, count, 2.0)


def symmetric_probabilities(weights: Array, count: int) -> Array:
    """Probabilities of a symmetric noise of `count` values from the logarithms of half of them."""
    half = np.exp(weights - weights.max())
    whole = np.concatenate([half[: count // 2], half[::-1]])
    return np.asarray(whole / whole.sum())


def stationary_law(transition: Array) -> Array:
    """Law p with p T = p, total mass one."""
    count = len(transition)
    system = np.vstack([transition.T - np.eye(count), np.ones(count)])
    return np.asarray(np.linalg.lstsq(system, np.append(np.zeros(count), 1.0), rcond=None)[0])


def departure(world: LatticeWorld, probabilities: Array) -> Array:
    r"""Departure of $p\,(m+r)$ from $2\lambda p z$, with the $\lambda$ that fits best."""
    transition = world.transition(probabilities)
    law = stationary_law(transition)
    regression = law * world.drift + (law * world.states) @ transition
    line = law * world.states
    return np.asarray(regression - line * (line @ regression) / (line @ line))


def is_optimal(world: LatticeWorld, probabilities: Array) -> bool:
    r"""Whether linear maps are the only optimum, for every number n of independent copies.

    Products of three or more centred factors have eigenvalues at most $\|T\|^3$, the norm that off the constants;
    two copies hold the products of fewer.
    """
    transition = world.transition(probabilities)
    law = stationary_law(transition)
    if law.min() < _SMALLEST:
        return False
    root = np.sqrt(law)
    one = root[:, None] * transition / root
    two = np.kron(one, one)
    linear = eigenvalue_of_the_linear_map(world, probabilities)
    norm = np.linalg.svd(one, compute_uv=False)[1]
    return (
        all(
            abs(eigenvalues[copies] - linear) < _SMALLEST and eigenvalues[copies + 1] < linear - _SMALLEST
            for copies, matrix in ((1, one), (2, two))
            for eigenvalues in [np.linalg.eigvalsh((matrix + matrix.T) / 2)[::-1]]
        )
        and norm**3 < linear
    )


def eigenvalue_of_the_linear_map(world: LatticeWorld, probabilities: Array) -> float:
    r"""Correlation $\mathbb{E}[zz']/\mathbb{E}\,z^2$, which is $\lambda$ where the linear map is an eigenfunction."""
    transition = world.transition(probabilities)
    weighted = stationary_law(transition) * world.states
    return float(weighted @ transition @ world.states / (weighted @ world.states))


def linear_optima(count: int, generator: np.random.Generator) -> Iterator[tuple[LatticeWorld, Array]]:
    """Generate the worlds of this many states that a least-squares fit of the noise finds, with its probabilities."""
    for world in lattice_worlds(count):
        values = len(world.noise)
        found: list[float] = []
        for _ in range(_STARTS):
            fit = least_squares(
                lambda weights, world=world: departure(world, symmetric_probabilities(weights, len(world.noise))),
                generator.normal(size=(values + 1) // 2),
                xtol=1e-15,
                ftol=1e-15,
                gtol=1e-15,
            )
            probabilities = symmetric_probabilities(fit.x, values)
            if np.max(np.abs(fit.fun)) > _RESIDUAL or probabilities.min() < _SMALLEST:
                continue
            linear = eigenvalue_of_the_linear_map(world, probabilities)
            if is_optimal(world, probabilities) and not np.isclose(found, linear).any():
                found.append(linear)
                yield world, probabilities


@evidence("linear_optimum_of_a_lattice_world", Kind.FUZZ)
def searched_lattices(profile: Profile) -> Finding:
    """Search symmetric lattices by size: none of three states, the claim's of four, and others of more."""
    generator = np.random.default_rng(0)
    sizes = range(3, profile.pick(quick=6, thorough=9) + 1)
    found = {count: list(linear_optima(count, generator)) for count in sizes}
    jumps = [float(probabilities[0]) for _, probabilities in found[4]]
    expected = not found[3] and np.allclose(jumps, [float(JUMP)]) and any(found[count] for count in sizes if count > 4)
    covered: dict[str, JSON] = {
        "states": f"{sizes[0]} to {sizes[-1]}",
        "starts of each fit": _STARTS,
        "seed": 0,
        "worlds": [
            f"{count} states, m = {world.drift.tolist()}, eta = {world.noise.tolist()} with probabilities "
            f"{np.round(p, 6).tolist()}: lambda = {eigenvalue_of_the_linear_map(world, p):.6f}"
            for count, worlds in found.items()
            for world, p in worlds
        ],
    }
    return Finding(bool(expected), covered, "" if expected else f"of four states: a = {jumps}")
