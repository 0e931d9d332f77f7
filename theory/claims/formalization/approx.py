r"""Approx.lean: two declarations whose conclusion is their hypothesis.

What they are named after is proved as steps of the approximate recovery: the distance to the polar
factor, and the orthogonality of the linear and the nonlinear part.

References
----------
W, Theorem 5.3 and Appendix G; lean/LeJEPA/Approx.lean.
"""

from collections.abc import Mapping

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict

_distance, _defect, _nonlinear, _error, _squared_distance = sp.symbols("f epsilon W e F", real=True)


def _restated(
    name: str, says: str, formula: sp.Basic, assumption: Mapping[str, str], fails_at: Mapping[sp.Symbol, sp.Expr]
) -> tuple[Claim, Claim]:
    """Claim of a declaration that restates its hypothesis, and the sibling that has none."""
    statement = sp.Implies(formula, formula, evaluate=False)
    claim = Claim(
        id=f"lean_{name}",
        paper="W",
        locator=f"Appendix G, Lean `{name}`",
        role=Role.THEOREM,
        title=f"Lean {name}",
        says=says,
        statement=statement,
        assumptions=assumption,
        steps=(Step("restated", r"The hypothesis itself.", statement, decided_by=Kind.SMT),),
        expected=Verdict.PROVED,
    )
    ((dropped, assumed),) = assumption.items()
    sibling = claim.without(
        dropped,
        title=f"{claim.title} without its hypothesis",
        says=f"Always: {assumed}",
        statement=formula,
        fails_at=fails_at,
    )
    return claim, sibling


POLAR_BOUND, POLAR_BOUND_SIBLING = _restated(
    "polar_bound_axiom",
    r"If the number $f$ is at most $\varepsilon+W$, it is at most $\varepsilon+W$. No matrix occurs.",
    _distance <= _defect + _nonlinear,
    {"bound": r"$f\le\varepsilon+W$."},
    {_distance: sp.Integer(1), _defect: sp.Integer(0), _nonlinear: sp.Integer(0)},
)
PYTHAGOREAN, PYTHAGOREAN_SIBLING = _restated(
    "pythagorean_axiom",
    r"If the number $e$ is $F+W$, it is $F+W$. No encoder occurs.",
    sp.Eq(_error, _squared_distance + _nonlinear),
    {"sum": r"$e=F+W$."},
    {_error: sp.Integer(1), _squared_distance: sp.Integer(0), _nonlinear: sp.Integer(0)},
)
