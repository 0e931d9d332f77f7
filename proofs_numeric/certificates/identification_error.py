"""Dynamics identified through bent encoders, searched for one that is shifted beyond the bound."""

import numpy as np
from hypothesis import assume

from proofs_numeric.fuzzing import WithinBound, fuzz
from proofs_numeric.identification import Transitions, root_mean_square, transitions
from theory.claim import Finding, Kind, Profile, evidence
from theory.claims.planning.identification_error import identification_bound


@evidence("identified_dynamics", Kind.FUZZ)
def rotations_are_seen_through(profile: Profile) -> Finding:
    """Through an exact rotation, least squares finds the rotated estimate to round-off."""

    def holds(sample: Transitions) -> None:
        estimate, learned = sample.estimate(), sample.learned_estimate()
        condition = np.linalg.cond(sample.regressors)
        round_off = 1e-14 * condition**2 * (1 + np.linalg.norm(sample.next_states))
        assert np.linalg.norm(sample.turned_back(learned) - estimate) <= round_off

    return fuzz(
        holds, transitions(max_amplitude=0.0), examples=profile.pick(quick=40, thorough=1_000), n="1 to 4", m="1, 2"
    )


@evidence("identification_error", Kind.FUZZ)
def searched_beyond_the_bound(profile: Profile) -> Finding:
    """Search bent encoders and noisy samples for the largest ratio of the shift and its bound."""
    within_bound = WithinBound()

    def holds(sample: Transitions) -> None:
        estimate, count = sample.estimate(), sample.states.shape[1]
        error, excitation = root_mean_square(sample.error), np.linalg.svd(sample.regressors, compute_uv=False)[-1]
        excitation /= np.sqrt(count)
        assume(0 < error < 0.9 * excitation)
        shift = float(np.linalg.norm(sample.turned_back(sample.learned_estimate()) - estimate))
        bound = identification_bound(
            error,
            root_mean_square(sample.next_error),
            float(np.linalg.norm(estimate, 2)),
            excitation,
            root_mean_square(sample.next_states - estimate @ sample.regressors),
        )
        within_bound(shift, bound)

    finding = fuzz(
        holds,
        transitions(max_amplitude=0.5),
        examples=profile.pick(quick=60, thorough=2_000),
        n="1 to 4",
        m="1, 2",
        encoder="rotation bent by a cubic",
        N="6 to 66",
    )
    return within_bound.report(finding)
