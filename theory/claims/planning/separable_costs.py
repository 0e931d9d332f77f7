r"""Where actions and states cost apart, planning loses less: the constant of the bound is exact.

.. math:: \ell(z, a) = c(z) + r(a) \implies J(\hat a) - \min_a J(a) \;\le\; \sqrt2\, L\,T\,\sqrt{\kappa B}

Only the difference of two laws of $z_t$ is misjudged, and at $t=0$ there is none; so the start may be a
single point. Goal reaching is such a cost.
"""

import sympy as sp

from theory.claim import Claim, Finding, Kind, Profile, Role, Step, Verdict, evidence

_lipschitz, _horizon, _ratio, _recovery = sp.symbols("L T kappa B", real=True)
_best, _chosen, _best_hat, _chosen_hat = sp.symbols("J_1 J_2 J^_1 J^_2", real=True)
_first, _second = sp.symbols("p_1 p_2", real=True)
_ff, _gg, _fg, _root, _stage = sp.symbols("f g x r s", real=True)
_sum, _count = sp.symbols("S k", real=True)


def separable_planning_bound(
    lipschitz: sp.Expr, horizon: sp.Expr, density_ratio: sp.Expr, recovery_error: sp.Expr
) -> sp.Expr:
    r"""Bound $\sqrt2\,LT\sqrt{\kappa B}$ on the loss of planning where actions and states cost apart."""
    return lipschitz * horizon * sp.sqrt(2 * density_ratio * recovery_error)


CHOICE = Step(
    "choice",
    r"The planner prefers $\hat a$ (2) to the optimum (1), so its loss is at most the difference of the errors "
    r"$\hat J-J$ of the two. In it what the actions cost cancels, and so does the start, common to all plans.",
    sp.Implies(_chosen_hat <= _best_hat, _chosen - _best <= (_best_hat - _best) - (_chosen_hat - _chosen)),
    decided_by=Kind.SMT,
)
DIFFERENCE = Step(
    "difference",
    r"Densities $0\le p_1,p_2\le\kappa$ obey $(p_1-p_2)^2\le\kappa\,(p_1+p_2)$, so "
    r"$\int(p_1-p_2)^2\,d\mu\le2\kappa$.",
    sp.Implies(
        sp.And(_first >= 0, _first <= _ratio, _second >= 0, _second <= _ratio),
        (_first - _second) ** 2 <= _ratio * (_first + _second),
    ),
    decided_by=Kind.SMT,
    over={"p_1": "[0, kappa]", "p_2": "[0, kappa]"},
)
CAUCHY_SCHWARZ = Step(
    "cauchy_schwarz",
    r"With $f=\int(p_1-p_2)^2\,d\mu$, $g=B$ and $x=\int|p_1-p_2|\,|e|\,d\mu$: for every $\lambda$, "
    r"$0\le\int(|p_1-p_2|-\lambda|e|)^2\,d\mu=f-2\lambda x+\lambda^2g$. At $\lambda=x/g$ this is $x^2\le fg$.",
    sp.Implies(sp.And(_gg > 0, _ff - 2 * (_fg / _gg) * _fg + (_fg / _gg) ** 2 * _gg >= 0), _fg**2 <= _ff * _gg),
    decided_by=Kind.SMT,
    over={"g": "(0, oo)"},
)
STAGE = Step(
    "stage",
    r"So stage $t\ge1$ adds at most $Lx\le Lr$ to the difference, $r=\sqrt{2\kappa B}$ (at $B=0$ nothing is "
    r"misjudged).",
    sp.Implies(
        sp.And(
            _lipschitz >= 0,
            _ratio >= 0,
            _recovery >= 0,
            _ff <= 2 * _ratio,
            _fg**2 <= _ff * _recovery,
            sp.Eq(_root**2, 2 * _ratio * _recovery),
            _root >= 0,
            _stage <= _lipschitz * _fg,
        ),
        _stage <= _lipschitz * _root,
    ),
    decided_by=Kind.SMT,
    over={"L": "[0, oo)", "r": "[0, oo)"},
)
HORIZON = Step(
    "horizon",
    r"After $k$ of the stages $t=1,\ldots,T$ the difference is at most $kLr$, by induction over $k$; after $T$, $TLr$.",
    sp.Implies(
        sp.And(_sum <= _count * _lipschitz * _root, _stage <= _lipschitz * _root),
        _sum + _stage <= (_count + 1) * _lipschitz * _root,
    ),
    decided_by=Kind.SMT,
)

CLAIM = Claim(
    id="separable_costs",
    paper="W",
    locator="Theorem 5.4 and Appendix D, goal reaching",
    role=Role.EXTENSION,
    title="Where actions and states cost apart, planning loses at most the root of twice the recovery error a stage",
    says=r"For $\ell(z,a)=c(z)+r(a)$ the plan that is best through the encoder costs at most $\sqrt2\,LT\sqrt{\kappa "
    r"B}$ more than the best plan; this is attained for every $T$, $L$ and $B$.",
    statement=sp.LessThan(
        sp.Symbol("J(a^) - min J", real=True),
        separable_planning_bound(_lipschitz, _horizon, _ratio, _recovery),
    ),
    assumptions={
        "separable": r"$\ell(z,a)=c(z)+r(a)$.",
        "lipschitz_costs": r"$c$ and $\ell_T$ are $L$-Lipschitz, with finite expectations.",
        "common_start": r"The law of $z_0$ is the same for every plan.",
        "density": r"Under every admissible plan the law of each $z_t$, $t=1,\ldots,T$, has a density at most $\kappa$ "
        r"relative to $\mu$.",
        "true_transition": r"The planner knows the law of $h(z_t)$ under every plan.",
    },
    steps=(CHOICE, DIFFERENCE, CAUCHY_SCHWARZ, STAGE, HORIZON),
    expected=Verdict.PROVED,
)


@evidence(CLAIM.id, Kind.SYMBOLIC)
def attained(_profile: Profile) -> Finding:
    r"""A world in which the loss is the bound, for every T, L and size of the error."""
    # One plan keeps z_t at |N(0, 1)|, the other at -|N(0, 1)|: kappa = 2 on either half line. The state costs L z,
    # the error is size * sign(z), and the second plan's actions cost so much that both look equally good.
    x = sp.Symbol("x", real=True)
    lipschitz, size, horizon = sp.symbols("L epsilon T", positive=True)
    half = 2 * sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi)
    right, left = (x, 0, sp.oo), (x, -sp.oo, 0)

    def mean(of: sp.Expr, over: tuple[sp.Expr, ...]) -> sp.Expr:
        return sp.integrate(of * half, over)

    recovery_error = (mean(size**2, right) + mean((-size) ** 2, left)) / 2
    seen_right, seen_left = mean(lipschitz * (x + size), right), mean(lipschitz * (x - size), left)
    actions = horizon * (seen_right - seen_left)
    loss = actions + horizon * (mean(lipschitz * x, left) - mean(lipschitz * x, right))
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
