"""Odd functions of a Gaussian latent with a flipped drift: how far from linear the best of them is."""

from hypothesis import target
from sympy import lambdify, sqrt

from proofs_numeric.flipped_drift import ACCURACY, odd_functions, search
from theory.claim import JSON, Finding, Kind, Profile, evidence
from theory.claims.uniqueness.gaussian_world_with_nonlinear_optimum import cubic_overlap
from theory.notation import rho, x

_mixed = lambdify((rho, x), (rho + rho**3) / 2 * cubic_overlap(x) / sqrt(6))


def _gains_by_leaning(correlation: float, threshold: float, sign: int) -> None:
    odd = odd_functions(correlation, threshold).with_sign(sign)
    image = odd.operator @ odd.latent
    expected = sign * float(_mixed(correlation, threshold))
    assert abs(odd.cubic @ image - expected) <= ACCURACY, "overlap of the image with degree 3"
    best, affine = odd.optimum()
    target(affine)
    # A lean of b/2 gains this much (lemma), and as |S| <= 1 an eigenfunction has at most this share of z.
    leaning = 1 + expected**2 / 4
    assert best - odd.latent @ image >= expected**2 / 2 / leaning - ACCURACY, "gain over the linear map"
    assert affine <= 1 / leaning + ACCURACY, "a linear optimum"


@evidence("gaussian_world_with_nonlinear_optimum", Kind.FUZZ)
def gain_over_linear_maps(profile: Profile) -> Finding:
    """The overlap is as stated, a leaning map gains what was proved, and the best odd function is not linear."""
    return search(_gains_by_leaning, profile)


@evidence("gaussian_world_with_nonlinear_optimum", Kind.FUZZ)
def optimum_of_two_drifts(_profile: Profile) -> Finding:
    """At rho = 0.9 the optimum is even if the drift flips beyond 1.5, and odd but far from linear if within 1."""
    correlation, quadratic = 0.9, 0.9**2
    beyond, _ = odd_functions(correlation, 1.5, nodes=48).optimum()
    within, affine = odd_functions(correlation, 1.0, nodes=48).with_sign(-1).optimum()
    covered: dict[str, JSON] = {
        "rho": correlation,
        "even_eigenvalue": quadratic,
        "odd_eigenvalue_if_flipped_beyond_1.5": beyond,
        "odd_eigenvalue_if_flipped_within_1": within,
        "affine_r2_if_flipped_within_1": affine,
    }
    return Finding(beyond < quadratic < within and affine < 0.9, covered)
