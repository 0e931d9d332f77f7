"""Enclosures of the noise integral E[He_d(rho z + sqrt(1-rho^2) eta)], against rho^d He_d(z)."""

from flint import acb, acb_poly, arb, ctx, fmpq

from proofs_numeric.balls import MAX_RADIUS, certifies, gaussian_expectation
from theory.claim import JSON, Finding, Kind, Profile, evidence
from theory.hermite import sequence

_BITS = 512
_LATENTS = (fmpq(0), fmpq(1, 3), fmpq(-7, 4), fmpq(5, 2))


@evidence("degree_contraction", Kind.BALL)
def enclosed_noise_integral(profile: Profile) -> Finding:
    """Enclose the noise integral and compare with the contracted polynomial at rational points."""
    degrees = profile.pick(quick=(1, 2, 3, 5, 8, 13, 34, 60), thorough=tuple(range(1, 61)))
    correlations = (fmpq(1, 10), fmpq(1, 2), fmpq(19, 20), fmpq(-1, 2))
    wrong, widest, count = [], 0.0, 0
    for rho in correlations:
        for latent in _LATENTS:
            exact = sequence(latent, max(degrees))
            with ctx.workprec(_BITS):
                noisy = acb_poly([acb(arb(rho * latent)), acb((1 - arb(rho) ** 2).sqrt())])
                polynomials = sequence(noisy, max(degrees))
            for degree in degrees:
                enclosure = gaussian_expectation(polynomials[degree], bits=_BITS, cutoff=60).real
                widest = max(widest, float(enclosure.rad()))
                count += 1
                if not certifies(enclosure, rho**degree * exact[degree]):
                    wrong.append((degree, str(rho), str(latent)))
    covered: dict[str, JSON] = {
        "degrees": list(degrees),
        "rho": [str(rho) for rho in correlations],
        "z": [str(latent) for latent in _LATENTS],
        "enclosures": count,
        "bits": _BITS,
        "widest_radius": widest,
        "max_radius": MAX_RADIUS,
    }
    return Finding(not wrong, covered, f"at (degree, rho, z) {wrong}" if wrong else "")
