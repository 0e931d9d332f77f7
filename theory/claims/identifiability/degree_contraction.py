r"""Contraction: a transition shrinks a Hermite polynomial of degree d by the factor rho^d.

.. math:: \mathbb{E}[\mathrm{He}_d(z') \mid z] = \rho^d\, \mathrm{He}_d(z)
          \quad\text{for all } d \ge 0

The generating function carries all degrees at once: integrated over the noise, it is again a
generating function, at $\rho t$ instead of $t$.

References
----------
W, Theorem 5.1 and Appendix A; Janson (1997), Theorem 4.1.
"""

from sympy import Derivative, Eq, Integer, factorial, hermite_prob, sqrt

from theory.claim import Claim, Finding, Kind, Profile, Role, Step, Verdict, evidence
from theory.claims.assumptions import assume
from theory.gaussian_world import PairPolynomials, contraction, transition
from theory.hermite import generating_function, sequence
from theory.notation import GaussianExpectation, d, eta, rho, t, x, z
from theory.proof import identity

GENERATES = Step(
    "generates",
    r"The generating function $G(x,t) = e^{xt-t^2/2}$ satisfies $\partial_t G = (x-t)\,G$ and "
    r"$G(x,0)=1$; its coefficients of $t^d/d!$ therefore obey the recurrence of $\mathrm{He}_d$.",
    Eq(Derivative(generating_function(x, t), t), (x - t) * generating_function(x, t)),
    decided_by=Kind.SYMBOLIC,
    over={"x": "real", "t": "real"},
)
NOISE_INTEGRAL = Step(
    "noise_integral",
    r"Integrated over the noise, $G(z', t)$ is $G(z, \rho t)$.",
    Eq(
        GaussianExpectation(generating_function(transition(z, eta, rho), t), eta),
        generating_function(z, rho * t),
    ),
    decided_by=Kind.SYMBOLIC,
    over={"z": "real", "t": "real", "rho": "(-1, 1)"},
)
COEFFICIENTS = Step(
    "coefficients",
    r"Comparing coefficients of $t^d/d!$: that of $G(z,\rho t)$ is $\rho^d\,\mathrm{He}_d(z)$.",
    Eq((rho * t) ** d, contraction(d, rho) * t**d),
    decided_by=Kind.SYMBOLIC,
    over={"rho": "(-1, 1)"},
)

CLAIM = Claim(
    id="degree_contraction",
    paper="W",
    locator="Theorem 5.1, contraction of degree d",
    role=Role.THEOREM,
    title="A transition contracts degree d by the d-th power of the correlation",
    says=r"$\mathbb{E}[\mathrm{He}_d(z') \mid z] = \rho^d\,\mathrm{He}_d(z)$ for every degree $d$.",
    statement=Eq(
        GaussianExpectation(hermite_prob(d, transition(z, eta, rho)), eta),
        contraction(d, rho) * hermite_prob(d, z),
    ),
    assumptions=assume("gaussian_noise", "correlation"),
    steps=(GENERATES, NOISE_INTEGRAL, COEFFICIENTS),
    holds_at=lambda profile: ({d: Integer(degree)} for degree in range(profile.pick(quick=9, thorough=20))),
    expected=Verdict.PROVED,
)


@evidence(CLAIM.id, Kind.SYMBOLIC, step=GENERATES.key)
def coefficients_obey_the_recurrence(_profile: Profile) -> Finding:
    """In (x - t) sum_k He_k t^k/k!, the coefficient of t^d/d! is x He_d - d He_{d-1}."""
    # The term k = d - 1 times t is t^d/(d-1)!, which is d t^d/d!.
    return identity(Eq(t * t ** (d - 1) / factorial(d - 1), d * t**d / factorial(d)), d="every integer >= 1")


@evidence(CLAIM.id, Kind.SYMBOLIC)
def induction_on_the_degree(_profile: Profile) -> Finding:
    r"""A second proof: Stein's identity carries degrees d - 1 and d to degree d + 1."""
    # T He_{d+1} = E[z' He_d(z') - d He_{d-1}(z') | z], and E[eta f(z')] = sqrt(1-rho^2) E[f'(z')].
    lower, current = hermite_prob(d - 1, z), hermite_prob(d, z)
    contracted_lower = contraction(d - 1, rho) * lower
    contracted = contraction(d, rho) * current
    stein = (1 - rho**2) * d * contracted_lower
    return identity(
        Eq(
            rho * z * contracted + stein - d * contracted_lower,
            contraction(d + 1, rho) * (z * current - d * lower),
        ),
        d="every integer >= 1",
        rho="(-1, 1)",
    )


@evidence(CLAIM.id, Kind.EXHAUSTIVE)
def degree_by_degree(profile: Profile) -> Finding:
    """Expand He_d(z'), integrate the noise by its moments, compare as polynomials in z and rho."""
    top = profile.pick(quick=60, thorough=100)
    pair = PairPolynomials(1)
    now, later = sequence(pair.latent[0], top), sequence(pair.next_latent[0], top)
    wrong = [
        degree
        for degree in range(top + 1)
        if pair.expectation(later[degree], over_latent=False) != contraction(degree, pair.rho) * now[degree]
    ]
    return Finding(not wrong, {"degrees": f"0 to {top}", "rho": "symbolic"}, f"degrees {wrong}" if wrong else "")


_FOUR = Integer(4)
SIBLING = CLAIM.without(
    "gaussian_noise",
    title="Contraction for noise of any law",
    says=r"The same for $z' = \rho z + \sqrt{1-\rho^2}\,\varepsilon$ with $\varepsilon = \pm 1$, each with "
    r"probability one half, whose fourth moment is 1 instead of 3.",
    statement=Eq(
        (hermite_prob(4, rho * z + sqrt(1 - rho**2)) + hermite_prob(4, rho * z - sqrt(1 - rho**2))) / 2,
        contraction(_FOUR, rho) * hermite_prob(4, z),
    ),
    fails_at={rho: Integer(1) / 2, z: Integer(0)},
)
