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
from theory.notation import z
from theory.sturm_liouville import generator

_root, _density, _function = (sp.Function(name)(z) for name in ("k", "p", "phi"))
_stretch, _slope, _stretched_slope = sp.symbols("k phi_1' b", real=True)
INCREASING = _slope > 0

UNIT_DIFFUSION = Step(
    "unit_diffusion",
    r"With $K=k^2$, let $u$ increase at the rate $1/k$, so that $d/du=k\,d/dz$; $u$ has the density $q=pk$. Then "
    r"$D\phi=\frac1q\frac d{du}\big(q\frac{d\phi}{du}\big)$, a diffusion of coefficient $1$. Its flux is the same, "
    r"$q\frac{d\phi}{du}=Kp\phi'$, and so is its energy, $\mathbb{E}(\frac{d\phi}{du})^2=\mathbb{E}[K\phi'^2]$.",
    sp.Eq(
        generator(_function, _density, _root**2, z),
        _root * sp.Derivative(_density * _root * (_root * sp.Derivative(_function, z)), z) / (_density * _root),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"k, p, phi": "smooth, k > 0, p > 0"},
)
SLOPE = Step(
    "slope",
    r"So $\phi_1$ is a strictly monotone function of $u$, and as it changes sign it has exactly one zero. With the "
    r"sign that is positive above it, its slope in $u$ is $b=k\phi_1'>0$, hence $\phi_1'>0$.",
    sp.Implies(sp.And(_stretch > 0, sp.Eq(_stretched_slope, _stretch * _slope), _stretched_slope > 0), INCREASING),
    by=("first_harmonic_is_monotone", "sign_change_of_eigenfunctions"),
    decided_by=Kind.SMT,
    over={"k": "(0, oo)"},
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
