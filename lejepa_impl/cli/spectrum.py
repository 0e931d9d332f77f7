"""`spectrum`: the Hermite spectrum of an encoder."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import torch
import typer

from lejepa_impl.cli import console
from lejepa_impl.cli.endings import UserError
from lejepa_impl.cli.objects import load_object
from lejepa_impl.report.spectrum import spectrum_json, spectrum_table
from lejepa_impl.report.spectrum import summary as spectrum_summary
from lejepa_impl.train.checkpoint import load
from lejepa_impl.train.world import mixing_of


def spectrum_command(
    encoder: Annotated[
        str, typer.Argument(help="Checkpoint, or MODULE:OBJECT of a callable on latents of shape (B, n).")
    ],
    dim: Annotated[int | None, typer.Option(min=1, help="Number of latents n, for MODULE:OBJECT.")] = None,
    samples: Annotated[int, typer.Option(help="Rings of latents; intervals shrink as their square root.")] = 4096,
    max_degree: Annotated[int, typer.Option(help="Largest degree shown by itself.")] = 6,
    confidence: Annotated[float, typer.Option(help="Coverage of each interval.")] = 0.95,
    seed: Annotated[int, typer.Option(help="Seed of the latents.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Measure the variance of an encoder at each Hermite degree."""
    from lejepa_impl.validation.spectroscopy import degree_spectrum

    map_, latents = _latent_map(encoder, dim)
    try:
        measured = degree_spectrum(
            map_, latents, samples=samples, max_degree=max_degree, confidence=confidence, seed=seed
        )
    except ValueError as error:
        raise UserError(" ".join(str(error).split())) from error
    if as_json:
        sys.stdout.write(json.dumps(spectrum_json(measured), indent=2) + "\n")
    else:
        console.out.print(spectrum_table(measured), spectrum_summary(measured), highlight=False)


def _latent_map(encoder: str, dim: int | None) -> tuple[Callable[[torch.Tensor], torch.Tensor], int]:
    """Resolve what the user named to a map of the latents."""
    if ":" not in encoder or Path(encoder).exists():
        checkpoint = load(Path(encoder))
        if checkpoint.spec.world != "gaussian":
            raise UserError(
                f"{encoder} was trained in the world {checkpoint.spec.world}: a spectrum is of the Gaussian"
            )
        mixing = mixing_of(checkpoint.spec)
        return lambda latent: checkpoint.encoder(mixing.observe(latent)), checkpoint.spec.dim
    if dim is None:
        raise UserError(f"the number of latents of {encoder} is not known: give it by --dim")
    found = load_object(encoder)
    if not callable(found):
        raise UserError(f"{encoder} is a {type(found).__name__}, not a callable on latents")
    return found, dim
