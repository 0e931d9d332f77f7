"""A degree spectrum as a table in the terminal and as JSON."""

import math
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from proofs_numeric.noise_stability import DegreeSpectrum, Interval

_BAR = 30


def spectrum_table(spectrum: DegreeSpectrum) -> Table:
    """Lay out degree, variance, its interval, and a bar of its share of the variance."""
    table = Table(header_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("degree", justify="right")
    for column in ("variance", "from", "to"):
        table.add_column(column, justify="right")
    table.add_column("share of the variance")
    total = spectrum.variance.estimate
    for degree, interval in _rows(spectrum):
        share = interval.estimate / total if total > 0 and degree != "0" else 0.0
        bar = "█" * round(_BAR * share)
        table.add_row(degree, *(f"{number:.4g}" for number in interval), bar)
    return table


def summary(spectrum: DegreeSpectrum) -> str:
    """Say in a line how linear the map is, and in another which intervals rest on few samples."""
    linear = spectrum.linear_fraction
    lines = [
        f"linear share of the variance {linear.estimate:.4f} [{linear.lower:.4f}, {linear.upper:.4f}], "
        f"each interval at {spectrum.confidence:.0%} confidence, from {spectrum.samples} rings"
    ]
    if thin := spectrum.thin_degrees:
        lines.append(
            f"few rings carry degree {', '.join(map(str, thin))}, so intervals may be too short: raise --samples"
        )
    return "\n".join(lines)


def spectrum_json(spectrum: DegreeSpectrum) -> dict[str, Any]:
    """Return what `spectrum --json` prints; a quantity without a finite bound has null there."""
    return {
        "schema": 1,
        "confidence": spectrum.confidence,
        "samples": spectrum.samples,
        "degrees": spectrum.degrees.tolist(),
        "estimates": spectrum.estimates.tolist(),
        "lower": spectrum.lower.tolist(),
        "upper": list(map(_finite, spectrum.upper)),
        "tail": _interval(spectrum.tail),
        "variance": _interval(spectrum.variance),
        "linear_fraction": _interval(spectrum.linear_fraction),
        "misfit_p_value": spectrum.misfit_p_value,
        "thin_degrees": spectrum.thin_degrees,
    }


def _rows(spectrum: DegreeSpectrum) -> list[tuple[str, Interval]]:
    columns = zip(spectrum.degrees, spectrum.estimates, spectrum.lower, spectrum.upper, strict=True)
    rows = [(str(degree), Interval(*interval)) for degree, *interval in columns]
    return [*rows, (f"> {spectrum.degrees[-1]}", spectrum.tail)]


def _interval(interval: Interval) -> dict[str, float | None]:
    return {name: _finite(number) for name, number in interval._asdict().items()}


def _finite(number: float) -> float | None:
    return float(number) if math.isfinite(number) else None
