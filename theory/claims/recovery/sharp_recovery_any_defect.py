r"""The sharp bound on the recovery error for any excess and defect that leave a direction alive.

.. math:: \min_{Q \in O(n)} \mathbb{E}\,|h(z)-Qz|^2 \;\le\; D + k + \big(1 - \sqrt{1-x}\big)^2, \qquad
          k = \Big\lfloor \tfrac14\big(\varepsilon + \sqrt{\varepsilon^2+4D}\big)^2 \Big\rfloor < n,

.. math:: x = D - k + k\tau + \sqrt{\varepsilon^2 - k\tau^2}, \qquad
          \tau = \max\Big(\frac{\varepsilon}{\sqrt{k+1}},\; 1 - \frac Dk\Big)

An encoder attains it. It has lost its linear part in $k$ directions, as many as excess and defect can pay for, and part
of it in one more; the others are perfect. For $\varepsilon+D\le1$, $k=0$ and $x=\varepsilon+D$.

References
----------
W, Theorem 5.3.
"""

from collections.abc import Iterator

import sympy as sp

from theory.claim import JSON, Claim, Finding, Instance, Kind, Profile, Role, Step, Verdict, evidence
from theory.claims.assumptions import GAUSSIAN_WORLD, assume
from theory.claims.recovery.recovery_by_direction import direction_defect, direction_error
from theory.claims.recovery.sharp_recovery import sharp_distortion
from theory.instances import recoveries
from theory.notation import n, recovery_error

_nonlinear, _defect = sp.symbols("D epsilon", real=True)
_deficit, _variance, _u, _v = sp.symbols("d nu sigma v", real=True)
_first, _second, _first_after, _second_after = sp.symbols("sigma_1 sigma_2 sigma_1' sigma_2'", real=True)
_one, _two, _one_after, _two_after, _one_variance = sp.symbols("d_1 d_2 d_1' d_2' nu_1", real=True)
_steep, _flat, _rise, _fall, _gain, _loss = sp.symbols("g_1 g_2 y_1 y_2 p_1 p_2", real=True)
_mean, _entry, _shares, _squares, _part = sp.symbols("mu c p q c_x", real=True)
_tau, _rest, _count, _fewer, _last_deficit = sp.symbols("tau r k j x", real=True)
_largest_error = sp.Symbol("e_max", real=True)
_lost = sp.Symbol("j", integer=True, nonnegative=True)
_root, _next_root, _discriminant = sp.symbols("a b w", real=True)


def lost_directions(nonlinear: sp.Expr, defect: sp.Expr) -> sp.Expr:
    r"""Number of directions that can lose their linear part.

    .. math:: k = \lfloor(\varepsilon+\sqrt{\varepsilon^2+4D})^2/4\rfloor
    """
    return sp.floor((defect + sp.sqrt(defect**2 + 4 * nonlinear)) ** 2 / 4)


def shortfall_of_lost(nonlinear: sp.Expr, defect: sp.Expr, lost: sp.Expr) -> sp.Expr:
    r"""Amount $\tau=\max(\varepsilon/\sqrt{k+1}, 1-D/k)$ by which the variance of each lost direction is below one."""
    return sp.Max(_even_shortfall(defect, lost), _spent_shortfall(nonlinear, lost))


def _even_shortfall(defect: sp.Expr, lost: sp.Expr) -> sp.Expr:
    """Shortfall where the defect is spread evenly over the lost directions and the next one."""
    return defect / sp.sqrt(lost + 1)


def _spent_shortfall(nonlinear: sp.Expr, lost: sp.Expr) -> sp.Expr:
    """Shortfall where the lost directions have all of the nonlinear variance."""
    return 1 - nonlinear / sp.Max(1, lost)


def deficit_of_next(nonlinear: sp.Expr, defect: sp.Expr, lost: sp.Expr) -> sp.Expr:
    r"""Deficit $x=1-\sigma^2$ of the direction that is lost in part."""
    shortfall = shortfall_of_lost(nonlinear, defect, lost)
    return nonlinear - lost + lost * shortfall + sp.sqrt(defect**2 - lost * shortfall**2)


def sharp_bound_any_defect(nonlinear: sp.Expr, defect: sp.Expr) -> sp.Expr:
    r"""Bound $D+k+(1-\sqrt{1-x})^2$ on the recovery error, sharp where $k<n$ and valid wherever."""
    lost = lost_directions(nonlinear, defect)
    return nonlinear + lost + sharp_distortion(deficit_of_next(nonlinear, defect, lost))


def extremal_directions(nonlinear: sp.Expr, defect: sp.Expr) -> list[tuple[sp.Expr, sp.Expr]]:
    r"""Pairs $\sigma_i,\nu_i$ of the imperfect directions of an encoder that attains the bound."""
    lost = lost_directions(nonlinear, defect)
    shortfall = shortfall_of_lost(nonlinear, defect, lost)
    left = nonlinear - lost * (1 - shortfall)
    next_singular_value = sp.sqrt(1 - deficit_of_next(nonlinear, defect, lost))
    return [*[(sp.Integer(0), 1 - shortfall)] * int(lost), (next_singular_value, left)]


def _loss_of(singular_value: sp.Expr) -> sp.Expr:
    return direction_error(singular_value, sp.Integer(0))


DEFICIT = Step(
    "deficit",
    r"Let $d=1-\sigma^2\le1$ be the deficit of a direction. Its entry of the defect is $\nu-d$, its share of the error "
    r"$\nu+g(d)$ with $g=(1-\sigma)^2$. So $e\le D+\sum g(d_i)$ where $\sum(d_i-\nu_i)^2\le\varepsilon^2$.",
    sp.Implies(sp.Eq(_deficit, 1 - _u**2), sp.Eq(direction_defect(_u, _variance), _variance - _deficit)),
    by=("recovery_by_direction",),
    decided_by=Kind.SMT,
    over={"d": "(-oo, 1]"},
)
LOSE = Step(
    "lose",
    r"Moves that keep both budgets and never lower $\sum g$ bring every list to one form. First: where $-3\le d\le-1$, "
    r"put $d=1$, which costs no more and has $g=1$.",
    sp.Implies(
        sp.And(_u >= 0, _u**2 >= 2, _u <= 2, sp.Eq(_deficit, 1 - _u**2), _variance >= 0),
        sp.And(_loss_of(_u) <= 1, (1 - _variance) ** 2 <= (_deficit - _variance) ** 2),
    ),
    decided_by=Kind.SMT,
    over={"d": "[-3, -1]", "nu": "[0, oo)"},
)
FLIP = Step(
    "flip",
    r"Second: where $-1\le d\le0$, change the sign of $d$, $v=\sqrt{1+d}$.",
    sp.Implies(
        sp.And(_u >= 1, _v >= 0, sp.Eq(_u**2 + _v**2, 2), _variance >= 0, sp.Eq(_deficit, 1 - _u**2)),
        sp.And(_loss_of(_u) <= _loss_of(_v), (-_deficit - _variance) ** 2 <= (_deficit - _variance) ** 2),
    ),
    decided_by=Kind.SMT,
    over={"d": "[-1, 0]", "nu": "[0, oo)"},
)
RAISE = Step(
    "raise",
    r"Third: where $0\le d<\nu$, raise $d$ to $\min(1,\nu)$. Now $0\le\nu\le d\le1$, or $d=1<\nu$, or $d<-3$.",
    sp.Implies(
        sp.And(_deficit >= 0, _deficit <= 1, _deficit < _variance),
        sp.And(
            sp.Min(1, _variance) >= _deficit,
            (sp.Min(1, _variance) - _variance) ** 2 <= (_deficit - _variance) ** 2,
        ),
    ),
    decided_by=Kind.SMT,
    over={"d": "[0, 1]", "nu": "(d, oo)"},
)
TRANSFER = Step(
    "transfer",
    r"Fourth: while two directions have $0<d_2\le d_1<1$ and $\nu_2>0$, move $\nu$ and as much of $d$ from the second "
    r"to the first; $g$ is convex in $d$.",
    sp.Implies(
        sp.And(
            _first_after >= 0,
            _first_after <= _first,
            _first <= _second,
            _second <= _second_after,
            sp.Eq(_first_after**2 + _second_after**2, _first**2 + _second**2),
        ),
        _loss_of(_first_after) + _loss_of(_second_after) >= _loss_of(_first) + _loss_of(_second),
    ),
    decided_by=Kind.SMT,
    over={"sigma_1 <= sigma_2": "[0, oo)"},
)
TURN = Step(
    "turn",
    r"Fifth: if then $\nu_2=0$, turn $(d_1-\nu_1,d_2)$ towards its first entry until $d_1=1$ or $d_2=0$. This cannot "
    r"lower $d_1^2+d_2^2$.",
    sp.Implies(
        sp.And(
            _one_variance >= 0,
            _one_after >= _one,
            sp.Eq((_one_after - _one_variance) ** 2 + _two_after**2, (_one - _one_variance) ** 2 + _two**2),
        ),
        _one_after**2 + _two_after**2 >= _one**2 + _two**2,
    ),
    decided_by=Kind.SMT,
    over={"nu_1": "[0, d_1]"},
)
TANGENT = Step(
    "tangent",
    r"$g$ is convex in $y=d^2=(1-\sigma^2)^2$ with slope $1/(2\sigma(1+\sigma))$: it lies above its tangent.",
    sp.Implies(
        sp.And(_u > 0, _u <= 1, _v >= 0, _v <= 1),
        2 * _u * (1 + _u) * (_loss_of(_v) - _loss_of(_u)) >= (1 - _v**2) ** 2 - (1 - _u**2) ** 2,
    ),
    decided_by=Kind.SMT,
    over={"sigma": "(0, 1]", "v": "[0, 1]"},
)
SLOPES = Step(
    "slopes",
    r"So the turn does not lower $g(d_1)+g(d_2)$, which changes by $p_1+p_2$: $d_1^2$ rises by $y_1$, where the slope "
    r"$g_1$ is larger, and $d_2^2$ by $y_2\ge-y_1$. After at most $n$ rounds one direction at most has $0<d<1$.",
    sp.Implies(
        sp.And(
            _flat >= 0,
            _steep >= _flat,
            _rise >= 0,
            _rise + _fall >= 0,
            _gain >= _steep * _rise,
            _loss >= _flat * _fall,
        ),
        _gain + _loss >= 0,
    ),
    decided_by=Kind.SMT,
)
SWOLLEN = Step(
    "swollen",
    r"Last: losing a direction with $d<-3$ frees $d^2-1$ of the budget, which loses as many others at $1$ each, "
    r"rounded down. One of these at most had $g>0$: the gain is at least $d^2-2-g(d)>0$. Too few others are left only "
    r"if all $n$ can be lost, and then $n\le k$.",
    sp.Implies(
        sp.And(_u > 2, sp.Eq(_deficit, 1 - _u**2), _variance >= 0),
        sp.And(
            (_deficit - _variance) ** 2 - (1 - _variance) ** 2 >= _deficit**2 - 1,
            _loss_of(_u) < _deficit**2 - 2,
        ),
    ),
    decided_by=Kind.SMT,
    over={"d": "(-oo, -3)", "nu": "[0, oo)"},
)
PRICE = Step(
    "price",
    r"To lose a direction with $0\le\nu\le d\le1$ costs at most $1$.",
    sp.Implies(
        sp.And(_variance >= 0, _deficit >= _variance, _deficit <= 1),
        (1 - _variance) ** 2 - (_deficit - _variance) ** 2 <= 1,
    ),
    decided_by=Kind.SMT,
    over={"d": "[nu, 1]", "nu": "[0, 1]"},
)
MEAN = Step(
    "mean",
    r"The form reached: $j$ directions lost, one with $0\le d<1$, $d=\nu=0$ in the others. The $j$ lost entries "
    r"$c=1-\nu$ with sum $p\ge j-D$ and squares $q\le\varepsilon^2$ have $p^2\le jq$: add up, with $\mu=p/j$,",
    sp.Ge(_entry**2, 2 * _mean * _entry - _mean**2),
    decided_by=Kind.SMT,
    over={"c": "real", "mu": "real"},
)
COUNT = Step(
    "count",
    r"So $j-D\le\sqrt j\,\varepsilon$, that is $j\le(\varepsilon+\sqrt{\varepsilon^2+4D})^2/4$ and $j\le k$. Let "
    r"$a=\sqrt j$ and $w=\sqrt{\varepsilon^2+4D}$; the two are equivalent.",
    sp.Implies(
        sp.And(
            _root >= 0,
            _discriminant >= 0,
            _defect >= 0,
            _nonlinear >= 0,
            sp.Eq(_discriminant**2, _defect**2 + 4 * _nonlinear),
        ),
        sp.And(
            sp.Implies(_root**2 <= _nonlinear + _root * _defect, 4 * _root**2 <= (_defect + _discriminant) ** 2),
            sp.Implies(4 * _root**2 <= (_defect + _discriminant) ** 2, _root**2 <= _nonlinear + _root * _defect),
        ),
    ),
    decided_by=Kind.SMT,
    over={"epsilon": "[0, oo)", "D": "[0, oo)"},
)
EVEN = Step(
    "even",
    r"Let $\tau$ be the larger of $\varepsilon/\sqrt{k+1}$, for which $(k+1)\tau^2=\varepsilon^2$,",
    sp.Implies(
        sp.And(_count >= 0, sp.Eq(_tau, _even_shortfall(_defect, _count))),
        sp.Eq((_count + 1) * _tau**2, _defect**2),
    ),
    decided_by=Kind.SMT,
    over={"k": "[0, n)"},
)
SPENT = Step(
    "spent",
    r"and of $1-D/k$, for which $k\tau=k-D$ (here $k=j+1$).",
    sp.Eq((_lost + 1) * _spent_shortfall(_nonlinear, _lost + 1), _lost + 1 - _nonlinear, evaluate=False),
    decided_by=Kind.SYMBOLIC,
    over={"k": "[1, n)"},
)
LARGEST = Step(
    "largest",
    r"If $j=k$, the last direction has $d=\nu+c_x\le D-(k-p)+c_x$ with $q+c_x^2\le\varepsilon^2=k\tau^2+r^2$. Either "
    r"$(k+1)\tau^2=\varepsilon^2$, or $k\tau=k-D\le p$; so $d\le D-k+k\tau+r=x$.",
    sp.Implies(
        sp.And(
            _count >= 0,
            _rest >= 0,
            _tau >= 0,
            _squares >= 0,
            _shares**2 <= _count * _squares,
            sp.Eq(_defect**2, _count * _tau**2 + _rest**2),
            _squares + _part**2 <= _defect**2,
            sp.Or(
                sp.Eq((_count + 1) * _tau**2, _defect**2),
                sp.And((_count + 1) * _tau**2 >= _defect**2, _shares >= _count * _tau),
            ),
        ),
        _shares + _part <= _count * _tau + _rest,
    ),
    decided_by=Kind.SMT,
    over={"k": "[0, oo)", "tau": "[0, oo)", "r": "[0, oo)"},
)
FEWER = Step(
    "fewer",
    r"If $j<k$, $\sum g\le j+1\le k$, as $g\le1$. So in any case $e\le D+k+g(x)$.",
    sp.Implies(
        sp.And(_fewer <= _count - 1, _u >= 0, _u <= 1, _v >= 0, _v <= 1),
        _fewer + _loss_of(_u) <= _count + _loss_of(_v),
    ),
    decided_by=Kind.SMT,
    over={"j": "[0, k - 1]"},
)
WITHIN = Step(
    "within",
    r"Attained: $k$ directions with $\sigma=0$, $\nu=1-\tau$, one with $\sigma^2=1-x$, $\nu=D-k(1-\tau)$, which is "
    r"$\ge0$ as $\tau\ge1-D/k$, the others perfect. The defect is $\varepsilon$, and $\sum\nu=D$.",
    sp.Eq(
        _count * direction_defect(sp.Integer(0), 1 - _tau) ** 2
        + direction_defect(
            sp.sqrt(1 - (_nonlinear - _count + _count * _tau + sp.sqrt(_defect**2 - _count * _tau**2))),
            _nonlinear - _count * (1 - _tau),
        )
        ** 2,
        _defect**2,
        evaluate=False,
    ),
    by=("recovery_by_direction",),
    decided_by=Kind.SYMBOLIC,
)
ADMISSIBLE = Step(
    "admissible",
    r"Nothing under a root and no variance is negative there, for $1\le k<n$: with $a=\sqrt k$, $b=\sqrt{k+1}$, $k+1$ "
    r"directions cannot be lost, $b^2>D+b\varepsilon$. For $k=0$ this is `sharp_recovery`.",
    sp.Implies(
        sp.And(
            _root >= 1,
            _next_root > 0,
            sp.Eq(_next_root**2, _root**2 + 1),
            _defect >= 0,
            _nonlinear >= 0,
            _root**2 <= _nonlinear + _root * _defect,
            _next_root**2 > _nonlinear + _next_root * _defect,
            _next_root * _tau >= _defect,
            _root**2 * _tau >= _root**2 - _nonlinear,
            sp.Or(sp.Eq(_next_root * _tau, _defect), sp.Eq(_root**2 * _tau, _root**2 - _nonlinear)),
        ),
        sp.And(
            _tau <= 1,
            _root**2 * _tau**2 <= _defect**2,
            sp.Implies(
                sp.And(_rest >= 0, sp.Eq(_rest**2, _defect**2 - _root**2 * _tau**2)),
                _nonlinear - _root**2 + _root**2 * _tau + _rest < 1,
            ),
        ),
    ),
    decided_by=Kind.SMT,
    over={"k": "[1, n)"},
)


def _recoveries_of_living_directions() -> Iterator[Instance]:
    """Recovery errors where a direction is alive, with that of the extremal list within the same budgets."""
    for at in recoveries():
        budgets = at[_nonlinear], at[_defect]
        lost = lost_directions(*budgets)
        if lost < at[n]:
            yield at | {
                _count: lost,
                _last_deficit: deficit_of_next(*budgets, lost),
                _largest_error: sum(direction_error(*direction) for direction in extremal_directions(*budgets)),
            }


CLAIM = Claim(
    id="sharp_recovery_any_defect",
    paper="W",
    locator="Theorem 5.3",
    role=Role.EXTENSION,
    title="The largest recovery error while excess and defect leave a direction alive",
    says=r"$\min_Q\mathbb{E}|h(z)-Qz|^2\le e_{max}=D+k+(1-\sqrt{1-x})^2$ where $k<n$ directions can be lost, and an "
    r"encoder attains it, whatever $\rho$ and $n$.",
    statement=sp.And(
        sp.Eq(_count, lost_directions(_nonlinear, _defect)),
        sp.Eq(_last_deficit, deficit_of_next(_nonlinear, _defect, _count)),
        sp.Eq(_largest_error, _nonlinear + _count + sharp_distortion(_last_deficit)),
        recovery_error <= _largest_error,
    ),
    assumptions=assume(*GAUSSIAN_WORLD, "positive_correlation", "centred")
    | {
        "excess": r"$L(h) \le 2(1-\rho)\,\mathrm{tr}\,\mathrm{Cov}\,h + 2\rho(1-\rho)D$.",
        "defect": r"$|\mathrm{Cov}\,h - I|_F \le \varepsilon$.",
        "alive": r"$k=\lfloor(\varepsilon+\sqrt{\varepsilon^2+4D})^2/4\rfloor<n$, that is $D+\sqrt n\,\varepsilon<n$.",
    },
    steps=(
        DEFICIT,
        LOSE,
        FLIP,
        RAISE,
        TRANSFER,
        TURN,
        TANGENT,
        SLOPES,
        SWOLLEN,
        PRICE,
        MEAN,
        COUNT,
        EVEN,
        SPENT,
        LARGEST,
        FEWER,
        WITHIN,
        ADMISSIBLE,
    ),
    holds_at=lambda _: _recoveries_of_living_directions(),
    expected=Verdict.PROVED,
)


@evidence(CLAIM.id, Kind.EXHAUSTIVE)
def extremal_lists_attain_the_bound(profile: Profile) -> Finding:
    """Extremal lists of directions, by exact algebra on a grid: budgets spent, error as stated."""
    steps = profile.pick(quick=4, thorough=8)
    wrong, lost_counts = [], set[int]()
    for i in range(1, 2 * steps):
        for j in range(2 * steps):
            defect, nonlinear = sp.Rational(i, steps), sp.Rational(j, steps)
            lost = lost_directions(nonlinear, defect)
            lost_counts.add(int(lost))
            directions = extremal_directions(nonlinear, defect)
            spent = sum(direction_defect(*direction) ** 2 for direction in directions) - defect**2
            error = sum(direction_error(*direction) for direction in directions)
            numbers = [number for direction in directions for number in direction]
            if (
                sp.expand(spent) != 0
                or sp.expand(error - sharp_bound_any_defect(nonlinear, defect)) != 0
                or any((number >= 0) != sp.true for number in numbers)
            ):
                wrong.append((defect, nonlinear))
    covered: dict[str, JSON] = {"epsilon, D": f"multiples of 1/{steps} below 2", "k": [*sorted(lost_counts)]}
    return Finding(not wrong, covered, f"differs at {wrong}" if wrong else "")


SIBLING = CLAIM.without(
    "alive",
    title="The bound attained where every direction can be lost",
    says=r"Attained for $n\le k$ as well: for $n=1$ no error exceeds $\mathrm{tr}\,\mathrm{Cov}\,h+n\le2+\varepsilon$.",
    statement=sp.Le(sharp_bound_any_defect(_nonlinear, _defect), 2 + _defect),
    fails_at={_nonlinear: sp.Rational(3, 2), _defect: sp.Rational(1, 2)},
)
