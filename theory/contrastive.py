r"""The odds of a stranger against the other view of a pair, as InfoNCE with a Gaussian kernel sees them.

References
----------
W, section 6 (scaling) and Appendix H.
"""

from typing import Any


def odds_determinant(rho: Any, tau: Any) -> Any:
    r"""Determinant $1+2\rho\tau-(1-\rho)(3+\rho)\tau^2$, to the power $-n/2$ the mean odds of a stranger.

    The mean exists where it is positive (claim `mean_odds_of_a_stranger`).

    Parameters
    ----------
    rho
        Pair correlation. Exact or floating-point, as is `tau`.
    tau
        $v/w^2$, variance of the embedding by the squared width of the kernel, positive.
    """
    return 1 + 2 * rho * tau - (1 - rho) * (3 + rho) * tau**2
