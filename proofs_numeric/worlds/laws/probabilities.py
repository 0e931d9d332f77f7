"""Probabilities that are given."""

from collections.abc import Iterable

_SUM = 1e-9  # departure of a sum of probabilities from 1 that is round-off


def require_probabilities(values: Iterable[float]) -> None:
    """Refuse numbers whose sum is not 1.

    Raises
    ------
    ValueError
        If it is not, up to round-off.
    """
    total = sum(values)
    if abs(total - 1) > _SUM:
        raise ValueError(f"the probabilities sum to {total:g}, not to 1")
