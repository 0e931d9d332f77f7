r"""Hermite.lean: an encoder there is a map, weights and correlations that nothing ties together.

.. math:: \texttt{HermiteEncoder}: \quad h : \mathbb{R}^n \to \mathbb{R}^n, \qquad
          w_{i,d} \ge 0,\ \sum_d w_{i,d} = 1, \qquad c_i \in \mathbb{R}

References
----------
W, Appendix G; lean/LeJEPA/Hermite.lean.
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.claims.assumptions import assume
from theory.claims.dirichlet_energy import isometries_are_affine
from theory.claims.identifiability import rotation_at_the_floor
from theory.gaussian_world import contraction
from theory.instances import (
    CORRELATIONS,
    by_index,
    expressions,
    linear_part,
    of_encoder,
    whitened_encoders,
)
from theory.notation import A, d, latent, outputs, rho, w

_weight, _power, _correlation, _offset = sp.symbols("v p c b", real=True)
_first, _second = sp.symbols("x y", real=True)

_WEIGHTS = {"weights": r"$w_d\ge0$, $w_0=0$, $\sum_dw_d=1$."}
_DEGREE_ONE = {"degree_one": r"$w_{i,d}=0$ for all $d\ge2$, so that $w_{i,1}=1$."}


def _translation_is_additive(offset: sp.Expr) -> sp.Basic:
    """State that $h(z)=z+b$ is additive, as every linear map is."""
    return sp.Eq(_first + _second + offset, (_first + offset) + (_second + offset), evaluate=False)


TERM = Step(
    "term",
    r"With $p=\rho^d\in(0,1]$, each term lies between $0$ and $w_d$; and the next power again lies in $(0,1]$.",
    sp.Implies(
        sp.And(rho > 0, rho < 1, _power > 0, _power <= 1, _weight >= 0),
        sp.And(_weight * _power >= 0, _weight * _power <= _weight, _power * rho > 0, _power * rho <= 1),
    ),
    decided_by=Kind.SMT,
    over={"rho": "(0, 1)", "v": "[0, oo)"},
)
MEHLER_SUMMABILITY = Claim(
    id="lean_mehler_summability",
    paper="W",
    locator="Appendix G, Lean `mehler_summability`",
    role=Role.THEOREM,
    title="Lean mehler_summability",
    says=r"$\sum_d w_d\rho^d$ is summable, as the summable $w_d$ bound its terms.",
    statement=sp.LessThan(sp.Sum(contraction(d, rho) * w[d], (d, 0, sp.oo)), 1),
    assumptions=_WEIGHTS | assume("positive_correlation"),
    steps=(TERM,),
    holds_at=lambda _: (
        {
            rho: correlation,
            sp.oo: sp.Integer(8),
            **by_index(w[d], {1: 1 - tail, 2: tail / 3, 8: 2 * tail / 3}),
        }
        for correlation in CORRELATIONS
        for tail in (sp.Integer(0), sp.Rational(1, 2), sp.Integer(1))
    ),
    expected=Verdict.PROVED,
)
MEHLER_SUMMABILITY_SIBLING = MEHLER_SUMMABILITY.without(
    "positive_correlation",
    title="Summability for every correlation",
    says=r"The same for every $\rho$: with $w_d=2^{-d}$ the terms tend to $0$.",
    statement=sp.Eq(sp.Limit(2 ** (-d) * rho**d, d, sp.oo), 0),
    fails_at={rho: sp.Integer(2)},
)

CORRELATION = Claim(
    id="lean_correlation_eq_spectral_sum",
    paper="W",
    locator="Appendix G, Lean axiom `correlation_eq_spectral_sum`",
    role=Role.THEOREM,
    title="Lean correlation_eq_spectral_sum",
    says=r"$c_i=\sum_d w_{i,d}\,\rho^d$ for every encoder and every $\rho\in(0,1)$. But $c_i$ is a free field, and one "
    r"number cannot be the sum at every $\rho$: with $w_{i,1}=1$ the axiom reads $c=\rho$.",
    statement=sp.Eq(_correlation, rho),
    assumptions=_WEIGHTS | assume("positive_correlation"),
    expected=Verdict.REPAIRED,
    repaired_by="loss_decomposition",
    fails_at={_correlation: sp.Integer(0), rho: sp.Rational(1, 2)},
)
CORRELATION_SIBLING = CORRELATION.without(
    "positive_correlation",
    title="Lean correlation_eq_spectral_sum for every correlation",
    says=r"The same for every real $\rho$.",
    statement=CORRELATION.statement,
    fails_at={_correlation: sp.Integer(0), rho: sp.Integer(2)},
)

OWN_WEIGHTS = Claim(
    id="linear_of_own_weights",
    paper="W",
    locator="Appendix G, Lean axiom `linear_of_degree_one`",
    role=Role.EXTENSION,
    title="A centred map is linear almost everywhere iff it has no weight beyond degree 1",
    says=r"If $w_d$ is the variance of $h$ itself at Hermite degree $d$ and $\mathbb{E}\,h=0$, then $w_d=0$ for all "
    r"$d\ge2$ iff $h(z)=Az$ almost everywhere; weights do not see a null set.",
    statement=sp.Equivalent(sp.Eq(sp.Sum(w[d], (d, 2, sp.oo)), 0), sp.Eq(outputs, A * latent)),
    assumptions=assume("gaussian_latents", "square_integrable", "centred")
    | {"own_weights": r"$w_d$ is the variance of $h$ at Hermite degree $d$."},
    background=("hermite_completeness",),
    steps=(rotation_at_the_floor.LINEAR,),
    holds_at=lambda _: (
        of_encoder(encoder, CORRELATIONS[0])
        | {outputs: expressions(encoder), A * latent: expressions(linear_part(encoder))}
        for count in (1, 2, 3)
        for encoder in whitened_encoders(count)
    ),
    expected=Verdict.PROVED,
)
OWN_WEIGHTS_SIBLING = OWN_WEIGHTS.without(
    "centred",
    title="Linearity without centring",
    says=r"The same for $h(z)=z+b$, which would be additive.",
    statement=_translation_is_additive(_offset),
    fails_at={_offset: sp.Integer(1)},
)

LINEAR = Claim(
    id="lean_linear_of_degree_one",
    paper="W",
    locator="Appendix G, Lean axiom `linear_of_degree_one`",
    role=Role.THEOREM,
    title="Lean linear_of_degree_one",
    says=r"If the field $w$ of an encoder is zero beyond degree 1, its map $h$ is linear. But nothing ties the field "
    r"to the map: $h(z)=z+b$ with $w_1=1$ is an encoder, and would be additive.",
    statement=_translation_is_additive(_offset),
    assumptions=_WEIGHTS | _DEGREE_ONE,
    expected=Verdict.REPAIRED,
    repaired_by="linear_of_own_weights",
    fails_at={_offset: sp.Integer(1)},
)
LINEAR_SIBLING = LINEAR.without(
    "degree_one",
    title="Lean linear_of_degree_one for any weights",
    says=r"The same for any weights.",
    statement=LINEAR.statement,
    fails_at={_offset: sp.Integer(1)},
)

ORTHOGONAL = Claim(
    id="lean_orthogonal_of_gaussian_linear",
    paper="W",
    locator="Appendix G, Lean `orthogonal_of_gaussian_linear`",
    role=Role.THEOREM,
    title="Lean orthogonal_of_gaussian_linear",
    says=r"A linear map $M$ with $|Mv|=|v|$ for all $v$ is an isometry: it keeps inner products, as it keeps "
    r"$|x-y|$. Its name notwithstanding, no Gaussian occurs.",
    statement=isometries_are_affine.POLARISATION.statement,
    assumptions={"norms": r"$|Mv|=|v|$ for all $v$."},
    steps=(isometries_are_affine.POLARISATION,),
    expected=Verdict.PROVED,
)
ORTHOGONAL_SIBLING = ORTHOGONAL.without(
    "norms",
    title="Lean orthogonal_of_gaussian_linear for any linear map",
    says=r"The same for $Mv=bv$, whose square would be that of $v$.",
    statement=sp.Eq((_offset * _first) ** 2, _first**2),
    fails_at={_offset: sp.Integer(2), _first: sp.Integer(1)},
)

_optimal = sp.Eq(2 - 2 * _correlation, 2 * (1 - rho))
IDENTIFIABILITY = Claim(
    id="lean_hermite_identifiability",
    paper="W",
    locator="Appendix G, Lean `hermite_identifiability`",
    role=Role.THEOREM,
    title="Lean hermite_identifiability",
    says=r"An encoder with $c_i=\sum_dw_{i,d}\rho^d$, loss $2n-2\sum_ic_i=2(1-\rho)n$ and $|h(v)-h(0)|=|v|$ for all "
    r"$v$ is $h=U$, a linear isometry. But $h(z)=z+b$ with $w_1=1$, $c=\rho$ is such an encoder, and $h(0)=b$.",
    statement=sp.Implies(_optimal, sp.Eq(_offset, 0)),
    assumptions=_WEIGHTS
    | assume("positive_correlation")
    | {
        "spectral_sum": r"$c_i=\sum_dw_{i,d}\rho^d$.",
        "at_the_floor": r"$2n-2\sum_ic_i=2(1-\rho)n$.",
        "distances_to_the_origin": r"$|h(v)-h(0)|=|v|$ for all $v$.",
    },
    expected=Verdict.REPAIRED,
    repaired_by="rotation_at_the_floor",
    fails_at={_correlation: sp.Rational(1, 2), rho: sp.Rational(1, 2), _offset: sp.Integer(1)},
)
IDENTIFIABILITY_SIBLING = IDENTIFIABILITY.without(
    "at_the_floor",
    title="Lean hermite_identifiability off the floor",
    says=r"The same at any loss.",
    statement=sp.Eq(_offset, 0),
    fails_at={_offset: sp.Integer(1)},
)
