"""Checkpoints of trained encoders: safetensors with the specification in the metadata."""

from dataclasses import dataclass
from pathlib import Path

import safetensors
import safetensors.torch
import torch
from pydantic import ValidationError
from torch import Generator, nn

from lejepa_impl.encoders import MLP
from lejepa_impl.files import write_atomically
from lejepa_impl.train.spec import TrainingSpec

SCHEMA = "lejepa-companion/checkpoint/1"


class CheckpointError(ValueError):
    """A file that is no checkpoint, or one of another schema, or damaged."""


@dataclass(frozen=True)
class Checkpoint:
    """A trained encoder with the specification of its run."""

    spec: TrainingSpec
    encoder: nn.Module


def build_encoder(spec: TrainingSpec, generator: Generator) -> MLP:
    """Build the encoder of a specification with fresh weights, on the device of the generator."""
    encoder = MLP(spec.dim, spec.dim, hidden=spec.hidden, depth=spec.depth, generator=generator)
    return encoder.to(generator.device)


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint, whole or not at all.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    tensors = {name: value.detach().cpu().contiguous() for name, value in checkpoint.encoder.state_dict().items()}
    content = safetensors.torch.save(tensors, metadata={"schema": SCHEMA, "spec": checkpoint.spec.model_dump_json()})
    write_atomically(path, content)


def load(path: Path) -> Checkpoint:
    """Read a checkpoint, its encoder on the CPU in evaluation mode.

    Raises
    ------
    CheckpointError
        If the file is missing, truncated, of another schema or not a checkpoint.
    """
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except FileNotFoundError as error:
        raise CheckpointError(f"no such checkpoint: {path}") from error
    except (OSError, safetensors.SafetensorError) as error:
        raise CheckpointError(f"{path} is truncated or not a checkpoint ({error})") from error
    if metadata.get("schema") != SCHEMA:
        raise CheckpointError(
            f"{path} has the schema {metadata.get('schema')!r}, this version reads {SCHEMA!r}: train it again"
        )
    try:
        spec = TrainingSpec.model_validate_json(metadata.get("spec", ""))
        encoder = build_encoder(spec, torch.Generator())
        encoder.load_state_dict(tensors)
    except (ValidationError, RuntimeError) as error:
        raise CheckpointError(
            f"{path} does not hold the encoder it describes ({str(error).splitlines()[0]})"
        ) from error
    return Checkpoint(spec, encoder.eval())
