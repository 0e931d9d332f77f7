"""The state of a run in mid-training, from which it goes on exactly as if it had never stopped."""

import errno
import hashlib
import io
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Generator

from lejepa_impl.files import UnwritableError, write_atomically

SCHEMA = "lejepa-companion/snapshot/1"
#: Bytes in front of a state, by which it is known to be whole.
_DIGEST = 32


class Stateful(Protocol):
    """What a run consists of: an encoder, an optimizer, a schedule."""

    def state_dict(self) -> dict[str, Any]:
        """Return the state."""

    def load_state_dict(self, state_dict: Any, /) -> Any:
        """Return to a state."""


@dataclass
class Snapshots:
    """Where a run keeps its state, and how often.

    Parameters
    ----------
    path
        The file; it is replaced whole, so that a killed process leaves the state before or the state after.
    run
        What the state is of. A file with the state of anything else is not read.
    seconds
        Of training that may be lost.
    resumed_at
        Number of steps that were done when the run was taken up.
    """

    path: Path
    run: str
    seconds: float
    resumed_at: int = field(default=0, init=False)
    _last: float = field(default_factory=time.monotonic, init=False)

    def restore(self, parts: Mapping[str, Stateful], generators: Mapping[str, Generator]) -> int:
        """Return to the state that was kept, if one was, and return the number of steps done."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return 0
        # A file that a disk has damaged holds nothing to go on from, and PyTorch reads most of them without a word.
        if content[:_DIGEST] != _digest(content[_DIGEST:]):
            return 0
        state = torch.load(io.BytesIO(content[_DIGEST:]), weights_only=True)
        if (state["schema"], state["run"]) != (SCHEMA, self.run):
            return 0
        for name, part in parts.items():
            part.load_state_dict(state["parts"][name])
        for name, generator in generators.items():
            generator.set_state(state["generators"][name])
        self.resumed_at = int(state["step"])
        return self.resumed_at

    def keep(self, step: int, parts: Mapping[str, Stateful], generators: Mapping[str, Generator]) -> None:
        """Keep the state after a step, if the last one is old enough.

        Raises
        ------
        UnwritableError
            If the file cannot be written; the state before is still there.
        """
        if time.monotonic() - self._last < self.seconds:
            return
        content = io.BytesIO()
        state = {
            "schema": SCHEMA,
            "run": self.run,
            "step": step,
            "parts": {name: part.state_dict() for name, part in parts.items()},
            "generators": {name: generator.get_state() for name, generator in generators.items()},
        }
        torch.save(state, content)
        try:
            write_atomically(self.path, _digest(content.getvalue()) + content.getvalue())
        except UnwritableError as error:
            # A worker that was thought lost goes on, and took this one's unfinished file for one of the dead.
            if error.errno != errno.ENOENT:
                raise
        self._last = time.monotonic()


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
