"""The bound on odd functions of a flipped drift, searched for violations, and thresholds on either side of it."""

from flint import arb, ctx, fmpq
from hypothesis import target
from sympy import lambdify

from proofs_numeric.flipped_drift import ACCURACY, odd_functions, search
from theory.claim import Finding, Kind, Profile, evidence
from theory.claims.uniqueness.gaussian_world_with_quadratic_optimum import (
    linear_overlap,
    odd_bound,
    quadratic_threshold,
)
from theory.notation import x

#: Functions of the closed form, of arguments that may still be integers.
_ENCLOSED = {
    "erf": lambda value: arb(value).erf(),
    "exp": lambda value: arb(value).exp(),
    "sqrt": lambda value: arb(value).sqrt(),
    "pi": arb.pi(),
}
_overlap = lambdify(x, linear_overlap(x), modules="math")


def _odd_functions_are_within_the_bound(correlation: float, threshold: float, sign: int) -> None:
    odd = odd_functions(correlation, threshold).with_sign(sign)
    overlap = sign * float(_overlap(threshold))
    assert abs(odd.latent @ odd.operator @ odd.latent - correlation * overlap) <= ACCURACY, "overlap"
    best, _ = odd.optimum()
    bound = float(odd_bound(correlation, overlap))
    target(best - bound)
    assert best <= bound + ACCURACY, f"correlation {best:.6g} > bound {bound:.6g}"
    if overlap <= quadratic_threshold(correlation):
        assert best <= correlation**2 + ACCURACY, "an odd function beats the quadratic one"


@evidence("gaussian_world_with_quadratic_optimum", Kind.FUZZ)
def searched_beyond_the_bound(profile: Profile) -> Finding:
    """Search for the odd function that comes nearest to the bound, or beyond it."""
    return search(_odd_functions_are_within_the_bound, profile)


@evidence("gaussian_world_with_quadratic_optimum", Kind.BALL)
def thresholds_on_either_side(_profile: Profile) -> Finding:
    """At rho = 9/10 a drift that flips beyond 7/5 meets the condition, one that flips beyond 3/2 does not."""
    bits = 128
    with ctx.workprec(bits):
        condition = arb(quadratic_threshold(fmpq(9, 10)))
        overlap = lambdify(x, linear_overlap(x), modules=[_ENCLOSED])
        meets, misses = overlap(arb(fmpq(7, 5))), overlap(arb(fmpq(3, 2)))
        holds = bool(meets < condition < misses)
    return Finding(holds, {"rho": "9/10", "c": ["7/5", "3/2"], "overlaps": [str(meets), str(misses)], "bits": bits})
