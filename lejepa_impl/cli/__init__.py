"""The command line of the companion.

What builds all claims or draws is imported in the command that needs it, so that the others start without it.
"""

import errno
import signal
import sys
from typing import NoReturn

import typer
from pydantic import ValidationError

from lejepa_impl.cli import claims, console, explain, report, spectrum, sweep, train, verify, world
from lejepa_impl.cli.endings import InterruptedCommandError, UserError, with_notes
from lejepa_impl.experiments.results import ResultsError
from lejepa_impl.experiments.spec import ExperimentError
from lejepa_impl.experiments.sweep import SweepError
from lejepa_impl.files import UnwritableError
from lejepa_impl.train.checkpoint import CheckpointError
from lejepa_impl.train.loop import TrainingError
from lejepa_impl.train.spec import invalid

app = typer.Typer(
    help="Verify the theory of LeJEPA world models, and put encoders to its test.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("verify")(verify.verify_command)
app.command("claims")(claims.claims_command)
app.command("explain")(explain.explain_command)
app.command("train")(train.train_command)
app.command("sweep")(sweep.sweep_command)
app.command("report")(report.report_command)
app.command("spectrum")(spectrum.spectrum_command)
app.command("world")(world.world_command)
#: What a disk says on which there is no room, or not for one file.
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def main() -> None:
    """Run the command line; exit with 2 on the user's mistake, 1 on a failed verification and 130 when interrupted."""
    try:
        app()
    except ValidationError as error:
        _mistake(invalid(error))
    except (UserError, CheckpointError, TrainingError, ExperimentError, ResultsError, SweepError) as error:
        _mistake(with_notes(str(error), error))
    except UnwritableError as error:
        advice = "make room there or choose" if error.errno in _FULL else "choose"
        _mistake(with_notes(f"cannot write {error.filename}: {error.strerror}; {advice} another path by --out", error))
    except OSError as error:
        _mistake(with_notes(str(error), error))
    except InterruptedCommandError as error:
        _mistake(str(error), 128 + signal.SIGINT)


def _mistake(message: str, code: int = 2) -> NoReturn:
    console.err.print(f"lejepa-companion: {message}", style="red", highlight=False, markup=False, soft_wrap=True)
    sys.exit(code)
