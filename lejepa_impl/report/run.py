"""The whole ledger, and the run of its evidence in worker processes."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache, partial
from importlib.metadata import entry_points
from itertools import groupby
from time import perf_counter
from types import ModuleType

import torch

from lejepa_impl import validation
from lejepa_impl.report.record import Report, record
from proofs_numeric import certificates
from theory import claims
from theory.claim import Evidence, Finding, Profile
from theory.ledger import Ledger, Outcome, examine

#: Entry points of this group name modules whose claims and evidence join the ledger.
ENTRY_POINT_GROUP = "lejepa_companion.claims"

_Key = tuple[str, str]


@cache
def full_ledger() -> Ledger:
    """Collect the claims and the evidence of the three layers and of installed extensions."""
    extensions: list[ModuleType] = [point.load() for point in entry_points(group=ENTRY_POINT_GROUP)]
    return Ledger.of_modules([*claims.MODULES, *certificates.MODULES, *validation.MODULES, *extensions])


def verify(
    ledger: Ledger,
    profile: Profile,
    *,
    jobs: int | None = None,
    on_outcome: Callable[[Outcome], None] | None = None,
) -> Report:
    """Run the evidence of a ledger and judge its claims.

    Parameters
    ----------
    ledger
        The full ledger or a part of it.
    profile
        How much work the checks do.
    jobs
        Number of worker processes; one per processor if None, none besides this one if 1.
    on_outcome
        Called with each outcome as it comes.
    """
    start = perf_counter()
    items = {(item.claim, item.name): item for of_claim in ledger.evidence.values() for item in of_claim.values()}
    outcomes = {}
    for key, finding, seconds in _run(list(items.values()), profile, jobs or os.cpu_count() or 1):
        outcomes[key] = Outcome(items[key], finding, seconds)
        if on_outcome:
            on_outcome(outcomes[key])
    return record(ledger, outcomes, profile, perf_counter() - start)


def _run(items: Sequence[Evidence], profile: Profile, jobs: int) -> Iterator[tuple[_Key, Finding, float]]:
    """Run checks, those of one module in one process: they may share what they computed."""
    # Sorted by module, the checks of the torch layer come first; they take longest.
    items = sorted(items, key=_module)
    if jobs == 1:
        for item in items:
            yield _examine(item, profile)
        return
    groups = [[(item.claim, item.name) for item in group] for _, group in groupby(items, key=_module)]
    # Processes are the parallelism: threads of the linear algebra inside of each would only wait for each other.
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        for future in as_completed([pool.submit(_examine_named, group, profile) for group in groups]):
            yield from future.result()


def _module(item: Evidence) -> str:
    # The checks that claims bring with them are partial functions; they are quick and share nothing.
    return "theory" if isinstance(item.check, partial) else item.check.__module__


def _examine(item: Evidence, profile: Profile) -> tuple[_Key, Finding, float]:
    outcome = examine(item, profile)
    return (item.claim, item.name), outcome.finding, outcome.seconds


def _examine_named(keys: list[_Key], profile: Profile) -> list[tuple[_Key, Finding, float]]:
    """Look the checks up by name: a decorated function cannot travel to a worker."""
    evidence = full_ledger().evidence
    return [_examine(evidence[claim][name], profile) for claim, name in keys]
