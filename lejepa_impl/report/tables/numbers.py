"""Numbers as tables show them: a mean with the digits that its standard deviation warrants."""

import math

from lejepa_impl.experiments.paper.tables import Printed
from lejepa_impl.report.tables.runs import Summary

#: Digits of a number whose error is not known, or is 0.
_DIGITS = 5

#: Measures in words, in the order of tables.
MEASURES = {
    "r2_z_to_x": "R²(z→x)",
    "r2_x_to_z": "R²(x→z)",
    "r2_z_to_h": "R²(z→h)",
    "r2_h_to_z": "R²(h→z)",
    "r2_h_to_z_grid": "R²(h→z), grid",
    "normalized_orthogonality_error": "orthogonality error",
    "procrustes_error": "Procrustes error",
    "sharp_bound": "sharp bound on it",
    "trace_covariance": "tr Cov h",
    "alignment_loss": "L(h)",
    "alignment": "alignment",
    "sigreg": "SIGReg",
    "whitening": "whitening",
    "final_loss": "final objective",
}


def worded(measure: str) -> str:
    """Name a measure, or a setting, for a reader."""
    base = measure.removesuffix("_in_sample")
    return MEASURES.get(base, base.replace("_", " ")) + (", in sample" if base != measure else "")


def shown(summary: Summary | None) -> str:
    """Write a mean and its standard deviation."""
    if summary is None:
        return ""
    if not summary.std:
        return f"{summary.mean:.{_DIGITS}g}" + ("" if summary.std is None else " ± 0")
    decimals = 1 - math.floor(math.log10(summary.std))
    return f"{summary.mean:.{min(max(decimals, 0), 9)}f} ± {summary.std:.2g}"


def as_printed(printed: Printed) -> str:
    """Write a mean with the digits that are printed, and its standard deviation."""
    mean = f"{printed.mean:.{round(-math.log10(printed.unit))}f}"
    return mean if printed.std is None else f"{mean} ± {printed.std:.2g}"


def compact(value: object) -> str:
    """Write the value of a setting."""
    return f"{value:g}" if isinstance(value, float) else str(value).replace("_", " ")


def signed(z: float) -> str:
    """Write a z-score."""
    # What is rounded to zero has no sign.
    return f"{round(z, 1) + 0.0:.1f}".replace("-", "−")
