"""Writing files whole or not at all."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path


class UnwritableError(OSError):
    """A path that cannot be written."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, creating its folder.

    The content goes to a neighbouring file that is then moved into place, so that a killed process
    leaves either the old file or the new one.

    What earlier processes that were killed in here left behind is removed.

    Raises
    ------
    UnwritableError
        If the folder cannot be created or written.
    """
    with _unwritable(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        for stale in path.parent.glob(f".{escape(path.name)}.*.part"):
            stale.unlink(missing_ok=True)
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
    """Find out before the work, not after it, whether a file can be written, and leave no trace.

    Raises
    ------
    UnwritableError
        If the folder cannot be created or written, or the path is a folder.
    """
    with _unwritable(path):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        missing = [folder for folder in path.parents if not folder.exists()]
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            tempfile.TemporaryFile(dir=path.parent).close()
        finally:
            for folder in missing:
                folder.rmdir()


@contextmanager
def _unwritable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnwritableError(error.errno, error.strerror, error.filename or str(path)) from error
