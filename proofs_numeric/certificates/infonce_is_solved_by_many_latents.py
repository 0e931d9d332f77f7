r"""The mean objective of a pair and one stranger, enclosed by balls, between its bounds.

.. math:: \mathbb{E}\log(1+e^x) = \frac{1}{2\pi i}\int_{\frac12-i\infty}^{\frac12+i\infty}
          \frac{\pi}{s\,\sin\pi s}\;\mathbb{E}\,e^{sx}\,ds

by Mellin's inversion of $\int_0^\infty t^{-s-1}\log(1+t)\,dt=\pi/(s\sin\pi s)$. The log odds $x=s_{ij}-s_{ii}$ are in
proportion to $\tau$, so that their moment generating function at $s$ is the mean of the odds at $s\tau$.
"""

from fractions import Fraction

from flint import acb, arb, ctx, fmpq

from theory.claim import Finding, Kind, Profile, evidence
from theory.contrastive import odds_determinant


def mean_objective(rho: arb, tau: arb, dim: int) -> arb:
    r"""Enclose the mean of $\ell$ for a batch of two pairs, where the odds have a mean."""
    # The tail from there on is less than the working precision.
    cutoff = ctx.prec // 4

    def integrand(height: acb, analytic: bool) -> acb:
        point = acb(0.5) + acb(0, 1) * height
        moment = odds_determinant(rho, point * tau).rsqrt(analytic=analytic) ** dim
        return moment / (point * (point * acb.pi()).sin())

    body = acb.integral(integrand, 0, cutoff).real
    # |sin(pi s)| is at least exp(pi Im s)/4 from there on, and |E exp(sx)| at most the mean at the real part of s.
    largest = odds_determinant(rho, tau / 2).rsqrt() ** dim
    tail = 4 * largest * (-arb.pi() * cutoff).exp() / (arb.pi() * cutoff)
    return body + arb(0, tail.upper())


@evidence("infonce_is_solved_by_many_latents", Kind.BALL)
def one_stranger_between_the_bounds(profile: Profile) -> Finding:
    """The mean objective against one stranger is enclosed between its bounds, which the balls tell apart."""
    dims = profile.pick(quick=(1, 2, 8, 32), thorough=(1, 2, 3, 5, 8, 16, 32, 64, 128))
    settings = [(Fraction(19, 20), Fraction(1)), (Fraction(7, 10), Fraction(1)), (Fraction(1, 2), Fraction(1, 9))]
    cases = [(rho, tau, dim) for rho, tau in settings for dim in dims]
    cases += [(rho, Fraction(1, dim), dim) for rho, _ in settings for dim in dims if dim > 1]
    outside = []
    bits = profile.pick(quick=128, thorough=256)
    with ctx.workprec(bits):
        for rho, tau, dim in cases:
            correlation, nearness = (arb(fmpq(value.numerator, value.denominator)) for value in (rho, tau))
            objective = mean_objective(correlation, nearness, dim)
            odds = odds_determinant(correlation, nearness).rsqrt() ** dim
            typical = (-dim * correlation * nearness).exp()
            exponential = objective.exp()
            if not (1 + typical < exponential < 1 + odds and objective < odds):
                outside.append(f"rho = {rho}, tau = {tau}, n = {dim}: {objective}")
    return Finding(not outside, {"B": 2, "cases": len(cases), "n": list(dims), "bits": bits}, "; ".join(outside))
