"""The sharp bounds, searched for an encoder beyond them; and found exceeded as soon as they are one percent lower."""

import numpy as np
from hypothesis import strategies as st

from proofs_numeric.bounds import recovery_bound
from proofs_numeric.certificates.approximate_recovery import compare, search
from proofs_numeric.fuzzing import fuzz
from theory.claim import Finding, Kind, Profile, evidence
from theory.claims.recovery.approximate_recovery import nonlinear_variance_bound

_ONE_PERCENT_LESS = 0.99


def sharp(excess: float, defect: float, rho: float, dim: int) -> float:
    """Sharp bound."""
    return float(recovery_bound(excess, defect, rho, dim=dim))


def less_nonlinear_variance(excess: float, defect: float, rho: float, dim: int) -> float:
    """Sharp bound with one percent less of the nonlinear variance that an excess allows."""
    return sharp(_ONE_PERCENT_LESS * excess, defect, rho, dim)


def less_distortion(excess: float, defect: float, rho: float, dim: int) -> float:
    """Sharp bound with one percent less of the part that is not nonlinear variance."""
    nonlinear = float(nonlinear_variance_bound(excess, rho))
    return nonlinear + _ONE_PERCENT_LESS * (sharp(excess, defect, rho, dim) - nonlinear)


@evidence("sharp_recovery", Kind.FUZZ)
def searched_beyond_the_bound(profile: Profile) -> Finding:
    """Search for the largest ratio of recovery error and sharp bound."""
    return search(sharp, examples=profile.pick(quick=60, thorough=3_000))


@evidence("sharp_recovery", Kind.FUZZ)
def one_percent_less_fails(_profile: Profile) -> Finding:
    """The same search finds an encoder beyond the bound where either constant is one percent lower."""
    lowered = {
        bound.__name__: search(bound, examples=300, shrink=False)
        for bound in (less_nonlinear_variance, less_distortion)
    }
    unbroken = [name for name, finding in lowered.items() if finding.passed is not False]
    covered = {name: finding.detail for name, finding in lowered.items()}
    return Finding(not unbroken, covered, f"not exceeded: {unbroken}" if unbroken else "")


def _list_is_within(directions: list[tuple[float, float]]) -> None:
    singular_values, variances = np.array(directions).T
    defect = float(np.linalg.norm(singular_values**2 + variances - 1))
    rho = 0.5
    bound = sharp(2 * rho * (1 - rho) * float(variances.sum()), defect, rho, len(directions))
    error = float(np.sum(variances + (1 - singular_values) ** 2))
    compare(error, bound)


@evidence("sharp_recovery_any_defect", Kind.FUZZ)
def searched_beyond_the_bound_of_any_defect(profile: Profile) -> Finding:
    """Search lists of directions, lost, bent and swollen ones, for an error beyond the bound."""
    numbers = st.sampled_from([0.0, 1.0]) | st.floats(0, 3)
    return fuzz(
        _list_is_within,
        st.lists(st.tuples(numbers, st.just(0.0) | st.floats(0, 6)), min_size=1, max_size=6),
        examples=profile.pick(quick=200, thorough=10_000),
        n="1 to 6",
        sigma="[0, 3]",
        nu="[0, 6]",
    )
