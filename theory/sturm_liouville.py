r"""Generators of reversible diffusions, which are Sturm-Liouville operators.

.. math:: D\phi = \frac{(K\,p\,\phi')'}{p}, \qquad \int \psi\,D\phi\;p\,dz = -\int K\,\psi'\phi'\,p\,dz

with stationary density $p$ and diffusion coefficient $K$; the transition over a time $\tau$ is $e^{\tau D}$.

References
----------
W, Theorem 5.2 and Appendix B.
"""

from sympy import Derivative, Expr, Symbol


def generator(function: Expr, density: Expr, diffusion: Expr, z: Symbol) -> Expr:
    """Generator applied to a function of `z`, unevaluated."""
    return Derivative(diffusion * density * Derivative(function, z), z) / density
