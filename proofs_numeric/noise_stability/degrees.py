r"""Finitely many degrees that stand for all.

Statement. Let every $|\rho|<1$ in the data be at most $\rho_*$. Beyond the degree at which
$\rho_*^d$ vanishes in the data, only the parity of $d$ still matters: two limits, $d\to\infty$ even
and odd, stand for all of these. Below it, $\rho^d$ changes so little from a large degree to
the next that a geometric grid suffices, again with both parities at each node. The nodes around a
degree that is left out give the power of a ring at each frequency with relative error at most
1e-7 for 16 points, 3e-4 for 32 and 1e-2 for 64.
"""

import numpy as np
from numpy.typing import NDArray

Degrees = NDArray[np.int64]

#: Every degree up to here has its own unknown; beyond, the columns of neighbours hardly differ.
MAX_DEGREE = 64
_RATIO = 1.05
# rho^d below this is taken for its limit.
_NEGLIGIBLE = 1e-16


def degree_grid(correlation: float) -> Degrees:
    r"""All degrees up to 64, then pairs of neighbours at a fixed ratio until $\rho_*^d$ vanishes.

    Parameters
    ----------
    correlation
        $\rho_*$, in [0, 1).
    """
    last = np.log(_NEGLIGIBLE) / np.log(correlation) if correlation > 0 else 0.0
    degrees = set(range(MAX_DEGREE + 1))
    degree = float(MAX_DEGREE)
    while degree < last:
        degree *= _RATIO
        even = 2 * round(degree / 2)
        degrees |= {even, even + 1}
    return np.array(sorted(degrees))
