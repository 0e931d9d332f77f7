"""Facts of the literature that the proofs lean on, each tried elsewhere for falsity and vacuity.

References
----------
Janson (1997), Theorem 2.6; Horn & Johnson (2013), Theorem 2.6.3.
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
