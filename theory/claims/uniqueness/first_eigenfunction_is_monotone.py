r"""The first non-constant eigenfunction of a reversible diffusion is strictly monotone.

.. math:: K p\,\phi_1'(x) = \mu_1\int_x^\infty \phi_1\,p\,dz = -\mu_1\int_{-\infty}^x \phi_1\,p\,dz

References
----------
W, Appendices B and F.
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.claims.uniqueness.sign_change_of_eigenfunctions import FLUX
from theory.claims.uniqueness.zeros_of_eigenfunctions import NON_CONSTANT_EIGENFUNCTION
from theory.hermite import sequence
from theory.notation import z
from theory.sturm_liouville import generator

_rate, _above, _below, _flux = sp.symbols("mu I_+ I_- y", real=True)
_weight, _slope = sp.symbols("w phi_1'", real=True)
INCREASING = _slope > 0

NO_ZERO = Step(
    "no_zero",
    r"With $I_\pm$ the integrals of $\phi_1p$ above and below $x$, the flux is $y(x)=\mu_1I_+=-\mu_1I_-$. $\phi_1$ has "
    r"one zero $c$; let it be positive above. Then $I_+>0$ for $x\ge c$ and $I_-<0$ for $x<c$, and with "
    r"$\mu_1>0$ the flux is positive everywhere. It is $w\phi_1'$ with $w=Kp>0$, so $\phi_1'>0$.",
    sp.Implies(
        sp.And(
            _rate > 0,
            sp.Eq(_flux, _rate * _above),
            sp.Eq(_flux, -_rate * _below),
            sp.Or(_above > 0, _below < 0),
            _weight > 0,
            sp.Eq(_flux, _weight * _slope),
        ),
        INCREASING,
    ),
    decided_by=Kind.SMT,
    over={"mu": "(0, oo)"},
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
    assumptions=NON_CONSTANT_EIGENFUNCTION | {"first": r"$\phi=\phi_1$, of the smallest positive $\mu$."},
    background=("sturm_oscillation",),
    steps=(FLUX, NO_ZERO),
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
