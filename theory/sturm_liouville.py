r"""Generators of reversible diffusions, which are Sturm-Liouville operators, and some whose first harmonic is known.

.. math:: D\phi = \frac{(K\,p\,\phi')'}{p}, \qquad \int \psi\,D\phi\;p\,dz = -\int K\,\psi'\phi'\,p\,dz, \qquad
          D\phi_k = -\lambda_k\,\phi_k

with stationary density $p$ and diffusion coefficient $K$; the transition over a time $\tau$ is $e^{\tau D}$.

References
----------
W, Theorem 5.2, Appendices B and F; D. Bakry, I. Gentil, M. Ledoux, "Analysis and Geometry of Markov
Diffusion Operators", Springer 2014, section 2.7 (Jacobi, Hermite and Laguerre operators).
"""

from dataclasses import dataclass

from sympy import Derivative, Expr, Integer, Interval, Piecewise, Set, Symbol, cos, cosh, exp, oo, pi, sin, sinh

from theory.notation import z as latent

#: Shape of a family of latent laws.
shape = Symbol("a", positive=True)


def generator(function: Expr, density: Expr, diffusion: Expr, z: Symbol) -> Expr:
    r"""Return the generator $(K p f')'/p$ of a reversible diffusion of density $p$, applied to $f(z)$, unevaluated."""
    return Derivative(diffusion * density * Derivative(function, z), z) / density


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
    next_rate
        $\lambda_2$: where the rest of the spectrum begins, be it an eigenvalue or the continuous spectrum.
    shapes
        Values of the shape for which $\varphi_1$ has finite variance.
    """

    law: str
    density: Expr
    interval: Set
    first_harmonic: Expr
    rate: Expr
    next_rate: Expr
    shapes: Set


_QUARTER_TURNS, _LINE, _POSITIVE = Interval.open(-pi / 2, pi / 2), Interval(-oo, oo), Interval.open(0, oo)

WORLDS = (
    DiffusionWorld("Gaussian", exp(-(latent**2) / 2), _LINE, latent, Integer(1), Integer(2), _POSITIVE),
    DiffusionWorld(
        "uniform, reflected at the ends", Integer(1), _QUARTER_TURNS, sin(latent), Integer(1), Integer(4), _POSITIVE
    ),
    DiffusionWorld(
        "power of the cosine",
        cos(latent) ** (2 * shape),
        _QUARTER_TURNS,
        sin(latent),
        1 + 2 * shape,
        4 + 4 * shape,
        _POSITIVE,
    ),
    DiffusionWorld(
        "power of the hyperbolic secant",
        cosh(latent) ** (-2 * shape),
        _LINE,
        sinh(latent),
        2 * shape - 1,
        Piecewise((shape**2, shape < 2), (4 * shape - 4, True)),
        Interval.open(1, oo),
    ),
    DiffusionWorld(
        "logarithm of a gamma variable",
        exp(shape * latent - exp(latent)),
        _LINE,
        1 / (shape - 1) - exp(-latent),
        shape - 1,
        Piecewise((shape**2 / 4, shape < 4), (2 * shape - 4, True)),
        Interval.open(2, oo),
    ),
)
