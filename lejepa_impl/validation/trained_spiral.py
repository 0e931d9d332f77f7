"""What an encoder trained on the spiral must show: floor, bound and rotation.

References
----------
W, section 6 (spiral), Theorems 5.1 and 5.3.
"""

from dataclasses import asdict
from functools import cache

from lejepa_impl.metrics import Recovery
from lejepa_impl.train.loop import evaluate, train
from lejepa_impl.train.spec import QUICK, TrainingSpec
from proofs_numeric.bounds import recovery_bound
from theory.claim import JSON, Finding, Kind, Profile, evidence

#: Standard errors that a statistic may fall short by: one-sided false-alarm probability 1e-10.
_Z = 6.36
_FALSE_ALARM_PROBABILITY = 1e-10
_R2 = 0.95


@cache
def _trained(spec: TrainingSpec) -> Recovery:
    return evaluate(train(spec), points=100_000)


def _spiral(profile: Profile) -> tuple[TrainingSpec, Recovery, dict[str, JSON]]:
    spec = profile.pick(quick=QUICK, thorough=TrainingSpec())
    recovery = _trained(spec)
    return spec, recovery, {"spec": spec.model_dump(), "measured": asdict(recovery)}


@evidence("alignment_floor", Kind.TRAINED)
def trained_loss_is_above_the_floor(profile: Profile) -> Finding:
    """The excess of a trained encoder over the floor of its variance is not negative."""
    _, recovery, covered = _spiral(profile)
    passed = recovery.excess >= -_Z * recovery.excess_standard_error
    covered["false_alarm_probability"] = _FALSE_ALARM_PROBABILITY
    return Finding(passed, covered, "" if passed else f"excess {recovery.excess:.3g}")


def _error_against(profile: Profile, *, sharp: bool) -> Finding:
    spec, recovery, covered = _spiral(profile)
    # The bound is taken at the upper confidence limit of the excess, which only it depends on steeply.
    excess = max(recovery.excess, 0) + _Z * recovery.excess_standard_error
    bound = float(recovery_bound(excess, recovery.defect, spec.rho, dim=spec.dim, sharp=sharp))
    passed = recovery.error <= bound
    covered |= {"bound": bound, "false_alarm_probability": _FALSE_ALARM_PROBABILITY}
    return Finding(passed, covered, "" if passed else f"error {recovery.error:.3g} > {bound:.3g}")


@evidence("approximate_recovery", Kind.TRAINED)
def trained_error_is_below_the_bound(profile: Profile) -> Finding:
    """The recovery error of a trained encoder against the printed bound."""
    return _error_against(profile, sharp=False)


@evidence("sharp_recovery", Kind.TRAINED)
def trained_error_is_below_the_sharp_bound(profile: Profile) -> Finding:
    """The recovery error of a trained encoder against the sharp bound."""
    return _error_against(profile, sharp=True)


@evidence("rotation_at_the_floor", Kind.TRAINED)
def trained_encoder_recovers_the_latents(profile: Profile) -> Finding:
    """A trained encoder is linear in the latents, and as orthogonal as its error allows."""
    _, recovery, covered = _spiral(profile)
    linear = recovery.r2_embedding_to_latent >= _R2
    orthogonal = recovery.polar_distance**2 <= recovery.error
    covered |= {"min_r2": _R2}
    detail = f"R2 {recovery.r2_embedding_to_latent:.4f}, |A-Q|^2 {recovery.polar_distance**2:.3g}"
    return Finding(linear and orthogonal, covered, "" if linear and orthogonal else detail)
