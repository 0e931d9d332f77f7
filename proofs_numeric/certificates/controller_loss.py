"""Controllers planned with identified dynamics, run in the true world: their loss against the exact formula."""

from dataclasses import replace

import numpy as np
from hypothesis import assume, target
from numpy.typing import NDArray

from proofs_numeric.fuzzing import fuzz
from proofs_numeric.identification import Transitions, transitions
from proofs_numeric.regulators import Regulator
from theory.claim import Finding, Kind, Profile, evidence

Array = NDArray[np.float64]


def _identified(sample: Transitions) -> Regulator:
    """The control problem that the planner solves in the learned latent."""
    theta, Q, dim = sample.learned_estimate(), sample.rotation, len(sample.rotation)
    return replace(sample.world.rotated(Q), A=theta[:, :dim], B=theta[:, dim:])


@evidence("controller_loss", Kind.FUZZ)
def controllers_of_the_learned_latent(profile: Profile) -> Finding:
    """Their cost by a Lyapunov equation, less the optimal cost, is the formula; the quadratic bound holds."""
    ratios = [0.0]

    def holds(sample: Transitions) -> None:
        world = sample.world
        try:
            learned_gain = _identified(sample).solve()[1]
        except np.linalg.LinAlgError:
            # An estimate may have modes that no action reaches: the planner has no controller.
            assume(False)
        (P, K), K_hat = world.solve(), learned_gain @ sample.rotation
        F = world.closed_loop(K_hat)
        assume(np.max(np.abs(np.linalg.eigvals(F))) < 0.99)
        W, S, difference = np.eye(len(F)), world.curvature(P), K_hat - K
        P_hat, Sigma = world.cost_to_go(K_hat), world.covariance(K_hat, W)
        loss = float(np.trace(P_hat) - np.trace(P))
        formula = float(np.trace(difference.T @ S @ difference @ Sigma))
        round_off = np.sqrt(len(F)) * (world.round_off(P, K) + world.round_off(P_hat, K_hat))
        assume(round_off < 1e-6 * (1 + np.trace(P)))
        assert abs(loss - formula) <= round_off + 1e-12 * abs(formula), f"{loss=}, {formula=}, {round_off=}"
        bound = float(np.linalg.norm(S, 2) * np.linalg.norm(Sigma, 2) * np.sum(difference**2))
        ratios.append(formula / (bound + 1e-9))
        target(ratios[-1])
        assert formula <= bound * (1 + 1e-9), f"{formula=}, {bound=}"

    finding = fuzz(
        holds,
        transitions(max_amplitude=0.5),
        examples=profile.pick(quick=50, thorough=1_000),
        n="1 to 4",
        m="1, 2",
        controllers="planned with dynamics identified through bent encoders",
    )
    return replace(finding, covered={**finding.covered, "largest ratio": max(ratios)})
