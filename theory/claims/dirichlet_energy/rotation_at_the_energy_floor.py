r"""The Dirichlet energy is at its floor for rotations, and for nothing else.

.. math:: \mathbb{E}|Dh|_F^2 = n \;\Longrightarrow\; Dh(z) \in O(n) \text{ for all } z
          \;\Longrightarrow\; |h(x)-h(y)| = |x-y| \;\Longrightarrow\; h(z) = Qz
          \;\Longrightarrow\; \mathbb{E}|Dh|_F^2 = n

References
----------
W, Appendix E.
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.claims.assumptions import assume
from theory.claims.dirichlet_energy import isometries_are_affine
from theory.claims.dirichlet_energy.log_jacobian_has_mean_zero import GAUSSIAN_DIFFEOMORPHISM
from theory.instances import gaussian_diffeomorphisms, of_map
from theory.notation import Q, dirichlet_energy, encoded, latent, n

_first, _second = sp.symbols("a b", real=True)
_value, _power = sp.symbols("s p", real=True)
_image, _preimage = sp.symbols("|h(x)-h(y)| |x-y|", real=True)
_offset, _mean, _mean_of_image = sp.symbols("b m M", real=True)

GAPS_VANISH = Step(
    "gaps_vanish",
    r"The gaps of the two inequalities, $a=\mathbb{E}[|Dh|_F^2-n|\det Dh|^{2/n}]$ and "
    r"$b=n\,\mathbb{E}[|\det Dh|^{2/n}-1-\frac2n\log|\det Dh|]$, are nonnegative and add up to $0$: their integrands "
    r"vanish almost everywhere, and everywhere as they are continuous.",
    sp.Implies(
        sp.And(_first >= 0, _second >= 0, sp.Eq(_first + _second, 0)),
        sp.And(sp.Eq(_first, 0), sp.Eq(_second, 0)),
    ),
    by=("dirichlet_energy_floor",),
    decided_by=Kind.SMT,
)
ORTHOGONAL = Step(
    "orthogonal",
    r"So $\log|\det Dh|=0$, and the squared singular values are all one $s\ge0$ with $s^n=1$. As powers stay on their "
    r"side of 1, $s=1$: $Dh(z)$ is orthogonal for every $z$.",
    sp.Implies(
        sp.And(_value >= 0, _power >= 0),
        sp.And(
            sp.Implies(sp.And(_value > 1, _power >= 1), _value * _power > 1),
            sp.Implies(sp.And(_value < 1, _power <= 1), _value * _power < 1),
        ),
    ),
    by=("arithmetic_geometric_mean", "exponential_above_its_tangent"),
    decided_by=Kind.SMT,
    over={"s": "[0, oo)", "p": "[0, oo)"},
)
ISOMETRY = Step(
    "isometry",
    r"The segment from $x$ to $y$ goes to a curve of the same length, so $|h(x)-h(y)|\le|x-y|$; the same for $h^{-1}$, "
    r"whose Jacobian is orthogonal too.",
    sp.Implies(sp.And(_image <= _preimage, _preimage <= _image), sp.Eq(_image, _preimage)),
    decided_by=Kind.SMT,
)
AFFINE = Step(
    "affine",
    r"Hence $h(z)=Qz+h(0)$ with $Q$ orthogonal.",
    isometries_are_affine.AFFINE,
    by=("isometries_are_affine",),
)
CENTRED = Step(
    "centred",
    r"A coordinate of $h(z)=Qz+b$ has the mean $M=m+b$, where $m=0$ is that of $Qz$; it is $0$ as $h(z)\sim N(0,I)$.",
    sp.Implies(
        sp.And(sp.Eq(_mean_of_image, _mean + _offset), sp.Eq(_mean, 0), sp.Eq(_mean_of_image, 0)), sp.Eq(_offset, 0)
    ),
    decided_by=Kind.SMT,
)
ATTAINED = Step(
    "attained",
    r"Conversely $Dh=Q$ for $h(z)=Qz$, and $|Q|_F^2=\mathrm{tr}\,Q^\top Q=\mathrm{tr}\,I=n$.",
    sp.Eq(sp.Trace(sp.Identity(n)), n, evaluate=False),
    decided_by=Kind.SYMBOLIC,
    over={"n": "every integer >= 1"},
)

CLAIM = Claim(
    id="rotation_at_the_energy_floor",
    paper="W",
    locator="Appendix E",
    role=Role.THEOREM,
    title="The Dirichlet energy is at its floor for rotations, and for nothing else",
    says=r"A diffeomorphism $h$ that preserves $N(0,I_n)$ has $\mathbb{E}|Dh|_F^2=n$ iff $h(z)=Qz$, $Q$ orthogonal.",
    statement=sp.Equivalent(sp.Eq(dirichlet_energy, n), sp.Eq(encoded, Q * latent)),
    assumptions=assume("gaussian_latents") | GAUSSIAN_DIFFEOMORPHISM,
    background=("singular_value_decomposition",),
    steps=(GAPS_VANISH, ORTHOGONAL, ISOMETRY, AFFINE, CENTRED, ATTAINED),
    holds_at=lambda _: map(of_map, gaussian_diffeomorphisms()),
    expected=Verdict.PROVED,
    sharpened_by="whitening_bounds_the_energy",
)


_z = sp.Symbol("z", real=True)


def _folded(value: sp.Expr) -> sp.Expr:
    """Flip the line outside of [-1, 1]: preserves N(0, 1), with derivative 1 or -1 off two points."""
    return sp.Piecewise((value, sp.Abs(value) <= 1), (-value, True))


SIBLING = CLAIM.without(
    "continuously_differentiable",
    title="Rotations from an energy that exists almost everywhere",
    says=r"The same for $h(z)=z$ on $[-1,1]$ and $-z$ outside: it preserves $N(0,1)$ and $|h'|=1$ almost everywhere, "
    r"so it would be linear, $h(4z)=4h(z)$.",
    statement=sp.Eq(_folded(4 * _z), 4 * _folded(_z)),
    fails_at={_z: sp.Rational(1, 2)},
)
