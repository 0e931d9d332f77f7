r"""Probabilists' Hermite polynomials: all degrees at once, and exactly degree by degree.

.. math:: e^{xt - t^2/2} = \sum_d \mathrm{He}_d(x)\, t^d/d!, \qquad
          H_a(z) = \prod_j \mathrm{He}_{a_j}(z_j)/\sqrt{a_j!}

References
----------
Janson (1997), chapters 2 and 3.
"""

from collections.abc import Iterator
from itertools import combinations_with_replacement, islice
from typing import Any

from sympy import Expr, exp

MultiIndex = tuple[int, ...]


def generating_function(x: Expr, t: Expr) -> Expr:
    """Exponential generating function, at `t`, of the Hermite polynomials of `x`."""
    return exp(x * t - t**2 / 2)


def sequence(x: Any, max_degree: int) -> list[Any]:
    r"""List $\mathrm{He}_0(x), \dots, \mathrm{He}_D(x)$.

    .. math:: \mathrm{He}_{d+1} = x\,\mathrm{He}_d - d\,\mathrm{He}_{d-1}

    Parameters
    ----------
    x
        Anything with ring operations: a SymPy expression, an exact polynomial, an array, a ball.
    """

    def recurrence() -> Iterator[Any]:
        previous, current, degree = 0 * x, x**0, 0
        while True:
            yield current
            previous, current = current, x * current - degree * previous
            degree += 1

    return list(islice(recurrence(), max_degree + 1))


def multi_indices(dim: int, degree: int) -> Iterator[MultiIndex]:
    r"""Generate the $\binom{n+d-1}{d}$ multi-indices of `dim` entries whose sum is `degree`."""
    for axes in combinations_with_replacement(range(dim), degree):
        yield tuple(axes.count(axis) for axis in range(dim))
