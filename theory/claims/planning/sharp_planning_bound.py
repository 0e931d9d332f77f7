r"""The exact constant of the loss of planning with an approximate encoder.

.. math:: J(\hat a) - \min_a J(a) \;\le\; L\,\sqrt{\big((2T+1)^2+1\big)\,\kappa B}

in the setting of `approximate_planning`, and attained for every $T$. Two things are gained over
$2L(T+1)\sqrt{\kappa B}$: the cost of the last state is the same function under all plans, so only the difference
of two laws is misjudged there; and all stages share one recovery error.
"""

import sympy as sp

from theory.claim import JSON, Claim, Finding, Kind, Profile, Role, Step, Verdict, evidence
from theory.claims.planning import approximate_planning
from theory.control import best_cost, chosen_cost
from theory.notation import z

_lipschitz, _horizon, _ratio, _recovery = sp.symbols("L T kappa B", real=True)
_best_hat, _chosen_hat = sp.symbols("Jhat_best Jhat_chosen", real=True)
_density, _first, _second, _cost, _error = sp.symbols("p q_1 q_2 v e", real=True)
_ff, _gg, _fg = sp.symbols("f g x", real=True)


def sharp_planning_bound(
    lipschitz: sp.Expr, horizon: sp.Expr, density_ratio: sp.Expr, recovery_error: sp.Expr
) -> sp.Expr:
    r"""Bound $L\sqrt{((2T+1)^2+1)\,\kappa B}$ on the loss of planning with an approximate encoder."""
    return lipschitz * sp.sqrt(((2 * horizon + 1) ** 2 + 1) * density_ratio * recovery_error)


CHOICE = Step(
    "choice",
    r"The planner prefers $\hat a$ to the best plan, so its loss is at most the difference of the errors $\hat J-J$ of "
    r"the two. In it, what the actions alone cost cancels.",
    sp.Implies(
        _chosen_hat <= _best_hat,
        chosen_cost - best_cost <= (_best_hat - best_cost) - (_chosen_hat - chosen_cost),
    ),
    decided_by=Kind.SMT,
)
WEIGHT = Step(
    "weight",
    r"Each cost is misjudged by at most $L|e|$. So the difference is at most $L\int w\,|e|\,d\mu$, where $w$ is the "
    r"sum of the $2T$ densities of $z_0,\ldots,z_{T-1}$ under both plans and of $|q_1-q_2|$, $q_i$ being those of "
    r"$z_T$: where an error $v$ of one function meets both, it counts by their difference.",
    sp.Implies(
        sp.And(_lipschitz >= 0, sp.Abs(_cost) <= _lipschitz * _error),
        (_first - _second) * _cost <= sp.Abs(_first - _second) * _lipschitz * _error,
    ),
    decided_by=Kind.SMT,
    over={"L": "[0, oo)"},
)
CAUCHY_SCHWARZ = Step(
    "cauchy_schwarz",
    r"With $f=\int w^2\,d\mu$, $g=B>0$ and $x=\int w\,|e|\,d\mu$: for every $\lambda$, "
    r"$0\le\int(w-\lambda|e|)^2\,d\mu=f-2\lambda x+\lambda^2g$. At $\lambda=x/g$ this says $x^2\le fg$; at $B=0$ "
    r"nothing is misjudged.",
    sp.Implies(sp.And(_gg > 0, _ff - 2 * (_fg / _gg) * _fg + (_fg / _gg) ** 2 * _gg >= 0), _fg**2 <= _ff * _gg),
    decided_by=Kind.SMT,
    over={"g": "(0, oo)"},
)
PRODUCTS = Step(
    "products",
    r"All densities lie in $[0,\kappa]$. So the integral of a product of two of them is at most $\kappa$, of one and "
    r"$|q_1-q_2|$ at most $\kappa$, and of $(q_1-q_2)^2$ at most $2\kappa$.",
    sp.Implies(
        sp.And(
            _density >= 0,
            _density <= _ratio,
            _first >= 0,
            _first <= _ratio,
            _second >= 0,
            _second <= _ratio,
        ),
        sp.And(
            _density * _first <= _ratio * _density,
            _density * sp.Abs(_first - _second) <= _ratio * _density,
            (_first - _second) ** 2 <= _ratio * (_first + _second),
        ),
    ),
    decided_by=Kind.SMT,
    over={"p": "[0, kappa]", "q_1": "[0, kappa]", "q_2": "[0, kappa]"},
)
SQUARE = Step(
    "square",
    r"$\int w^2\,d\mu$ has $(2T)^2$ products of the first kind, $2\cdot2T$ of the second and one of the third: at most "
    r"$((2T+1)^2+1)\,\kappa$. Times $L^2B$, that is the square of the bound.",
    sp.Eq(
        _lipschitz**2 * ((2 * _horizon) ** 2 * _ratio + 2 * (2 * _horizon) * _ratio + 2 * _ratio) * _recovery,
        sharp_planning_bound(_lipschitz, _horizon, _ratio, _recovery) ** 2,
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"T": "every integer >= 0"},
)


def loss_at_most(bound: sp.Expr) -> Step:
    r"""Conclude from the square of the bound, which is at least $L^2\int w^2\,d\mu\,B$."""
    return Step(
        "loss",
        r"The loss is at most $Lx$ with $x=\int w\,|e|\,d\mu$, and $L^2x^2$ at most that square.",
        sp.Implies(
            sp.And(
                bound >= 0,
                chosen_cost - best_cost <= _lipschitz * _fg,
                _lipschitz**2 * _fg**2 <= bound**2,
            ),
            chosen_cost - best_cost <= bound,
        ),
        decided_by=Kind.SMT,
    )


LOSS = loss_at_most(sharp_planning_bound(_lipschitz, _horizon, _ratio, _recovery))

CLAIM = Claim(
    id="sharp_planning_bound",
    paper="W",
    locator="Theorem 5.4",
    role=Role.EXTENSION,
    title="The exact constant of the loss of planning with an approximate encoder",
    says=r"The plan that is best through the encoder costs at most $L\sqrt{((2T+1)^2+1)\,\kappa B}$ more than the best "
    r"plan; this is attained for every $T\ge1$.",
    statement=LOSS.statement.args[1],
    assumptions=approximate_planning.CLAIM.assumptions,
    steps=(CHOICE, WEIGHT, CAUCHY_SCHWARZ, PRODUCTS, SQUARE, LOSS),
    expected=Verdict.PROVED,
)


#: Halves of the line, as ranges of integration.
RIGHT, LEFT = (z, 0, sp.oo), (z, -sp.oo, 0)


def half_gaussian_mean(integrand: sp.Expr, half: tuple[sp.Expr, ...]) -> sp.Expr:
    """Expectation under the standard Gaussian on one half of the line, of density ratio 2."""
    return sp.integrate(integrand * 2 * sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi), half)


@evidence(CLAIM.id, Kind.SYMBOLIC)
def attained(_profile: Profile) -> Finding:
    r"""A world in which the loss is the bound, for every T, L and size of the error."""
    # Until the last step z_t is |N(0, 1)|; then one plan keeps it there and the other leads to -|N(0, 1)|: kappa = 2
    # on either half line. Stages cost L z under the one and -L z under the other, the last state L z, and the actions
    # of the other what makes both look alike. The error is (2T+1) s where z > 0, and -s where z < 0.
    lipschitz, size, horizon = sp.symbols("L s T", positive=True)
    errors = {RIGHT: (2 * horizon + 1) * size, LEFT: -size}

    def costs(seen: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
        stage, end_right, end_left = (
            half_gaussian_mean(lipschitz * (z + seen * errors[half]), half) for half in (RIGHT, RIGHT, LEFT)
        )
        return horizon * stage + end_right, -horizon * stage + end_left

    (first, second), (first_seen, second_seen) = costs(sp.Integer(0)), costs(sp.Integer(1))
    recovery_error = sum(half_gaussian_mean(error**2, half) for half, error in errors.items()) / 2
    loss = second + (first_seen - second_seen) - first
    bound = sharp_planning_bound(lipschitz, horizon, sp.Integer(2), recovery_error)
    # Both sides are positive, and their squares are rational.
    squared_ratio = sp.simplify(loss**2 / bound**2)
    passed = squared_ratio == 1 and bool(sp.expand(loss).is_positive)
    covered: dict[str, JSON] = {"(loss / bound)^2": str(squared_ratio), "kappa": 2, "T": "every"}
    return Finding(passed, covered, "" if passed else f"loss {loss}, bound {bound}")


_mass = sp.Symbol("s", real=True)
SIBLING = CLAIM.without(
    "density",
    title="The exact constant where plans may concentrate the latent",
    says=r"The same with $\kappa=1$ for the example that attains the bound, moved to two sets of mass $s$: "
    r"$((2T+1)^2+1)\,L$ is at most what $B=((2T+1)^2+1)\,s$ allows.",
    statement=sp.LessThan(
        ((2 * _horizon + 1) ** 2 + 1) * _lipschitz,
        sharp_planning_bound(_lipschitz, _horizon, sp.Integer(1), ((2 * _horizon + 1) ** 2 + 1) * _mass),
    ),
    fails_at={_lipschitz: sp.Integer(1), _horizon: sp.Integer(1), _mass: sp.Rational(1, 4)},
)
