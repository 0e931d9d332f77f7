r"""A smooth non-Gaussian world of full support in which every optimal whitened encoder is linear.

The worlds of `smooth_linear_eigenfunction` have $Sz=\lambda z$. There $\lambda$ is the top eigenvalue off the
constants. On the complement of z

.. math:: \langle\varphi, S\varphi\rangle = -s\,\langle\psi/g, \varphi\rangle^2 + O(\kappa^2)\,|\varphi|^2,
          \qquad s > 0,

while $\lambda$ is of the order of $\kappa$. So the printed uniqueness theorem fails for smooth densities too.

References
----------
W, Theorem 5.2.
"""

import sympy as sp

from theory.claim import Claim, Finding, Kind, Profile, Role, Step, Verdict, evidence
from theory.claims import background
from theory.claims.uniqueness import gaussian_uniqueness, logistic_tilt_bounds, smooth_linear_eigenfunction
from theory.claims.uniqueness.logistic_tilt_bounds import (
    FOURTH_MOMENT_AT_LEAST,
    VARIANCE_AT_MOST,
    score,
    value,
)
from theory.claims.uniqueness.smooth_linear_eigenfunction import (
    ENVELOPE_FOURTH,
    ENVELOPE_SQUARE,
    NEAR,
    RADIUS,
    SMALL,
    Z_ENVELOPE,
    Z_ENVELOPE_SQUARE,
    kappa,
    lam,
    small,
)
from theory.ledger import Ledger, examine
from theory.notation import latex

_second_moment, _fourth_moment, _covariance = sp.symbols("v v_4 s", real=True)
_tilt, _defect, _remainder, _norm = sp.symbols("P F R tau", real=True)
_bound, _kurtosis = sp.symbols("B K", real=True)
_weight, _correlation = sp.symbols("omega e", real=True)

#: lambda is at least TOP kappa; no other spectrum of S off the constants exceeds OTHERS kappa.
TOP, OTHERS = sp.Rational(2, 7), sp.Rational(1, 4)
KURTOSIS = sp.Rational(15, 4)

EIGENVALUE = Step(
    "eigenvalue",
    r"Taking the product with $z$: $\lambda v=s$ with "
    rf"$v=\mathbb{{E}}\,z^2\le(1+\varepsilon){latex(VARIANCE_AT_MOST)}$ and "
    rf"$s=\mathbb{{E}}[z\,m]\ge(1-{Z_ENVELOPE}\varepsilon)\kappa$. So $\lambda\ge{latex(TOP)}\kappa$.",
    sp.Implies(
        sp.And(
            small,
            _second_moment > 0,
            _second_moment <= (1 + NEAR) * VARIANCE_AT_MOST,
            _covariance >= (1 - NEAR * Z_ENVELOPE) * kappa,
            sp.Eq(lam * _second_moment, _covariance),
        ),
        lam >= TOP * kappa,
    ),
    by=("smooth_linear_eigenfunction",),
    decided_by=Kind.SMT,
    over={"kappa": f"(0, {SMALL}]"},
)
COMPLEMENT = Step(
    "complement",
    r"Let $|\varphi|=1$, $\varphi\perp1,z$. Expanding the tilt in $\langle\varphi,T\varphi\rangle=\iint "
    r"p(z)\varphi(z)\,q(y)\varphi(y)\,k(y,m(z))$: the constant vanishes, $\langle m,\varphi\rangle=-\langle "
    rf"r,\varphi\rangle$, and $r=(s\psi+f)/g$ with $|f|\le\tfrac12(1+\varepsilon){Z_ENVELOPE_SQUARE}\kappa^2$. So "
    r"$\langle\varphi,S\varphi\rangle=-sP^2-FP+R$ with $P=\langle\psi/g,\varphi\rangle$, $F=\langle "
    r"f/g,\varphi\rangle$, and by Cauchy-Schwarz "
    rf"$|R|\le\tfrac12\kappa^2\sqrt{{(1+\varepsilon){ENVELOPE_FOURTH}}}/(1-\varepsilon)$. This is at most "
    rf"${latex(OTHERS)}\kappa$.",
    sp.Implies(
        sp.And(
            small,
            _covariance > 0,
            sp.Abs(_tilt) * (1 - NEAR) <= 1,
            sp.Abs(_defect) * (1 - NEAR) <= (1 + NEAR) * Z_ENVELOPE_SQUARE * kappa**2 / 2,
            # The square root of 1 + epsilon is at most 1 + epsilon.
            sp.Abs(_remainder) * (1 - NEAR) <= (1 + NEAR) * sp.sqrt(ENVELOPE_FOURTH) * kappa**2 / 2,
        ),
        -_covariance * _tilt**2 - _defect * _tilt + _remainder <= OTHERS * kappa,
    ),
    by=("smooth_linear_eigenfunction", "logistic_tilt_bounds"),
    decided_by=Kind.SMT,
    over={"kappa": f"(0, {SMALL}]"},
)
COPIES = Step(
    "copies",
    r"For $\varphi\perp1$, $T^*\varphi=\int p\,\varphi\,(k-1)\,dz/g$, so $\tau=|T|$ off the constants has "
    rf"$\tau^2\le(1+\varepsilon){ENVELOPE_SQUARE}\kappa^2/(1-\varepsilon)^2\le{latex(OTHERS)}\kappa$. With $n$ copies, "
    r"$S$ on the functions of a set of $j\ge2$ latents that no smaller set predicts has norm at most "
    r"$\tau^j\le\tau^2$, as $\tau\le1$.",
    sp.Implies(
        sp.And(small, _norm >= 0, _norm**2 * (1 - NEAR) ** 2 <= (1 + NEAR) * ENVELOPE_SQUARE * kappa**2),
        sp.And(_norm <= 1, _norm**2 <= OTHERS * kappa),
    ),
    by=("smooth_linear_eigenfunction", "logistic_tilt_bounds"),
    decided_by=Kind.SMT,
    over={"kappa": f"(0, {SMALL}]"},
)
LINEAR_AND_NOT_GAUSSIAN = sp.And(
    _correlation <= lam, sp.Implies(sp.Eq(_correlation, lam), sp.Eq(_weight, 1)), _kurtosis > KURTOSIS
)
OPTIMUM = Step(
    "optimum",
    r"So off the constants $S$ is $\lambda$ on the span of $z_1,\dots,z_n$ and at most "
    rf"${latex(OTHERS)}\kappa<\lambda$ beyond. "
    r"A centred output of unit variance, of which the part $\omega$ is linear, has "
    r"$e=\langle h_i,Sh_i\rangle\le\lambda$, and $e=\lambda$ only if it is linear. And as "
    rf"$|p/q-1|\le\varepsilon$, the kurtosis $K=v_4/v^2$ exceeds ${latex(KURTOSIS)}$; that of a Gaussian is $3$.",
    sp.Implies(
        sp.And(
            small,
            lam >= TOP * kappa,
            _weight >= 0,
            _weight <= 1,
            _correlation <= lam * _weight + OTHERS * kappa * (1 - _weight),
            _second_moment > 0,
            _second_moment <= (1 + NEAR) * VARIANCE_AT_MOST,
            _fourth_moment >= (1 - NEAR) * FOURTH_MOMENT_AT_LEAST,
            sp.Eq(_kurtosis * _second_moment**2, _fourth_moment),
        ),
        LINEAR_AND_NOT_GAUSSIAN,
    ),
    by=("smooth_linear_eigenfunction", "logistic_tilt_bounds"),
    decided_by=Kind.SMT,
    over={"kappa": f"(0, {SMALL}]", "omega": "[0, 1]"},
)
SMOOTH = Step(
    "smooth",
    r"As $q'=-\psi q$ and $\psi'=\tfrac12(1-\psi^2)$, every derivative of $q$ is a polynomial in $\psi$ times $q$, by "
    r"induction, so bounded. Hence $p(y)=\int p(z)\,q(y-m(z))\,dz$ has all derivatives; so have $r$ and $m$. The "
    r"support is full: $p\ge(1-\varepsilon)q>0$.",
    sp.Eq(sp.Derivative(score, value), (1 - score**2) / 2, evaluate=False),
    by=("smooth_linear_eigenfunction", "logistic_tilt_bounds"),
    decided_by=Kind.SYMBOLIC,
    over={"e": "real"},
)
NOT_REVERSIBLE = Step(
    "not_reversible",
    rf"A reversible world has $m=r$, here $r(z)=\lambda z$; but $|r|\le B={latex(RADIUS)}\kappa$ everywhere, which "
    r"$z=2B/\lambda$ contradicts.",
    sp.Implies(sp.And(small, lam > 0, sp.Eq(_bound, RADIUS * kappa)), lam * (2 * _bound / lam) > _bound),
    by=("smooth_linear_eigenfunction",),
    decided_by=Kind.SMT,
    over={"kappa": f"(0, {SMALL}]", "lambda": "(0, oo)"},
)

CLAIM = Claim(
    id="smooth_non_gaussian_world",
    paper="W",
    locator="Theorem 5.2, a counterexample to it",
    role=Role.EXTENSION,
    title="A smooth, non-Gaussian world of full support has a linear optimum",
    says=rf"For every $0<\kappa\le{latex(SMALL)}$ and every $n$ there is a world of $n$ independent stationary latents "
    rf"with additive logistic noise and smooth positive densities of kurtosis $K>{latex(KURTOSIS)}$, in which the top "
    r"eigenspace of alignment off the constants is that of the linear maps: a centred output of unit variance has a "
    r"correlation $e\le\lambda$ with its next value, and $e=\lambda$ only if it is linear, $\omega=1$. So the optimal "
    r"whitened encoders are the $Qz$, scaled. The world is not reversible.",
    statement=LINEAR_AND_NOT_GAUSSIAN,
    assumptions=smooth_linear_eigenfunction.CLAIM.assumptions,
    steps=(EIGENVALUE, COMPLEMENT, COPIES, OPTIMUM, SMOOTH, NOT_REVERSIBLE),
    expected=Verdict.PROVED,
)


@evidence(gaussian_uniqueness.CLAIM.id, Kind.SMT, refutes=True)
def smooth_non_gaussian_latents_with_a_linear_optimum(profile: Profile) -> Finding:
    """Logistic noise: every step that makes linear maps optimal, and the latents smooth and not Gaussian."""
    proof = [logistic_tilt_bounds.CLAIM, smooth_linear_eigenfunction.CLAIM, CLAIM]
    checks = [
        item
        for of_claim in Ledger([background.CONTRACTION_PRINCIPLE, *proof], []).evidence.values()
        for item in of_claim.values()
    ]
    failed = [f"{item.claim}: {item.name}" for item in checks if examine(item, profile).finding.passed is not True]
    return Finding(not failed, {"kappa": f"(0, {SMALL}]", "n": "every", "steps": len(checks)}, "; ".join(failed))


SIBLING = CLAIM.without(
    "positive",
    title="The same for covariances of either sign",
    says=rf"The same for $-{latex(SMALL)}\le\kappa<0$, where the same construction gives $\lambda<0$: two latents have "
    r"$z_1z_2$ at $\lambda^2$, which would be $\lambda$ at most.",
    statement=sp.Implies(
        sp.And(
            sp.Abs(kappa) <= SMALL,
            sp.Abs(_covariance - kappa) <= NEAR * Z_ENVELOPE * sp.Abs(kappa),
            _second_moment > 0,
            sp.Eq(lam * _second_moment, _covariance),
        ),
        lam**2 <= lam,
    ),
    fails_at={
        kappa: -sp.Rational(1, 100),
        _covariance: -sp.Rational(1, 100),
        _second_moment: sp.Rational(10, 3),
        lam: -sp.Rational(3, 1000),
    },
)
