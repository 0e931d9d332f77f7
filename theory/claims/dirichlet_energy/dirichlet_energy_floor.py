r"""The Dirichlet energy of a map that preserves the Gaussian measure is at least n.

.. math:: \mathbb{E}|Dh|_F^2 \;\ge\; n\,\mathbb{E}\,|\det Dh|^{2/n}
          \;\ge\; n\,e^{\frac2n\,\mathbb{E}\log|\det Dh|} \;=\; n

References
----------
W, Appendix E.
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.claims.assumptions import assume
from theory.claims.dirichlet_energy.log_jacobian_has_mean_zero import GAUSSIAN_DIFFEOMORPHISM
from theory.notation import dirichlet_energy, n

_root, _root_power, _mean, _mean_power = sp.symbols("r R a P", real=True)
_geometric, _mean_log = sp.symbols("G l", real=True)

SINGULAR_VALUES = Step(
    "singular_values",
    r"The $n$ squared singular values of $Dh(z)$ have the product $|\det Dh|^2$ and the mean $a=|Dh|_F^2/n$; their "
    r"geometric mean $r=|\det Dh|^{2/n}$ is at most $a$, because powers keep the order: if $R=r^k\ge P=a^k$ and $r>a$, "
    r"then $r^{k+1}>a^{k+1}$.",
    sp.Implies(
        sp.And(_mean >= 0, _mean_power >= 0, _root > _mean, _root_power > 0, _root_power >= _mean_power),
        _root * _root_power > _mean * _mean_power,
    ),
    by=("arithmetic_geometric_mean",),
    decided_by=Kind.SMT,
    over={"a": "[0, oo)"},
)
JENSEN = Step(
    "jensen",
    r"$G=\mathbb{E}\,|\det Dh|^{2/n}=\mathbb{E}\,e^{(2/n)\log|\det Dh|}\ge1+\frac2n\,l$ with $l$ the mean of the "
    r"logarithm, which is zero.",
    sp.Implies(sp.And(_geometric >= 1 + 2 / n * _mean_log, sp.Eq(_mean_log, 0)), _geometric >= 1),
    by=("exponential_above_its_tangent", "log_jacobian_has_mean_zero"),
    decided_by=Kind.SMT,
    over={"n": "(0, oo)"},
)
TOTAL = Step(
    "total",
    r"Together, the energy is at least $nG\ge n$.",
    sp.Implies(
        sp.And(sp.StrictGreaterThan(n, 0, evaluate=False), dirichlet_energy >= n * _geometric, _geometric >= 1),
        dirichlet_energy >= n,
    ),
    decided_by=Kind.SMT,
    over={"n": "(0, oo)"},
)

CLAIM = Claim(
    id="dirichlet_energy_floor",
    paper="W",
    locator="Appendix E",
    role=Role.THEOREM,
    title="The Dirichlet energy of a Gaussian-preserving map is at least n",
    says=r"$\mathbb{E}|Dh(z)|_F^2\ge n$ for a diffeomorphism that preserves $N(0,I_n)$.",
    statement=sp.GreaterThan(dirichlet_energy, n),
    assumptions=assume("gaussian_latents") | GAUSSIAN_DIFFEOMORPHISM,
    background=("singular_value_decomposition",),
    steps=(SINGULAR_VALUES, JENSEN, TOTAL),
    expected=Verdict.PROVED,
    sharpened_by="whitening_bounds_the_energy",
)


_c = sp.Symbol("c", real=True)
SIBLING = CLAIM.without(
    "measure_preserving",
    title="The energy of any diffeomorphism",
    says=r"The same for $h(z)=cz$, whose energy is $c^2n$; here $n=2$.",
    statement=sp.GreaterThan(2 * _c**2, 2),
    fails_at={_c: sp.Rational(1, 2)},
)
