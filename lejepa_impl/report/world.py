"""The verdict on a world, for the terminal."""

from typing import Any

from rich.console import Group
from rich.table import Table

_SHOWN = 10
_ANSWERS = {True: "yes", False: "no", None: "too short to say"}
_PREDICTIONS = {True: "predicted", False: "not predicted", None: "undecided"}


def world_table(verdict: dict[str, Any]) -> Group:
    """Lay a verdict out: assumptions, spectrum, prediction."""
    assumptions = Table("assumption", "holds", "measured", box=None, pad_edge=False)
    for name, found in (verdict["assumptions"] | {"reversible": verdict["reversible"]}).items():
        assumptions.add_row(name.replace("_", " "), _ANSWERS[found["holds"]], _measured(found))
    spectrum = Table("eigenvalue of S", "± error", "of latents", box=None, pad_edge=False)
    for item in verdict["spectrum"][:_SHOWN]:
        named = [str(j + 1) for j in item["latents"]]
        latents = ", ".join(named) if len(named) <= _SHOWN else f"{named[0]} to {named[-1]} ({len(named)})"
        spectrum.add_row(f"{item['eigenvalue']:.8f}", f"{item['error']:.1g}", latents)
    found = verdict["linear_identifiability"]
    lines = [
        f"linear identifiability: {_PREDICTIONS[found['predicted']]}: {found['reason']}",
        f"top eigenvalue {found['top_eigenvalue']:.6g}, gap {found['gap']:.6g}",
    ]
    if found["r2"] is not None:
        lines.append(f"R2(h->z) of the whitened optimum {found['r2']:.6f}" + _orthogonality(found))
    if verdict.get("transform", {}).get("values"):
        monotone = "monotone" if verdict["transform"]["monotone"] else "not monotone"
        points = ", ".join(f"{z:.3g}->{value:.3g}" for z, value in verdict["transform"]["values"][1::2])
        lines.append(f"its answer is a {monotone} function of each latent: {points}")
        lines.append(f"its distance from Gaussian, in SIGReg for each sample: {verdict['answer']['epps_pulley']:.3g}")
    return Group(assumptions, "", spectrum, "", *lines)


def _orthogonality(found: dict[str, Any]) -> str:
    error = found.get("orthogonality_error")
    return "" if error is None else f", its orthogonality error {error:.3g}"


def _measured(found: dict[str, Any]) -> str:
    if found.get("p_value") is not None:
        return f"p = {found['p_value']:.3g}"
    if "excess_kurtosis" in found:
        before, after = ("infinite" if value is None else f"{value:.4g}" for value in found["excess_kurtosis"])
        return f"excess kurtosis {before} -> {after}"
    return ""
