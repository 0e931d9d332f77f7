"""Spectra of the diffusions whose first harmonic is known: it is the first, and alone."""

import numpy as np
from numpy.typing import NDArray
from sympy import Function, Rational, cosh, expand_log, lambdify, log

from proofs_numeric.sturm_liouville import diffusion_spectrum
from theory.claim import Finding, Kind, Profile, evidence
from theory.claims.slow_features.first_harmonic_is_monotone import SHAPES
from theory.notation import z
from theory.sturm_liouville import WORLDS, DiffusionWorld, shape

Array = NDArray[np.float64]
_log_cosh = Function("log_cosh")


def _log_density(world: DiffusionWorld, a: Rational, points: Array) -> Array:
    expression = expand_log(log(world.density.subs(shape, a)), force=True).subs(log(cosh(z)), _log_cosh(z))
    # The hyperbolic cosine overflows in the tail.
    stable = {"log_cosh": lambda x: np.logaddexp(x, -x) - np.log(2)}
    with np.errstate(over="ignore"):
        return np.broadcast_to(lambdify(z, expression, [stable, "numpy"])(points), points.shape)


def _wrong(world: DiffusionWorld, a: Rational) -> list[str]:
    spectrum = diffusion_spectrum(
        lambda points: _log_density(world, a, points), 3, support=(float(world.interval.inf), float(world.interval.sup))
    )
    rate, next_rate = (float(exact.subs(shape, a)) for exact in (world.rate, world.next_rate))
    following, bar = (*zip(spectrum.eigenvalues, spectrum.errors, strict=True), (spectrum.continuous_from, _LIMIT))[2]
    checks = {
        "first rate": abs(spectrum.eigenvalues[1] - rate) <= spectrum.errors[1],
        "next rate": abs(following - next_rate) <= bar,
        "not increasing": (np.diff(spectrum.eigenfunctions[1, spectrum.bulk]) > 0).all(),
    }
    return [f"{world.law}, a = {a}: {name}" for name, holds in checks.items() if not holds]


#: Error of the bottom of a continuous spectrum, a limit that is taken numerically.
_LIMIT = 1e-6


@evidence("first_harmonic_is_monotone", Kind.FUZZ)
def spectra_of_the_worlds(_profile: Profile) -> Finding:
    """Compute each spectrum: the first rates are the exact ones within the error bars, and the first harmonic rises."""
    cases = [(world, a) for world in WORLDS for a in map(Rational, SHAPES) if a in world.shapes]
    wrong = [line for case in cases for line in _wrong(*case)]
    return Finding(not wrong, {"laws and shapes": [f"{world.law}, a = {a}" for world, a in cases]}, "; ".join(wrong))
