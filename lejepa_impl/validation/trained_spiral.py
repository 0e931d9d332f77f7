"""What an encoder trained on the spiral must show: floor, bound and rotation.

References
----------
W, section 6 (spiral), Theorems 5.1 and 5.3.
"""

import math
from dataclasses import asdict
from functools import cache

from lejepa_impl.metrics import Recovery
from lejepa_impl.train.loop import evaluate, train
from lejepa_impl.train.spec import QUICK, TrainingSpec
from proofs_numeric.bounds import recovery_bound
from theory.claim import JSON, Finding, Kind, Profile, evidence
from theory.claims.recovery.approximate_recovery import nonlinear_variance_bound

#: Standard errors that a statistic may fall short by: one-sided false-alarm probability 1e-10.
_Z = 6.36
_FALSE_ALARM_PROBABILITY = 1e-10
_R2 = 0.95


@cache
def _trained(spec: TrainingSpec) -> Recovery:
    return evaluate(train(spec), points=100_000)


def recovers_a_rotation(recovery: Recovery, rho: float) -> tuple[bool, dict[str, JSON]]:
    r"""Tell whether the linear part $A$ of an encoder is a rotation within the error that the theorem grants it.

    .. math:: |A-Q|_F \le |A^\top A-I|_F \le \varepsilon+D < 1

    Every encoder obeys the theorem, up to sampling. The last inequality makes it say something: all singular
    values obey $\sigma^2\ge1-(\varepsilon+D)>0$, so that no latent is lost.

    References
    ----------
    W, Theorem 5.3: the steps `defect` and `singular_value` of its proof.
    """
    dim = recovery.dim
    distance = recovery.normalized_orthogonality_error * math.sqrt(dim)
    granted = recovery.defect + float(nonlinear_variance_bound(_largest_excess(recovery), rho))
    # A maps latents whose sample covariance differs from the identity by this much.
    sampling = _Z * math.sqrt(dim * (dim + 1) / recovery.points) * (1 + distance)
    passed = distance <= granted + sampling < 1
    covered: dict[str, JSON] = {
        "polar_distance": recovery.polar_distance,
        "distance_from_orthogonal": distance,
        "granted_by_the_theorem": granted,
        "sampling_error": sampling,
        "false_alarm_probability": _FALSE_ALARM_PROBABILITY,
    }
    return passed, covered


def _largest_excess(recovery: Recovery) -> float:
    """Upper confidence limit of the excess."""
    return max(recovery.excess, 0) + _Z * recovery.excess_standard_error


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
    excess = _largest_excess(recovery)
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
    """A trained encoder is linear in the latents, and a rotation within the error of the theorem."""
    spec, recovery, covered = _spiral(profile)
    linear = recovery.r2_embedding_to_latent >= _R2
    orthogonal, measured = recovers_a_rotation(recovery, spec.rho)
    covered |= measured | {"min_r2": _R2}
    detail = f"R2 {recovery.r2_embedding_to_latent:.4f}, {measured}"
    return Finding(linear and orthogonal, covered, "" if linear and orthogonal else detail)
