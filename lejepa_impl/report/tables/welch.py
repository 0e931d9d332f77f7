r"""Whether two means over runs differ: Welch's t-test, and Holm's correction over many of them.

.. math:: z = \frac{d}{\sqrt{s_1^2/n_1+s_2^2/n_2}},\qquad
   \nu = \frac{(s_1^2/n_1+s_2^2/n_2)^2}{(s_1^2/n_1)^2/(n_1-1)+(s_2^2/n_2)^2/(n_2-1)}

References
----------
B. L. Welch, The generalization of 'Student's' problem when several different population variances are involved,
Biometrika 34 (1947); S. Holm, A simple sequentially rejective multiple test procedure, Scand. J. Statist. 6 (1979).
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from scipy.stats import t


class Spread(NamedTuple):
    """Standard deviation (divisor n - 1) over n runs."""

    std: float
    runs: int


class Welch(NamedTuple):
    """The statistic, its degrees of freedom, and the two-sided probability of a larger one if the means are equal."""

    z: float
    degrees: float
    p_value: float


def welch(difference: float, first: Spread, second: Spread) -> Welch:
    """Test a difference of two means over runs against zero.

    Raises
    ------
    ValueError
        If a side has fewer than two runs.
    """
    if min(first.runs, second.runs) < 2:
        raise ValueError(f"{first.runs} and {second.runs} runs: a spread takes two at least")
    squares = [spread.std**2 / spread.runs for spread in (first, second)]
    variance = sum(squares)
    if variance == 0:
        apart = difference != 0
        return Welch(math.copysign(math.inf, difference) if apart else 0.0, math.inf, 0.0 if apart else 1.0)
    shares = [square / variance for square in squares]
    degrees = 1 / sum(share**2 / (spread.runs - 1) for share, spread in zip(shares, (first, second), strict=True))
    z = difference / math.sqrt(variance)
    return Welch(z, degrees, float(2 * t.sf(abs(z), degrees)))


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p-values so that the chance of any at most a, of those whose means are equal, is at most a.

    This holds however the tests depend on each other.
    """
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = largest
    return adjusted
