"""Hypothesis profiles: `quick` for every run, `thorough` on demand (--hypothesis-profile); Triton without a GPU."""

import os
import sys

# The suite runs in parallel processes: more threads in each would only get in each other's way.
os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

import torch

if not torch.cuda.is_available():
    # Read when Triton is imported.
    os.environ["TRITON_INTERPRET"] = "1"

import pytest
from hypothesis import settings

import proofs_numeric.pytest_plugin  # noqa: F401 (registers the profiles)

settings.load_profile("quick")

pytest_plugins = ["pytester"]


@pytest.fixture
def command(monkeypatch, capsys, tmp_path):
    """Run the command line in this process, in a folder of its own."""
    from lejepa_impl import cli

    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["lejepa-companion", *map(str, arguments)])
        try:
            cli.main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        output = capsys.readouterr()
        return code, output.out, output.err

    return call
