"""Where the commands print: results, and on the error stream how far the work is."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn

out, err = Console(emoji=False), Console(stderr=True, emoji=False)


def progress(unit: str, *more: ProgressColumn) -> Progress:
    """Bar that counts in a unit, with more columns behind it."""
    return Progress(
        TextColumn("{task.description}", table_column=None),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeElapsedColumn(),
        *more,
        console=err,
        transient=True,
    )
