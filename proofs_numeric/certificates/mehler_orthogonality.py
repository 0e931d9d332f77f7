"""Enclosures of the double integral E[He_j(z) He_k(z')], against rho^k k! if j = k and 0 otherwise."""

from math import factorial

from flint import acb, acb_poly, arb, ctx, fmpq

from proofs_numeric.balls import MAX_RADIUS, certifies, gaussian_expectation
from theory.claim import JSON, Finding, Kind, Profile, evidence
from theory.hermite import sequence

_BITS = 256


def _moments(top: int) -> list[arb]:
    """Enclose the moments E[x^0..x^top] of a standard Gaussian by integration."""
    return [gaussian_expectation(acb_poly([0] * power + [1]), bits=_BITS).real for power in range(top + 1)]


@evidence("mehler_orthogonality", Kind.BALL)
def enclosed_pair_integral(profile: Profile) -> Finding:
    """Integrate He_j(z) He_k(z') over noise and latent, every moment enclosed by integration."""
    top = profile.pick(quick=8, thorough=16)
    correlations = (fmpq(1, 10), fmpq(1, 2), fmpq(19, 20), fmpq(-1, 2))
    moments = _moments(2 * top)
    wrong, widest = [], 0.0
    for rho in correlations:
        with ctx.workprec(_BITS):
            scale = (1 - arb(rho) ** 2).sqrt()
            z = acb_poly([0, 1])
            # A polynomial in the noise whose coefficients are polynomials in the latent.
            contracted = [_integrate_noise(k, rho, scale, moments) for k in range(top + 1)]
            now = sequence(z, top)
        for j in range(top + 1):
            for k in range(top + 1):
                with ctx.workprec(_BITS):
                    product = (now[j] * contracted[k]).coeffs()
                    enclosure = sum((c * moment for c, moment in zip(product, moments, strict=False)), acb(0)).real
                exact = rho**k * factorial(k) if j == k else fmpq(0)
                widest = max(widest, float(enclosure.rad()))
                if not certifies(enclosure, exact):
                    wrong.append((j, k, str(rho)))
    covered: dict[str, JSON] = {
        "j, k": f"0 to {top}",
        "rho": [str(rho) for rho in correlations],
        "bits": _BITS,
        "widest_radius": widest,
        "max_radius": MAX_RADIUS,
    }
    return Finding(not wrong, covered, f"at (j, k, rho) {wrong}" if wrong else "")


def _integrate_noise(degree: int, rho: fmpq, scale: arb, moments: list[arb]) -> acb_poly:
    r"""Polynomial $\mathbb{E}_\eta\,\mathrm{He}_d(\rho z+\sigma\eta)$ in z, by Taylor's formula in $\sigma\eta$."""
    contracted_latent = acb_poly([0, arb(rho)])
    derivative, total = sequence(acb_poly([0, 1]), degree)[degree], acb_poly([0])
    for power in range(degree + 1):
        total += derivative(contracted_latent) * (scale**power * moments[power] / factorial(power))
        derivative = derivative.derivative()
    return total
