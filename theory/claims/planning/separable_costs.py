r"""Where actions and states cost apart, planning loses less: the constant of the bound is exact.

.. math:: \ell(z, a) = c(z) + r(a) \implies J(\hat a) - \min_a J(a) \;\le\; \sqrt2\, L\,T\,\sqrt{\kappa B}

Only the difference of two laws of $z_t$ is misjudged, and at $t=0$ there is none; so the start may be a
single point. The distance to a goal is such a cost.
"""

from dataclasses import replace

import sympy as sp

from theory.claim import Claim, Finding, Kind, Profile, Role, Step, Verdict, evidence
from theory.claims.planning import sharp_planning_bound as sharp
from theory.notation import s, t, z

_lipschitz, _horizon, _ratio, _recovery = sp.symbols("L T kappa B", real=True)
_first, _second, _third, _fourth = sp.symbols("p_s q_s p_t q_t", real=True)


def separable_planning_bound(
    lipschitz: sp.Expr, horizon: sp.Expr, density_ratio: sp.Expr, recovery_error: sp.Expr
) -> sp.Expr:
    r"""Bound $\sqrt2\,LT\sqrt{\kappa B}$ on the loss of planning where actions and states cost apart."""
    return lipschitz * horizon * sp.sqrt(2 * density_ratio * recovery_error)


WEIGHT = replace(
    sharp.WEIGHT,
    says=r"Each state is misjudged by at most $L|e|$, the same under all plans. So the difference is at most "
    r"$L\int w\,|e|\,d\mu$ with $w=\sum_{t=1}^T|p_t-q_t|$, where $p_t$, $q_t$ are the densities of $z_t$ under the "
    r"two plans: an error $v$ counts by their difference, and at $t=0$ there is none.",
)
PRODUCTS = Step(
    "products",
    r"Densities in $[0,\kappa]$ obey $|p_s-q_s|\,|p_t-q_t|\le\kappa\,(p_s+q_s)$, whose integral is $2\kappa$.",
    sp.Implies(
        sp.And(_first >= 0, _second >= 0, _third >= 0, _third <= _ratio, _fourth >= 0, _fourth <= _ratio),
        sp.Abs(_first - _second) * sp.Abs(_third - _fourth) <= _ratio * (_first + _second),
    ),
    decided_by=Kind.SMT,
    over={"densities": "[0, kappa]"},
)
SQUARE = Step(
    "square",
    r"So $\int w^2\,d\mu\le\sum_{s,t=1}^T2\kappa=2T^2\kappa$. Times $L^2B$, that is the square of the bound.",
    sp.Eq(
        _lipschitz**2 * sp.Sum(2 * _ratio, (s, 1, _horizon), (t, 1, _horizon)) * _recovery,
        separable_planning_bound(_lipschitz, _horizon, _ratio, _recovery) ** 2,
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"T": "every integer >= 1"},
)

LOSS = sharp.loss_at_most(separable_planning_bound(_lipschitz, _horizon, _ratio, _recovery))

CLAIM = Claim(
    id="separable_costs",
    paper="W",
    locator="Theorem 5.4 and Appendix D, goal reaching",
    role=Role.EXTENSION,
    title="Where actions and states cost apart, planning loses less",
    says=r"For $\ell(z,a)=c(z)+r(a)$ the plan that is best through the encoder costs at most "
    r"$\sqrt2\,LT\sqrt{\kappa B}$ more than the best plan; this is attained for every $T\ge1$.",
    statement=LOSS.statement.args[1],
    assumptions={
        "separable": r"$\ell(z,a)=c(z)+r(a)$.",
        "lipschitz_costs": r"$c$ and $\ell_T$ are $L$-Lipschitz, with finite expectations.",
        "common_start": r"The law of $z_0$ is the same for every plan.",
        "density": r"Under every admissible plan the law of each $z_t$, $t=1,\ldots,T$, has a density at most $\kappa$ "
        r"relative to $\mu$.",
        "true_transition": r"The planner knows the law of $h(z_t)$ under every plan.",
    },
    steps=(sharp.CHOICE, WEIGHT, sharp.CAUCHY_SCHWARZ, PRODUCTS, SQUARE, LOSS),
    expected=Verdict.PROVED,
)


@evidence(CLAIM.id, Kind.SYMBOLIC)
def attained(_profile: Profile) -> Finding:
    r"""A world in which the loss is the bound, for every T, L and size of the error."""
    # One plan keeps z_t at |N(0, 1)|, the other at -|N(0, 1)|: kappa = 2 on either half line. The state costs L z,
    # the error is size * sign(z), and the second plan's actions cost so much that both look equally good.
    lipschitz, size, horizon = sp.symbols("L epsilon T", positive=True)
    errors = {sharp.RIGHT: size, sharp.LEFT: -size}
    recovery_error = sum(sharp.half_gaussian_mean(error**2, half) for half, error in errors.items()) / 2
    right, left = (sharp.half_gaussian_mean(lipschitz * z, half) for half in errors)
    seen_right, seen_left = (sharp.half_gaussian_mean(lipschitz * (z + error), half) for half, error in errors.items())
    loss = horizon * (seen_right - seen_left) + horizon * (left - right)
    ratio = sp.simplify(loss / separable_planning_bound(lipschitz, horizon, sp.Integer(2), recovery_error))
    return Finding(ratio == 1, {"loss / bound": str(ratio), "kappa": 2, "T": "every"}, "" if ratio == 1 else str(ratio))


_size = sp.Symbol("epsilon", real=True)
SIBLING = CLAIM.without(
    "separable",
    title="The bound for separable costs where actions turn the cost of a state around",
    says=r"The same for stage costs $\pm Lz$ by action, $\kappa=2$, $|e|=\varepsilon$ where $z>0$: "
    r"$B=\varepsilon^2/2$, and the loss is $2LT\varepsilon$.",
    statement=sp.LessThan(
        2 * _lipschitz * _horizon * _size,
        separable_planning_bound(_lipschitz, _horizon, sp.Integer(2), _size**2 / 2),
    ),
    fails_at={_lipschitz: sp.Integer(1), _horizon: sp.Integer(1), _size: sp.Integer(1)},
)
