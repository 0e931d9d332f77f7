"""Where the commands print: results, and on the error stream how far the work is."""

import time
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

out, err = Console(emoji=False), Console(stderr=True, emoji=False)

#: Seconds between the lines that stand for a moving bar where there is no terminal.
LINE_EVERY = 60


class _Lines(Progress):
    """For what is not a terminal, such as the log of a batch system: a line now and then."""

    def __init__(self, *columns: ProgressColumn, console: Console) -> None:
        super().__init__(*columns, console=console, auto_refresh=False, transient=True)
        self._printed = time.monotonic()

    def update(self, task_id: TaskID, *args: Any, **kwargs: Any) -> None:
        super().update(task_id, *args, **kwargs)
        if time.monotonic() - self._printed >= LINE_EVERY:
            self._printed = time.monotonic()
            task = self.tasks[task_id]
            shown = (column(task) for column in self.columns if isinstance(column, ProgressColumn))
            self.console.print(*shown, soft_wrap=True)


def progress(unit: str, *more: ProgressColumn) -> Progress:
    """Bar that counts in a unit, with more columns behind it."""
    numbers = (MofNCompleteColumn(), TextColumn(unit), TimeElapsedColumn(), *more)
    described = TextColumn("{task.description}")
    if err.is_terminal:
        return Progress(described, BarColumn(), *numbers, console=err, transient=True)
    return _Lines(described, *numbers, console=err)
