r"""Worlds with logistic noise in which the identity is an eigenfunction of the alignment, without being Gaussian.

.. math:: m(z) + r(z) = 2\lambda z, \qquad r(z') = \mathbb{E}[z \mid z']

The unknowns are r, odd, and $g = p/q$, even: the stationary density over that of the noise. With expectations
$\mathbb{E}_q$ under the noise law, $k$ the tilt of `logistic_tilt_bounds` and a parameter $\kappa$, solve

.. math:: m = \beta z - r, \quad \beta = \frac{\kappa + \mathbb{E}_q[z\,r]}{\mathbb{E}_q[z^2]}, \qquad
          g(y) = D(y) := \mathbb{E}_q[g\,k(y,m)], \quad r(y) = \frac{N(y)}{D(y)}, \; N(y) := \mathbb{E}_q[g\,z\,k(y,m)].

The choice of $\beta$ makes $\mathbb{E}_q[z\,m]=\kappa$ for every r. At a fixed $\beta$ the map would not contract: its
derivative at first order is $r \mapsto -\mathbb{E}_q[z\,r]\,\psi$, with eigenvalue $-1$.

References
----------
W, Theorem 5.2, whose converse it is used against; Rudin (1976), Theorem 9.23 (contraction principle).
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.claims.uniqueness.logistic_tilt_bounds import VARIANCE_AT_LEAST, VARIANCE_AT_MOST, laplace_moment
from theory.notation import Expectation, latex, z

kappa = sp.Symbol("kappa", real=True)
lam = sp.Symbol("lambda", real=True)
#: Range of the parameter.
SMALL = sp.Rational(1, 100)
small = sp.And(kappa > 0, kappa <= SMALL)

#: The ball of the unknowns: $|r| \le$ RADIUS $\kappa$ and $|g-1| \le$ NEAR.
RADIUS, NEAR = sp.Rational(6, 5), sp.Rational(1, 1000)
#: On it $|\beta| \le$ SLOPE $\kappa$, so that $|m| \le \kappa($ RADIUS + SLOPE $|z|)$.
SLOPE = sp.Rational(17, 15)

#: Bound on $\mathbb{E}_q|z|$.
LENGTH = laplace_moment(sp.Integer(1), sp.Integer(1))
#: Bounds on the expectations of $A, A^2, |z|A, |z|A^2, A^4$ times $e^{2\kappa A}$ each, with $A=$ RADIUS + SLOPE $|z|$.
ENVELOPE, ENVELOPE_SQUARE, Z_ENVELOPE, Z_ENVELOPE_SQUARE, ENVELOPE_FOURTH = map(sp.Integer, (5, 15, 8, 33, 256))

_length = sp.Symbol("x", real=True)
_time = sp.Symbol("t", real=True)
_v, _c, _slope, _radius = sp.symbols("v C beta R", real=True)
_mean, _other_mean, _first, _second = sp.symbols("D D_2 N N_2", real=True)
_covariance, _other_regression, _distance = sp.symbols("s r_2 Delta", real=True)
_left, _right, _largest = sp.symbols("a b c", real=True)
_drift, _regression, _ratio = sp.symbols("m r g", real=True)


def tilted_moment(polynomial: sp.Expr) -> sp.Expr:
    r"""Bound on $\mathbb{E}_q[f(|z|)\,e^{2\kappa A}]$ for a polynomial f with coefficients that are not negative.

    .. math:: \mathbb{E}_q[|z|^k e^{2\kappa A}] \le \frac{1}{1-2\kappa a}\,\frac{2\,k!}{(1-2\kappa b)^{k+1}},
              \qquad A = a + b|z|
    """
    terms = sp.Poly(polynomial, _length).terms()
    sides = [c * laplace_moment(k, 1 - 2 * SLOPE * kappa) for (k,), c in terms]
    return sp.Add(*sides) / (1 - 2 * RADIUS * kappa)


def _envelope(length: sp.Expr) -> sp.Expr:
    r"""Bound $A$ on $|m|/\kappa$, from $|z|$."""
    return RADIUS + SLOPE * length


def _averaged(left: sp.Expr, right: sp.Expr, largest: sp.Expr) -> sp.And:
    r"""Say what averages of $c|b|-ab\ge0$ and $c|b|+ab\ge0$ are, expectations being linear and monotone."""
    product, size = Expectation(left * right), largest * Expectation(sp.Abs(right))
    return sp.And(size - product >= 0, size + product >= 0)


def _regressions_covariance_at_most(covariance: sp.Expr, radius: sp.Expr) -> sp.LessThan:
    return sp.LessThan(sp.Abs(covariance), LENGTH * radius)


EXPONENTIAL = Step(
    "exponential",
    r"$e^t\le1/(1-t)$ for $0\le t<1$: the difference $1-(1-t)e^t$ vanishes at $0$ and has a derivative $\ge0$.",
    sp.Eq(sp.Derivative(1 - (1 - _time) * sp.exp(_time), _time), _time * sp.exp(_time), evaluate=False),
    decided_by=Kind.SYMBOLIC,
    over={"t": "[0, 1)"},
)
ENVELOPES = Step(
    "envelopes",
    rf"Let $A={latex(RADIUS)}+{latex(SLOPE)}|z|$. By `exponential` and the Laplace integrals the noise gives $A$, "
    r"$A^2$, $|z|A$, $|z|A^2$ and $A^4$, each times $e^{2\kappa A}$, expectations $\mathbb{E}_q$ of at most "
    rf"${ENVELOPE}$, ${ENVELOPE_SQUARE}$, ${Z_ENVELOPE}$, ${Z_ENVELOPE_SQUARE}$ and ${ENVELOPE_FOURTH}$.",
    sp.Implies(
        small,
        sp.And(
            *(
                tilted_moment(sp.expand(polynomial)) <= bound
                for polynomial, bound in (
                    (_envelope(_length), ENVELOPE),
                    (_envelope(_length) ** 2, ENVELOPE_SQUARE),
                    (_length * _envelope(_length), Z_ENVELOPE),
                    (_length * _envelope(_length) ** 2, Z_ENVELOPE_SQUARE),
                    (_envelope(_length) ** 4, ENVELOPE_FOURTH),
                )
            )
        ),
    ),
    by=("logistic_tilt_bounds",),
    decided_by=Kind.SMT,
    over={"kappa": f"(0, {SMALL}]"},
)
AVERAGE = Step(
    "average",
    r"If $|a|\le c$, then $c|b|-ab\ge0$ and $c|b|+ab\ge0$; so the same holds of the expectations, and "
    r"$|\mathbb{E}[ab]|\le c\,\mathbb{E}|b|$.",
    sp.And(
        sp.Implies(
            sp.Abs(_left) <= _largest,
            sp.And(_largest * sp.Abs(_right) - _left * _right >= 0, _largest * sp.Abs(_right) + _left * _right >= 0),
        ),
        sp.Implies(
            _averaged(_left, _right, _largest),
            sp.Abs(Expectation(_left * _right)) <= _largest * Expectation(sp.Abs(_right)),
        ),
    ),
    decided_by=Kind.SMT,
)
COVARIANCES = Step(
    "covariances",
    r"The unknowns are $r$, odd, and $g=p/q$, even; all expectations are $\mathbb{E}_q$. Let $|r|\le R$, "
    r"$|g-1|\le\varepsilon$ and $|m|\le\kappa A$, so that $\mathbb{E}|z\,m|\le\kappa\,\mathbb{E}[|z|A]$, with "
    r"$\mathbb{E}[z\,m]=\kappa$. By `average` $C=\mathbb{E}[z\,r]$ and "
    r"$s=\mathbb{E}[g\,z\,m]=\kappa+\mathbb{E}[(g-1)\,z\,m]$ "
    rf"have $|C|\le{LENGTH}R$, as $\mathbb{{E}}|z|\le{LENGTH}$, and $|s-\kappa|\le{Z_ENVELOPE}\varepsilon\kappa$.",
    sp.Implies(
        sp.And(
            kappa > 0,
            _radius >= 0,
            Expectation(sp.Abs(z)) <= LENGTH,
            _averaged(_regression, z, _radius),
            sp.Eq(_c, Expectation(_regression * z)),
            Expectation(sp.Abs(z) * _envelope(sp.Abs(z))) <= Z_ENVELOPE,
            Expectation(sp.Abs(z * _drift)) <= kappa * Expectation(sp.Abs(z) * _envelope(sp.Abs(z))),
            _averaged(_ratio - 1, z * _drift, NEAR),
            sp.Eq(_covariance, kappa + Expectation((_ratio - 1) * z * _drift)),
        ),
        sp.And(_regressions_covariance_at_most(_c, _radius), sp.Abs(_covariance - kappa) <= NEAR * Z_ENVELOPE * kappa),
    ),
    by=("logistic_tilt_bounds",),
    decided_by=Kind.SMT,
    over={"kappa": "(0, oo)", "R": "[0, oo)"},
)
DRIFT = Step(
    "drift",
    r"Put $m=\beta z-r$ with $\beta\,\mathbb{E}_q[z^2]=\kappa+\mathbb{E}_q[z\,r]$, so that "
    rf"$\mathbb{{E}}_q[z\,m]=\kappa$. Let $|r|\le R\le{latex(RADIUS)}\kappa$. With $C$ as above and "
    rf"$v=\mathbb{{E}}_q[z^2]\ge{VARIANCE_AT_LEAST}$, "
    rf"$|\beta|\le{latex(SLOPE)}\kappa$ and $|m|\le\kappa A$. The difference of two $r$, at most $\Delta$, has a "
    rf"$|C|\le{LENGTH}\Delta$ too: the slopes differ by at most ${latex(SLOPE)}\Delta$, and the drifts by at most "
    r"$\Delta A$.",
    sp.And(
        sp.Implies(
            sp.And(
                kappa > 0,
                _v >= VARIANCE_AT_LEAST,
                _radius <= RADIUS * kappa,
                _regressions_covariance_at_most(_c, _radius),
                sp.Eq(_slope * _v, kappa + _c),
            ),
            sp.Abs(_slope) <= SLOPE * kappa,
        ),
        sp.Implies(
            sp.And(
                _v >= VARIANCE_AT_LEAST,
                _distance >= 0,
                _regressions_covariance_at_most(_c, _distance),
                sp.Eq(_slope * _v, _c),
            ),
            sp.Abs(_slope) <= SLOPE * _distance,
        ),
        sp.Implies(
            sp.And(
                sp.Abs(_slope) <= SLOPE * _distance,
                sp.Abs(_regression) <= RADIUS * _distance,
                sp.Eq(_drift, _slope * z - _regression),
            ),
            sp.Abs(_drift) <= _distance * _envelope(sp.Abs(z)),
        ),
    ),
    by=("logistic_tilt_bounds",),
    decided_by=Kind.SMT,
    over={"kappa": "(0, oo)", "Delta": "[0, oo)"},
)
STAYS = Step(
    "stays",
    rf"Let $D(y)=\mathbb{{E}}_q[g\,k(y,m)]$, $N(y)=\mathbb{{E}}_q[g\,z\,k(y,m)]$, $|g-1|\le\varepsilon={latex(NEAR)}$ "
    r"and $\mathbb{E}_q\,g=1$. By parity $\mathbb{E}_q[g\,m]=\mathbb{E}_q[g\,z]=0$, so the tilt bounds give "
    rf"$|D-1|\le\tfrac12(1+\varepsilon)\,{ENVELOPE_SQUARE}\kappa^2$ and "
    rf"$|N-s\psi|\le\tfrac12(1+\varepsilon)\,{Z_ENVELOPE_SQUARE}\kappa^2$, with $s$ as above. So $(N/D,D)$ obeys the "
    r"bounds that $(r,g)$ does; by Fubini $\mathbb{E}_q\,D=1$, and the parities are kept.",
    sp.Implies(
        sp.And(
            small,
            sp.Abs(_mean - 1) <= (1 + NEAR) * ENVELOPE_SQUARE * kappa**2 / 2,
            sp.Abs(_covariance - kappa) <= NEAR * Z_ENVELOPE * kappa,
            sp.Abs(_first) <= sp.Abs(_covariance) + (1 + NEAR) * Z_ENVELOPE_SQUARE * kappa**2 / 2,
        ),
        sp.And(sp.Abs(_mean - 1) <= NEAR, sp.Abs(_first) <= RADIUS * kappa * _mean),
    ),
    by=("logistic_tilt_bounds",),
    decided_by=Kind.SMT,
    over={"kappa": f"(0, {SMALL}]"},
)
CONTRACTS = Step(
    "contracts",
    r"Take two pairs at distance $\Delta$ in both unknowns, with images $(N/D,D)$ and $(r_2,D_2)$, $N_2=r_2D_2$. "
    r"Since $\mathbb{E}_q$ of $g_1-g_2$, of $z(g_1-g_2)$, of $g_2(m_1-m_2)$ and of $z(m_1-m_2)$ vanishes, "
    rf"$|D-D_2|\le({ENVELOPE}+{ENVELOPE_SQUARE}(1+\varepsilon))\kappa\Delta$ and "
    rf"$|N-N_2|\le({Z_ENVELOPE}\kappa+{Z_ENVELOPE}\varepsilon+{Z_ENVELOPE_SQUARE}(1+\varepsilon)\kappa)\Delta$. So the "
    r"images are at distance $\tfrac12\Delta$ at most.",
    sp.Implies(
        sp.And(
            small,
            _distance >= 0,
            sp.Abs(_mean - 1) <= NEAR,
            sp.Abs(_other_regression) <= RADIUS * kappa,
            sp.Abs(_mean - _other_mean) <= (ENVELOPE + (1 + NEAR) * ENVELOPE_SQUARE) * kappa * _distance,
            sp.Abs(_first - _other_regression * _other_mean)
            <= (Z_ENVELOPE * (kappa + NEAR) + (1 + NEAR) * Z_ENVELOPE_SQUARE * kappa) * _distance,
        ),
        sp.And(
            sp.Abs(_mean - _other_mean) <= _distance / 2,
            sp.Abs(_first / _mean - _other_regression) <= _distance / 2,
        ),
    ),
    by=("logistic_tilt_bounds",),
    decided_by=Kind.SMT,
    over={"kappa": f"(0, {SMALL}]", "Delta": "[0, oo)"},
)
LINEAR_EIGENFUNCTION = sp.And(
    sp.Eq(_drift + _regression, 2 * lam * z), sp.Abs(_regression) <= RADIUS * kappa, sp.Abs(_ratio - 1) <= NEAR
)
EIGENFUNCTION = Step(
    "eigenfunction",
    r"The pairs of continuous functions that the bounds, the parities and $\mathbb{E}_q\,g=1$ admit are closed under "
    r"uniform limits, so complete, and $(0,1)$ is one; images are continuous by dominated convergence, as $0<k(y,m)\le "
    r"e^{\kappa A}$. So the map has a fixed point, $g=D$ and $rD=N$. There $p=qg$ is a positive density and $p(y)=\int "
    r"p(z)\,q(y-m(z))\,dz$, so $p$ is stationary, and $r(y)=\int z\,p(z)\,q(y-m(z))\,dz/p(y)=\mathbb{E}[z\mid z'=y]$. "
    r"With $\lambda=\beta/2$, $m=\beta z-r$: the symmetric part $S=(T+T^*)/2$ of "
    r"$T\varphi=\mathbb{E}[\varphi(z')\mid z]$ has $Sz=\tfrac12(m+r)=\lambda z$.",
    sp.Implies(
        sp.And(
            small,
            sp.Abs(_mean - 1) <= NEAR,
            sp.Abs(_first) <= RADIUS * kappa * _mean,
            sp.Eq(_ratio, _mean),
            sp.Eq(_regression * _mean, _first),
            sp.Eq(_drift, _slope * z - _regression),
            sp.Eq(_slope, 2 * lam),
        ),
        LINEAR_EIGENFUNCTION,
    ),
    decided_by=Kind.SMT,
    over={"kappa": f"(0, {SMALL}]", "z": "real"},
)

CLAIM = Claim(
    id="smooth_linear_eigenfunction",
    paper="W",
    locator="Theorem 5.2, for a counterexample to it",
    role=Role.EXTENSION,
    title="Logistic noise admits drifts whose alignment has a linear eigenfunction",
    says=rf"For every $0<\kappa\le{latex(SMALL)}$ there is an odd drift $m$ with a stationary density $p$, "
    rf"$|p/q-1|\le{latex(NEAR)}$, such that $m(z)+r(z)=2\lambda z$ with $r(z')=\mathbb{{E}}[z\mid z']$, "
    rf"$|r|\le{latex(RADIUS)}\kappa$ and $\mathbb{{E}}_q[z\,m]=\kappa$. Here $g=p/q$.",
    statement=LINEAR_EIGENFUNCTION,
    assumptions={
        "logistic_noise": r"The noise is logistic: $q(e)=e^{-e}/(1+e^{-e})^2$.",
        "positive": r"$\kappa>0$.",
        "small": rf"$\kappa\le{latex(SMALL)}$.",
    },
    background=("contraction_principle",),
    steps=(EXPONENTIAL, ENVELOPES, AVERAGE, COVARIANCES, DRIFT, STAYS, CONTRACTS, EIGENFUNCTION),
    expected=Verdict.PROVED,
)

SIBLING = CLAIM.without(
    "small",
    title="The same bounds for every covariance",
    says=r"The same for every $\kappa>0$. Since $\mathbb{E}[z\,m]=\mathbb{E}[z\,z']\le\mathbb{E}\,z^2$, it asks for "
    rf"$(1-{Z_ENVELOPE}\varepsilon)\kappa\le(1+\varepsilon){latex(VARIANCE_AT_MOST)}$.",
    statement=sp.LessThan((1 - Z_ENVELOPE * NEAR) * kappa, (1 + NEAR) * VARIANCE_AT_MOST),
    fails_at={kappa: sp.Integer(4)},
)
