r"""The defect from whiteness $\varepsilon=|\mathrm{Cov}\,h-I|_F$ as samples tell it.

References
----------
W, Theorem 5.3; Himeno & Yamada (2014): the unbiased estimate of the squared covariance.
"""

from typing import Any

import sympy as sp


def squared_defect_estimate(points: Any, dim: Any, square: Any, trace: Any, fourth: Any, *, one: Any = 1) -> Any:
    r"""Unbiased estimate of $|\mathrm{Cov}\,h-I|_F^2$ from N points $x_j$ about their mean.

    .. math:: \frac{N-1}{N(N-2)(N-3)} \Big((N-1)(N-2)\,|S|_F^2 + (\mathrm{tr}\,S)^2 - \frac{N}{N-1}\sum_j |x_j|^4\Big)
              - 2\,\mathrm{tr}\,S + n

    Parameters
    ----------
    points, dim
        N, at least 4, and n.
    square, trace, fourth
        $|S|_F^2$ and $\mathrm{tr}\,S$ of the sample covariance $S$ with divisor N - 1, and $\sum_j|x_j|^4$.
        Exact numbers or floating-point ones.
    one
        A variance of one in the unit of the points; the estimate is in the fourth power of that unit.
    """
    squared_covariance = (points - 1) * (points - 2) * square + trace**2 - points * fourth / (points - 1)
    return squared_covariance * (points - 1) / (points * (points - 2) * (points - 3)) - 2 * trace * one + dim * one**2


def largest_squared_defect(estimate: sp.Expr, slack: sp.Expr, largest: sp.Expr, noise: sp.Expr) -> sp.Expr:
    r"""Largest $b$ with $b \le U + \sqrt{c\,(4\lambda b + 2\tau)}$, the upper limit of $\varepsilon^2$."""
    middle = estimate + 2 * slack * largest
    return middle + sp.sqrt(middle**2 - estimate**2 + 2 * slack * noise)
