"""The experiment that a command is given: its file, and settings in the place of those in it."""

from typing import Annotated

import typer

from lejepa_impl.cli.endings import UserError
from lejepa_impl.experiments.spec import SHIPPED, Experiment, load

Spec = Annotated[str, typer.Argument(help=f"YAML file of an experiment, or one of {', '.join(SHIPPED)}.")]
Settings = Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE in the place of a setting of the base.")]


def load_experiment(spec: str, settings: list[str] | None) -> Experiment:
    """Read the experiment that the user named."""
    if wrong := [setting for setting in settings or [] if "=" not in setting]:
        raise UserError(f"--set {wrong[0]}: give NAME=VALUE")
    return load(spec, dict(setting.split("=", 1) for setting in settings or []))
