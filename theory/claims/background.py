"""Facts of the literature that the proofs lean on, each tried elsewhere for falsity and vacuity.

References
----------
Janson (1997), Theorem 2.6; Horn & Johnson (2013), Theorem 2.6.3; Cramér (1936); Rudin (1976),
Theorem 9.23.
"""

import sympy as sp

from theory.claim import Claim, Role, Verdict
from theory.notation import Expectation, d, h, w, z

HERMITE_COMPLETENESS = Claim(
    id="hermite_completeness",
    paper="Janson",
    locator="Theorem 2.6",
    role=Role.BACKGROUND,
    title="Hermite polynomials are a complete orthonormal system",
    says=r"Every square integrable $h$ is the sum of its Hermite expansion, and $\mathbb{E}|h|^2=\sum_d w_d$.",
    statement=sp.Eq(Expectation(h(z) ** 2), sp.Sum(w[d], (d, 0, sp.oo))),
    assumptions={"square_integrable": r"$\mathbb{E}\,|h(z)|^2 < \infty$."},
    expected=Verdict.SUPPORTED,
)

_A, _U, _Sigma, _V = (sp.MatrixSymbol(name, *sp.symbols("n n", integer=True)) for name in ("A", "U", "Sigma", "V"))
SINGULAR_VALUE_DECOMPOSITION = Claim(
    id="singular_value_decomposition",
    paper="HornJohnson",
    locator="Theorem 2.6.3",
    role=Role.BACKGROUND,
    title="Singular value decomposition",
    says=r"Every square $A$ is $U\Sigma V^\top$ with $U$, $V$ orthogonal and $\Sigma\ge0$ diagonal.",
    statement=sp.Eq(_A, _U * _Sigma * _V.T),
    assumptions={"square": r"$A$ is a real square matrix."},
    expected=Verdict.SUPPORTED,
)

_sum, _part = sp.symbols("u+eta u")
CRAMER_DECOMPOSITION = Claim(
    id="cramer_decomposition",
    paper="Cramer",
    locator="Theorem 1",
    role=Role.BACKGROUND,
    title="Cramér's decomposition theorem",
    says=r"If $u$ and $\eta$ are independent and $u+\eta$ is Gaussian, both are Gaussian or constant.",
    statement=sp.Implies(sp.Eq(_sum, sp.Symbol("N(0,v)")), sp.Eq(_part, sp.Symbol("N(c,w)"))),
    assumptions={"independent": r"$u$ and $\eta$ are independent."},
    expected=Verdict.SUPPORTED,
)

_f, _x = sp.Function("f"), sp.Symbol("x", real=True)
CONTRACTION_PRINCIPLE = Claim(
    id="contraction_principle",
    paper="Rudin",
    locator="Theorem 9.23",
    role=Role.BACKGROUND,
    title="Contraction principle",
    says=r"A map of a complete metric space to itself that multiplies distances by at most $c<1$ has exactly one fixed "
    r"point, the limit of its iterates from anywhere.",
    statement=sp.Eq(_f(_x), _x),
    assumptions={
        "complete": r"The metric space is complete and not empty.",
        "contraction": r"$d(f(x),f(y))\le c\,d(x,y)$ with $c<1$.",
    },
    expected=Verdict.SUPPORTED,
)
