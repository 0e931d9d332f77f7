r"""When excess and defect allow an encoder without any linear part, and the largest error there.

.. math:: D + \sqrt n\,\varepsilon \ge n \iff \text{an encoder with } A = 0 \text{ is within excess and defect}

For $\varepsilon\le3$ the largest error is then $n+\min(D, n+\sqrt n\,\varepsilon)$: nothing is recovered, and the
bound on the error only counts variances.

References
----------
W, Theorem 5.3.
"""

import sympy as sp

from theory.claim import Claim, Finding, Kind, Profile, Role, Step, Verdict, evidence
from theory.claims.assumptions import GAUSSIAN_WORLD, assume
from theory.claims.recovery.recovery_by_direction import direction_defect, direction_error
from theory.claims.recovery.sharp_recovery_any_defect import lost_directions, sharp_bound_any_defect
from theory.instances import recoveries
from theory.notation import n, recovery_error
from theory.proof import true_at

_nonlinear, _defect, _dim, _root = sp.symbols("D epsilon n a", real=True)
_sigma, _variance, _shares = sp.symbols("sigma nu p", real=True)
_bent, _total = sp.symbols("v t", real=True)


def largest_error_without_recovery(nonlinear: sp.Expr, defect: sp.Expr, dim: sp.Expr) -> sp.Expr:
    r"""Error $n+\min(D, n+\sqrt n\,\varepsilon)$ of an encoder without linear part."""
    return dim + sp.Min(nonlinear, dim + sp.sqrt(dim) * defect)


def sharp_bound_in_dimension(nonlinear: sp.Expr, defect: sp.Expr, dim: sp.Expr) -> sp.Expr:
    r"""Bound on the recovery error for $n$ latents and any excess and defect.

    It is sharp, except where nothing need be recovered and $\varepsilon>3$.
    """
    alive = sharp_bound_any_defect(nonlinear, defect)
    variances = 2 * dim + sp.sqrt(dim) * defect
    return sp.Piecewise(
        (alive, lost_directions(nonlinear, defect) < dim),
        (largest_error_without_recovery(nonlinear, defect, dim), defect <= 3),
        (sp.Min(alive, variances), True),
    )


NEEDED = Step(
    "needed",
    r"Where all $\sigma=0$, the entries $1-\nu$ of the defect have a sum $p\ge n-D$, and $p^2\le n\varepsilon^2$; "
    r"$a=\sqrt n$.",
    sp.Implies(
        sp.And(_root > 0, _defect >= 0, _shares >= _root**2 - _nonlinear, _shares**2 <= _root**2 * _defect**2),
        _nonlinear + _root * _defect >= _root**2,
    ),
    by=("sharp_recovery_any_defect",),
    decided_by=Kind.SMT,
    over={"a": "(0, oo)"},
)
ENOUGH = Step(
    "enough",
    r"Conversely $\sigma=0$, $\nu=\min(D/n,1+\varepsilon/\sqrt n)$ in all $n$ directions is within excess and defect.",
    sp.Implies(
        sp.And(
            _root > 0,
            _defect >= 0,
            _nonlinear >= 0,
            _nonlinear + _root * _defect >= _root**2,
            sp.Eq(_variance, sp.Min(_nonlinear / _root**2, 1 + _defect / _root)),
        ),
        sp.And(
            _variance >= 0,
            _root**2 * _variance <= _nonlinear,
            _root**2 * direction_defect(sp.Integer(0), _variance) ** 2 <= _defect**2,
        ),
    ),
    by=("recovery_by_direction",),
    decided_by=Kind.SMT,
    over={"a": "(0, oo)", "epsilon": "[0, oo)", "D": "[0, oo)"},
)
VALUE = Step(
    "value",
    r"Its error is $n(1+\nu)=n+\min(D,n+\sqrt n\,\varepsilon)$.",
    sp.Eq(
        _root**2 * direction_error(sp.Integer(0), sp.Min(_nonlinear, _root**2 + _root * _defect) / _root**2),
        _root**2 + sp.Min(_nonlinear, _root**2 + _root * _defect),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"a": "(0, oo)"},
)
TRACE = Step(
    "trace",
    r"Nothing is larger: $\nu+(1-\sigma)^2\le1+(\sigma^2+\nu)$, so that the error is at most "
    r"$n+\mathrm{tr}\,\mathrm{Cov}\,h$;",
    sp.Implies(_sigma >= 0, direction_error(_sigma, _variance) <= 1 + (_sigma**2 + _variance)),
    decided_by=Kind.SMT,
    over={"sigma": "[0, oo)"},
)
MODERATE = Step(
    "moderate",
    r"and as $|\sigma^2+\nu-1|\le\varepsilon\le3$, $\sigma\le2$ and $(1-\sigma)^2\le1$, so that it is at most $n+v$, "
    r"$v\le D$ being the nonlinear variance.",
    sp.Implies(
        sp.And(_sigma >= 0, _variance >= 0, direction_defect(_sigma, _variance) <= _defect, _defect <= 3),
        direction_error(_sigma, _variance) <= _variance + 1,
    ),
    decided_by=Kind.SMT,
    over={"sigma": "[0, oo)", "nu": "[0, oo)"},
)

TOTAL = Step(
    "total",
    r"The entries $\sigma^2+\nu-1$ of the defect have the sum $t-n$, $t=\mathrm{tr}\,\mathrm{Cov}\,h$, so that "
    r"$(t-n)^2\le n\varepsilon^2$ and $t\le n+\sqrt n\,\varepsilon$.",
    sp.Implies(
        sp.And(
            _dim > 0,
            _defect >= 0,
            recovery_error <= _dim + _bent,
            _bent <= _nonlinear,
            recovery_error <= _dim + _total,
            (_total - _dim) ** 2 <= _dim * _defect**2,
        ),
        recovery_error <= largest_error_without_recovery(_nonlinear, _defect, _dim),
    ),
    by=("recovery_by_direction",),
    decided_by=Kind.SMT,
    over={"n": "(0, oo)", "epsilon": "[0, oo)"},
)

CLAIM = Claim(
    id="no_recovery",
    paper="W",
    locator="Theorem 5.3",
    role=Role.EXTENSION,
    title="Excess and defect from which nothing about recovery follows",
    says=r"An encoder without linear part is within excess and defect iff $D+\sqrt n\,\varepsilon\ge n$. Then the "
    r"largest error is $n+\min(D,n+\sqrt n\,\varepsilon)$, for $\varepsilon\le3$.",
    statement=recovery_error <= largest_error_without_recovery(_nonlinear, _defect, _dim),
    assumptions=assume(*GAUSSIAN_WORLD, "positive_correlation", "centred")
    | {
        "excess": r"$L(h) \le 2(1-\rho)\,\mathrm{tr}\,\mathrm{Cov}\,h + 2\rho(1-\rho)D$.",
        "defect": r"$|\mathrm{Cov}\,h - I|_F \le \varepsilon$.",
        "moderate": r"$\varepsilon\le3$, for the largest error.",
    },
    steps=(NEEDED, ENOUGH, VALUE, TRACE, MODERATE, TOTAL),
    expected=Verdict.PROVED,
)


@evidence(CLAIM.id, Kind.EXHAUSTIVE)
def bent_encoders(_profile: Profile) -> Finding:
    """Bent encoders of one and two latents, some without linear part, obey the bound."""
    return true_at(CLAIM.statement, (at | {_dim: at[n]} for at in recoveries() if at[_defect] <= 3))


SIBLING = CLAIM.without(
    "moderate",
    title="The largest error without recovery, for any defect",
    says=r"The same for $\varepsilon>3$: for $n=1$, $D=0$, $h=\sqrt{1+\varepsilon}\,z$ has the error "
    r"$(\sqrt{1+\varepsilon}-1)^2$.",
    statement=sp.Le(
        direction_error(sp.sqrt(1 + _defect), sp.Integer(0)),
        largest_error_without_recovery(sp.Integer(0), _defect, sp.Integer(1)),
    ),
    fails_at={_defect: sp.Integer(8)},
)
