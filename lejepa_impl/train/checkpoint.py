"""Checkpoints of trained encoders: safetensors with the specification in the metadata."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import safetensors
import safetensors.torch
from pydantic import ValidationError
from torch import Generator, Tensor, nn

from lejepa_impl.encoders import MLP, InverseCoupling
from lejepa_impl.files import write_atomically
from lejepa_impl.train.spec import TrainingSpec, invalid

SCHEMA = "lejepa-companion/checkpoint/1"


class CheckpointError(ValueError):
    """A file that is no checkpoint, or one of another schema, or damaged."""


@dataclass(frozen=True)
class Checkpoint:
    """A trained encoder with the specification of its run."""

    spec: TrainingSpec
    encoder: nn.Module


def build_encoder(spec: TrainingSpec, generator: Generator, device: str | None = None) -> MLP | InverseCoupling:
    """Build the encoder of a specification with fresh weights, by default on the device of the generator."""
    if spec.encoder == "matched":
        return InverseCoupling(spec.dim, depth=spec.depth, generator=generator, device=device)
    return MLP(spec.dim, spec.dim, hidden=spec.hidden, depth=spec.depth, generator=generator, device=device)


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint, whole or not at all.

    Raises
    ------
    UnwritableError
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
        raise CheckpointError(f"{path} is truncated or not a checkpoint ({error}): train it again") from error
    schema = metadata.get("schema")
    if schema is None:
        raise CheckpointError(f"{path} was not written by lejepa-companion: give a checkpoint of its `train` command")
    if schema != SCHEMA:
        raise CheckpointError(f"{path} has the schema {schema!r}, this version reads {SCHEMA!r}: train it again")
    try:
        spec = TrainingSpec.model_validate_json(metadata.get("spec", ""))
    except ValidationError as error:
        raise CheckpointError(f"{path} has no valid specification ({invalid(error)}): train it again") from error
    # Without memory for its weights, so that no specification is too large to be compared.
    encoder = build_encoder(spec, Generator(), device="meta")
    described, held = _layout(encoder.state_dict()), _layout(tensors)
    if described != held:
        different = sorted(name for name in described | held if described.get(name) != held.get(name))
        raise CheckpointError(
            f"{path} does not hold the encoder it describes ({different[0]} should be "
            f"{described.get(different[0])}, is {held.get(different[0])}): train it again"
        )
    encoder.load_state_dict(tensors, assign=True)
    return Checkpoint(spec, encoder.eval())


def _layout(tensors: Mapping[str, Tensor]) -> dict[str, str]:
    return {name: f"{tensor.dtype} {tuple(tensor.shape)}" for name, tensor in tensors.items()}
