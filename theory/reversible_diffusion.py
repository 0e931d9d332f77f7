r"""Reversible diffusions on an interval, and worlds of them whose first harmonic is known exactly.

.. math:: D\varphi = \frac{K\,(p\,\varphi')'}{p}, \qquad D\varphi_k = -\lambda_k\,\varphi_k, \qquad
          \mathbb{E}[\varphi_k(z_t) \mid z_0] = e^{-\lambda_k t}\,\varphi_k(z_0)

References
----------
W, Theorem 5.2 (generator) and Appendix F; D. Bakry, I. Gentil, M. Ledoux, "Analysis and Geometry of
Markov Diffusion Operators", Springer 2014, section 2.7 (Jacobi, Hermite and Laguerre operators).
"""

from dataclasses import dataclass

from sympy import Expr, Integer, Interval, Set, Symbol, cos, cosh, diff, exp, oo, pi, sin, sinh

from theory.notation import z

#: Shape of a family of latent laws.
shape = Symbol("a", positive=True)


def generator(function: Expr, density: Expr) -> Expr:
    r"""Generator $(p\varphi')'/p$ of the diffusion with K = 1 that keeps a density, which need not be normalised."""
    return diff(density * diff(function, z), z) / density


@dataclass(frozen=True)
class DiffusionWorld:
    r"""A latent law, and the slowest function of the diffusion with K = 1 that keeps it.

    Parameters
    ----------
    law
        Its name.
    density
        $p(z)$ up to a factor.
    interval
        Where it is positive.
    first_harmonic, rate
        $\varphi_1$ up to a factor, and $\lambda_1$.
    shapes
        Values of the shape for which $\varphi_1$ has finite variance.
    """

    law: str
    density: Expr
    interval: Set
    first_harmonic: Expr
    rate: Expr
    shapes: Set


_QUARTER_TURNS, _LINE, _POSITIVE = Interval.open(-pi / 2, pi / 2), Interval(-oo, oo), Interval.open(0, oo)

WORLDS = (
    DiffusionWorld("Gaussian", exp(-(z**2) / 2), _LINE, z, Integer(1), _POSITIVE),
    DiffusionWorld("uniform, reflected at the ends", Integer(1), _QUARTER_TURNS, sin(z), Integer(1), _POSITIVE),
    DiffusionWorld("power of the cosine", cos(z) ** (2 * shape), _QUARTER_TURNS, sin(z), 1 + 2 * shape, _POSITIVE),
    DiffusionWorld(
        "power of the hyperbolic secant",
        cosh(z) ** (-2 * shape),
        _LINE,
        sinh(z),
        2 * shape - 1,
        Interval.open(1, oo),
    ),
    DiffusionWorld(
        "logarithm of a gamma variable",
        exp(shape * z - exp(z)),
        _LINE,
        1 / (shape - 1) - exp(-z),
        shape - 1,
        Interval.open(2, oo),
    ),
)
