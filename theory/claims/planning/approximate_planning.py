r"""Planning with an approximate encoder loses at most in proportion to the root of its recovery error.

.. math:: J(\hat a) - \min_a J(a) \;\le\; 2 L\,(T+1)\,\sqrt{\kappa B}

where $h(z) = Qz + e(z)$, $B = \mathbb{E}_\mu|e|^2$, and $\hat a$ minimises what the plan costs when each state
of the world is seen through the encoder:

.. math:: \hat J(a) = \mathbb{E}\Big[\sum_{t<T} \hat\ell(h(z_t), a_t) + \hat\ell_T(h(z_T))\Big], \qquad
          \hat\ell(\hat z, a) = \ell(Q^\top\hat z, a), \quad \hat\ell_T(\hat z) = \ell_T(Q^\top\hat z)

The plans are sequences of actions chosen before the start, $z_t$ moves by the transition of the world, and a
$Q$-invariant cost is its own transport, $\hat\ell = \ell$.

References
----------
W has the exact case alone, Theorem 5.4.
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.control import Q, best_cost, chosen_cost, squared_norm
from theory.notation import n, t

_lipschitz, _horizon, _ratio, _recovery = sp.symbols("L T kappa B", real=True)
_seen, _true, _error, _root, _gap = sp.symbols("chat c e r Delta", real=True)
_best_hat, _chosen_hat = sp.symbols("Jhat_best Jhat_chosen", real=True)
_sum, _stage = sp.symbols("S s", real=True)
_encoding_error = sp.MatrixSymbol("e", n, 1)


def planning_bound(lipschitz: sp.Expr, horizon: sp.Expr, density_ratio: sp.Expr, recovery_error: sp.Expr) -> sp.Expr:
    r"""Bound $2L(T+1)\sqrt{\kappa B}$ on the loss of planning with an approximate encoder."""
    return 2 * lipschitz * (horizon + 1) * sp.sqrt(density_ratio * recovery_error)


_largest_gap = planning_bound(_lipschitz, _horizon, _ratio, _recovery) / 2
TRANSPORTED = Step(
    "transported",
    r"$Q^\top$ keeps lengths, so $\hat\ell$ is $L$-Lipschitz like $\ell$: "
    r"$|\hat\ell(h(z),a)-\ell(z,a)|\le L\,|Q^\top e(z)|=L\,|e(z)|$.",
    sp.Eq(squared_norm(sp.MatMul(sp.Transpose(Q), _encoding_error)), squared_norm(_encoding_error), evaluate=False),
    decided_by=Kind.SYMBOLIC,
    over={"n": "every integer >= 1"},
)
STAGE = Step(
    "stage",
    r"Under every plan the mean $e$ of $|e(z_t)|$ is at most $r=\sqrt{\kappa B}$, so each of the $T+1$ costs is "
    r"misjudged by at most $Lr$ in expectation.",
    sp.Implies(
        sp.And(_lipschitz >= 0, sp.Abs(_seen - _true) <= _lipschitz * _error, _error <= _root),
        sp.Abs(_seen - _true) <= _lipschitz * _root,
    ),
    by=("encoding_error_under_a_plan",),
    decided_by=Kind.SMT,
    over={"L": "[0, oo)"},
)
TRIANGLE = Step(
    "triangle",
    r"Errors add up at most, one stage $s$ more at a time: $|S+s|\le\Delta+Lr$ if $|S|\le\Delta$ and $|s|\le Lr$.",
    sp.Implies(
        sp.And(sp.Abs(_sum) <= _gap, sp.Abs(_stage) <= _lipschitz * _root),
        sp.Abs(_sum + _stage) <= _gap + _lipschitz * _root,
    ),
    decided_by=Kind.SMT,
)
TOTAL = Step(
    "total",
    r"So no plan is misjudged by more than $\sum_{t=0}^{T}L\sqrt{\kappa B}=L\,(T+1)\sqrt{\kappa B}$.",
    sp.Eq(
        sp.Sum(_lipschitz * sp.sqrt(_ratio * _recovery), (t, 0, _horizon)),
        _largest_gap,
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"T": "every integer >= 0"},
)
CHOICE = Step(
    "choice",
    r"The planner prefers $\hat a$ to the best plan, as $\hat J_{chosen}\le\hat J_{best}$. It loses at most what both "
    r"are misjudged by, twice as much.",
    sp.Implies(
        sp.And(
            sp.Abs(_best_hat - best_cost) <= _largest_gap,
            sp.Abs(_chosen_hat - chosen_cost) <= _largest_gap,
            _chosen_hat <= _best_hat,
        ),
        chosen_cost - best_cost <= planning_bound(_lipschitz, _horizon, _ratio, _recovery),
    ),
    decided_by=Kind.SMT,
)

CLAIM = Claim(
    id="approximate_planning",
    paper="W",
    locator="Theorem 5.4",
    role=Role.EXTENSION,
    title="Planning with an approximate encoder loses at most twice the misjudged costs",
    says=r"With $h(z)=Qz+e(z)$, the plan that is best through the encoder costs at most $2L(T+1)\sqrt{\kappa B}$ more "
    r"than the best plan, $B=\mathbb{E}_\mu|e|^2$.",
    statement=chosen_cost - best_cost <= planning_bound(_lipschitz, _horizon, _ratio, _recovery),
    assumptions={
        "lipschitz_costs": r"$\ell(\cdot,a)$ and $\ell_T$ are $L$-Lipschitz, with finite expectations.",
        "density": r"Under every admissible plan the law of each $z_t$, $t=0,\ldots,T$, has a density at most $\kappa$ "
        r"relative to $\mu$.",
        "true_transition": r"The planner knows the law of $h(z_t)$ under every plan.",
    },
    steps=(TRANSPORTED, STAGE, TRIANGLE, TOTAL, CHOICE),
    sharpened_by="sharp_planning_bound",
    expected=Verdict.PROVED,
)


_size, _mass = sp.symbols("epsilon s", real=True)
SIBLING = CLAIM.without(
    "density",
    title="Loss of planning where plans may concentrate the latent",
    says=r"The same with $\kappa=1$: all plans lead to a set of mass $s$, $e=\varepsilon$ there and $0$ elsewhere, and "
    r"the two actions cost $\pm Lz$ and what makes them look alike; the loss is $2LT\varepsilon$ and "
    r"$B=\varepsilon^2s$.",
    statement=sp.LessThan(
        2 * _lipschitz * _horizon * _size,
        planning_bound(_lipschitz, _horizon, sp.Integer(1), _size**2 * _mass),
    ),
    fails_at={
        _lipschitz: sp.Integer(1),
        _horizon: sp.Integer(1),
        _size: sp.Integer(1),
        _mass: sp.Rational(1, 9),
    },
)
DISCONTINUOUS = CLAIM.without(
    "lipschitz_costs",
    title="Loss of planning for a cost that jumps",
    says=r"The same for $n=1$, $T=1$ and $\ell_T(z)=[z>0]$, with any $L$: one plan leads to a set of mass $s$ near "
    r"$\varepsilon$ where $e=-2\varepsilon$, the other to one near $-\varepsilon/2$ where $e=\varepsilon$; each looks "
    r"like the other, so the loss is 1, while $\kappa=1/s$ and $B=5\varepsilon^2s$.",
    statement=sp.LessThan(1, planning_bound(_lipschitz, sp.Integer(1), 1 / _mass, 5 * _size**2 * _mass)),
    fails_at={_lipschitz: sp.Integer(1), _mass: sp.Rational(1, 100), _size: sp.Rational(1, 100)},
)
