"""`world`: the assumptions that a world satisfies."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from pydantic import ValidationError

from lejepa_impl.cli import console
from lejepa_impl.cli.endings import UserError
from lejepa_impl.cli.objects import load_object
from lejepa_impl.report.world import world_table
from proofs_numeric.trajectories import Trajectories
from proofs_numeric.worlds.recorded import verdict_on_record
from proofs_numeric.worlds.spec import faults, load_world
from proofs_numeric.worlds.verdict import verdict
from proofs_numeric.worlds.world import World


def world_command(
    source: Annotated[
        str, typer.Argument(help="MODULE:OBJECT of a world, a specification (.yaml), or trajectories (.npy, .csv).")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Say which assumptions a world satisfies, its spectrum, and whether its latents are linearly identified."""
    try:
        # What is not finite is refused where it decides, or has wide bars.
        with np.errstate(all="ignore"):
            judged = _judge(source)
    except ValidationError as error:
        raise UserError(f"{source}: {faults(error)}") from error
    except (ValueError, OSError) as error:
        message = str(error)
        raise UserError(message if source in message else f"{source}: {message}") from error
    if as_json:
        sys.stdout.write(json.dumps(judged, indent=2, allow_nan=False) + "\n")
    else:
        console.out.print(world_table(judged), highlight=False, markup=False)


def _judge(source: str) -> dict[str, Any]:
    """Judge what the user named."""
    path = Path(source)
    if path.suffix in (".npy", ".csv"):
        return verdict_on_record(Trajectories.load(path))
    if path.suffix in (".yaml", ".yml"):
        return verdict(load_world(path))
    found = load_object(source)
    if not isinstance(found, World):
        kind = f"the class {found.__name__}" if isinstance(found, type) else f"a {type(found).__name__}"
        raise UserError(f"{source} is {kind}, not a world of proofs_numeric.worlds")
    return verdict(found)
