r"""A diffeomorphism that preserves the Gaussian measure neither expands nor contracts in the mean.

.. math:: \log|\det Dh(z)| = \tfrac12\left(|h(z)|^2 - |z|^2\right), \qquad \mathbb{E}\log|\det Dh(z)| = 0

References
----------
W, Appendix E, log-determinant lemma.
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.claims.assumptions import assume
from theory.notation import Expectation, GaussianExpectation, n, z

#: Assumptions on the map that the argument of Appendix E makes, besides those on the world.
GAUSSIAN_DIFFEOMORPHISM = {
    "measure_preserving": r"$h(z)\sim N(0,I_n)$.",
    "continuously_differentiable": r"$h$ is a diffeomorphism of $\mathbb{R}^n$, continuously differentiable both ways.",
}

log_jacobian = sp.Symbol(r"\log|\det Dh(z)|", real=True)
_mean = Expectation(log_jacobian)
_image = sp.Symbol("y", real=True)
_moment = Expectation(sp.Symbol("|z|^2", real=True))
_moment_of_image = Expectation(sp.Symbol("|h(z)|^2", real=True))


def _density(value: sp.Expr) -> sp.Expr:
    return sp.exp(-(value**2) / 2) / sp.sqrt(2 * sp.pi)


CHANGE_OF_VARIABLES = Step(
    "change_of_variables",
    r"$\gamma(z)=\gamma(h(z))\,|\det Dh(z)|$ for the Gaussian density $\gamma$; each coordinate $y=h_j(z)$ adds to the "
    r"logarithm of the quotient $\gamma(z)/\gamma(h(z))$",
    sp.Eq(sp.log(_density(z) / _density(_image)), (_image**2 - z**2) / 2),
    decided_by=Kind.SYMBOLIC,
    over={"z": "real", "y": "real"},
)
MEAN = Step(
    "mean",
    r"So its mean is half the difference of two second moments, which are both $n$.",
    sp.Implies(
        sp.And(
            sp.Eq(_mean, (_moment_of_image - _moment) / 2),
            sp.Eq(_moment_of_image, n),
            sp.Eq(_moment, n),
        ),
        sp.Eq(_mean, 0),
    ),
    decided_by=Kind.SMT,
    over={"n": "real"},
)

CLAIM = Claim(
    id="log_jacobian_has_mean_zero",
    paper="W",
    locator="Appendix E, log-determinant lemma",
    role=Role.THEOREM,
    title="The logarithm of the Jacobian determinant has mean zero",
    says=r"$\mathbb{E}\log|\det Dh(z)|=0$ for a diffeomorphism that preserves $N(0,I_n)$.",
    statement=sp.Eq(_mean, 0),
    assumptions=assume("gaussian_latents") | GAUSSIAN_DIFFEOMORPHISM,
    steps=(CHANGE_OF_VARIABLES, MEAN),
    expected=Verdict.PROVED,
)


_a = sp.Symbol("a", positive=True)
SIBLING = CLAIM.without(
    "measure_preserving",
    title="Mean zero for a map that is only whitened",
    says=r"The same for $h(z)=a\,(2\Phi(z)-1)$, which is uniform, and centred of variance 1 at $a=\sqrt3$: "
    r"$h'(z)=2a\,\gamma(z)$.",
    statement=sp.Eq(GaussianExpectation(sp.log(2 * _a / sp.sqrt(2 * sp.pi)) - z**2 / 2, z), 0),
    fails_at={_a: sp.sqrt(3)},
)
