"""Objects of the user's that are named on the command line."""

import importlib
import sys
from pathlib import Path
from typing import Any

from lejepa_impl.cli.endings import UserError
from lejepa_impl.report.plain import one_line


def load_object(name: str) -> Any:
    """Import MODULE:OBJECT, from the working folder too."""
    module, colon, attribute = name.partition(":")
    if not colon:
        raise UserError(f"{name} is neither MODULE:OBJECT nor the name of a file of a known kind")
    sys.path.insert(0, str(Path.cwd()))
    try:
        return getattr(importlib.import_module(module), attribute)
    # Importing runs code of the user's, which may raise anything.
    except (Exception, SystemExit) as error:
        raise UserError(f"cannot load {name} as MODULE:OBJECT: {one_line(error)}") from error
