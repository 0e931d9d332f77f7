"""First eigenfunctions of diffusions whose coefficient varies: computed, they rise and change sign once."""

import numpy as np
from hypothesis import strategies as st

from proofs_numeric.fuzzing import fuzz
from proofs_numeric.sturm_liouville import diffusion_spectrum
from theory.claim import Finding, Kind, Profile, evidence


def _rises_through_one_zero(skew: float, quadratic: float, quartic: float, half_width: float) -> None:
    spectrum = diffusion_spectrum(
        lambda z: -skew * z**3 - quadratic * z**2 - quartic * z**4,
        2,
        support=(-half_width, half_width),
        mobility=lambda z: 1 + z**2 / 4,
    )
    assert (np.diff(spectrum.eigenfunctions[1, spectrum.bulk]) > 0).all()
    assert spectrum.sign_changes(1) == 1


@evidence("first_eigenfunction_is_monotone", Kind.FUZZ)
def first_modes_rise(profile: Profile) -> Finding:
    """Diffusions in single and double wells: mode 1 rises, through one zero."""
    return fuzz(
        _rises_through_one_zero,
        st.floats(-0.2, 0.2),
        st.floats(-2, 2),
        st.floats(0.05, 1),
        st.floats(1, 2.5),
        examples=profile.pick(quick=80, thorough=1_000),
        density="exp(-a z^3 - b z^2 - c z^4)",
        diffusion="1 + z^2/4",
    )
