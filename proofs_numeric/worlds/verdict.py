r"""What the theory predicts for a world: whether the whitened optimum is linear, and how far from it otherwise.

A whitened encoder of n outputs is best where it spans the n top eigenfunctions of S off the constants. Those are
products of eigenfunctions of single latents, so the optimum is linear iff z spans the top eigenfunction of every
latent, and every other function has a smaller eigenvalue than the least of those.

In a world that is not stationary the functions of several latents are no products of eigenfunctions: there the optimum
is that of all latents together.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from proofs_numeric.worlds.joint import JointOptimum, joint_optimum
from proofs_numeric.worlds.spectrum import Spectrum
from proofs_numeric.worlds.world import World

Array = NDArray[np.float64]

#: Departure of R^2 from 1 that counts as none, beside its error bar, and the largest bar with which it is decided.
_LINEAR = 1e-8
_DECIDED = 1e-5
#: Share of a function of single latents that the optimum may lack and still be called one of them.
_ALONE = 1e-3
#: Levels at which the transform is tabulated.
_LEVELS = np.array([0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99])
_BULK = 1e-3


@dataclass(frozen=True)
class Prediction:
    r"""The whitened optimum of a world.

    Parameters
    ----------
    linear
        Whether it spans the latents, for every whitened minimiser.
    r2
        $R^2$ of the latents by the optimum; None where the optimum is not unique, or not resolved.
    r2_error
        Its error bar.
    orthogonality_error
        $|A^\top A - I|_F/\sqrt n$ of the linear map A that regresses the optimum on the latents.
    top_eigenvalue
        Largest eigenvalue of S off the constants, or the top of its essential spectrum.
    gap
        What separates the eigenvalues of the n functions of single latents from all others; not positive where
        others displace them.
    transform
        Rows (z, $\varphi_1(z)$) at quantiles of z, where the optimum is a function of each latent; else empty.
    monotone
        Whether that function is, between the quantiles 0.001 and 0.999 of z.
    epps_pulley
        $\int|\hat\varphi(t)-e^{-t^2/2}|^2e^{-t^2/2}dt$ of the law of $\varphi_1(z)$: how far from Gaussian the answer
        is, by what SIGReg charges for each sample.
    reason
        Why the prediction is what it is, in one sentence.
    """

    linear: bool
    r2: float | None
    r2_error: float
    orthogonality_error: float | None
    top_eigenvalue: float
    gap: float
    transform: Array
    monotone: bool | None
    epps_pulley: float | None
    reason: str


def predict(world: World) -> Prediction:
    """Predict the whitened optimum of a world.

    Raises
    ------
    ValueError
        If the spectrum is not resolved well enough to say whether the optimum is linear.
    """
    spectra = _spectra(world)
    n, first = world.dim, spectra[0]
    isolated = [len(s.eigenvalues) > 1 for s in spectra]
    if not all(isolated):
        top = max(max(s.essential for s in spectra), *(float(s.eigenvalues[1:].max(initial=-1)) for s in spectra))
        return Prediction(
            linear=False,
            r2=None,
            r2_error=1.0,
            orthogonality_error=None,
            top_eigenvalue=top,
            gap=0.0,
            transform=np.empty((0, 2)),
            monotone=None,
            epps_pulley=None,
            reason="the spectrum of S is continuous at its top, or not resolved: no whitened encoder is best",
        )
    if first.forms is not None and n > 1:
        return _not_stationary(first, joint_optimum(first.forms, n))
    tops = np.array([s.eigenvalues[1] for s in spectra])
    different = {id(s): s for s in spectra}.values()
    products = max(_products(s, spectra) for s in different)
    others = max(products, *(float(value) for s in different for value in (s.essential, *s.eigenvalues[2:3])))
    bar = max(float(s.errors[:3].max()) for s in spectra)
    gap, r2s = float(tops.min()) - others, np.array([s.linear_r2 for s in spectra])
    r2_error = float(max(s.linear_r2_error for s in spectra))
    affine = bool((1 - r2s <= _LINEAR + np.array([s.linear_r2_error for s in spectra])).all())
    copies = gap > bar
    if affine and copies and r2_error > _DECIDED:
        raise ValueError(f"the spectrum is not resolved: R^2 is {r2s.min():.6f} with an error bar of {r2_error:.1g}")
    answer: tuple[Array, bool | None, float | None] = _answer(first)
    if not copies:
        tie = f", equal within the error bar of {bar:.1g}" if abs(gap) <= bar else ""
        reason = f"the functions of single latents have the eigenvalue {tops.min():.6g}, others {others:.6g}{tie}"
        r2s = _displaced(spectra, products) if gap < -bar else np.full(n, np.nan)
        answer = np.empty((0, 2)), None, None
    elif affine:
        reason = "z spans the top eigenfunction of S, and all others have smaller eigenvalues"
    else:
        reason = "the top eigenfunction of S is not linear in z"
    known = bool(np.isfinite(r2s).all()) and r2_error < 1
    return Prediction(
        linear=affine and copies,
        r2=float(r2s.mean()) if known else None,
        r2_error=r2_error,
        orthogonality_error=float(np.sqrt(np.mean((1 - r2s) ** 2))) if known else None,
        top_eigenvalue=float(tops.max()),
        gap=gap,
        transform=answer[0],
        monotone=answer[1],
        epps_pulley=answer[2],
        reason=reason,
    )


def _not_stationary(spectrum: Spectrum, joint: JointOptimum) -> Prediction:
    """Prediction for copies of a latent."""
    bar = joint.error + float(spectrum.errors[:3].max())
    gap = min(joint.gap, float(joint.eigenvalues[-2]) - spectrum.essential)
    unique = gap > bar
    r2_error = joint.r2_error + spectrum.linear_r2_error
    linear = bool(1 - joint.r2 <= _LINEAR + r2_error)
    if linear and unique and r2_error > _DECIDED:
        raise ValueError(f"the spectrum is not resolved: R^2 is {joint.r2:.6f} with an error bar of {r2_error:.1g}")
    single = unique and 1 - joint.single <= _ALONE
    answer: tuple[Array, bool | None, float | None] = _answer(spectrum) if single else (np.empty((0, 2)), None, None)
    if not unique:
        reason = f"the optimum is not unique within the error bar of {bar:.1g}"
    elif linear:
        reason = "the latents span the optimum of all latents together"
    else:
        reason = "the optimum of all latents together, which are not stationary, is not linear in them"
    known = unique and r2_error < 1
    return Prediction(
        linear=linear and unique,
        r2=joint.r2 if known else None,
        r2_error=r2_error,
        orthogonality_error=(
            float(np.hypot(1 - joint.r2, np.sqrt(len(joint.eigenvalues) - 2) * joint.overlap)) if known else None
        ),
        top_eigenvalue=float(joint.eigenvalues[0]),
        gap=gap,
        transform=answer[0],
        monotone=answer[1],
        epps_pulley=answer[2],
        reason=reason,
    )


def _spectra(world: World) -> list[Spectrum]:
    """One for each latent; the same object for latents of one law."""
    found: dict[float, Spectrum] = {}
    return [
        found.setdefault(rho, world.spectrum(latent=latent)) if rho not in found else found[rho]
        for latent, rho in enumerate(world.pair_correlation.tolist())
    ]


def _products(spectrum: Spectrum, spectra: list[Spectrum]) -> float:
    """Largest eigenvalue of the products of functions of this latent and of others."""
    same = sum(other is spectrum for other in spectra)
    others = {id(other): other for other in spectra if other is not spectrum}.values()
    return max([spectrum.joint(same), *(spectrum.with_other(other) for other in others)])


def _displaced(spectra: list[Spectrum], products: float) -> Array:
    """Share of each latent that the n top functions explain, where functions of single latents are among them."""
    singles = sorted(
        ((float(value), latent, float(share))
         for latent, s in enumerate(spectra)
         for value, share in zip(s.eigenvalues[1:], s.shares[1:], strict=True)),
        reverse=True,
    )  # fmt: skip
    kept = singles[: len(spectra)]
    if kept[-1][0] <= max(products, *(s.essential for s in spectra)) or (
        len(singles) > len(kept) and np.isclose(singles[len(kept)][0], kept[-1][0])
    ):
        return np.full(len(spectra), np.nan)
    shares = np.zeros(len(spectra))
    for _, latent, share in kept:
        shares[latent] += share
    return shares


def _answer(spectrum: Spectrum) -> tuple[Array, bool, float]:
    """Table of the first eigenfunction, whether it is monotone, and how far from Gaussian its values are."""
    z, weights, values = spectrum.points, spectrum.weights, spectrum.eigenfunctions[1]
    values = (values - weights @ values) / np.sqrt(weights @ (values - weights @ values) ** 2)
    levels = np.cumsum(weights) - weights / 2
    at = np.interp(_LEVELS, levels, z)
    bulk = (levels > _BULK) & (levels < 1 - _BULK)
    times = np.linspace(0, 6, 121)
    wave = np.exp(1j * np.outer(times, values)) @ weights
    integrand = np.abs(wave - np.exp(-(times**2) / 2)) ** 2 * np.exp(-(times**2) / 2)
    return (
        np.stack([at, np.interp(at, z, values)], axis=1),
        bool((np.diff(values[bulk]) > -1e-9).all()),
        float(2 * np.trapezoid(integrand, times)),
    )


def verdict(world: World) -> dict[str, Any]:
    """Judge a world: its assumptions, its spectrum and the prediction, as it is printed in JSON.

    Raises
    ------
    ValueError
        If the spectrum is not resolved.
    """
    found = predict(world)
    stationary: dict[str, Any] = {"holds": world.stationary}
    if not world.stationary:
        stationary["excess_kurtosis"] = [_number(world.kurtosis - 3), _number(world.next_kurtosis - 3)]
    spectra = _spectra(world)
    return {
        "schema": 1,
        "world": world.model_dump(mode="json"),
        "assumptions": {
            "independent": {"holds": True},
            "stationary": stationary,
            "additive_noise": {"holds": world.additive_noise},
        },
        "reversible": {"holds": world.reversible},
        "pair_correlation": world.pair_correlation.tolist(),
        "kurtosis": _number(world.kurtosis),
        "spectrum": [
            {"eigenvalue": value, "error": error, "latents": [j for j, s in enumerate(spectra) if s is spectrum]}
            for spectrum in {id(s): s for s in spectra}.values()
            for value, error in zip(spectrum.eigenvalues.tolist(), spectrum.errors.tolist(), strict=True)
        ],
        "spectrum_of": (
            "each latent by itself; functions of several latents have products of these"
            if world.stationary or world.dim == 1
            else "each latent by itself; functions of several latents have other eigenvalues, as z is not stationary"
        ),
        "essential_spectrum_below": max(s.essential for s in spectra),
        "linear_identifiability": {
            "predicted": found.linear,
            "reason": found.reason,
            "r2": found.r2,
            "r2_error": found.r2_error,
            "orthogonality_error": found.orthogonality_error,
            "top_eigenvalue": found.top_eigenvalue,
            "gap": found.gap,
        },
        "transform": {"monotone": found.monotone, "values": found.transform.tolist()},
        "answer": {"epps_pulley": found.epps_pulley},
    }


def _number(value: float) -> float | None:
    """JSON knows neither infinity nor nan."""
    return float(value) if np.isfinite(value) else None
