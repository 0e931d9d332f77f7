r"""Whitening alone bounds the Dirichlet energy: neither smooth inverses nor Gaussian outputs are needed.

.. math:: \mathbb{E}|Dh|_F^2 = \sum_{d\ge1} d\,w_d \;\ge\; \sum_{d\ge1} w_d = m, \qquad
          \text{with equality iff } h(z) = Az,\ AA^\top = I_m

References
----------
W, Appendix E, where h is a diffeomorphism with Gaussian outputs and m = n.
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.claims.assumptions import assume
from theory.claims.identifiability import rotation_at_the_floor
from theory.instances import CORRELATIONS, expressions, linear_part, of_encoder, whitened_encoders
from theory.notation import A, dirichlet_energy, latent, m, outputs

_degree, _variance = sp.symbols("d v", real=True)

TERM = Step(
    "term",
    r"$d\,w_d\ge w_d$ for $d\ge1$, and $w_0=0$; strictly so if $d\ge2$ and $w_d>0$. The sum of the $w_d$ is "
    r"$\mathrm{tr}\,\mathrm{Cov}\,h=m$.",
    sp.Implies(
        sp.And(_degree >= 1, _variance >= 0),
        sp.And(
            _degree * _variance >= _variance,
            sp.Implies(sp.And(_degree >= 2, _variance > 0), _degree * _variance > _variance),
        ),
    ),
    by=("dirichlet_energy_by_degree",),
    decided_by=Kind.SMT,
    over={"d": "[1, oo)", "v": "[0, oo)"},
)
LINEAR = Step(
    "linear",
    r"At equality no variance is left beyond degree 1, so $h(z)=Az$,",
    rotation_at_the_floor.LINEAR.statement,
    decided_by=Kind.SYMBOLIC,
)
COVARIANCE = Step(
    "covariance",
    r"and whitening says $AA^\top=I_m$, as for a rotation at the alignment floor.",
    rotation_at_the_floor.COVARIANCE.statement,
    decided_by=Kind.SYMBOLIC,
    over={"n": "every integer >= 1"},
)

CLAIM = Claim(
    id="whitening_bounds_the_energy",
    paper="W",
    locator="Appendix E",
    role=Role.EXTENSION,
    title="Whitening alone bounds the Dirichlet energy, and identifies at the bound",
    says=r"For whitened $h:\mathbb{R}^n\to\mathbb{R}^m$ of finite energy, $\mathbb{E}|Dh|_F^2\ge m$, with equality iff "
    r"$h(z)=Az$, $AA^\top=I_m$: $h$ need be neither invertible nor Gaussian.",
    statement=sp.And(
        sp.GreaterThan(dirichlet_energy, m),
        sp.Equivalent(sp.Eq(dirichlet_energy, m), sp.Eq(outputs, A * latent)),
    ),
    assumptions=assume("gaussian_latents", "whitened"),
    background=("hermite_completeness",),
    steps=(TERM, LINEAR, COVARIANCE),
    holds_at=lambda _: (
        of_encoder(h, CORRELATIONS[0]) | {outputs: expressions(h), A * latent: expressions(linear_part(h))}
        for count in (1, 2, 3)
        for h in whitened_encoders(count)
    ),
    expected=Verdict.PROVED,
)


_c = sp.Symbol("c", real=True)
SIBLING = CLAIM.without(
    "whitened",
    title="The energy from the total variance alone",
    says=r"With $\mathbb{E}|h|^2=m$ in place of whitening the same maps are optimal: $h(z)=(cz_1,\sqrt{2-c^2}\,z_2)$ "
    r"has energy 2 for $m=2$, so it would have to be a rotation, $c^2=1$.",
    statement=sp.Implies(sp.Eq(_c**2 + sp.sqrt(2 - _c**2) ** 2, 2, evaluate=False), sp.Eq(_c**2, 1)),
    fails_at={_c: sp.Integer(0)},
)
