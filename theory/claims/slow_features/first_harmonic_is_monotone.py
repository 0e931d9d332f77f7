r"""The slowest function of one latent is strictly monotone, and no other is as slow.

.. math:: \lambda_1 = \min_{\varphi} \frac{K\,\mathbb{E}\,\varphi'^2}{\mathrm{Var}\,\varphi}
          \;\Longrightarrow\; \varphi_1' \ne 0 \text{ inside the interval}

The minimum is not raised by $\varphi\mapsto\int|\varphi'|$: no oscillation theory is needed.

References
----------
W, Appendix B and Appendix F.
"""

from collections.abc import Iterator
from itertools import product

import sympy as sp

from theory.claim import Claim, Finding, Kind, Profile, Role, Step, Verdict, evidence
from theory.notation import x, z
from theory.proof import identity
from theory.sturm_liouville import WORLDS, generator, shape

#: What a latent of Appendix F is: one coordinate of the world.
REVERSIBLE_DIFFUSION = {
    "reversible": r"A latent follows the diffusion with generator $D\varphi=K(p\varphi')'/p$, $K>0$, and $p$ is smooth "
    r"and positive.",
    "interval": r"It lives on an interval, without flux through the ends: $p\varphi'\to0$ there.",
    "attained": r"The slowest nonconstant function exists: $\lambda_1>0$ is an eigenvalue, "
    r"$\mathbb{E}\,\varphi_1^2<\infty$.",
}

#: Shapes at which the worlds of known harmonics are looked at.
SHAPES = ("3/2", "3", "6")

_harmonic = sp.Function("varphi_1")(z)
_first_rate, _next_rate = sp.symbols("lambda_1 lambda_2", real=True)
_rise, _fall, _energy, _variance, _larger, _rate = sp.symbols("r f E V W lambda", real=True)
_mass, _above, _below, _value = sp.symbols("m t h v", real=True)
_slope, _other_slope, _factor = sp.symbols("a b c", real=True)

REARRANGED = Step(
    "rearranged",
    r"Let $\psi'=|\varphi_1'|$: the energy $K\,\mathbb{E}\psi'^2$ is the same. If $\varphi_1$ rises by $r$ and falls "
    r"by $f$ between $x$ and $y$, then $|\varphi_1(x)-\varphi_1(y)|=|r-f|$ and $|\psi(x)-\psi(y)|=r+f$: the variance, "
    r"half the mean of the square over independent $x,y$, does not shrink, and stays only if $rf=0$.",
    sp.Implies(
        sp.And(_rise >= 0, _fall >= 0),
        sp.And(
            (_rise - _fall) ** 2 <= (_rise + _fall) ** 2,
            sp.Implies(sp.Eq((_rise - _fall) ** 2, (_rise + _fall) ** 2), sp.Eq(_rise * _fall, 0)),
        ),
    ),
    decided_by=Kind.SMT,
    over={"r": "[0, oo)", "f": "[0, oo)"},
)
MINIMAL = Step(
    "minimal",
    r"As $E=\lambda_1V$ is minimal, $\lambda_1W\le E$ for the variance $W\ge V$ of $\psi$: so $W=V$, and $\varphi_1$ "
    r"is monotone; say, it increases.",
    sp.Implies(
        sp.And(_energy > 0, _variance > 0, _larger >= _variance, sp.Eq(_energy, _rate * _variance)),
        sp.Implies(_rate * _larger <= _energy, sp.Eq(_larger, _variance)),
    ),
    decided_by=Kind.SMT,
)
FLUX = Step(
    "flux",
    r"$Kp\varphi_1'(z)=\lambda_1t$ with $t=\int_z\varphi_1p$ above $z$, $h=-t$ below. With mass $m\in(0,1)$ above and "
    r"$v=\varphi_1(z)$, $t\ge mv$ and $h\le(1-m)v$. If $t\le0$, then $t=v=0$: $\varphi_1\le0$ below $z$ with integral "
    r"zero, so it vanishes there, and everywhere. Hence $t>0$ and $\varphi_1'(z)>0$.",
    sp.Implies(
        sp.And(
            _mass > 0,
            _mass < 1,
            sp.Eq(_above + _below, 0),
            _above >= _mass * _value,
            _below <= (1 - _mass) * _value,
            _above <= 0,
        ),
        sp.And(sp.Eq(_above, 0), sp.Eq(_value, 0)),
    ),
    decided_by=Kind.SMT,
    over={"m": "(0, 1)"},
)
SIMPLE = Step(
    "simple",
    r"If $\chi$ had the same eigenvalue, with slope $a$ at some $z$ where $\varphi_1$ has the slope $b>0$, then "
    r"$\chi-\frac ab\varphi_1$ would have the slope $0$ there: it is zero. So the next eigenvalue is larger.",
    sp.Implies(
        sp.And(_other_slope > 0, sp.Eq(_factor, _slope / _other_slope)),
        sp.Eq(_slope - _factor * _other_slope, 0),
    ),
    decided_by=Kind.SMT,
)


def _harmonics_at_points() -> Iterator[dict[sp.Basic, sp.Basic]]:
    for world, value in product(WORLDS, map(sp.Rational, SHAPES)):
        for point in (sp.Rational(i, 2) for i in range(-3, 4)) if value in world.shapes else ():
            yield {
                _harmonic: world.first_harmonic.subs(shape, value),
                x: point,
                _first_rate: world.rate.subs(shape, value),
                _next_rate: world.next_rate.subs(shape, value),
            }


CLAIM = Claim(
    id="first_harmonic_is_monotone",
    paper="W",
    locator="Appendix F, first harmonics",
    role=Role.THEOREM,
    title="The slowest function of a latent is a strictly monotone transform of it",
    says=r"$\varphi_1'(x)\ne0$ at every inner point $x$, and the next eigenvalue $\lambda_2$, counted with "
    r"multiplicity, is larger: $\lambda_1$ is simple.",
    statement=sp.And(sp.Ne(sp.Subs(sp.Derivative(_harmonic, z), z, x), 0), _next_rate > _first_rate),
    assumptions=REVERSIBLE_DIFFUSION,
    steps=(REARRANGED, MINIMAL, FLUX, SIMPLE),
    holds_at=lambda _: _harmonics_at_points(),
    expected=Verdict.PROVED,
)


@evidence(CLAIM.id, Kind.EXHAUSTIVE)
def worlds_with_a_known_harmonic(_profile: Profile) -> Finding:
    """Five families of laws: the eigenvalue equation holds for every shape, and the derivative has no zero."""
    wrong = []
    for world in WORLDS:
        solved = identity(
            sp.Eq(
                generator(world.first_harmonic, world.density, sp.Integer(1), z),
                -world.rate * world.first_harmonic,
                evaluate=False,
            )
        )
        zeros = sp.solveset(sp.diff(world.first_harmonic, z), z, world.interval)
        if not solved.passed or zeros != sp.S.EmptySet:
            wrong.append(f"{world.law}: {solved.detail} zeros {zeros}")
    return Finding(not wrong, {"laws": [world.law for world in WORLDS]}, "; ".join(wrong))


SIBLING = CLAIM.without(
    "interval",
    title="The slowest function on a circle",
    says=r"The same on a circle, where $\cos$ is among the slowest functions of the uniform law.",
    statement=sp.Ne(sp.sin(x), 0),
    fails_at={x: sp.Integer(0)},
)
HEAVY_TAILS = CLAIM.without(
    "attained",
    title="The slowest function of logistic latents",
    says=r"The same for $p=\cosh^{-2a}z$ at every $a>0$, where $\sinh z$ solves the equation: at $a=1$, the logistic "
    r"law, $\varphi^2p$ does not even tend to zero.",
    statement=sp.Eq(sp.Limit(sp.sinh(z) ** 2 * sp.cosh(z) ** (-2 * shape), z, sp.oo), 0),
    fails_at={shape: sp.Integer(1)},
)
