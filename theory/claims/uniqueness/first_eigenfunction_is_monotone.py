r"""The first non-constant eigenfunction of a reversible diffusion is strictly monotone, whatever its coefficient.

.. math:: D\phi = \frac{(Kp\,\phi')'}{p} = \frac1q\,\frac{d}{du}\Big(q\,\frac{d\phi}{du}\Big), \qquad
          \frac{du}{dz} = \frac1{\sqrt K}, \quad q = p\,\sqrt K

References
----------
W, Appendices B and F.
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.claims.uniqueness.zeros_of_eigenfunctions import NON_CONSTANT_EIGENFUNCTION
from theory.hermite import sequence
from theory.notation import x, z
from theory.sturm_liouville import generator

_f, _q, _position = sp.Function("f"), sp.Function("q"), sp.Function("u")(z)
_rate = sp.Derivative(_position, z)
_speed, _slope, _slope_in_u = sp.symbols("u' phi_1' f'", real=True)
INCREASING = _slope > 0

UNIT_DIFFUSION = Step(
    "unit_diffusion",
    r"Let $u'=1/\sqrt K$, $\phi=f(u)$, and $q$ the density of $u$: $p=q(u)\,u'$. Then $D\phi$ is $(qf')'/q$ at $u$, "
    r"a diffusion of coefficient $1$. Its flux is the same, $q(u)f'(u)=Kp\phi'$, and so is its energy, "
    r"$f'(u)^2=K\phi'^2$.",
    sp.Eq(
        generator(_f(_position), _q(_position) * _rate, _rate**-2, z),
        sp.Subs(generator(_f(x), _q(x), sp.Integer(1), x), x, _position),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"f, q, u": "smooth, q > 0, u' > 0"},
)
SLOPE = Step(
    "slope",
    r"So $\phi_1$ is a strictly monotone function $f$ of $u$, and as it changes sign it has exactly one zero. With the "
    r"sign that is positive above it, $f'>0$, hence $\phi_1'=f'(u)\,u'>0$.",
    sp.Implies(sp.And(_speed > 0, sp.Eq(_slope, _slope_in_u * _speed), _slope_in_u > 0), INCREASING),
    by=("first_harmonic_is_monotone", "sign_change_of_eigenfunctions"),
    decided_by=Kind.SMT,
    over={"u'": "(0, oo)"},
)

CLAIM = Claim(
    id="first_eigenfunction_is_monotone",
    paper="W",
    locator="Appendices B and F",
    role=Role.EXTENSION,
    title="The first non-constant eigenfunction is strictly monotone",
    says=r"$\phi_1$ has exactly one interior zero, and $\phi_1'$ none: with the sign of $\phi_1$ that is positive "
    r"above its zero, $\phi_1'>0$.",
    statement=INCREASING,
    assumptions=NON_CONSTANT_EIGENFUNCTION
    | {
        "first": r"$\phi=\phi_1$ is the slowest function: $\mu=\mu_1>0$ is the smallest "
        r"$\mathbb{E}[K\varphi'^2]/\mathrm{Var}\,\varphi$, and $\mathbb{E}\,\phi_1^2<\infty$.",
        "interval": r"The latent lives on an interval.",
    },
    steps=(UNIT_DIFFUSION, SLOPE),
    expected=Verdict.PROVED,
)


_second = sequence(z, 2)[2]
SIBLING = CLAIM.without(
    "first",
    title="Monotone eigenfunctions of any order",
    says=r"The same for $\phi_2=\mathrm{He}_2$, an eigenfunction for $K=1$ and $p=N(0,1)$ with $\mu=2$.",
    statement=sp.Implies(
        sp.Eq(generator(_second, sp.exp(-(z**2) / 2), sp.Integer(1), z), -2 * _second, evaluate=False),
        sp.Gt(sp.diff(_second, z), 0),
    ),
    fails_at={z: sp.Integer(0)},
)
