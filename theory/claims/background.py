"""Facts of the literature that the proofs lean on, each tried elsewhere for falsity and vacuity.

References
----------
Janson (1997), Theorem 2.6; Horn & Johnson (2013), Theorem 7.3.1 and section 7.4; Cramér (1936);
Zettl (2005), Theorem 4.3.1; Rudin (1976), Theorem 9.23.
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

_A, _P, _Q = (sp.MatrixSymbol(name, *sp.symbols("n n", integer=True)) for name in "APQ")
POLAR_DECOMPOSITION = Claim(
    id="polar_decomposition",
    paper="HornJohnson",
    locator="Theorem 7.3.1",
    role=Role.BACKGROUND,
    title="Polar decomposition",
    says=r"Every square $A$ is $PQ$ with $P\succeq0$ and $Q$ orthogonal, and the distance of $A$ to the orthogonal "
    r"matrices is $|A-Q|_F^2=\sum_i(\sigma_i(A)-1)^2$.",
    statement=sp.Eq(_A, _P * _Q),
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

_zeros, _index = sp.symbols("N k")
STURM_OSCILLATION = Claim(
    id="sturm_oscillation",
    paper="Zettl",
    locator="Theorem 4.3.1",
    role=Role.BACKGROUND,
    title="Sturm's oscillation theorem",
    says=r"The eigenfunction $\phi_k$ of $D\phi=(Kp\phi')'/p$, counted from the constant $\phi_0$, has exactly $k$ "
    r"interior zeros.",
    statement=sp.Eq(_zeros, _index),
    assumptions={"regular": r"$K,p>0$ are smooth up to the ends of an interval, with no flux through them."},
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
