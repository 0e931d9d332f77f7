"""The learning-rate schedule of the paper."""

import math


def constant_then_cosine(step: int, steps: int) -> float:
    """Return the factor on the learning rate: 1 for the first half, then half a cosine down to 0.

    References
    ----------
    W, Appendix H.
    """
    half = steps // 2
    if step < half:
        return 1.0
    return 0.5 * (1 + math.cos(math.pi * (step - half) / (steps - half)))
