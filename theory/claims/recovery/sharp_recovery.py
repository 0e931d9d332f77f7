r"""The sharp bound on the recovery error, while excess and defect together are small.

.. math:: \min_{Q \in O(n)} \mathbb{E}\,|h(z)-Qz|^2 \;\le\; D + \big(1 - \sqrt{1-s}\big)^2, \qquad
          s = \varepsilon + D \le 1, \quad D = \frac{\delta}{2\rho(1-\rho)}

For every $\varepsilon$, $D$, $\rho$ and $n$ an encoder attains it. The printed distortion $s^2$ is
$(1+\sqrt{1-s})^2$ times the sharp one: four times, for small $s$.

References
----------
W, Theorem 5.3.
"""

import sympy as sp

from theory.claim import Claim, Finding, Kind, Profile, Role, Step, Verdict, evidence
from theory.claims.assumptions import GAUSSIAN_WORLD, assume
from theory.claims.identifiability.degree_penalty import penalty
from theory.claims.recovery.approximate_recovery import printed_bound
from theory.claims.recovery.recovery_by_direction import bent_output, direction_defect
from theory.encoder import HermiteEncoder
from theory.hermite import multi_indices
from theory.notation import GaussianExpectation, recovery_error, rho, s, z

_nonlinear, _defect = sp.symbols("D epsilon", real=True)
_sigma, _variance, _root = sp.symbols("sigma nu q", real=True)
_norm, _distortion = sp.symbols("F G", real=True)


def sharp_distortion(deficit: sp.Expr) -> sp.Expr:
    r"""Largest share $(1-\sqrt{1-s})^2$ in the error of a linear part whose $\sigma^2$ falls short of one by $s$."""
    return (1 - sp.sqrt(1 - deficit)) ** 2


def sharp_bound(nonlinear: sp.Expr, defect: sp.Expr) -> sp.Expr:
    r"""Bound $D+(1-\sqrt{1-\varepsilon-D})^2$ on the recovery error, for $\varepsilon+D\le1$."""
    return nonlinear + sharp_distortion(defect + nonlinear)


LEAST_SINGULAR_VALUE = Step(
    "least_singular_value",
    r"Let $q=\sqrt{1-s}$, so that $\varepsilon+D=1-q^2$. In each direction $|\sigma^2+\nu-1|\le\varepsilon$ and "
    r"$0\le\nu\le D$, hence $\sigma\ge q$.",
    sp.Implies(
        sp.And(
            _sigma >= 0,
            _root >= 0,
            sp.Abs(direction_defect(_sigma, _variance)) <= _defect,
            _variance <= _nonlinear,
            sp.Eq(_defect + _nonlinear, 1 - _root**2),
        ),
        _sigma >= _root,
    ),
    by=("recovery_by_direction",),
    decided_by=Kind.SMT,
    over={"sigma": "[0, oo)", "q": "[0, 1]"},
)
CURVATURE = Step(
    "curvature",
    r"$|\sigma-1|(1+q)\le|\sigma-1|(1+\sigma)$: the printed proof has $1$ in place of $1+q$.",
    sp.Implies(
        sp.And(_root >= 0, _sigma >= _root),
        (_sigma - 1) ** 2 * (1 + _root) ** 2 <= (_sigma**2 - 1) ** 2,
    ),
    decided_by=Kind.SMT,
    over={"sigma": "[q, oo)", "q": "[0, 1]"},
)
TOTAL = Step(
    "total",
    r"With $F=\sum_i(\sigma_i^2-1)^2\le(\varepsilon+D)^2$ and $G=\sum_i(\sigma_i-1)^2$: $(1+q)^2G\le F\le(1-q^2)^2$, "
    r"so the error is at most $D+G\le D+(1-q)^2$.",
    sp.Implies(
        sp.And(
            _defect + _nonlinear >= 0,
            _defect + _nonlinear <= 1,
            (1 + sp.sqrt(1 - _defect - _nonlinear)) ** 2 * _distortion <= _norm,
            _norm <= (_defect + _nonlinear) ** 2,
            recovery_error <= _nonlinear + _distortion,
        ),
        recovery_error <= sharp_bound(_nonlinear, _defect),
    ),
    by=("approximate_recovery",),
    decided_by=Kind.SMT,
    over={"epsilon + D": "[0, 1]"},
)
_extremal_output = bent_output(z, sp.sqrt(1 - _defect - _nonlinear), _nonlinear)
WITHIN = Step(
    "within",
    r"The bound is attained: let $h_1=\sqrt{1-\varepsilon-D}\,z_1+\sqrt D\,\mathrm{He}_2(z_1)/\sqrt2$ and $h_j=z_j$, "
    r"so that one direction has $\sigma=\sqrt{1-\varepsilon-D}$, $\nu=D$ and all others $\sigma=1$, $\nu=0$. The "
    r"only entry of its defect is $-\varepsilon$.",
    sp.Eq(
        GaussianExpectation(sp.expand(_extremal_output**2), z) - 1,
        -_defect,
        evaluate=False,
    ),
    by=("recovery_by_direction",),
    decided_by=Kind.SYMBOLIC,
    over={"epsilon, D": ">= 0, epsilon + D <= 1"},
)
ATTAINED = Step(
    "attained",
    r"Its error is the bound; $Q=I$ is nearest, as no singular value is negative.",
    sp.Eq(
        GaussianExpectation(sp.expand((_extremal_output - z) ** 2), z),
        sharp_bound(_nonlinear, _defect),
        evaluate=False,
    ),
    by=("nearest_rotation",),
    decided_by=Kind.SYMBOLIC,
    over={"epsilon, D": ">= 0, epsilon + D <= 1"},
)
RATIO = Step(
    "ratio",
    r"What the printed bound adds to $D$, the printed distortion $s^2$, is $(1+\sqrt{1-s})^2$ times the sharp one;",
    sp.Eq(
        printed_bound(penalty(sp.Integer(2), rho) * _nonlinear, s - _nonlinear, rho) - _nonlinear,
        (1 + sp.sqrt(1 - s)) ** 2 * sharp_distortion(s),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"s": "[0, 1]", "rho": "(0, 1)"},
)
LIMIT = Step(
    "limit",
    r"four times, in the limit of small $s$.",
    sp.Eq(sp.Limit(s**2 / sharp_distortion(s), s, 0), 4, evaluate=False),
    decided_by=Kind.SYMBOLIC,
)

CLAIM = Claim(
    id="sharp_recovery",
    paper="W",
    locator="Theorem 5.3",
    role=Role.EXTENSION,
    title="The largest recovery error that a small excess and a small defect allow",
    says=r"For $s=\varepsilon+D\le1$: $\min_Q\mathbb{E}|h(z)-Qz|^2\le D+(1-\sqrt{1-s})^2$, and an encoder attains it, "
    r"whatever $\varepsilon$, $D$, $\rho$ and $n$.",
    statement=recovery_error <= sharp_bound(_nonlinear, _defect),
    assumptions=assume(*GAUSSIAN_WORLD, "positive_correlation", "centred")
    | {
        "excess": r"$L(h) \le 2(1-\rho)\,\mathrm{tr}\,\mathrm{Cov}\,h + 2\rho(1-\rho)D$.",
        "defect": r"$|\mathrm{Cov}\,h - I|_F \le \varepsilon$.",
        "small": r"$\varepsilon + D \le 1$.",
    },
    steps=(LEAST_SINGULAR_VALUE, CURVATURE, TOTAL, WITHIN, ATTAINED, RATIO, LIMIT),
    expected=Verdict.PROVED,
)


def extremal_encoder(dim: int, singular_value: sp.Rational, half: sp.Rational, *, bent: int = 0) -> HermiteEncoder:
    r"""Encoder $h_1 = \sigma z_1 + b\,\mathrm{He}_2(z_j)$ and $h_i = z_i$ otherwise, which attains the sharp bound.

    Parameters
    ----------
    dim
        Number of latents n.
    singular_value, half
        $\sigma$ and $b$, with $D = 2b^2$ and $\varepsilon = 1 - \sigma^2 - D$.
    bent
        Index of the latent in the Hermite polynomial, from 0.
    """
    unit = list(multi_indices(dim, 1))
    first = {unit[0]: singular_value, tuple(2 * a for a in unit[bent]): half}
    return HermiteEncoder(dim, (first, *({index: sp.Integer(1)} for index in unit[1:])))


@evidence(CLAIM.id, Kind.EXHAUSTIVE)
def extremal_encoders_by_moments(_profile: Profile) -> Finding:
    """Loss, covariance and error of extremal encoders of one to three latents, integrated by moments."""
    wrong, count = [], 0
    for dim in (1, 2, 3):
        for sigma, half in ((sp.Rational(i, 4), sp.Rational(j, 6)) for i in range(4) for j in range(1, 4)):
            nonlinear, defect = 2 * half**2, 1 - sigma**2 - 2 * half**2
            if defect < 0:
                continue
            count += 1
            for bent in range(min(dim, 2)):
                encoder = extremal_encoder(dim, sigma, half, bent=bent)
                unit = list(multi_indices(dim, 1))
                difference = HermiteEncoder(
                    dim,
                    tuple({**output, unit[i]: output[unit[i]] - 1} for i, output in enumerate(encoder.outputs)),
                )
                error = sum(difference.variance_by_degree().values())
                deviation = sp.Matrix(encoder.covariance()) - sp.eye(dim)
                loss = encoder.alignment_loss_by_moments()
                domain, correlation = loss.ring.domain, loss.ring.gens[0]
                total = domain.convert(sp.Matrix(encoder.covariance()).trace())
                excess = loss - 2 * (1 - correlation) * total
                if (
                    excess != 2 * correlation * (1 - correlation) * domain.convert(nonlinear)
                    or (deviation.T * deviation).trace() != defect**2
                    or error != sharp_bound(nonlinear, defect)
                ):
                    wrong.append((dim, bent, sigma, half))
    return Finding(not wrong, {"n": [1, 2, 3], "encoders": count}, f"differs at {wrong}" if wrong else "")


TOO_LARGE = CLAIM.without(
    "small",
    title="The bound of small defects for large ones",
    says=r"The same with $1-s$ cut off at $0$: for $n=2$, $h=0$ has the defect $\sqrt2$, no excess and the error $2$.",
    statement=sp.Le(2, _nonlinear + (1 - sp.sqrt(sp.Max(0, 1 - _defect - _nonlinear))) ** 2),
    fails_at={_nonlinear: sp.Integer(0), _defect: sp.sqrt(2)},
)
MORE_EXCESS = CLAIM.without(
    "excess",
    title="The sharp bound with one percent more excess",
    says=r"The same where the excess is $1.01\cdot2\rho(1-\rho)D$: the extremal encoder of $n=1$, $\varepsilon=0$.",
    statement=sp.Le(sharp_bound(sp.Rational(101, 100) * _nonlinear, _defect), sharp_bound(_nonlinear, _defect)),
    fails_at={_nonlinear: sp.Rational(1, 2), _defect: sp.Integer(0)},
)
MORE_DEFECT = CLAIM.without(
    "defect",
    title="The sharp bound with one percent more defect",
    says=r"The same where the defect is $1.01\,\varepsilon$: the extremal encoder of $D=0$.",
    statement=sp.Le(sharp_bound(_nonlinear, sp.Rational(101, 100) * _defect), sharp_bound(_nonlinear, _defect)),
    fails_at={_nonlinear: sp.Integer(0), _defect: sp.Rational(1, 2)},
)
