"""Plans chosen through imperfect encoders, searched for one that loses more than the bound."""

from itertools import product

import numpy as np
from hypothesis import strategies as st
from hypothesis import target
from hypothesis.extra.numpy import arrays
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import NDArray

from proofs_numeric.bounds import planning_bound
from proofs_numeric.fuzzing import fuzz
from proofs_numeric.planning_worlds import FiniteWorld, finite_worlds
from theory.claim import Finding, Kind, Profile, evidence
from theory.claims.planning.gaussian_density_ratio import log_density_ratio
from theory.hermite import sequence

Array = NDArray[np.float64]

_NODES, _WEIGHTS = hermegauss(80)
_WEIGHTS = _WEIGHTS / np.sqrt(2 * np.pi)


def _within(loss: float, bound: float, ratios: list[float]) -> None:
    # Where the bound is itself round-off, so is the ratio.
    ratios.append(loss / (bound + 1e-9))
    target(ratios[-1])
    assert loss <= bound * (1 + 1e-9) + 1e-9, f"loss {loss:.6g} > bound {bound:.6g}"


@evidence("approximate_planning", Kind.FUZZ)
def searched_beyond_the_bound(profile: Profile) -> Finding:
    """Search finite worlds, whose costs are exact sums, for the largest ratio of loss and bound."""
    ratios = [0.0]

    def holds(world: FiniteWorld) -> None:
        bound = planning_bound(world.lipschitz, world.horizon, max(world.density_ratio(), 1), world.recovery_error)
        _within(world.loss(), bound, ratios)

    finding = fuzz(
        holds,
        finite_worlds(separable=False),
        examples=profile.pick(quick=150, thorough=5_000),
        n="1 and 2",
        points="2 to 5",
        plans="2 and 3",
        T="1 to 3",
    )
    return Finding(finding.passed, {**finding.covered, "largest ratio": max(ratios)}, finding.detail)


@evidence("approximate_planning", Kind.FUZZ)
def steered_gaussian_world(profile: Profile) -> Finding:
    """Plans of a steered Gaussian world through polynomial encoders: density ratio and error in closed form."""
    horizon, ratios = 2, [0.0]

    def holds(rho: float, width: float, push: float, goal: float, sign: float, bends: Array) -> None:
        norms = np.sqrt(np.cumprod([1.0, *range(1, len(bends) + 1)])[1:])
        plans, true, seen, kappa = list(product((-1, 0, 1), repeat=horizon)), [], [], 1.0
        for plan in plans:
            mean, variance, costs = 0.0, width, np.zeros(2)
            for action in (*plan, None):
                kappa = max(kappa, float(np.exp(float(log_density_ratio(mean, variance)))))
                states = mean + np.sqrt(variance) * _NODES
                encoded = sign * states + (bends / norms) @ np.array(sequence(states, len(bends)))[1:]
                # The cost sqrt(1 + (z - g)^2) is 1-Lipschitz, and smooth, so that quadrature converges fast.
                costs += [_WEIGHTS @ np.sqrt(1 + (latent - goal) ** 2) for latent in (states, sign * encoded)]
                if action is not None:
                    costs += 0.1 * action**2
                    mean, variance = rho * mean + push * action, rho**2 * variance + 1 - rho**2
            true.append(costs[0])
            seen.append(costs[1])
        chosen = int(np.argmin(seen))
        _within(true[chosen] - min(true), planning_bound(1, horizon, kappa, float(bends @ bends)), ratios)

    finding = fuzz(
        holds,
        st.floats(0.1, 0.9),
        st.floats(0.1, 0.9),
        st.floats(0, 0.5),
        st.floats(-2, 2),
        st.sampled_from([1.0, -1.0]),
        arrays(np.float64, 4, elements=st.floats(-0.3, 0.3)),
        examples=profile.pick(quick=30, thorough=1_000),
        encoder="z or -z, and Hermite polynomials of degree 1 to 4",
        T=horizon,
        plans="{-1, 0, 1}^T",
    )
    return Finding(finding.passed, {**finding.covered, "largest ratio": max(ratios)}, finding.detail)
