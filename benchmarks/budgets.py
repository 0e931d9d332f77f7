"""The budgets of `make verify`: each ratio is budget over measurement, so above 1 is within."""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

from benchmarks.ratio import Ratio
from lejepa_impl.report.run import full_ledger
from theory.claim import Kind, Profile
from theory.claims import identifiability
from theory.ledger import examine

_VERIFY_SECONDS = 120
_VERIFY_GIB = 3
_SYMBOLIC_SECONDS = 10


def ratios() -> Iterator[tuple[str, Ratio]]:
    """Measure the quick profile as a whole process tree, and its exact checks in this process."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        command = [sys.executable, "-m", "lejepa_impl.cli", "verify", "--out", folder]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seconds = time.perf_counter() - start
    # The kernel keeps the peak of the largest descendant; the two workers are of one size.
    peak = 2 * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    yield "verify_seconds", Ratio(_VERIFY_SECONDS / seconds, 1, f"budget of {_VERIFY_SECONDS} s", 1)
    yield "verify_memory", Ratio(_VERIFY_GIB / peak, 1, f"budget of {_VERIFY_GIB} GiB", 1)

    exact = (Kind.SYMBOLIC, Kind.SMT, Kind.EXHAUSTIVE)
    evidence = full_ledger().evidence
    of_theorem = [module.CLAIM.id for module in identifiability.MODULES]
    items = [item for id_ in of_theorem for item in evidence[id_].values() if item.kind in exact]
    start = time.perf_counter()
    for item in items:
        examine(item, Profile.QUICK)
    seconds = time.perf_counter() - start
    yield "symbolic_seconds", Ratio(_SYMBOLIC_SECONDS / seconds, 1, f"budget of {_SYMBOLIC_SECONDS} s", 1)
