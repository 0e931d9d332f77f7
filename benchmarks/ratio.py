"""What a benchmark measures."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    """A measured ratio beside its target.

    Parameters
    ----------
    ratio, target
        What was measured, and what it should reach.
    baseline
        What the ratio is relative to.
    runs
        Number of repetitions behind the median.
    """

    ratio: float
    target: float
    baseline: str
    runs: int
