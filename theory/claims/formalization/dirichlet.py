r"""Dirichlet.lean: two inequalities about means that fail for the mean of no terms.

A quotient by zero is zero in Lean, so the mean of an empty family is $0$, while its product is $1$.

References
----------
W, Appendix E and Appendix G; lean/LeJEPA/Dirichlet.lean before Mazur-Ulam was proved there.
"""

import sympy as sp

from theory.claim import Claim, Role, Verdict

_count, _value = sp.symbols("m c", real=True)


def _lean_quotient(numerator: sp.Expr, denominator: sp.Expr) -> sp.Expr:
    """Quotient as Lean defines it: zero where the denominator is."""
    return sp.Piecewise((sp.Integer(0), sp.Eq(denominator, 0)), (numerator / denominator, True))


_EQUAL = "for $m$ equal terms $c$"
AMGM = Claim(
    id="lean_amgm_sum_ge_prod_pow",
    paper="W",
    locator="Appendix G, Lean axiom `amgm_sum_ge_prod_pow` of an earlier version",
    role=Role.THEOREM,
    title="Lean amgm_sum_ge_prod_pow",
    says=rf"$\frac1m\sum_{{i<m}}a_i\ge(\prod_{{i<m}}a_i)^{{1/m}}$ for all $m\ge0$ and $a_i\ge0$; {_EQUAL}: "
    r"$mc/m\ge(c^m)^{1/m}$. At $m=0$ it reads $0\ge1$.",
    statement=sp.GreaterThan(_lean_quotient(_count * _value, _count), (_value**_count) ** _lean_quotient(1, _count)),
    assumptions={"nonnegative": r"$a_i\ge0$ for every $i$."},
    expected=Verdict.REPAIRED,
    repaired_by="arithmetic_geometric_mean",
    fails_at={_count: sp.Integer(0), _value: sp.Integer(1)},
)
AMGM_SIBLING = AMGM.without(
    "nonnegative",
    title="Lean amgm_sum_ge_prod_pow for terms of any sign",
    says=rf"The same for terms of any sign, {_EQUAL}.",
    statement=AMGM.statement,
    fails_at={_count: sp.Integer(2), _value: sp.Integer(-1)},
)

JENSEN = Claim(
    id="lean_exp_mean_ge_mean_exp",
    paper="W",
    locator="Appendix G, Lean axiom `exp_mean_ge_mean_exp` of an earlier version",
    role=Role.THEOREM,
    title="Lean exp_mean_ge_mean_exp",
    says=rf"$\frac1m\sum_{{i<m}}e^{{(2/m)f_i}}\ge1$ for all $m\ge0$ and $f$ of sum zero; {_EQUAL.replace('c$', '0$')}: "
    r"$m/m\ge1$. At $m=0$ it reads $0\ge1$.",
    statement=sp.GreaterThan(_lean_quotient(_count * sp.exp(_lean_quotient(2, _count) * _value), _count), 1),
    assumptions={"sum_zero": r"$\sum_if_i=0$."},
    expected=Verdict.REPAIRED,
    repaired_by="exponential_above_its_tangent",
    fails_at={_count: sp.Integer(0), _value: sp.Integer(0)},
)
JENSEN_SIBLING = JENSEN.without(
    "sum_zero",
    title="Lean exp_mean_ge_mean_exp for any sum",
    says=r"The same for $m=1$ and $f_1=-1$.",
    statement=JENSEN.statement,
    fails_at={_count: sp.Integer(1), _value: sp.Integer(-1)},
)
