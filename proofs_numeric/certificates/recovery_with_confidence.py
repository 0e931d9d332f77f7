"""Coverage of the confidence bound on the recovery error, over fuzzed encoders and their sampled pairs."""

from fractions import Fraction

import numpy as np
from hypothesis import strategies as st
from scipy.stats import binom
from sympy import Rational

from proofs_numeric.bounds import RecoveryConfidence, recovery_bound, recovery_confidence_bound
from proofs_numeric.fuzzing import fuzz
from proofs_numeric.hermite_coefficients import Coefficients, evaluate
from proofs_numeric.strategies import correlations, near_identity_encoders
from theory.claim import JSON, Finding, Kind, Profile, evidence
from theory.encoder import HermiteEncoder
from theory.instances import bent_encoder

_CONFIDENCE = 0.95
_FALSE_ALARM_PROBABILITY = 1e-6
_PAIRS = 1_000


# An encoder without nonlinear part has a bound that no estimate can miss by much: most here have one.
_NUMBERS = st.integers(1, 12).map(lambda count: Rational(count, 12))
_DIRECTIONS = st.lists(st.tuples(_NUMBERS, _NUMBERS.map(lambda half: half / 3)), min_size=1, max_size=3)
_ENCODERS = near_identity_encoders() | _DIRECTIONS.map(
    lambda directions: bent_encoder(tuple(sigma for sigma, _ in directions), tuple(half for _, half in directions))
)


def _limits(encoder: HermiteEncoder, rho: float, seed: int, *, known: bool = False) -> RecoveryConfidence:
    """Draw pairs of the Gaussian world, embed them, and take the bound, with the latents or without."""
    random = np.random.default_rng(seed)
    latent, noise = random.standard_normal((2, _PAIRS, encoder.dim))
    successor = rho * latent + np.sqrt(1 - rho**2) * noise
    return recovery_confidence_bound(
        evaluate(encoder, latent),
        evaluate(encoder, successor),
        rho,
        latents=(latent, successor) if known else None,
        confidence=_CONFIDENCE,
    )


@evidence("recovery_with_confidence", Kind.FUZZ, step="coverage")
def coverage_over_fuzzed_encoders(profile: Profile) -> Finding:
    """Count how often the confidence bound is below the sharp bound of the encoder's exact moments."""
    return _coverage(profile, known=False)


@evidence("recovery_with_confidence", Kind.FUZZ, step="coverage")
def coverage_where_the_latents_are_known(profile: Profile) -> Finding:
    """The same for the excess of what a regression on the latents leaves."""
    return _coverage(profile, known=True)


def _coverage(profile: Profile, *, known: bool) -> Finding:
    missed = []

    def measure(encoder: HermiteEncoder, rho: Fraction, seed: int) -> None:
        correlation, exact = float(rho), Coefficients.of(encoder)
        sharp = recovery_bound(exact.excess(correlation), exact.defect, correlation, dim=encoder.dim)
        estimated = _limits(encoder, correlation, seed, known=known)
        missed.append(bool(estimated.bound < sharp - 1e-12))

    finding = fuzz(
        measure,
        _ENCODERS,
        correlations(),
        st.integers(0, 2**32 - 1),
        examples=profile.pick(quick=120, thorough=2_000),
        n="1 to 3",
        max_degree=3,
        rho="(0, 1)",
        pairs=_PAIRS,
    )
    allowed = int(binom.isf(_FALSE_ALARM_PROBABILITY, len(missed), 1 - _CONFIDENCE))
    covered = {
        **finding.covered,
        "missed": sum(missed),
        "allowed": allowed,
        "false_alarm_probability": _FALSE_ALARM_PROBABILITY,
    }
    passed = sum(missed) <= allowed
    return Finding(passed, covered, "" if passed else f"{sum(missed)} of {len(missed)} missed")


# The variance that the limit of the defect allows for is an upper bound, which one latent attains.
_SCALED_IDENTITY = bent_encoder((Rational(5, 4),), (Rational(0),))


@evidence("recovery_with_confidence", Kind.FUZZ, step="coverage")
def limits_of_a_scaled_identity(profile: Profile) -> Finding:
    """Each limit of h = 5z/4, where neither is conservative, fails no more often than it may."""
    trials, rho, exact = profile.pick(quick=500, thorough=10_000), 0.5, Coefficients.of(_SCALED_IDENTITY)
    missed = {"excess": 0, "defect": 0}
    for seed in range(trials):
        limits = _limits(_SCALED_IDENTITY, rho, seed)
        missed["excess"] += limits.excess_upper < exact.excess(rho)
        missed["defect"] += limits.defect_upper < exact.defect
    allowed = int(binom.isf(_FALSE_ALARM_PROBABILITY / len(missed), trials, (1 - _CONFIDENCE) / 2))
    wrong = [f"{limit}: {count}" for limit, count in missed.items() if count > allowed]
    covered: dict[str, JSON] = {
        "trials": trials,
        "pairs": _PAIRS,
        "rho": rho,
        "missed": dict(missed),
        "allowed": allowed,
        "false_alarm_probability": _FALSE_ALARM_PROBABILITY,
    }
    return Finding(not wrong, covered, f"missed {', '.join(wrong)} of {trials}" if wrong else "")
