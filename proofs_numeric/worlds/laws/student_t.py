"""Student law."""

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field
from scipy import stats

from proofs_numeric.worlds.laws.scipy_law import ScipyLaw


class StudentT(ScipyLaw):
    r"""Student law.

    Parameters
    ----------
    freedom
        Degrees of freedom, above 2, where the variance is finite.
    """

    law: Literal["student_t"] = "student_t"
    freedom: Annotated[float, Field(gt=2)]

    @cached_property
    def distribution(self) -> Any:
        """Frozen distribution."""
        return stats.t(self.freedom)

    @property
    def tail_indices(self) -> tuple[float, float]:
        r"""$a$ of tails $|x|^{-a-1}$ below and above."""
        return self.freedom, self.freedom
