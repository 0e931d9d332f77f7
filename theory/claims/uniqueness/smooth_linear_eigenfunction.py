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
from theory.claims.uniqueness.logistic_tilt_bounds import VARIANCE_AT_LEAST, VARIANCE_AT_MOST
from theory.notation import z

kappa = sp.Symbol("kappa", real=True)
lam = sp.Symbol("lambda", real=True)
#: Range of the parameter.
SMALL = sp.Rational(1, 100)
small = sp.And(kappa > 0, kappa <= SMALL)

#: The ball of the unknowns: $|r| \le$ RADIUS $\kappa$ and $|g-1| \le$ NEAR.
RADIUS, NEAR = sp.Rational(6, 5), sp.Rational(1, 1000)
#: On it $|\beta| \le$ SLOPE $\kappa$, so that $|m| \le \kappa($ RADIUS + SLOPE $|z|)$.
SLOPE = sp.Rational(17, 15)

#: Bounds on the expectations of $A, A^2, |z|A, |z|A^2, A^4$ times $e^{2\kappa A}$ each, with $A=$ RADIUS + SLOPE $|z|$.
ENVELOPE, ENVELOPE_SQUARE, Z_ENVELOPE, Z_ENVELOPE_SQUARE, ENVELOPE_FOURTH = map(sp.Integer, (5, 15, 8, 33, 256))

_length = sp.Symbol("x", real=True)
_time = sp.Symbol("t", real=True)
_v, _c, _slope, _radius = sp.symbols("v C beta R", real=True)
_mean, _other_mean, _first, _second = sp.symbols("D D_2 N N_2", real=True)
_covariance, _other_regression, _distance = sp.symbols("s r_2 Delta", real=True)
_drift, _regression, _ratio = sp.symbols("m r g", real=True)


def tilted_moment(polynomial: sp.Expr) -> sp.Expr:
    r"""Bound on $\mathbb{E}_q[f(|z|)\,e^{2\kappa A}]$ for a polynomial f with coefficients that are not negative.

    .. math:: \mathbb{E}_q[|z|^k e^{2\kappa A}] \le \frac{1}{1-2\kappa a}\,\frac{2\,k!}{(1-2\kappa b)^{k+1}},
              \qquad A = a + b|z|
    """
    terms = sp.Poly(polynomial, _length).terms()
    sides = [2 * sp.factorial(k) * c / (1 - 2 * SLOPE * kappa) ** (k + 1) for (k,), c in terms]
    return sp.Add(*sides) / (1 - 2 * RADIUS * kappa)


_envelope = RADIUS + SLOPE * _length

EXPONENTIAL = Step(
    "exponential",
    r"$e^t\le1/(1-t)$ for $0\le t<1$: the difference $1-(1-t)e^t$ vanishes at $0$ and has a derivative $\ge0$.",
    sp.Eq(sp.Derivative(1 - (1 - _time) * sp.exp(_time), _time), _time * sp.exp(_time), evaluate=False),
    decided_by=Kind.SYMBOLIC,
    over={"t": "[0, 1)"},
)
ENVELOPES = Step(
    "envelopes",
    r"Let $A=\tfrac65+\tfrac{17}{15}|z|$. By `exponential` and the Laplace integrals the noise gives $A$, $A^2$, "
    r"$|z|A$, $|z|A^2$ and $A^4$, each times $e^{2\kappa A}$, expectations $\mathbb{E}_q$ of at most $5$, $15$, $8$, "
    r"$33$ and $256$.",
    sp.Implies(
        small,
        sp.And(
            *(
                tilted_moment(sp.expand(polynomial)) <= bound
                for polynomial, bound in (
                    (_envelope, ENVELOPE),
                    (_envelope**2, ENVELOPE_SQUARE),
                    (_length * _envelope, Z_ENVELOPE),
                    (_length * _envelope**2, Z_ENVELOPE_SQUARE),
                    (_envelope**4, ENVELOPE_FOURTH),
                )
            )
        ),
    ),
    by=("logistic_tilt_bounds",),
    decided_by=Kind.SMT,
    over={"kappa": "(0, 1/100]"},
)
DRIFT = Step(
    "drift",
    r"The unknowns are $r$, odd, and $g=p/q$, even. Put $m=\beta z-r$ with "
    r"$\beta\,\mathbb{E}_q[z^2]=\kappa+\mathbb{E}_q[z\,r]$, so that $\mathbb{E}_q[z\,m]=\kappa$. Let "
    r"$R=\sup|r|\le\tfrac65\kappa$. As $\mathbb{E}_q|z|\le2$, $C=\mathbb{E}_q[z\,r]$ has $|C|\le2R$; with "
    r"$v=\mathbb{E}_q[z^2]\ge3$, $|m|\le\kappa A$. The slopes of two $r$ at distance $\Delta$ differ by at most "
    r"$\tfrac{17}{15}\Delta$, so their drifts differ by at most $\Delta A$.",
    sp.And(
        sp.Implies(
            sp.And(
                kappa > 0,
                _v >= VARIANCE_AT_LEAST,
                _radius <= RADIUS * kappa,
                sp.Abs(_c) <= 2 * _radius,
                sp.Eq(_slope * _v, kappa + _c),
            ),
            sp.Abs(_slope) <= SLOPE * kappa,
        ),
        sp.Implies(
            sp.And(_v >= VARIANCE_AT_LEAST, _distance >= 0, sp.Abs(_c) <= 2 * _distance, sp.Eq(_slope * _v, _c)),
            sp.Abs(_slope) <= SLOPE * _distance,
        ),
    ),
    by=("logistic_tilt_bounds",),
    decided_by=Kind.SMT,
    over={"kappa": "(0, oo)", "Delta": "[0, oo)"},
)
STAYS = Step(
    "stays",
    r"Let $D(y)=\mathbb{E}_q[g\,k(y,m)]$, $N(y)=\mathbb{E}_q[g\,z\,k(y,m)]$, $|g-1|\le\varepsilon=\tfrac1{1000}$ and "
    r"$\mathbb{E}_q\,g=1$. By parity $\mathbb{E}_q[g\,m]=\mathbb{E}_q[g\,z]=0$, so the tilt bounds give "
    r"$|D-1|\le\tfrac12(1+\varepsilon)\,15\kappa^2$ and $|N-s\psi|\le\tfrac12(1+\varepsilon)\,33\kappa^2$, where "
    r"$s=\mathbb{E}_q[g\,z\,m]$ has $|s-\kappa|\le8\varepsilon\kappa$. So $(N/D,D)$ obeys the bounds that $(r,g)$ "
    r"does; by Fubini $\mathbb{E}_q\,D=1$, and the parities are kept.",
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
    over={"kappa": "(0, 1/100]"},
)
CONTRACTS = Step(
    "contracts",
    r"Take two pairs at distance $\Delta$ in both unknowns, with images $(N/D,D)$ and $(r_2,D_2)$, $N_2=r_2D_2$. "
    r"Since $\mathbb{E}_q$ of $g_1-g_2$, of $z(g_1-g_2)$, of $g_2(m_1-m_2)$ and of $z(m_1-m_2)$ vanishes, "
    r"$|D-D_2|\le(5+15(1+\varepsilon))\kappa\Delta$ and "
    r"$|N-N_2|\le(8\kappa+8\varepsilon+33(1+\varepsilon)\kappa)\Delta$. So the images are at distance "
    r"$\tfrac12\Delta$ at most.",
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
    over={"kappa": "(0, 1/100]", "Delta": "[0, oo)"},
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
    over={"kappa": "(0, 1/100]", "z": "real"},
)

CLAIM = Claim(
    id="smooth_linear_eigenfunction",
    paper="W",
    locator="Theorem 5.2, for a counterexample to it",
    role=Role.EXTENSION,
    title="Logistic noise admits drifts whose alignment has a linear eigenfunction",
    says=r"For every $0<\kappa\le\tfrac1{100}$ there is an odd drift $m$ with a stationary density $p$, "
    r"$|p/q-1|\le\tfrac1{1000}$, such that $m(z)+r(z)=2\lambda z$ with $r(z')=\mathbb{E}[z\mid z']$, "
    r"$|r|\le\tfrac65\kappa$ and $\mathbb{E}_q[z\,m]=\kappa$. Here $g=p/q$.",
    statement=LINEAR_EIGENFUNCTION,
    assumptions={
        "logistic_noise": r"The noise is logistic: $q(e)=e^{-e}/(1+e^{-e})^2$.",
        "positive": r"$\kappa>0$.",
        "small": r"$\kappa\le\tfrac1{100}$.",
    },
    background=("contraction_principle",),
    steps=(EXPONENTIAL, ENVELOPES, DRIFT, STAYS, CONTRACTS, EIGENFUNCTION),
    expected=Verdict.PROVED,
)

SIBLING = CLAIM.without(
    "small",
    title="The same bounds for every covariance",
    says=r"The same for every $\kappa>0$. Since $\mathbb{E}[z\,m]=\mathbb{E}[z\,z']\le\mathbb{E}\,z^2$, it asks for "
    r"$(1-8\varepsilon)\kappa\le(1+\varepsilon)\tfrac{31}9$.",
    statement=sp.LessThan((1 - Z_ENVELOPE * NEAR) * kappa, (1 + NEAR) * VARIANCE_AT_MOST),
    fails_at={kappa: sp.Integer(4)},
)
