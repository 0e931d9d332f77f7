r"""The printed uniqueness theorem: linear maps are optimal if and only if the latents are Gaussian.

It fails under Assumptions (i)-(iii) alone: Gaussian latents do not make linear maps optimal.

References
----------
W, Theorem 5.2.
"""

import sympy as sp

from theory.claim import Claim, Finding, Kind, Profile, Role, Verdict, evidence
from theory.claims.assumptions import WORLD, assume
from theory.gaussian_world import PairPolynomials
from theory.hermite import sequence
from theory.notation import GaussianExpectation, rho, z
from theory.optimality import LAW_IS_GAUSSIAN, LINEAR_IS_OPTIMAL

CLAIM = Claim(
    id="gaussian_uniqueness",
    paper="W",
    locator="Theorem 5.2",
    role=Role.THEOREM,
    title="Linear maps are optimal if and only if the latents are Gaussian",
    says=r"In a world of independent coordinates, stationary, with additive noise, the top eigenspace of alignment off "
    r"the constants is that of the linear maps iff every latent is Gaussian.",
    statement=sp.Equivalent(LINEAR_IS_OPTIMAL, LAW_IS_GAUSSIAN),
    assumptions=assume(*WORLD),
    expected=Verdict.REPAIRED,
    repaired_by="gaussian_of_reversible_linear_optimum",
)


@evidence(CLAIM.id, Kind.EXHAUSTIVE, refutes=True)
def gaussian_latents_with_a_quadratic_optimum(_profile: Profile) -> Finding:
    """Gaussian latents of negative correlation: the correlation of He_2/sqrt(2) exceeds that of linear maps."""
    pair = PairPolynomials(1)
    now, later = sequence(pair.latent[0], 2), sequence(pair.next_latent[0], 2)
    linear = pair.expectation(now[1] * later[1])
    quadratic = pair.expectation(now[2] * later[2]) / 2
    rhos = [sp.Rational(-i, 10) for i in range(1, 10)]
    wrong = [rho for rho in rhos if not quadratic.evaluate(0, rho) > linear.evaluate(0, rho)]
    return Finding(not wrong, {"rho": [str(rho) for rho in rhos]}, f"not at rho = {wrong}" if wrong else "")


SIBLING = CLAIM.without(
    "additive_noise",
    title="The same without additive noise",
    says=r"The same where $z'$ is $z$ with probability $\rho$ and else a fresh draw: then $Tf=\rho f$ for every "
    r"centred $f$, and Gaussian latents do not even have $\mathrm{He}_2/\sqrt2$ less correlated than $z$.",
    statement=rho * GaussianExpectation((z**2 - 1) ** 2 / 2, z) < rho * GaussianExpectation(z**2, z),
    fails_at={rho: sp.Rational(1, 2)},
)
