"""The learning-rate schedule of the paper."""

import math


def constant_then_cosine(step: int, steps: int, warm_up: int = 0) -> float:
    """Return the factor on the learning rate: 1 for the first half, then half a cosine down to 0.

    Over the first `warm_up` steps, which the paper does not have, it rises to 1.

    References
    ----------
    W, Appendix H.
    """
    if step < warm_up:
        return (step + 1) / warm_up
    half = steps // 2
    if step < half:
        return 1.0
    return 0.5 * (1 + math.cos(math.pi * (step - half) / (steps - half)))
