"""How a command ends before its time: called wrongly, or interrupted."""

from collections.abc import Iterator
from contextlib import contextmanager


class UserError(ValueError):
    """A mistake in how a command was called."""


class InterruptedCommandError(RuntimeError):
    """A command that the user stopped."""


@contextmanager
def interruptible(kept: str | None = None) -> Iterator[None]:
    """Name what is kept when the user interrupts a command, unless a note does.

    Raises
    ------
    InterruptedCommandError
        If the user interrupts it.
    """
    try:
        yield
    except KeyboardInterrupt as stop:
        raise InterruptedCommandError(with_notes("interrupted", stop, *([kept] if kept else []))) from stop


def with_notes(message: str, error: BaseException, *more: str) -> str:
    """Append the notes of an error, and more, to a message."""
    return "; ".join([message, *getattr(error, "__notes__", []), *more])
