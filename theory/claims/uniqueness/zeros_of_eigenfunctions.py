r"""The printed count of zeros, one too few: the first non-constant eigenfunction has an interior zero.

References
----------
W, Appendix B (and Appendix F, which has the right count).
"""

import sympy as sp

from theory.claim import Claim, Role, Verdict
from theory.notation import z
from theory.sturm_liouville import generator

#: What makes a function an eigenfunction of a reversible diffusion that is not constant.
NON_CONSTANT_EIGENFUNCTION = {
    "diffusion": r"$D\phi=(Kp\phi')'/p$ with $K,p>0$ smooth.",
    "no_flux": r"$Kp\phi'\to0$ at both ends, and $\int|\phi|\,p\,dz<\infty$.",
    "non_constant": r"$D\phi=-\mu\phi$ with $\mu\ne0$, and $\phi$ is not identically zero.",
}

_scale = sp.Symbol("a", real=True)
_gaussian = sp.exp(-(z**2) / 2)


def _no_zero(function: sp.Expr) -> sp.Implies:
    """Say that an eigenfunction for K = 1, p = N(0, 1) and mu = 1 has no zero."""
    image = generator(function, _gaussian, sp.Integer(1), z)
    return sp.Implies(sp.Eq(image, -function, evaluate=False), sp.Ne(function, 0))


CLAIM = Claim(
    id="zeros_of_eigenfunctions",
    paper="W",
    locator="Appendix B",
    role=Role.THEOREM,
    title="The first non-constant eigenfunction has no interior zero",
    says=r"$D\phi_1=-\mu_1\phi_1$ makes $\phi_1\ne0$ throughout; with $K=1$, $p=N(0,1)$ and $\mu_1=1$: $\phi_1(z)=z$.",
    statement=_no_zero(z),
    assumptions=NON_CONSTANT_EIGENFUNCTION,
    expected=Verdict.REPAIRED,
    repaired_by="sign_change_of_eigenfunctions",
    fails_at={z: sp.Integer(0)},
)


SIBLING = CLAIM.without(
    "non_constant",
    title="No interior zero for any solution of the equation",
    says=r"The same for $\phi(z)=az$ with any $a$, so for $\phi=0$ as well.",
    statement=_no_zero(_scale * z),
    fails_at={_scale: sp.Integer(0)},
)
