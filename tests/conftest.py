"""Hypothesis profiles: `quick` for every run, `thorough` on demand (--hypothesis-profile); Triton without a GPU."""

import os

# The suite runs in parallel processes: more threads in each would only get in each other's way.
os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

import torch

if not torch.cuda.is_available():
    # Read when Triton is imported.
    os.environ["TRITON_INTERPRET"] = "1"

from hypothesis import settings

import proofs_numeric.pytest_plugin  # noqa: F401 (registers the profiles)

settings.load_profile("quick")

pytest_plugins = ["pytester"]
