"""Specifications of worlds: YAML that a world prints and that is read back."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from proofs_numeric.worlds.autoregressive import AutoregressiveWorld, NonStationaryChannel
from proofs_numeric.worlds.diffusion import DiffusionWorld
from proofs_numeric.worlds.gaussian import GaussianWorld, TwoViewsWorld
from proofs_numeric.worlds.lattice import LatticeWorld
from proofs_numeric.worlds.smooth import HyperbolicWorld, SmoothWorld, TransportWorld
from proofs_numeric.worlds.world import World
from proofs_numeric.yaml_document import read_yaml

#: A world, by its name in a specification.
AnyWorld = Annotated[
    GaussianWorld
    | TwoViewsWorld
    | DiffusionWorld
    | AutoregressiveWorld
    | NonStationaryChannel
    | TransportWorld
    | SmoothWorld
    | HyperbolicWorld
    | LatticeWorld,
    Field(discriminator="world"),
]
_WORLDS: TypeAdapter[World] = TypeAdapter(AnyWorld)


class _Version(BaseModel):
    model_config = ConfigDict(extra="allow")

    schema_: Literal[1] = Field(1, alias="schema")


def read_world(text: str) -> World:
    """Read a world from its specification, in YAML.

    Raises
    ------
    ValueError
        If the specification is none; one line that names the setting.
    """
    content = read_yaml(text)
    if not isinstance(content, dict):
        raise ValueError("a specification holds settings by name, one of them `world`")
    try:
        _Version.model_validate(content)
        return _WORLDS.validate_python({key: value for key, value in content.items() if key != "schema"})
    except ValidationError as error:
        raise ValueError(faults(error)) from error


def load_world(path: Path) -> World:
    """Read a world from a file.

    Raises
    ------
    ValueError
        If the file holds no specification; one line that names the file and the setting.
    """
    try:
        return read_world(path.read_text())
    except (ValueError, OSError) as error:
        raise ValueError(f"{path}: {error}") from error


def faults(error: ValidationError) -> str:
    """What is wrong with which setting, in one line."""
    found = []
    for item in error.errors():
        message = item["msg"].removeprefix("Value error, ")
        place = ".".join(str(part) for part in item["loc"])
        found.append(f"{place}: {message}" if place else message)
    return "; ".join(dict.fromkeys(found))
