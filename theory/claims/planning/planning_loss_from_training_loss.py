r"""What training tells of planning: a bound from the excess loss and the covariance defect alone.

.. math:: J(\hat a) - \min_a J(a) \;\le\; 2L\,(T+1)\,\sqrt{\kappa\,\big(D + (\varepsilon+D)^2\big)}, \qquad
          D = \frac{\delta}{2\rho(1-\rho)}

References
----------
W, Theorem 5.3 (bound of the recovery error).
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.claims.planning import approximate_planning
from theory.claims.planning.approximate_planning import planning_bound
from theory.claims.recovery import approximate_recovery
from theory.claims.recovery.approximate_recovery import printed_bound
from theory.control import best_cost, chosen_cost
from theory.notation import rho

_lipschitz, _horizon, _ratio = sp.symbols("L T kappa", real=True)
_excess, _defect = sp.symbols("delta epsilon", real=True)
_recovery = sp.Symbol("B", real=True)
_bound = printed_bound(_excess, _defect, rho)

MONOTONE = Step(
    "monotone",
    r"The bound on the loss grows with the recovery error $B\le D+(\varepsilon+D)^2$.",
    sp.Implies(
        sp.And(
            _lipschitz >= 0,
            _horizon >= 0,
            _ratio >= 0,
            _recovery >= 0,
            _recovery <= _bound,
            chosen_cost - best_cost <= planning_bound(_lipschitz, _horizon, _ratio, _recovery),
        ),
        chosen_cost - best_cost <= planning_bound(_lipschitz, _horizon, _ratio, _bound),
    ),
    by=("approximate_recovery", "approximate_planning"),
    decided_by=Kind.SMT,
    over={"L": "[0, oo)", "T": "[0, oo)", "kappa": "[0, oo)"},
)

CLAIM = Claim(
    id="planning_loss_from_training_loss",
    paper="W",
    locator="Theorems 5.3 and 5.4",
    role=Role.EXTENSION,
    title="The excess loss and the covariance defect bound the loss of planning",
    says=r"For the best rotation $Q$, the plan that is best through the encoder costs at most "
    r"$2L(T+1)\sqrt{\kappa(D+(\varepsilon+D)^2)}$ more than the best plan.",
    statement=chosen_cost - best_cost <= planning_bound(_lipschitz, _horizon, _ratio, _bound),
    assumptions={**approximate_recovery.CLAIM.assumptions, **approximate_planning.CLAIM.assumptions},
    steps=(MONOTONE,),
    expected=Verdict.PROVED,
)

SIBLING = CLAIM.without(
    "excess",
    title="Planning with a white encoder of any loss",
    says=r"The same from the covariance alone, $L=T=1$, $\kappa=2$: $h=H_2(z)$ is white, $\varepsilon=0$, and cannot "
    r"tell the plan that ends at $|N(0,1)|$ from the one that ends at $-|N(0,1)|$, whose costs $\ell_T(z)=z$ differ by "
    r"$2\sqrt{2/\pi}$.",
    statement=sp.LessThan(
        2 * sp.sqrt(2 / sp.pi), planning_bound(sp.Integer(1), sp.Integer(1), sp.Integer(2), _defect**2)
    ),
    fails_at={_defect: sp.Integer(0)},
)
