r"""Every non-constant eigenfunction of a reversible diffusion changes sign.

.. math:: -\mu \int \phi\,p\,dz = \int (K p\,\phi')'\,dz = 0

References
----------
W, Appendices B and F.
"""

import sympy as sp

from theory.claim import Claim, Finding, Kind, Profile, Role, Step, Verdict, evidence
from theory.claims.uniqueness.zeros_of_eigenfunctions import NON_CONSTANT_EIGENFUNCTION
from theory.hermite import sequence
from theory.notation import z

_p, _phi, _K = (sp.Function(name) for name in ("p", "phi", "K"))
_rate, _mean, _positive_part, _negative_part = sp.symbols("mu M M_+ M_-", real=True)

FLUX = Step(
    "flux",
    r"$D\phi=K\phi''+(K'+Kp'/p)\,\phi'$, so the flux $y=Kp\phi'$ has the derivative $p\,D\phi=-\mu\phi p$; it vanishes "
    r"at both ends, so the integral of $\phi p$ over the line, times $\mu$, is $0$.",
    sp.Eq(
        sp.Derivative(_K(z) * _p(z) * sp.Derivative(_phi(z), z), z),
        _p(z) * (_K(z) * _phi(z).diff(z, 2) + (_K(z).diff(z) + _K(z) * _p(z).diff(z) / _p(z)) * _phi(z).diff(z)),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"K, p, phi": "smooth, p > 0"},
)
TAKES_BOTH_SIGNS = sp.Implies(sp.Ne(_rate, 0), sp.And(_positive_part > 0, _negative_part > 0))
BOTH_SIGNS = Step(
    "both_signs",
    r"So its mean $M=\int\phi p\,dz$ has $-\mu M=0$. Its positive and negative parts have the integrals $M_+,M_-\ge0$ "
    r"with $M=M_+-M_-$ and, as it is not zero, $M_++M_->0$. If $\mu\ne0$, both are positive: it takes both signs and, "
    r"being continuous, has a zero in between.",
    sp.Implies(
        sp.And(
            sp.Eq(-_rate * _mean, 0),
            sp.Eq(_mean, _positive_part - _negative_part),
            _positive_part >= 0,
            _negative_part >= 0,
            _positive_part + _negative_part > 0,
        ),
        TAKES_BOTH_SIGNS,
    ),
    decided_by=Kind.SMT,
    over={"mu": "real", "M_+, M_-": "[0, oo)"},
)

CLAIM = Claim(
    id="sign_change_of_eigenfunctions",
    paper="W",
    locator="Appendix B",
    role=Role.EXTENSION,
    title="Every non-constant eigenfunction changes sign",
    says=r"If $D\phi=-\mu\phi$ with $\mu\ne0$, $\phi$ has an interior zero at which it changes sign; $\phi_1$ is no "
    r"exception. That is, $\int\phi_\pm\,p\,dz=M_\pm>0$ for its positive and its negative part.",
    statement=TAKES_BOTH_SIGNS,
    assumptions=NON_CONSTANT_EIGENFUNCTION,
    steps=(FLUX, BOTH_SIGNS),
    expected=Verdict.PROVED,
)


@evidence(CLAIM.id, Kind.EXHAUSTIVE)
def zeros_of_hermite_polynomials(profile: Profile) -> Finding:
    """The Gaussian eigenfunctions He_k have k real zeros, counted exactly by Sturm sequences."""
    top = profile.pick(quick=15, thorough=24)
    counts = {k: sp.Poly(polynomial, z).count_roots() for k, polynomial in enumerate(sequence(z, top)) if k}
    wrong = [k for k, count in counts.items() if count != k]
    return Finding(not wrong, {"k": f"1 to {top}"}, f"k = {wrong}" if wrong else "")


SIBLING = CLAIM.without(
    "non_constant",
    title="Sign change of every eigenfunction",
    says=r"The same at $\mu=0$, where $\phi=1$ has the mean $1$.",
    statement=sp.Implies(sp.Eq(-_rate * _mean, 0, evaluate=False), sp.Eq(_mean, 0)),
    fails_at={_rate: sp.Integer(0), _mean: sp.Integer(1)},
)
