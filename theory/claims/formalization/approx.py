r"""Approx.lean: two declarations whose conclusion is their hypothesis.

What they are named after is proved as steps of the approximate recovery: the distance to the polar
factor, and the orthogonality of the linear and the nonlinear part.

References
----------
W, Theorem 5.3 and Appendix G; lean/LeJEPA/Approx.lean.
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict

_distance, _defect, _nonlinear, _error, _squared_distance = sp.symbols("f epsilon W e F", real=True)


def _restated(hypothesis: sp.Basic) -> sp.Implies:
    """State that a hypothesis implies itself."""
    return sp.Implies(hypothesis, hypothesis, evaluate=False)


_polar_bound = _distance <= _defect + _nonlinear
POLAR_BOUND = Claim(
    id="lean_polar_bound_axiom",
    paper="W",
    locator="Appendix G, Lean `polar_bound_axiom`",
    role=Role.THEOREM,
    title="Lean polar_bound_axiom",
    says=r"If the number $f$ is at most $\varepsilon+W$, it is at most $\varepsilon+W$. No matrix occurs.",
    statement=_restated(_polar_bound),
    assumptions={"bound": r"$f\le\varepsilon+W$."},
    steps=(Step("restated", r"The hypothesis itself.", _restated(_polar_bound), decided_by=Kind.SMT),),
    expected=Verdict.PROVED,
)
POLAR_BOUND_SIBLING = POLAR_BOUND.without(
    "bound",
    title="Lean polar_bound_axiom without its hypothesis",
    says=r"Every $f$ is at most $\varepsilon+W$.",
    statement=_polar_bound,
    fails_at={_distance: sp.Integer(1), _defect: sp.Integer(0), _nonlinear: sp.Integer(0)},
)

_pythagorean = sp.Eq(_error, _squared_distance + _nonlinear)
PYTHAGOREAN = Claim(
    id="lean_pythagorean_axiom",
    paper="W",
    locator="Appendix G, Lean `pythagorean_axiom`",
    role=Role.THEOREM,
    title="Lean pythagorean_axiom",
    says=r"If the number $e$ is $F+W$, it is $F+W$. No encoder occurs.",
    statement=_restated(_pythagorean),
    assumptions={"sum": r"$e=F+W$."},
    steps=(Step("restated", r"The hypothesis itself.", _restated(_pythagorean), decided_by=Kind.SMT),),
    expected=Verdict.PROVED,
)
PYTHAGOREAN_SIBLING = PYTHAGOREAN.without(
    "sum",
    title="Lean pythagorean_axiom without its hypothesis",
    says=r"Every $e$ is $F+W$.",
    statement=_pythagorean,
    fails_at={_error: sp.Integer(1), _squared_distance: sp.Integer(0), _nonlinear: sp.Integer(0)},
)
