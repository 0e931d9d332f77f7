"""Regulators of the world and of the learned latent, each solved by SciPy, compared within their condition."""

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from numpy.typing import NDArray

from proofs_numeric.fuzzing import fuzz
from proofs_numeric.regulators import Regulator
from proofs_numeric.strategies import orthogonal_matrices, regulators
from theory.claim import Finding, Kind, Profile, evidence

Drawn = tuple[Regulator, NDArray[np.float64]]


def _covariant(drawn: Drawn) -> None:
    world, Q = drawn
    learned = world.rotated(Q)
    (P, K), (P_learned, K_learned) = world.solve(), learned.solve()
    tolerance = world.round_off(P, K) + learned.round_off(P_learned, K_learned)
    # Where the problem is so ill-conditioned that round-off reaches a millionth, an agreement would say nothing.
    size = 1 + float(np.linalg.norm(P))
    assume(tolerance < 1e-6 * size)
    error = float(np.linalg.norm(P_learned - Q @ P @ Q.T))
    assert error <= tolerance, f"cost-to-go differs by {error:.3g} > {tolerance:.3g}"
    # K depends on P through dK = S^{-1} B^T dP F, S the curvature and F the closed loop.
    S, F = world.curvature(P), world.closed_loop(K)
    spread = float(np.linalg.norm(np.linalg.inv(S)) * np.linalg.norm(world.B))
    gain_tolerance = spread * (np.linalg.norm(F) * tolerance + 1e-14 * size * (1 + np.linalg.norm(world.A)))
    gain_tolerance += 1e-14 * np.linalg.cond(S) * np.linalg.norm(K)
    gain_error = float(np.linalg.norm(K_learned - K @ Q.T))
    assert gain_error <= gain_tolerance, f"gain differs by {gain_error:.3g} > {gain_tolerance:.3g}"


@evidence("lqr_covariance", Kind.FUZZ)
def two_solutions_of_scipy(profile: Profile) -> Finding:
    """Solve the Riccati equations of the world and of the learned latent apart; they are rotations of each other."""
    problems = regulators().flatmap(lambda world: st.tuples(st.just(world), orthogonal_matrices(len(world.A))))
    return fuzz(
        _covariant,
        problems,
        examples=profile.pick(quick=60, thorough=2_000),
        n="1 to 6",
        m="1 to 3",
        systems="stabilisable and detectable, unstable ones included",
    )
