"""What laws and worlds have in common: parameters that are checked once, printed, and compared."""

from pydantic import BaseModel, ConfigDict


class Specified(BaseModel):
    """An immutable object, given by its parameters alone."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def __eq__(self, other: object) -> bool:
        # Values that were computed from the parameters are no part of them.
        return isinstance(other, Specified) and type(self) is type(other) and self.model_dump() == other.model_dump()

    def __hash__(self) -> int:
        return hash(self.model_dump_json())
