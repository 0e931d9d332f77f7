"""Writing files whole or not at all."""

import os
from pathlib import Path


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, creating its folder.

    The content goes to a neighbouring file that is then moved into place, so that a killed process
    leaves either the old file or the new one.

    Raises
    ------
    OSError
        If the folder cannot be created or written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def require_writable(path: Path) -> None:
    """Find out before the work, not after it, whether a file can be written.

    Raises
    ------
    OSError
        If the folder cannot be created or written, or the path is a folder.
    """
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder")
    write_atomically(path.with_name(f".{path.name}.probe"), b"")
    path.with_name(f".{path.name}.probe").unlink()
