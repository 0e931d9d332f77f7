r"""A pytest plugin for suites that fuzz worlds: `pytest -p lejepa_companion`.

It registers the Hypothesis profiles `quick`, the same few examples in every run, and `thorough` (choose one by
`--hypothesis-profile`), shows the seed of a thorough run so that `--hypothesis-seed` repeats it, and prints the
worlds of a failing example as specifications, which `lejepa-companion world FILE` reads.
"""

import random
import sys
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from proofs_numeric.worlds.world import World

_PROFILE, _SEED = "--hypothesis-profile", "--hypothesis-seed"

settings.register_profile(
    "quick", max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Draw the seed of a thorough run here, so that it can be shown."""
    if config.getoption(_PROFILE, None) == "thorough" and config.getoption(_SEED) is None:
        config.option.hypothesis_seed = str(random.SystemRandom().getrandbits(32))


def pytest_report_header(config: pytest.Config) -> str | None:
    """Show the seed."""
    seed = config.getoption(_SEED, None)
    return None if seed is None else f"hypothesis seed: repeat this run by {_SEED}={seed}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show the seed of a failing run where a quiet one shows no header."""
    if (
        not terminalreporter.showheader
        and terminalreporter.stats.get("failed")
        and (line := pytest_report_header(config))
    ):
        terminalreporter.write_line(line)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the specifications of the worlds of a failing example to the report."""
    report = yield
    if call.excinfo is not None and call.when == "call":
        sections = [
            (f"lejepa-companion world: {name}", str(world)) for name, world in _worlds(item, call.excinfo.value)
        ]
        report.sections += dict.fromkeys(sections)
    return report


def _worlds(item: pytest.Item, error: BaseException) -> Iterator[tuple[str, "World"]]:
    """Worlds in the local variables of the failing test and what it calls in its file, one failure after the other."""
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _worlds(item, each)
        return
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(item.path):
            for name, value in trace.tb_frame.f_locals.items():
                yield from _within(name, value)
        trace = trace.tb_next


def _within(name: str, value: object) -> Iterator[tuple[str, "World"]]:
    """The value if it is a world, or the worlds among its items."""
    module = sys.modules.get("proofs_numeric.worlds.world")
    if module is not None and isinstance(value, module.World):
        yield name, value
    elif isinstance(value, list | tuple):
        for index, each in enumerate(value):
            yield from _within(f"{name}[{index}]", each)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _within(f"{name}[{key!r}]", each)
