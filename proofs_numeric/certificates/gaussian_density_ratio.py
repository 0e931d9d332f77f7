"""The density ratio of correlated Gaussians against densities evaluated by SciPy."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.stats import multivariate_normal

from proofs_numeric.fuzzing import fuzz
from proofs_numeric.strategies import orthogonal_matrices
from theory.claim import Finding, Kind, Profile, evidence
from theory.claims.planning.gaussian_density_ratio import log_density_ratio

Array = NDArray[np.float64]
Drawn = tuple[Array, Array, Array, Array]


def _least_bound(drawn: Drawn) -> None:
    Q, variances, mean, step = drawn
    plan = multivariate_normal(mean, Q * variances @ Q.T)
    world = multivariate_normal(np.zeros_like(mean))
    kappa = sum(float(log_density_ratio(m, s)) for m, s in zip(Q.T @ mean, variances, strict=True))
    peak = np.linalg.solve(np.eye(len(mean)) - Q * variances @ Q.T, mean)
    round_off = 1e-12 * (1 + abs(kappa) + peak @ peak) / min(variances.min(), 1 - variances.max())
    assert abs(plan.logpdf(peak) - world.logpdf(peak) - kappa) <= round_off, "not reached at its peak"
    elsewhere = peak + step
    assert plan.logpdf(elsewhere) - world.logpdf(elsewhere) <= kappa + round_off * (1 + step @ step), "exceeded"


@evidence("gaussian_density_ratio", Kind.FUZZ)
def reached_and_not_exceeded(profile: Profile) -> Finding:
    """The ratio of the densities is the closed form at its peak, and no larger elsewhere."""
    drawn = st.integers(1, 4).flatmap(
        lambda n: st.tuples(
            orthogonal_matrices(n),
            arrays(np.float64, n, elements=st.floats(0.01, 0.99)),
            arrays(np.float64, n, elements=st.floats(-2, 2)),
            arrays(np.float64, n, elements=st.floats(-3, 3)),
        )
    )
    return fuzz(
        _least_bound, drawn, examples=profile.pick(quick=40, thorough=2_000), n="1 to 4", variances="[.01, .99]"
    )
