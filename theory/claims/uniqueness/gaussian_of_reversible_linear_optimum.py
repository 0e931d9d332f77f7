r"""In a reversible world linear maps are optimal if and only if the latents are Gaussian.

.. math:: S=T=T^*, \quad Sz_j=\lambda_j z_j \;\Longrightarrow\;
          \mathbb{E}[z_j'\mid z]=\lambda_j z_j, \quad \mathbb{E}[z_j\mid z']=\lambda_j z_j'
          \;\Longrightarrow\; z_j \text{ Gaussian}

This is what holds of W, Theorem 5.2, in discrete time.

References
----------
W, Theorem 5.2.
"""

from collections.abc import Iterator

import sympy as sp

from theory.claim import JSON, Claim, Finding, Instance, Kind, Profile, Role, Step, Verdict, evidence
from theory.claims.assumptions import WORLD, assume
from theory.claims.uniqueness.linear_optimum_is_an_eigenfunction import EIGENFUNCTION
from theory.instances import CORRELATIONS
from theory.notation import t, z
from theory.optimality import LAW_IS_GAUSSIAN, LINEAR_IS_OPTIMAL, law, optimum, ornstein_uhlenbeck
from theory.proof import valid

_forward, _backward, _eigenvalue = sp.symbols("m r lambda", real=True)
_v, _covariance = sp.symbols("v C", real=True)

EIGENFUNCTIONS = Step(
    "eigenfunctions",
    r"If linear maps are optimal, every latent is an eigenfunction of $S$.",
    sp.Implies(LINEAR_IS_OPTIMAL, EIGENFUNCTION),
    by=("linear_optimum_is_an_eigenfunction",),
)
BOTH_WAYS = Step(
    "both_ways",
    r"$Sz_j=(m+r)/2$ with $m=\mathbb{E}[z_j'\mid z_j]$ and $r=\mathbb{E}[z_j\mid z_j']$, the same function of its "
    r"argument in a reversible world. So both are $\lambda$ times the argument.",
    sp.Implies(
        sp.And(sp.Eq((_forward + _backward) / 2, _eigenvalue * z), sp.Eq(_forward, _backward)),
        sp.And(sp.Eq(_forward, _eigenvalue * z), sp.Eq(_backward, _eigenvalue * z)),
    ),
    decided_by=Kind.SMT,
    over={"z, lambda": "real"},
)
EIGENVALUE = Step(
    "eigenvalue",
    r"$C=\mathbb{E}[z_jz_j']=\lambda v$ and $0<C<v$, so $0<\lambda<1$.",
    sp.Implies(
        sp.And(_covariance > 0, _covariance < _v, sp.Eq(_covariance, _eigenvalue * _v)),
        sp.And(_eigenvalue > 0, _eigenvalue < 1),
    ),
    decided_by=Kind.SMT,
    over={"v": "(0, oo)"},
)
GAUSSIAN = Step(
    "gaussian",
    r"Regressed linearly on each other, both ways, the latents are Gaussian.",
    sp.Implies(LINEAR_IS_OPTIMAL, LAW_IS_GAUSSIAN),
    by=("gaussian_of_linear_regressions",),
)
CONVERSE = Step(
    "converse",
    r"If they are Gaussian, the world is an Ornstein-Uhlenbeck world of positive $\rho$, the same for every latent, "
    r"where linear maps are optimal.",
    sp.Implies(LAW_IS_GAUSSIAN, LINEAR_IS_OPTIMAL),
    by=("drift_of_a_reversible_gaussian_world", "rotation_at_the_floor"),
)

_ratio = sp.Symbol("r", real=True)
# p(z) is proportional to r^|z|, and r d/dr brings down |z| in the sum of r^|z| over |z| = 1/2, 3/2, ...
_total = sp.sqrt(_ratio) / (1 - _ratio)
_first = _ratio * sp.diff(_total, _ratio)
_second = _ratio * sp.diff(_first, _ratio)
_half = sp.Rational(1, 2)
# The latent and its sign, by their values at 1/2 and 3/2.
_LINEAR, _SIGN = (sp.Tuple(_half, 3 * _half), sp.Tuple(1, 1))
# sign(z') is sign(z) if eta >= 0 in that direction, so its correlation is P(eta >= 0) - P(eta < 0) = P(eta = 0).
_GEOMETRIC_CORRELATIONS = {
    _LINEAR: sp.simplify(_half * _first / _second),
    _SIGN: 1 / (1 / (1 - _ratio) + _ratio / (1 - _ratio)),
}


def _worlds(_profile: Profile) -> Iterator[Instance]:
    """Ornstein-Uhlenbeck worlds, and reversible worlds of geometric noise on the half-integers."""
    yield from (ornstein_uhlenbeck(latents, value) for latents in (1, 2) for value in CORRELATIONS)
    wave = sp.exp(sp.I * t / 2) / (1 - _ratio * sp.exp(sp.I * t))
    for value in CORRELATIONS:
        correlations = {function: kept.subs(_ratio, value) for function, kept in _GEOMETRIC_CORRELATIONS.items()}
        characteristic_function = (1 - value) * (wave + wave.subs(t, -t)).subs(_ratio, value) / 2
        yield {
            **optimum(correlations, [_LINEAR]),
            **law(characteristic_function, (_second / _total).subs(_ratio, value)),
        }


CLAIM = Claim(
    id="gaussian_of_reversible_linear_optimum",
    paper="W",
    locator="Theorem 5.2",
    role=Role.EXTENSION,
    title="In a reversible world linear maps are optimal if and only if the latents are Gaussian",
    says=r"In a reversible world of positively correlated pairs with one law for all latents, linear maps minimise the "
    r"alignment loss among the whitened maps iff the latents are Gaussian.",
    statement=sp.Equivalent(LINEAR_IS_OPTIMAL, LAW_IS_GAUSSIAN),
    assumptions=assume(*WORLD, "one_law", "noise", "positively_correlated", "reversible"),
    steps=(EIGENFUNCTIONS, BOTH_WAYS, EIGENVALUE, GAUSSIAN, CONVERSE),
    holds_at=_worlds,
    expected=Verdict.PROVED,
)


@evidence(CLAIM.id, Kind.EXHAUSTIVE)
def reversible_world_off_the_gaussian(profile: Profile) -> Finding:
    """Two-sided geometric noise and drift sign(z)/2 on the half-integers: reversible, and sign(z) beats linear maps."""
    # The noise is proportional to r^|eta|: powers of r are compared by their exponents.
    top = profile.pick(quick=12, thorough=60)
    latents = [sign * (i + _half) for i in range(top) for sign in (1, -1)]
    unbalanced = [
        (a, b)
        for a in latents
        for b in latents
        if abs(a) + abs(b - _half * sp.sign(a)) != abs(b) + abs(a - _half * sp.sign(b))
    ]
    less = _GEOMETRIC_CORRELATIONS[_LINEAR] < _GEOMETRIC_CORRELATIONS[_SIGN]
    beaten = valid(sp.Implies(sp.And(_ratio > 0, _ratio < 1), less))
    covered: dict[str, JSON] = {"|z|": f"1/2 to {latents[-2]}", "r": "(0, 1)"}
    return Finding(beaten.passed and not unbalanced, covered, beaten.detail or str(unbalanced or ""))


_size = sp.Symbol("a", real=True)
SIBLING = CLAIM.without(
    "additive_noise",
    title="Reversible worlds without additive noise",
    says=r"The same for $z=\pm a$ that changes sign with probability $1/4$. It is reversible and positively "
    r"correlated, and as every function of $z$ is affine, linear maps are optimal; Gaussian, its fourth moment $a^4$ "
    r"would be $3(a^2)^2$.",
    statement=sp.Eq((_size**4 + (-_size) ** 4) / 2, 3 * ((_size**2 + (-_size) ** 2) / 2) ** 2, evaluate=False),
    fails_at={_size: sp.Integer(1)},
)
