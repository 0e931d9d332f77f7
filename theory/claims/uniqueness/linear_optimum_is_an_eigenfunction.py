r"""Where linear maps minimise the alignment loss, each latent is an eigenfunction of the transition.

.. math:: L(h) = 2\sum_i \bigl(|h_i|^2 - \langle h_i, S h_i\rangle\bigr), \quad S = \tfrac12(T+T^*), \qquad
          h = z \text{ optimal} \;\Longrightarrow\; S z_j = \lambda_j z_j

with $(T\phi)(z)=\mathbb{E}[\phi(z')\mid z]$. Otherwise $h_j=z_j$ gains by leaning towards the rest of $Sz_j$, which
is not linear.
"""

from collections.abc import Iterator

import sympy as sp

from theory.claim import Claim, Instance, Kind, Profile, Role, Step, Verdict
from theory.claims.assumptions import assume
from theory.finite_world import JUMP, JUMP_FIELD, four_state_world
from theory.gaussian_world import PairPolynomials
from theory.instances import CORRELATIONS
from theory.optimality import LINEAR_IS_OPTIMAL, of_finite_world, ornstein_uhlenbeck

_linear, _mixed, _other, _lean = sp.symbols("a b c epsilon", real=True)
_square, _correlation, _norm = sp.symbols("q C N", real=True)
_eigenvalue, _image, _latent = sp.symbols("lambda_j Sz_j z_j", real=True)

EIGENFUNCTION = sp.Eq(_image, _eigenvalue * _latent)


def leaning_correlation(linear: sp.Expr, mixed: sp.Expr, other: sp.Expr, lean: sp.Expr) -> sp.Expr:
    r"""Correlation $\langle f,Sf\rangle$ of $f=(z_j+\varepsilon g)/\sqrt{1+\varepsilon^2}$, with $g\perp z_j$.

    Parameters
    ----------
    linear, mixed, other
        $\langle z_j,Sz_j\rangle$, $\langle g,Sz_j\rangle$ and $\langle g,Sg\rangle$, for unit variances.
    lean
        $\varepsilon$.
    """
    return (linear + 2 * lean * mixed + lean**2 * other) / (1 + lean**2)


EXPANSION = Step(
    "expansion",
    r"With unit variances, $a=\langle z_j,Sz_j\rangle$, $b=\langle g,Sz_j\rangle$, $c=\langle g,Sg\rangle$ and $g$ "
    r"orthogonal to all $z_k$: $\langle f,Sf\rangle=(a+2\varepsilon b+\varepsilon^2c)/(1+\varepsilon^2)$ for "
    r"$f=(z_j+\varepsilon g)/\sqrt{1+\varepsilon^2}$, which exceeds $a$ as printed; $f$ in place of $z_j$ is whitened.",
    sp.Eq(
        leaning_correlation(_linear, _mixed, _other, _lean) - _linear,
        (2 * _lean * _mixed + _lean**2 * (_other - _linear)) / (1 + _lean**2),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"epsilon": "real"},
)
GAIN = Step(
    "gain",
    r"$|a|,|c|\le1$ by Cauchy-Schwarz, because $z'$ has the law of $z$. If $b\ne0$, then $\varepsilon=b/2$ raises the "
    r"correlation of the pair, so $z_j$ was not optimal: $\langle g,Sz_j\rangle=0$ for every such $g$.",
    sp.Implies(
        sp.And(sp.Ne(_mixed, 0), _linear >= -1, _linear <= 1, _other >= -1, _other <= 1),
        leaning_correlation(_linear, _mixed, _other, _mixed / 2) > _linear,
    ),
    decided_by=Kind.SMT,
    over={"a, c": "[-1, 1]", "b": "real, not 0"},
)
REMAINDER = Step(
    "remainder",
    r"$Sz_j$ is a centred function of $z_j$ alone, so $g=Sz_j-\lambda z_j$ with $\lambda=\langle z_j,Sz_j\rangle$ is "
    r"orthogonal to every latent. With $q=|Sz_j|^2$, $C=\langle z_j,Sz_j\rangle$, $N=|g|^2$ and "
    r"$b=\langle g,Sz_j\rangle=0$ it vanishes: $Sz_j=\lambda z_j$.",
    sp.Implies(
        sp.And(
            sp.Eq(_correlation, _eigenvalue),
            sp.Eq(_norm, _square - 2 * _eigenvalue * _correlation + _eigenvalue**2),
            sp.Eq(_mixed, _square - _eigenvalue * _correlation),
            sp.Eq(_mixed, 0),
        ),
        sp.Eq(_norm, 0),
    ),
    decided_by=Kind.SMT,
    over={"q, lambda_j": "real"},
)


def _worlds(_profile: Profile) -> Iterator[Instance]:
    """Gaussian worlds and two of four states: the image of a latent as a polynomial of it, and its correlation."""
    pair = PairPolynomials(1)
    image = pair.expectation(pair.next_latent[0], over_latent=False).as_expr()
    correlation = pair.expectation(pair.latent[0] * pair.next_latent[0]).as_expr()
    for value in CORRELATIONS:
        there = {sp.Symbol("rho"): value, sp.Symbol("z0"): _latent}
        yield ornstein_uhlenbeck(2, value) | {_image: image.xreplace(there), _eigenvalue: correlation.xreplace(there)}

    for jump, field in ((JUMP, JUMP_FIELD), (sp.Rational(1, 4), sp.QQ.algebraic_field(sp.sqrt(3)))):
        world = four_state_world(jump, field)
        states, weights = world.states.to_list_flat(), world.law.to_list_flat()
        images = (world.symmetrised * world.states.transpose()).to_list_flat()
        covariance = sum(weight * state * there for weight, state, there in zip(weights, states, images, strict=True))
        values = (tuple(map(field.to_sympy, pair)) for pair in zip(states, images, strict=True))
        yield of_finite_world(world) | {
            _image: sp.interpolate(list(values), _latent),
            _eigenvalue: sp.radsimp(field.to_sympy(covariance) / world.moment(2)),
        }


CLAIM = Claim(
    id="linear_optimum_is_an_eigenfunction",
    paper="W",
    locator="Theorem 5.2",
    role=Role.EXTENSION,
    title="Where linear maps are optimal, each latent is an eigenfunction",
    says=r"If $h(z)=z$ minimises the alignment loss among the whitened maps, $Sz_j=\lambda_jz_j$ for every latent, "
    r"with $S$ the symmetric part of the transition operator.",
    statement=sp.Implies(LINEAR_IS_OPTIMAL, EIGENFUNCTION),
    assumptions=assume("independent_coordinates", "stationary_law", "finite_variance", "linear_optimum"),
    steps=(EXPANSION, GAIN, REMAINDER),
    holds_at=_worlds,
    expected=Verdict.PROVED,
)


_walker = sp.Symbol("x", real=True)
SIBLING = CLAIM.without(
    "linear_optimum",
    title="Latents as eigenfunctions of any world",
    says=r"The same for the walk on $-3,-1,1,3$ that steps by $\pm2$ with equal probability, and stays where a step "
    r"would leave: $S$ takes $1$ to $1$, so $\lambda=1$, but $3$ to $2$.",
    statement=sp.Eq((_walker - 2 + sp.Min(_walker + 2, 3)) / 2, _walker),
    fails_at={_walker: sp.Integer(3)},
)
