"""Plans of a steered Gaussian world, searched for one that polynomial encoders misjudge by more than the bound."""

from itertools import product

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import NDArray

from proofs_numeric.bounds import planning_bound
from proofs_numeric.fuzzing import WithinBound, fuzz
from theory.claim import Finding, Kind, Profile, evidence
from theory.claims.planning.gaussian_density_ratio import log_density_ratio
from theory.hermite import sequence

Array = NDArray[np.float64]

_NODES, _WEIGHTS = hermegauss(80)
_WEIGHTS = _WEIGHTS / np.sqrt(2 * np.pi)


@evidence("approximate_planning", Kind.FUZZ)
def steered_gaussian_world(profile: Profile) -> Finding:
    """Plans of a steered Gaussian world through polynomial encoders: density ratio and error in closed form."""
    horizon, within_bound = 2, WithinBound()

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
        bound = float(planning_bound(1, horizon, kappa, bends @ bends, sharp=False))
        loss, misjudged = true[int(np.argmin(seen))] - min(true), max(abs(np.subtract(seen, true)))
        within_bound(max(loss, 2 * misjudged), bound)

    finding = fuzz(
        holds,
        st.floats(0.5, 0.95),
        st.floats(0.05, 0.5),
        st.floats(0, 0.5),
        st.floats(-2, 2),
        st.sampled_from([1.0, -1.0]),
        arrays(np.float64, 4, elements=st.floats(-0.3, 0.3)),
        examples=profile.pick(quick=40, thorough=1_000),
        encoder="z or -z, and Hermite polynomials of degree 1 to 4",
        T=horizon,
        plans="{-1, 0, 1}^T",
    )
    return within_bound.report(finding)
