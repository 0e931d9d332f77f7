r"""Gaussian latents with a drift of changing sign have no linear optimum.

.. math:: z' = \rho\,s(z)\,z + \sqrt{1-\rho^2}\,\eta, \qquad s(z) = 1 \text{ for } |z|<c, \quad -1 \text{ for } |z|>c

The drift keeps the Gaussian law: $s(z)\,z$ is as Gaussian as $z$. So Ornstein-Uhlenbeck is not the only world with
additive noise and Gaussian latents, and Gaussian latents do not suffice for a linear optimum.

References
----------
W, Theorem 5.2 and Assumptions (i)-(iii).
"""

from collections.abc import Iterator

import sympy as sp

from theory.claim import Claim, Instance, Kind, Profile, Role, Step, Verdict
from theory.claims.assumptions import assume
from theory.gaussian_world import contraction, transition
from theory.hermite import sequence
from theory.instances import CORRELATIONS
from theory.notation import GaussianExpectation, eta, rho, s, t, z
from theory.optimality import LINEAR_IS_OPTIMAL, expectation, gaussian_moment, optimum

_c = sp.Symbol("c", positive=True)
_here, _mirrored, _cubic = sp.symbols("f_+ f_- x", real=True)
_three = sp.Integer(3)
_density = sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi)


def cubic_overlap(threshold: sp.Expr) -> sp.Expr:
    r"""Overlap of the flipped latent with degree 3.

    .. math:: \mathbb{E}[s(z)\,z\,\mathrm{He}_3(z)] = -4c^3\,e^{-c^2/2}/\sqrt{2\pi}
    """
    return -4 * threshold**3 * _density.subs(z, threshold)


FOLD = Step(
    "fold",
    r"$f(sz)=\frac{1+s}2f_++\frac{1-s}2f_-$ with $f_\pm=f(\pm z)$ and $s=\pm1$ the same at $z$ and $-z$. Together the "
    r"two points give $f_++f_-$, so $s(z)z$ has the law of $z$ where that is symmetric.",
    sp.Eq(
        ((1 + s) * _here + (1 - s) * _mirrored) / 2 + ((1 - s) * _here + (1 + s) * _mirrored) / 2,
        _here + _mirrored,
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"s": "real, so -1 and 1"},
)
STATIONARY = Step(
    "stationary",
    r"With $z$ for the Gaussian $s(z)z$, $z'$ has the moment generating function of $N(0,1)$.",
    sp.Eq(
        GaussianExpectation(GaussianExpectation(sp.exp(t * transition(z, eta, rho)), eta), z),
        sp.exp(t**2 / 2),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"t": "real", "rho": "(-1, 1)"},
)
ODD = Step(
    "odd",
    r"$\mathrm{He}_3$ is odd, so $\mathrm{He}_3(sz)=s\,\mathrm{He}_3(z)$, and the contraction of degree 3 reads "
    r"$T\,\mathrm{He}_3=\rho^3s\,\mathrm{He}_3$, while $Tz=\rho sz$.",
    sp.Implies(sp.Eq(s**2, 1), sp.Eq(sequence(s * z, 3)[3], s * sequence(z, 3)[3])),
    by=("degree_contraction",),
    decided_by=Kind.SMT,
    over={"s": "-1 and 1", "z": "real"},
)
OVERLAP = Step(
    "overlap",
    r"$\mathbb{E}[z\,\mathrm{He}_3]=0$, so $\mathbb{E}[sz\,\mathrm{He}_3]$ is twice the part in $|z|<c$: "
    r"$-4c^3e^{-c^2/2}/\sqrt{2\pi}$.",
    sp.Eq(
        2 * sp.Integral(z * sequence(z, 3)[3] * _density, (z, -_c, _c)) - GaussianExpectation(z * sequence(z, 3)[3], z),
        cubic_overlap(_c),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"c": "(0, oo)"},
)
NOT_LINEAR = Step(
    "not_linear",
    r"$\langle\mathrm{He}_3,Sz\rangle=\frac12(\rho+\rho^3)\,\mathbb{E}[sz\,\mathrm{He}_3]$ is not $0$ - with "
    r"$x=c^3e^{-c^2/2}/\sqrt{2\pi}>0$ -, though $\mathrm{He}_3$ is orthogonal to $z$: $Sz$ is no multiple of $z$, and "
    r"linear maps are not optimal.",
    sp.Implies(
        sp.And(rho > 0, rho < 1, _cubic > 0),
        (contraction(sp.Integer(1), rho) + contraction(_three, rho)) / 2 * (-4 * _cubic) < 0,
    ),
    by=("linear_optimum_is_an_eigenfunction",),
    decided_by=Kind.SMT,
    over={"rho": "(0, 1)", "x": "(0, oo)"},
)


def _moment_inside(power: int, threshold: sp.Expr) -> sp.Expr:
    r"""Integral of $z^k$ over $|z|<c$ under the Gaussian law, by parts from one power to the next."""
    if power % 2:
        return sp.Integer(0)
    if power == 0:
        return sp.erf(threshold / sp.sqrt(2))
    at_ends = 2 * threshold ** (power - 1) * _density.subs(z, threshold)
    return (power - 1) * _moment_inside(power - 2, threshold) - at_ends


def _worlds(_profile: Profile) -> Iterator[Instance]:
    """The latent, and a cubic map that leans the way that gains: correlations by the moments inside and outside."""
    for correlation, threshold in zip(CORRELATIONS, map(sp.Rational, ("1/2", "1", "2")), strict=True):
        signed = {z: lambda power, c=threshold: 2 * _moment_inside(power, c) - gaussian_moment(power)}
        for sign in (1, -1):
            correlations = {}
            for lean in (0, -sp.Rational(sign, 100)):
                f = z + lean * sequence(z, 3)[3]
                # f is odd: where the drift is flipped, its image is.
                image = expectation(f.subs(z, transition(z, eta, correlation)), {eta: gaussian_moment})
                covariance = sign * expectation(f * image, signed)
                correlations[sp.Tuple(1, lean)] = covariance / expectation(f**2, {z: gaussian_moment})
            yield optimum(correlations, [sp.Tuple(1, 0)])


CLAIM = Claim(
    id="gaussian_world_with_nonlinear_optimum",
    paper="W",
    locator="Theorem 5.2",
    role=Role.EXTENSION,
    title="Gaussian latents with a drift of changing sign have no linear optimum",
    says=r"For $z'=\rho\,s(z)z+\sqrt{1-\rho^2}\,\eta$, where $s$ changes from $1$ to $-1$ (or back) at $|z|=c$, the "
    r"law $N(0,1)$ is stationary and linear maps do not minimise the alignment loss, for any $0<\rho<1$ and "
    r"$0<c<\infty$.",
    statement=sp.Not(LINEAR_IS_OPTIMAL),
    assumptions=assume("gaussian_latents", "gaussian_noise", "independent_coordinates", "positive_correlation")
    | {
        "flipped_drift": r"$m_j(z_j)=\rho\,s(z_j)\,z_j$ with $s=\pm1$ as $|z_j|<c$ or $|z_j|>c$, or the opposite.",
        "threshold": r"$0<c<\infty$.",
    },
    steps=(FOLD, STATIONARY, ODD, OVERLAP, NOT_LINEAR),
    holds_at=_worlds,
    expected=Verdict.PROVED,
)


_threshold = sp.Symbol("c", real=True)
SIBLING = CLAIM.without(
    "threshold",
    title="Nonlinear optimum of any such drift",
    says=r"$\langle\mathrm{He}_3,Sz\rangle<0$ for $c=0$ as well, where the drift is $-\rho z$ throughout.",
    statement=(rho + rho**3) / 2 * cubic_overlap(_threshold) < 0,
    fails_at={rho: sp.Rational(1, 2), _threshold: sp.Integer(0)},
)
