r"""The recovery error bounded with confidence, from the embeddings of sampled pairs.

.. math:: P\big(\text{error} \le B(\hat\delta_+, \hat\varepsilon_+)\big) \ge 1-\alpha

where $\hat\delta_+$ and $\hat\varepsilon_+$ are upper confidence limits of excess and defect, of level $1-\alpha/2$
each, and $B$ is the sharp bound. The estimate of $\varepsilon^2$ is unbiased: the noise of the sample covariance, near
$\sqrt{n(n+1)/N}$ in $|\hat C-I|_F$, does not pass for a defect.

References
----------
W, Theorem 5.3; Himeno & Yamada (2014): the estimate of the squared covariance.
"""

from collections.abc import Sequence
from itertools import product

import sympy as sp

from theory.claim import Claim, Finding, Kind, Profile, Role, Step, Verdict, evidence
from theory.claims.assumptions import GAUSSIAN_WORLD, assume
from theory.whiteness_defect import largest_squared_defect, squared_defect_estimate

_nonlinear, _more, _defect, _worse = sp.symbols("D D' epsilon epsilon'", real=True)
_root, _less = sp.symbols("q q'", real=True)
_alpha, _first, _second = sp.symbols("alpha p_1 p_2", real=True)
_fails = sp.Symbol("P(B < error)", real=True)
_square, _estimate, _slack, _largest, _noise = sp.symbols("b U c lambda tau", real=True)


MONOTONE = Step(
    "monotone",
    r"The bound increases in excess and defect. For $\varepsilon'+D'\le1$, with $q=\sqrt{1-\varepsilon-D}$, as "
    r"printed; beyond, because the encoder that attains it is within every larger excess and defect.",
    sp.Implies(
        sp.And(
            _nonlinear <= _more,
            _defect <= _worse,
            _less >= 0,
            _root >= 0,
            _root <= 1,
            sp.Eq(_root**2, 1 - _defect - _nonlinear),
            sp.Eq(_less**2, 1 - _worse - _more),
        ),
        _nonlinear + (1 - _root) ** 2 <= _more + (1 - _less) ** 2,
    ),
    by=("sharp_recovery", "sharp_recovery_any_defect"),
    decided_by=Kind.SMT,
    over={"q": "[0, 1]"},
)
UNION = Step(
    "union",
    r"Where both limits hold, so does the bound; one of them fails with probability at most $p_1+p_2$, each with at "
    r"most $\alpha/2$.",
    sp.Implies(
        sp.And(_fails <= _first + _second, _first <= _alpha / 2, _second <= _alpha / 2), 1 - _fails >= 1 - _alpha
    ),
    decided_by=Kind.SMT,
    over={"alpha": "(0, 1)"},
)
UNBIASED = Step(
    "unbiased",
    r"The estimate of $\varepsilon^2$ is unbiased for every law.",
    sp.Eq(sp.Symbol("E[U]", real=True), _defect**2),
)
INVERTED = Step(
    "inverted",
    r"With $U$ normal about $b=\varepsilon^2$ with variance at most $4\lambda b+2\tau$, $(b-U)^2\le c(4\lambda "
    r"b+2\tau)$ is a quadratic inequality in $b$; $\hat\varepsilon_+^2$ is its larger root.",
    sp.Eq(
        (_square - _estimate) ** 2 - _slack * (4 * _largest * _square + 2 * _noise),
        (_square - _estimate - 2 * _slack * _largest) ** 2
        - (largest_squared_defect(_estimate, _slack, _largest, _noise) - _estimate - 2 * _slack * _largest) ** 2,
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
)
COVERAGE = Step(
    "coverage",
    r"The limits, asymptotic in the number of pairs, fail no more often than they may.",
    _fails <= _alpha,
)

CLAIM = Claim(
    id="recovery_with_confidence",
    paper="W",
    locator="Theorem 5.3",
    role=Role.EXTENSION,
    title="An upper confidence bound on the recovery error, from sampled pairs",
    says=r"With upper confidence limits of excess and defect of level $1-\alpha/2$ each, the sharp bound on the error "
    r"of $h-\mathbb{E}h$ holds with probability at least $1-\alpha$.",
    statement=1 - _fails >= 1 - _alpha,
    assumptions=assume(*GAUSSIAN_WORLD, "positive_correlation")
    | {
        "pairs": r"$N$ independent pairs of the world, with known $\rho$.",
        "moments": r"$\mathbb{E}|h|^8<\infty$, and $N$ large enough for limits that are asymptotic in it.",
        "levels": r"Each limit has the level $1-\alpha/2$.",
    },
    steps=(MONOTONE, UNION, UNBIASED, INVERTED, COVERAGE),
    expected=Verdict.SUPPORTED,
)


def _expected_estimate(points: int, law: Sequence[tuple[tuple[sp.Rational, ...], sp.Rational]]) -> sp.Expr:
    """Expectation of the estimate over every sample of a law on finitely many values."""
    dim = len(law[0][0])
    expectation = sp.Integer(0)
    for drawn in product(law, repeat=points):
        sample = sp.Matrix([value for value, _ in drawn])
        centred = sample - sp.ones(points, points) * sample / points
        covariance = centred.T * centred / (points - 1)
        fourth = sum((centred.row(j).dot(centred.row(j))) ** 2 for j in range(points))
        estimate = squared_defect_estimate(
            sp.Integer(points), dim, (covariance.T * covariance).trace(), covariance.trace(), fourth
        )
        expectation += estimate * sp.prod([probability for _, probability in drawn])
    return expectation


@evidence(CLAIM.id, Kind.EXHAUSTIVE, step=UNBIASED.key)
def every_sample_of_a_small_law(profile: Profile) -> Finding:
    """Average the estimate over every sample of laws on two or three values, exactly."""
    half, third = sp.Rational(1, 2), sp.Rational(1, 3)
    laws: list[list[tuple[tuple[sp.Rational, ...], sp.Rational]]] = [
        [((sp.Integer(1),), third), ((sp.Integer(-2),), 1 - third)],
        [
            ((sp.Integer(1), sp.Integer(2)), half),
            ((sp.Integer(0), half), half / 2),
            ((third, -sp.Integer(1)), half / 2),
        ],
    ]
    sizes = profile.pick(quick=(4,), thorough=(4, 5, 6))
    wrong = []
    for law in laws:
        mean = sum((probability * sp.Matrix([value]) for value, probability in law), sp.zeros(1, len(law[0][0])))
        covariance = sum(
            (p * (sp.Matrix([x]) - mean).T * (sp.Matrix([x]) - mean) for x, p in law), sp.zeros(len(law[0][0]))
        )
        deviation = covariance - sp.eye(len(law[0][0]))
        exact = (deviation.T * deviation).trace()
        wrong += [(points, len(law)) for points in sizes if _expected_estimate(points, law) != exact]
    return Finding(not wrong, {"N": list(sizes), "n": [1, 2], "values": [2, 3]}, f"biased at {wrong}" if wrong else "")


SIBLING = CLAIM.without(
    "levels",
    title="Two limits of the full level",
    says=r"The same with limits of level $1-\alpha$, which may both hold with probability $1-2\alpha$ only.",
    statement=sp.Ge(1 - 2 * _alpha, 1 - _alpha),
    fails_at={_alpha: sp.Rational(1, 20)},
)
