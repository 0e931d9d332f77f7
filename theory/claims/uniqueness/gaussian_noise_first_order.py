r"""To first order, Gaussian noise leaves no latents but Gaussian ones.

With $c=0$ the two equations of the first-order family combine to $a_k\,D_k(\rho)=0$ for $k\ge3$, where

.. math:: D_k(\rho) = 1+(k-1)\rho^{k-2}+\rho^{2k-2}-(k+1)\rho^k
          = (1-\rho^{k-1})^2+2\rho^{k-1}(1-\rho)+(k-1)\rho^{k-2}(1-\rho^2) > 0

Degrees 1 and 2 move the mean and the variance of a Gaussian.

References
----------
W, Theorem 5.2.
"""

import sympy as sp

from theory.claim import Claim, Finding, Kind, Profile, Role, Step, Verdict, evidence
from theory.claims.assumptions import assume
from theory.claims.uniqueness import first_order_family
from theory.claims.uniqueness.first_order_family import optimality_defect, stationarity_defect
from theory.notation import rho, z

_k = sp.Symbol("k", integer=True, positive=True)
_latent, _drift, _noise = sp.symbols("a_k b_{k-1} c_k", real=True)
_size, _mean, _variance, _change = sp.symbols("epsilon mu v beta", real=True)
_kept, _kept_less, _excess = sp.symbols("r r_2 D", real=True)
_degree = sp.Symbol("k", real=True)
NO_HIGHER_DEGREE = sp.Implies(_degree >= 3, sp.Eq(_latent, 0))


def gaussian_noise_factor(degree: sp.Expr, rho: sp.Expr) -> sp.Expr:
    r"""Factor $D_k(\rho)=1+(k-1)\rho^{k-2}+\rho^{2k-2}-(k+1)\rho^k$ of $a_k$."""
    return 1 + (degree - 1) * rho ** (degree - 2) + rho ** (2 * degree - 2) - (degree + 1) * rho**degree


ELIMINATE = Step(
    "eliminate",
    r"For $c_k=0$, $b_{k-1}$ drops out of the two equations, each of which is zero, and leaves $D_k(\rho)\,a_k=0$.",
    sp.Eq(
        (1 + (_k - 1) * rho ** (_k - 2)) * stationarity_defect(_latent, _drift, sp.Integer(0), _k, rho)
        + sp.sqrt(_k) * rho ** (_k - 1) * optimality_defect(_latent, _drift, _k - 1, rho),
        gaussian_noise_factor(_k, rho) * _latent,
    ),
    by=("first_order_family",),
    decided_by=Kind.SYMBOLIC,
    over={"k": "every integer >= 3"},
)
SPLIT = Step(
    "split",
    r"$D_k$ is a sum of three terms.",
    sp.Eq(
        gaussian_noise_factor(_k, rho),
        (1 - rho ** (_k - 1)) ** 2 + 2 * rho ** (_k - 1) * (1 - rho) + (_k - 1) * rho ** (_k - 2) * (1 - rho**2),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"k": "every integer >= 3"},
)
POSITIVE = Step(
    "positive",
    r"With $r=\rho^{k-1}$ and $r_2=\rho^{k-2}$ positive, none of them is negative for $k\ge3$ and the second is "
    r"positive, so $a_k=0$.",
    sp.Implies(
        sp.And(
            *(sp.And(value > 0, value < 1) for value in (rho, _kept, _kept_less)),
            sp.Eq(
                _excess,
                (1 - _kept) ** 2 + 2 * _kept * (1 - rho) + (_degree - 1) * _kept_less * (1 - rho**2),
            ),
            sp.Eq(_excess * _latent, 0),
        ),
        NO_HIGHER_DEGREE,
    ),
    decided_by=Kind.SMT,
    over={"rho": "(0, 1)", "k": "[3, oo)"},
)
_ratio = sp.exp(z**2 / 2 - (z - _size * _mean) ** 2 / (2 * (1 + _size * _variance))) / sp.sqrt(1 + _size * _variance)
GAUSSIAN_DIRECTIONS = Step(
    "gaussian_directions",
    r"Degrees 1 and 2 stay Gaussian: the density of $N(\epsilon\mu,1+\epsilon v)$ is $\gamma\,(1+\epsilon a)$ to first "
    r"order with $a_1=\mu$ and $a_2=v/\sqrt2$.",
    sp.Eq(
        sp.Subs(sp.Derivative(_ratio, _size), _size, 0),
        _mean * sp.hermite_prob(1, z) + _variance / sp.sqrt(2) * sp.hermite_prob(2, z) / sp.sqrt(2),
    ),
    decided_by=Kind.SYMBOLIC,
    over={"mu, v": "real"},
)
SLOWER_WORLD = Step(
    "slower_world",
    r"The variance moves with the correlation: $z'=(\rho+\epsilon\beta)z+\sigma\eta$ keeps the variance $1+\epsilon v$ "
    r"to first order iff $v=\rho^2v+2\rho\beta$, which is the first equation at $k=2$ with $b_1=\beta$.",
    sp.Eq(
        sp.Subs(
            sp.Derivative(
                1 + _size * _variance - (rho + _size * _change) ** 2 * (1 + _size * _variance) - (1 - rho**2), _size
            ),
            _size,
            0,
        ),
        sp.sqrt(2) * stationarity_defect(_variance / sp.sqrt(2), _change, sp.Integer(0), sp.Integer(2), rho),
    ),
    decided_by=Kind.SYMBOLIC,
    over={"rho": "(0, 1)", "beta": "real"},
)

CLAIM = Claim(
    id="gaussian_noise_first_order",
    paper="W",
    locator="Theorem 5.2",
    role=Role.EXTENSION,
    title="To first order, Gaussian noise and a linear optimum leave only Gaussian latents",
    says=r"In the first-order family with $c=0$, $a_k=0$ for every $k\ge3$ and every $\rho\in(0,1)$; $a_1$ and $a_2$ "
    r"move the mean and the variance of a Gaussian. Whether Gaussian noise suffices beyond first order is open.",
    statement=NO_HIGHER_DEGREE,
    assumptions=dict(first_order_family.CLAIM.assumptions) | assume("gaussian_noise"),
    steps=(ELIMINATE, SPLIT, POSITIVE, GAUSSIAN_DIRECTIONS, SLOWER_WORLD),
    expected=Verdict.PROVED,
)


@evidence(CLAIM.id, Kind.EXHAUSTIVE)
def roots_degree_by_degree(profile: Profile) -> Finding:
    """Count the roots of D_k in [0, 1] by Sturm's theorem: the only one is at rho = 1, and D_k(0) is positive."""
    top = profile.pick(quick=60, thorough=120)
    wrong = []
    for degree in range(3, top + 1):
        factor = sp.Poly(gaussian_noise_factor(sp.Integer(degree), rho), rho)
        if not (factor.count_roots(0, 1) == 1 and factor.eval(1) == 0 and factor.eval(0) > 0):
            wrong.append(degree)
    return Finding(not wrong, {"k": f"3 to {top}"}, f"not at k = {wrong}" if wrong else "")


_three, _two = sp.Integer(3), sp.Integer(2)
SIBLING = CLAIM.without(
    "gaussian_noise",
    title="Noise of any law",
    says=r"The same, $a_3=0$, with noise of degree 3: at $\rho=\frac12$, $a_3=1$, $b_2=\sqrt3/8$, $c_3=25\sqrt3/36$ "
    r"solve both equations.",
    statement=sp.Implies(
        sp.And(
            sp.Eq(stationarity_defect(_latent, _drift, _noise, _three, rho), 0),
            sp.Eq(optimality_defect(_latent, _drift, _two, rho), 0),
        ),
        sp.Eq(_latent, 0),
    ),
    fails_at={
        rho: sp.Rational(1, 2),
        _latent: sp.Integer(1),
        _drift: sp.sqrt(3) / 8,
        _noise: 25 * sp.sqrt(3) / 36,
    },
)
