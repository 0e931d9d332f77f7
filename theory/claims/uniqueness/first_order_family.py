r"""To first order, every perturbation of Gaussian latents belongs to a world with a linear optimum.

.. math:: p=\gamma\,(1+\epsilon a), \quad m(z)=\rho z+\epsilon b(z), \quad q=\gamma\,(1+\epsilon c), \quad
          z'=m(z)+\sigma\eta, \quad \sigma^2=1-\rho^2

with latent law $p$ and law $q$ of the noise $\eta$. In orthonormal Hermite coefficients of $a$, $b$ and $c$,

.. math:: a_k(1-\rho^k)=\sqrt k\,\rho^{k-1}b_{k-1}+\sigma^k c_k, \qquad
          b_j(1+j\rho^{j-1})=a_{j+1}\sqrt{j+1}\,\rho\,(1-\rho^{j-1}) \quad (j\ge2)

The generating function $G(x,t)=\sum_k H_k(x)\,t^k/\sqrt{k!}$ carries all degrees at once: it turns $a$ into
$A(t)=\mathbb{E}[a(z)\,G(z,t)]=\sum_k a_k t^k/\sqrt{k!}$, and $b,c$ into $B,C$.

References
----------
W, Theorem 5.2; Janson (1997), chapters 2 and 3.
"""

from collections.abc import Iterator, Sequence
from itertools import product

import sympy as sp

from theory.claim import Claim, Instance, Kind, Profile, Role, Step, Verdict
from theory.claims.assumptions import assume
from theory.gaussian_world import contraction, transition
from theory.hermite import generating_function, sequence
from theory.notation import GaussianExpectation, eta, rho, t, x, z
from theory.optimality import expectation, gaussian_moment

_size = sp.Symbol("epsilon", real=True)
_of_latent, _of_drift, _of_noise = (sp.Function(name, real=True) for name in "abc")
_A, _B, _C = (sp.Function(name, real=True) for name in "ABC")
_a, _b, _c = (sp.IndexedBase(name, real=True) for name in "abc")
_k, _j = (sp.Symbol(name, integer=True, positive=True) for name in "kj")
_sigma, _power, _degree = sp.symbols("sigma r d", real=True)


def stationarity_defect(latent: sp.Expr, drift: sp.Expr, noise: sp.Expr, degree: sp.Expr, rho: sp.Expr) -> sp.Expr:
    r"""$a_k(1-\rho^k)-\sqrt k\,\rho^{k-1}b_{k-1}-\sigma^kc_k$ from $a_k$, $b_{k-1}$, $c_k$ and $k$."""
    scale = sp.sqrt(1 - rho**2)
    kept = contraction(degree, rho)
    return latent * (1 - kept) - sp.sqrt(degree) * contraction(degree - 1, rho) * drift - scale**degree * noise


def optimality_defect(latent: sp.Expr, drift: sp.Expr, degree: sp.Expr, rho: sp.Expr) -> sp.Expr:
    r"""$b_j(1+j\rho^{j-1})-a_{j+1}\sqrt{j+1}\,\rho(1-\rho^{j-1})$ from $a_{j+1}$, $b_j$ and $j$."""
    kept = contraction(degree - 1, rho)
    return drift * (1 + degree * kept) - latent * sp.sqrt(degree + 1) * rho * (1 - kept)


def _first_order(integrand: sp.Expr) -> sp.Expr:
    return sp.Subs(sp.Derivative(integrand, _size), _size, 0)


def _slope(function: sp.Expr, at: sp.Expr) -> sp.Expr:
    return sp.Subs(sp.Derivative(function, x), x, at)


def _term(coefficient: sp.Expr, degree: sp.Expr, at: sp.Expr) -> sp.Expr:
    return coefficient * at**degree / sp.sqrt(sp.factorial(degree))


_density = (1 + _size * _of_latent(z)) * (1 + _size * _of_noise(eta))
_moved = transition(z, eta, rho)
_next = _moved + _size * _of_drift(z)
_change = _of_latent(z) + _of_noise(eta)
_scale = sp.sqrt(1 - rho**2)

CHANGE_OF_LAW = Step(
    "change_of_law",
    r"The first-order change of $\mathbb{E}\,G(z',t)$ has the integrand $(a+c+tb)\,G(\rho z+\sigma\eta,t)$.",
    sp.Eq(
        _first_order(_density * generating_function(_next, t)),
        (_change + t * _of_drift(z)) * generating_function(_moved, t),
    ),
    decided_by=Kind.SYMBOLIC,
    over={"z, eta, t": "real", "a, b, c": "any functions"},
)
OVER_THE_NOISE = Step(
    "over_the_noise",
    r"Integrated over the noise, $G(\rho z+\sigma\eta,t)$ is $G(z,\rho t)$.",
    sp.Eq(GaussianExpectation(generating_function(_moved, t), eta), generating_function(z, rho * t)),
    by=("degree_contraction",),
    decided_by=Kind.SYMBOLIC,
    over={"rho": "(-1, 1)"},
)
OVER_THE_LATENT = Step(
    "over_the_latent",
    r"Integrated over the latent, it is $G(\eta,\sigma t)$. So stationarity reads "
    r"$A(t)=A(\rho t)+t\,B(\rho t)+C(\sigma t)$.",
    sp.Eq(GaussianExpectation(generating_function(_moved, t), z), generating_function(eta, _scale * t)),
    decided_by=Kind.SYMBOLIC,
    over={"rho": "(-1, 1)"},
)
STATIONARY = Step(
    "stationary",
    r"Its terms in $t^k$ are $t^k/\sqrt{k!}$ times the first of the two equations.",
    sp.Eq(
        _term(_a[_k], _k, t)
        - _term(_a[_k], _k, rho * t)
        - t * _term(_b[_k - 1], _k - 1, rho * t)
        - _term(_c[_k], _k, _scale * t),
        _term(stationarity_defect(_a[_k], _b[_k - 1], _c[_k], _k, rho), _k, t),
    ),
    decided_by=Kind.SYMBOLIC,
    over={"k": "every integer >= 1"},
)
CHANGE_OF_REGRESSION = Step(
    "change_of_regression",
    r"The first-order change of $\mathbb{E}[z'G(z,t)+z\,G(z',t)]$, the left-hand side of $2Sz=2\lambda z+\kappa$ "
    r"against $G(z,t)$, has the integrand",
    sp.Eq(
        _first_order(_density * (_next * generating_function(z, t) + z * generating_function(_next, t))),
        (_change * _moved + _of_drift(z)) * generating_function(z, t)
        + z * (_change + t * _of_drift(z)) * generating_function(_moved, t),
    ),
    decided_by=Kind.SYMBOLIC,
    over={"z, eta, t": "real", "a, b, c": "any functions"},
)
MULTIPLY = Step(
    "multiply",
    r"$z\,G(z,t)=\partial_tG+tG$, so that $\mathbb{E}[a(z)\,z\,G(z,t)]=A'(t)+tA(t)$.",
    sp.Eq(
        z * generating_function(z, t),
        sp.Derivative(generating_function(z, t), t) + t * generating_function(z, t),
    ),
    decided_by=Kind.SYMBOLIC,
    over={"z, t": "real"},
)
MULTIPLY_OVER_THE_LATENT = Step(
    "multiply_over_the_latent",
    r"$\mathbb{E}_z[z\,G(\rho z+\sigma\eta,t)]=\rho t\,G(\eta,\sigma t)$, as the slope at $x=0$ of "
    r"$\mathbb{E}_z[e^{xz}G(\rho z+\sigma\eta,t)]$.",
    sp.Eq(
        sp.Subs(sp.Derivative(GaussianExpectation(sp.exp(x * z) * generating_function(_moved, t), z), x), x, 0),
        rho * t * generating_function(eta, _scale * t),
    ),
    decided_by=Kind.SYMBOLIC,
    over={"rho": "(-1, 1)"},
)
_law_defect = _A(t) - _A(rho * t) - t * _B(rho * t) - _C(_scale * t)
ELIMINATE = Step(
    "eliminate",
    r"Less $2\rho\,\mathbb{E}[a\,z\,G]$, and with stationarity times $\rho t$ added, which is zero, $C$ drops out. "
    r"What is left is $2\lambda_1t+\kappa_1$, where $\lambda=\rho+\epsilon\lambda_1$ and $\kappa_1$ collects the "
    r"means.",
    sp.Eq(
        (_slope(_A(x), rho * t) + rho * t * _A(rho * t))
        + t * (_slope(_B(x), rho * t) + rho * t * _B(rho * t))
        + rho * t * _C(_scale * t)
        + _B(t)
        - rho * (_slope(_A(x), t) + t * _A(t))
        + rho * t * _law_defect,
        _B(t) + t * _slope(_B(x), rho * t) + _slope(_A(x), rho * t) - rho * _slope(_A(x), t),
    ),
    decided_by=Kind.SYMBOLIC,
    over={"A, B, C": "any differentiable functions"},
)
OPTIMAL = Step(
    "optimal",
    r"Its terms in $t^j$ are $t^j/\sqrt{j!}$ times the second equation; $\lambda_1$ and $\kappa_1$ are free, so it "
    r"binds for $j\ge2$ only.",
    sp.Eq(
        _term(_b[_j], _j, t)
        + t * _slope(_term(_b[_j], _j, x), rho * t)
        + _slope(_term(_a[_j + 1], _j + 1, x), rho * t)
        - rho * _slope(_term(_a[_j + 1], _j + 1, x), t),
        _term(optimality_defect(_a[_j + 1], _b[_j], _j, rho), _j, t),
    ),
    decided_by=Kind.SYMBOLIC,
    over={"j": "every integer >= 1"},
)
SOLVABLE = Step(
    "solvable",
    r"Both can be solved, the second for $b_j$ and the first for $c_k$: the factors $1+j\rho^{j-1}$ and $\sigma^k$ are "
    r"positive.",
    sp.Implies(
        sp.And(_degree > 0, _power > 0, _sigma > 0),
        sp.And(1 + _degree * _power > 0, _power * _sigma > 0),
    ),
    decided_by=Kind.SMT,
    over={"d": "j", "r": "powers of rho or sigma"},
)


def _series(coefficients: Sequence[sp.Expr], at: sp.Expr) -> sp.Expr:
    r"""Value of $\sum_d f_d\,H_d$ from its coefficients, from degree 0."""
    pairs = zip(coefficients, sequence(at, len(coefficients) - 1), strict=True)
    return sp.Add(*(f * he / sp.sqrt(sp.factorial(d)) for d, (f, he) in enumerate(pairs)))


def _degrees(_profile: Profile) -> Iterator[Instance]:
    """Degrees of one world: the first-order changes are integrated by moments, and solved for drift and noise."""
    # The noise scale sqrt(1 - rho^2) is rational here.
    correlation = sp.Rational(3, 5)
    latent = [sp.Integer(0), *map(sp.Rational, ("1/2", "-2/3", "3/5"))]
    drift, noise = sp.symbols("b_:3", real=True), (sp.Integer(0), *sp.symbols("c_1:4", real=True))
    a, b, c = _series(latent, z), _series(drift, z), _series(noise, eta)
    moved = transition(z, eta, correlation)
    changes = [drift[0] - 1, drift[1] - 2]
    for degree in range(1, 4):
        now, later = sequence(z, degree)[degree], sequence(moved, degree)[degree]
        slope = degree * sequence(moved, degree)[degree - 1]
        changes.append((a + c) * later + b * slope - a * now)
        if degree == 2:
            changes.append((a + c) * (moved * now + z * later) + b * (now + z * slope) - 2 * correlation * a * z * now)
    world = {z: gaussian_moment, eta: gaussian_moment}
    solution = sp.solve([expectation(change, world) for change in changes], dict=True)[0]
    for k, j in product(range(1, 4), range(1, 3)):
        yield {
            rho: correlation,
            _k: sp.Integer(k),
            _j: sp.Integer(j),
            _a[_k]: latent[k],
            _a[_j + 1]: latent[j + 1],
            _b[_k - 1]: solution[drift[k - 1]],
            _b[_j]: solution[drift[j]],
            _c[_k]: solution[noise[k]],
        }


CLAIM = Claim(
    id="first_order_family",
    paper="W",
    locator="Theorem 5.2",
    role=Role.EXTENSION,
    title="To first order, latents of any law near the Gaussian have a linear optimum",
    says=r"To first order in $\epsilon$, as formal expansions, the world is stationary and the linear map an "
    r"eigenfunction of $S$ iff both equations hold, for $k\ge1$ and $j\ge2$. Every polynomial $a$ admits such $b$ and "
    r"$c$.",
    statement=sp.And(
        sp.Eq(stationarity_defect(_a[_k], _b[_k - 1], _c[_k], _k, rho), 0),
        sp.Implies(_j >= 2, sp.Eq(optimality_defect(_a[_j + 1], _b[_j], _j, rho), 0)),
    ),
    assumptions=assume("positive_correlation", "stationary_law", "additive_noise")
    | {
        "near_gaussian": r"$p=\gamma(1+\epsilon a)$, $m=\rho z+\epsilon b$, $q=\gamma(1+\epsilon c)$ with polynomials "
        r"$a,b,c$ and $a_0=c_0=0$.",
        "eigenfunction": r"$2Sz=2\lambda z+\kappa$ to first order in $\epsilon$, for some $\lambda$ and $\kappa$.",
    },
    steps=(
        CHANGE_OF_LAW,
        OVER_THE_NOISE,
        OVER_THE_LATENT,
        STATIONARY,
        CHANGE_OF_REGRESSION,
        MULTIPLY,
        MULTIPLY_OVER_THE_LATENT,
        ELIMINATE,
        OPTIMAL,
        SOLVABLE,
    ),
    holds_at=_degrees,
    expected=Verdict.PROVED,
)


_noise_of_degree_two, _drift_of_degree_three = sp.symbols("c_2 b_3", real=True)
_three = sp.Integer(3)
SIBLING = CLAIM.without(
    "stationary_law",
    title="Linear optimality without stationarity",
    says=r"With $a=0$ and noise of degree 2, the terms in $t^3$ before stationarity was added would still make the "
    r"second equation hold, $b_3=0$.",
    statement=sp.Implies(
        sp.Eq(
            optimality_defect(sp.Integer(0), _drift_of_degree_three, _three, rho)
            - sp.sqrt(3) * rho * stationarity_defect(0, 0, _noise_of_degree_two, sp.Integer(2), rho),
            0,
        ),
        sp.Eq(optimality_defect(sp.Integer(0), _drift_of_degree_three, _three, rho), 0),
    ),
    fails_at={
        rho: sp.Rational(1, 2),
        _noise_of_degree_two: sp.Integer(1),
        _drift_of_degree_three: -3 * sp.sqrt(3) / 14,
    },
)
