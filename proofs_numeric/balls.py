r"""Rigorous enclosures of Gaussian integrals in ball arithmetic, tails included.

.. math:: \mathbb{E}\,p(x) = \int_{-R}^{R} p(x)\,\varphi(x)\,dx + \text{tail}, \qquad
          |\text{tail}| \le \sum_k |p_k|\, \frac{2^{k/2}}{\sqrt\pi}\,
          \Gamma\!\left(\tfrac{k+1}{2}, \tfrac{R^2}{2}\right)

References
----------
F. Johansson, "Arb: efficient arbitrary-precision midpoint-radius interval arithmetic", IEEE
Transactions on Computers 66, 2017; and "Numerical integration in arbitrary-precision ball
arithmetic", ICMS 2018.
"""

from flint import acb, acb_poly, arb, ctx, fmpq

#: A certificate passes only if its enclosure is this tight.
MAX_RADIUS = 1e-25


def gaussian_expectation(polynomial: acb_poly, *, bits: int = 256, cutoff: int = 40) -> acb:
    r"""Enclose $\mathbb{E}\,p(x)$ for a standard Gaussian $x$.

    Parameters
    ----------
    polynomial
        $p$, with real or complex coefficients that may themselves be balls.
    bits
        Working precision.
    cutoff
        $R$, where the integral ends and the bound of the tail begins.
    """
    with ctx.workprec(bits):
        density = 1 / (2 * acb.pi()).sqrt()
        body = acb.integral(lambda x, _analytic: polynomial(x) * (-x * x / 2).exp() * density, -cutoff, cutoff)
        edge = arb(cutoff) ** 2 / 2
        tail = arb(0)
        for power, coefficient in enumerate(polynomial.coeffs()):
            half = arb(fmpq(power + 1, 2))
            absolute_moment = arb(2) ** fmpq(power, 2) * edge.gamma_upper(half) / arb.pi().sqrt()
            tail += abs(coefficient) * absolute_moment
        return body + acb(_around_zero(tail), _around_zero(tail))


def certifies(enclosure: arb, value: fmpq, *, max_radius: float = MAX_RADIUS) -> bool:
    """Tell whether a ball contains the exact value and is tight enough to mean something."""
    # The rational is rounded to a ball before it is compared: that ball must be far smaller.
    with ctx.workprec(8192):
        return bool(enclosure.contains(value)) and float(enclosure.rad()) <= max_radius


def _around_zero(bound: arb) -> arb:
    """Return the ball around zero whose radius is at least `bound`."""
    return arb(0, bound.upper())
