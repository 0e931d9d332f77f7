"""Measure every ratio, print it beside its target, and write `reports/bench.json`."""

import json
import os
import platform
from dataclasses import asdict
from datetime import date
from pathlib import Path

import torch

from benchmarks import budgets, ensemble, recipe, sigreg, sigreg_gpu, spectra
from lejepa_impl.files import write_atomically

_MODULES = (budgets, sigreg, sigreg_gpu, ensemble, recipe, spectra)


def main() -> None:
    """Run all benchmarks."""
    measured = {}
    for module in _MODULES:
        for name, ratio in module.ratios():
            measured[name] = asdict(ratio)
            print(f"{name:30} {ratio.ratio:8.2f}  target {ratio.target:g}  ({ratio.baseline})", flush=True)
    machine = {
        "date": date.today().isoformat(),
        "platform": platform.platform(),
        "processor": _processor(),
        "cpus": os.cpu_count(),
        "cuda": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "torch": torch.__version__,
    }
    report = {"schema": 1, "machine": machine, "ratios": measured}
    write_atomically(Path("reports/bench.json"), json.dumps(report, indent=2).encode())


def _processor() -> str:
    """Name the processor, from Linux's own account where there is one."""
    account = Path("/proc/cpuinfo")
    lines = account.read_text().splitlines() if account.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


if __name__ == "__main__":
    main()
