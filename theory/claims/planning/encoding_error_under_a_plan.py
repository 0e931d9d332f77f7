r"""A plan that does not concentrate the latent sees little of the encoder's error.

.. math:: \frac{dp}{d\mu} \le \kappa \implies \mathbb{E}_p|e(z)| \le \sqrt{\kappa B}, \qquad
          B = \mathbb{E}_\mu|e(z)|^2

with $h(z) = Qz + e(z)$. For the Gaussian world $\mu = \gamma = N(0, I_n)$, and $B$ is the recovery error.
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.notation import Expectation

_density, _ratio, _square = sp.symbols("p kappa v", real=True)
_mean, _second, _recovery = sp.symbols("M S B", real=True)
_seen_error = Expectation(sp.Symbol("|e(z)|", real=True))

CHANGE_OF_MEASURE = Step(
    "change_of_measure",
    r"Pointwise, with $p\le\kappa$ the density of the plan and $v=|e|^2$, $p\,v\le\kappa\,v$. Integrated over $\mu$, "
    r"$\mathbb{E}_p|e|^2\le\kappa B$.",
    sp.Implies(sp.And(_density <= _ratio, _square >= 0), _density * _square <= _ratio * _square),
    decided_by=Kind.SMT,
    over={"p": "(-oo, kappa]", "v": "[0, oo)"},
)
JENSEN = Step(
    "jensen",
    r"With $M=\mathbb{E}_p|e|$ and $S=\mathbb{E}_p|e|^2$: $0\le\mathbb{E}_p(|e|-M)^2=S-2M\cdot M+M^2$, so $M^2\le S$.",
    sp.Implies(_second - 2 * _mean * _mean + _mean**2 >= 0, _mean**2 <= _second),
    decided_by=Kind.SMT,
)
ROOT = Step(
    "root",
    r"So $(\mathbb{E}_p|e|)^2\le S\le\kappa B$, and $\mathbb{E}_p|e|\le\sqrt{\kappa B}$.",
    sp.Implies(
        sp.And(_seen_error**2 <= _second, _second <= _ratio * _recovery),
        _seen_error <= sp.sqrt(_ratio * _recovery),
    ),
    decided_by=Kind.SMT,
)

CLAIM = Claim(
    id="encoding_error_under_a_plan",
    paper="W",
    locator="Theorem 5.4",
    role=Role.EXTENSION,
    title="A plan that does not concentrate the latent sees little of the encoder's error",
    says=r"If the law of $z$ under a plan has density at most $\kappa$ relative to the law $\mu$ under which "
    r"$B=\mathbb{E}_\mu|e|^2$, then $\mathbb{E}|e(z)|\le\sqrt{\kappa B}$ under the plan.",
    statement=_seen_error <= sp.sqrt(_ratio * _recovery),
    assumptions={
        "density": r"Under the plan, the law of $z$ has a density at most $\kappa$ relative to $\mu$.",
        "square_integrable_error": r"$B=\mathbb{E}_\mu|e(z)|^2<\infty$.",
    },
    steps=(CHANGE_OF_MEASURE, JENSEN, ROOT),
    expected=Verdict.PROVED,
)

_mass = sp.Symbol("s", real=True)
SIBLING = CLAIM.without(
    "density",
    title="The error under a plan that concentrates the latent",
    says=r"$\mathbb{E}|e|\le\sqrt B$ under every plan: for $|e|=1$ on a set of mass $s$, $0$ elsewhere, and a plan "
    r"that leads into the set, $1\le\sqrt s$.",
    statement=sp.LessThan(1, sp.sqrt(_mass)),
    fails_at={_mass: sp.Rational(1, 4)},
)
