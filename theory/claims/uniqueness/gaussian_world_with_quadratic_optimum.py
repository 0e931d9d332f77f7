r"""Where the drift of a Gaussian latent changes sign enough, quadratic maps are optimal.

.. math:: z' = \rho\,s(z)\,z + \sqrt{1-\rho^2}\,\eta, \quad s = \pm1 \text{ even}, \quad
          \kappa = \mathbb{E}[s(z)z^2] \le -\frac{1-\rho}{1+\rho} \;\Longrightarrow\; L(h) \ge 2(1-\rho^2)\,n

attained by $h_j=\mathrm{He}_2(z_j)/\sqrt2$. Negative correlation is the case $\kappa=-1$.

References
----------
W, Theorem 5.2 and Assumptions (i)-(iii).
"""

import sympy as sp

from theory.claim import JSON, Claim, Finding, Kind, Profile, Role, Step, Verdict, evidence
from theory.claims.assumptions import assume
from theory.claims.uniqueness.gaussian_world_with_nonlinear_optimum import cubic_overlap
from theory.encoder import HermiteEncoder
from theory.gaussian_world import contraction
from theory.hermite import sequence
from theory.instances import CORRELATIONS, of_encoder, whitened_encoders
from theory.notation import GaussianExpectation, alignment_loss, n, rho, s, z
from theory.proof import identity

_latent, _flipped, _overlap, _rest = sp.symbols("a b kappa y", real=True)
_product, _power, _correlation = sp.symbols("P x C", real=True)
_c = sp.Symbol("c", positive=True)
_one, _two, _three = map(sp.Integer, (1, 2, 3))
_positive = sp.And(rho > 0, rho < 1)


def linear_overlap(threshold: sp.Expr) -> sp.Expr:
    r"""Overlap of the latent with the flipped one, $s=1$ for $|z|<c$ and $s=-1$ beyond.

    .. math:: \kappa = \mathbb{E}[s(z)z^2] = 2\,\mathrm{erf}(c/\sqrt2) - c\sqrt{8/\pi}\,e^{-c^2/2} - 1
    """
    inside = sp.erf(threshold / sp.sqrt(2)) - threshold * sp.sqrt(2 / sp.pi) * sp.exp(-(threshold**2) / 2)
    return 2 * inside - 1


def quadratic_threshold(rho: sp.Expr) -> sp.Expr:
    r"""Largest overlap $-(1-\rho)/(1+\rho)$ for which the claim holds."""
    return -(1 - rho) / (1 + rho)


def odd_bound(rho: sp.Expr, overlap: sp.Expr) -> sp.Expr:
    r"""Bound $\frac12(\rho+\rho^3)+\frac12(\rho-\rho^3)\kappa$ on the correlation of odd functions of one latent."""
    return (rho + rho**3) / 2 + (rho - rho**3) / 2 * overlap


QUADRATIC = Step(
    "quadratic",
    r"$\mathrm{He}_2$ is even, so $\mathrm{He}_2(sz)=\mathrm{He}_2(z)$ and the contraction of degree 2 reads "
    r"$T\,\mathrm{He}_2=\rho^2\,\mathrm{He}_2$.",
    sp.Implies(sp.Eq(s**2, 1), sp.Eq(sequence(s * z, 2)[2], sequence(z, 2)[2])),
    by=("degree_contraction",),
    decided_by=Kind.SMT,
    over={"s": "-1 and 1", "z": "real"},
)
ATTAINED = Step(
    "attained",
    r"So the whitened $h_j=\mathrm{He}_2(z_j)/\sqrt2$, of variance 1, have the loss $2(1-\rho^2)\,n$.",
    sp.Eq(GaussianExpectation(sequence(z, 2)[2] ** 2 / 2, z), 1, evaluate=False),
    decided_by=Kind.SYMBOLIC,
)
REST = Step(
    "rest",
    r"$(Tf)(z)=(Uf)(s_1z_1,\dots,s_nz_n)$ with $U$ the Ornstein-Uhlenbeck operator: flips are unitary, so "
    r"$|\langle f,Sf\rangle|\le|f||Uf|$. $T$ and $T^*$ keep sums of odd functions of single latents apart from the "
    r"rest, where degrees are at least 2 and the factors $\rho^{2}x$ of $U$, $0<x\le1$, at most $\rho^2$.",
    sp.Implies(sp.And(_positive, _power > 0, _power <= 1), contraction(_two, rho) * _power <= rho**2),
    by=("degree_contraction",),
    decided_by=Kind.SMT,
    over={"rho": "(0, 1)"},
)
ANGLES = Step(
    "angles",
    r"For $f$ odd in one latent, $|f|=1$, let $a=\langle f,z\rangle$, $b=\langle f,sz\rangle$, "
    r"$\kappa=\langle z,sz\rangle$ and $y=\sqrt{(1-a^2)(1-b^2)}$. The Gram determinant of $f,z,sz$ is not negative, so "
    r"$ab-y\le\kappa$; and $ab+y\le1$.",
    sp.Implies(
        sp.And(
            _latent**2 <= 1,
            _flipped**2 <= 1,
            _rest >= 0,
            sp.Eq(_rest**2, (1 - _latent**2) * (1 - _flipped**2)),
            1 - _latent**2 - _flipped**2 - _overlap**2 + 2 * _latent * _flipped * _overlap >= 0,
        ),
        sp.And(_latent * _flipped - _rest <= _overlap, _latent * _flipped + _rest <= 1),
    ),
    decided_by=Kind.SMT,
    over={"a, b": "[-1, 1]", "kappa": "real"},
)
ODD = Step(
    "odd",
    r"$\langle f,Sf\rangle=\langle sf,Uf\rangle\le\rho\,ab+\rho^3y$, since $U$ has the factor $\rho$ on $z$ and at "
    r"most $\rho^3$ on the other odd functions. With $P=ab$: at most "
    r"$\frac12(\rho+\rho^3)+\frac12(\rho-\rho^3)\kappa$.",
    sp.Implies(
        sp.And(_positive, _product + _rest <= 1, _product - _rest <= _overlap),
        contraction(_one, rho) * _product + contraction(_three, rho) * _rest <= odd_bound(rho, _overlap),
    ),
    by=("degree_contraction",),
    decided_by=Kind.SMT,
    over={"rho": "(0, 1)", "kappa": "real"},
)
THRESHOLD = Step(
    "threshold",
    r"That is at most $\rho^2$ if $\kappa\le-(1-\rho)/(1+\rho)$: no unit function off the constants has a larger "
    r"correlation than $\mathrm{He}_2(z_j)/\sqrt2$.",
    sp.Implies(
        sp.And(_positive, _overlap <= quadratic_threshold(rho)),
        odd_bound(rho, _overlap) <= rho**2,
    ),
    decided_by=Kind.SMT,
    over={"rho": "(0, 1)"},
)
LINEAR = Step(
    "linear",
    r"A linear output has the correlation $C=\rho\kappa<0$ and the larger loss.",
    sp.Implies(
        sp.And(_positive, _overlap <= quadratic_threshold(rho), sp.Eq(_correlation, rho * _overlap)),
        sp.And(_correlation < 0, 2 * (1 - _correlation) > 2 * (1 - rho**2)),
    ),
    decided_by=Kind.SMT,
    over={"rho": "(0, 1)"},
)

#: Two outputs of two latents, orthonormal and of degree 2.
QUADRATIC_ENCODER = HermiteEncoder(
    2, ({(1, 1): sp.Integer(1)}, {(2, 0): sp.Rational(1, 2), (0, 2): -sp.Rational(1, 2)})
)

CLAIM = Claim(
    id="gaussian_world_with_quadratic_optimum",
    paper="W",
    locator="Theorem 5.2",
    role=Role.EXTENSION,
    title="Where the drift of a Gaussian latent changes sign enough, quadratic maps are optimal",
    says=r"For $z'=\rho\,s(z)z+\sqrt{1-\rho^2}\,\eta$ with $s=\pm1$ even and "
    r"$\mathbb{E}[s(z)z^2]\le-(1-\rho)/(1+\rho)$, whitened maps have $L(h)\ge2(1-\rho^2)\,n$; "
    r"$h_j=\mathrm{He}_2(z_j)/\sqrt2$ attain it, linear maps do not.",
    statement=sp.GreaterThan(alignment_loss, 2 * (1 - contraction(_two, rho)) * n),
    assumptions=assume(
        "gaussian_latents", "gaussian_noise", "independent_coordinates", "positive_correlation", "whitened"
    )
    | {
        "flipped_drift": r"$m_j(z_j)=\rho\,s(z_j)\,z_j$ with an even function $s=\pm1$.",
        "overlap": r"$\kappa=\mathbb{E}[s(z_j)z_j^2]\le-(1-\rho)/(1+\rho)$.",
    },
    background=("hermite_completeness",),
    steps=(QUADRATIC, ATTAINED, REST, ANGLES, ODD, THRESHOLD, LINEAR),
    # The drift -rho z, of overlap -1.
    holds_at=lambda _: (
        of_encoder(h, -r) | {rho: r} for h in (QUADRATIC_ENCODER, *whitened_encoders(2)) for r in CORRELATIONS
    ),
    expected=Verdict.PROVED,
)


@evidence(CLAIM.id, Kind.SYMBOLIC)
def overlap_in_closed_form(_profile: Profile) -> Finding:
    """The overlap for a flip at |z| = c, integrated."""
    density = sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi)
    inside = sp.Integral(z**2 * density, (z, -_c, _c))
    return identity(sp.Eq(2 * inside - GaussianExpectation(z**2, z), linear_overlap(_c), evaluate=False), c="(0, oo)")


SIBLING = CLAIM.without(
    "overlap",
    title="Quadratic optimum of any such drift",
    says=r"The same for $\kappa=1$, the Ornstein-Uhlenbeck drift: linear maps, of correlation $\rho\kappa$, would have "
    r"no smaller loss.",
    statement=2 * (1 - rho * _overlap) >= 2 * (1 - rho**2),
    fails_at={rho: sp.Rational(1, 2), _overlap: sp.Integer(1)},
)


@evidence("gaussian_uniqueness", Kind.SYMBOLIC, refutes=True)
def positively_correlated_gaussian_latents(_profile: Profile) -> Finding:
    """Gaussian latents of positive correlation, flipped beyond 2: S of the linear map has a part at degree 3."""
    correlated, cubic = linear_overlap(sp.Integer(2)), cubic_overlap(sp.Integer(2))
    covered: dict[str, JSON] = {
        "c": 2,
        "correlation over rho": str(sp.N(correlated, 6)),
        "overlap with He_3": str(sp.N(cubic, 6)),
    }
    return Finding(bool(correlated > 0) and bool(cubic < 0), covered)
