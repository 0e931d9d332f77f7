"""Uniform law."""

from functools import cached_property
from typing import Any, Literal

from scipy import stats

from proofs_numeric.worlds.laws.scipy_law import ScipyLaw


class Uniform(ScipyLaw):
    """Uniform law."""

    law: Literal["uniform"] = "uniform"

    @cached_property
    def distribution(self) -> Any:
        """Frozen distribution."""
        return stats.uniform(-1, 2)
