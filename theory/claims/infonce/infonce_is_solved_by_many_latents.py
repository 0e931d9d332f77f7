r"""InfoNCE with a kernel of fixed width is solved by a rotation of many latents, and leaves no gradient.

.. math:: \log\left(1+(B-1)\,e^{-n\rho\tau}\right) \;\le\; \mathbb{E}\,\ell \;\le\; \log\left(1+(B-1)\,q^{n/2}\right)
          \;\le\; (B-1)\,q^{n/2}, \qquad q < 1

So the objective vanishes exponentially in $n$. W finds InfoNCE to fail from 32 latents on, and explains it by an
underflow of the similarities; in exact arithmetic, where nothing underflows, nothing is left to learn either. With a
kernel as wide as the distances, $\tau=c/n$, both bounds tend to $\log(1+(B-1)e^{-\rho c})$. A pair has the law of its
reverse, so that the mean over both directions obeys the same.

References
----------
W, section 6 (scaling) and Appendix H.
"""

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.claims.assumptions import GAUSSIAN_WORLD, assume
from theory.claims.infonce.mean_odds_of_a_stranger import KERNEL, log_odds, mean_odds, stranger, tau
from theory.contrastive import odds_determinant
from theory.notation import Expectation, GaussianExpectation, eta, n, rho, t, z

_batch = sp.Symbol("B", real=True)
_loss = sp.Symbol("ell", real=True)
_objective, _mean_exponential = Expectation(_loss), Expectation(sp.exp(_loss))
#: Exponentials of the mean objective and of the mean log odds of a stranger.
_exponential, _typical_odds = sp.symbols("G f", real=True)
_odds, _weights = sp.symbols("g S", positive=True)
_slack, _wide = sp.Symbol("r", real=True), sp.Symbol("c", positive=True)
_stranger_index, _size = sp.Symbol("j", integer=True), sp.Symbol("B", integer=True, positive=True)

_above = 1 + (_batch - 1) * _typical_odds <= _exponential
_below = _exponential <= 1 + (_batch - 1) * mean_odds
_vanishing = _objective <= (_batch - 1) * mean_odds
_narrow = tau * (1 - rho) * (3 + rho) < 2 * rho

ODDS = Step(
    "odds",
    r"$e^\ell$ is the sum of $1$ and of the odds of $B-1$ strangers. With $g$ the mean odds of each, its mean is "
    r"$1+(B-1)g$.",
    sp.Eq(1 + sp.Sum(_odds, (_stranger_index, 1, _size - 1)), 1 + (_size - 1) * _odds),
    by=("mean_odds_of_a_stranger",),
    decided_by=Kind.SYMBOLIC,
    over={"B": "every integer >= 1"},
)
BELOW = Step(
    "below",
    r"$\mathbb{E}\,e^{\ell-\mathbb{E}\ell}\ge1$, so that $G=e^{\mathbb{E}\ell}\le\mathbb{E}\,e^\ell$.",
    sp.Implies(
        sp.And(
            _exponential > 0,
            _mean_exponential / _exponential >= 1,
            sp.Eq(_mean_exponential, 1 + (_batch - 1) * mean_odds),
        ),
        _below,
    ),
    by=("exponential_above_its_tangent",),
    decided_by=Kind.SMT,
)
MEAN = Step(
    "mean",
    r"The mean log odds of a stranger are $-\rho\tau$ in each latent.",
    sp.Eq(
        GaussianExpectation(
            GaussianExpectation(GaussianExpectation(log_odds(z, eta, stranger, rho, tau), stranger), eta), z
        ),
        -rho * tau,
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
)
ABOVE = Step(
    "above",
    r"With $P=1+(B-1)f$, $f=e^{-n\rho\tau}$, and the weight $f/P$ of each stranger, $e^\ell/P$ is a weighted mean of "
    r"$1$ and of every $e^x/f$, hence at least $e^Y$ with $Y$ that mean of $0$ and of every $x+n\rho\tau$. So "
    r"$G/P\ge e^r\ge1+r$ with $r=\mathbb{E}Y=0$.",
    sp.Implies(
        sp.And(
            _batch >= 1,
            _typical_odds > 0,
            _exponential / (1 + (_batch - 1) * _typical_odds) >= 1 + _slack,
            sp.Eq(_slack, 0),
        ),
        _above,
    ),
    by=("exponential_above_its_tangent",),
    decided_by=Kind.SMT,
)
VANISHING = Step(
    "vanishing",
    r"$1+\mathbb{E}\ell\le G$, and $q<1$ since the kernel is not too narrow.",
    sp.Implies(
        sp.And(rho > 0, rho < 1, tau > 0, _narrow, 1 + _objective <= _exponential, _above, _below),
        sp.And(_above, _below, _vanishing, odds_determinant(rho, tau) > 1),
    ),
    by=("exponential_above_its_tangent",),
    decided_by=Kind.SMT,
    over={"rho": "(0, 1)", "tau": "(0, oo)"},
)
UNIT_WIDTH = Step(
    "unit_width",
    r"A kernel of width 1 is not too narrow where $\rho>\sqrt7-2\approx0.65$.",
    sp.Implies(sp.And(rho > sp.sqrt(7) - 2, rho < 1), _narrow.subs(tau, 1)),
    decided_by=Kind.SMT,
    over={"rho": "(0.65, 1)"},
)
GRADIENT = Step(
    "gradient",
    r"The derivative of $\ell=\log(1+Se^{-t})$ in the similarity $t$ of the pair is $-(1-e^{-\ell})$, minus the sum of "
    r"those in the similarities of strangers: of absolute value at most $\ell$, and vanishing with it.",
    sp.Eq(sp.Derivative(sp.log(1 + _weights * sp.exp(-t)), t), -(1 - 1 / (1 + _weights * sp.exp(-t))), evaluate=False),
    by=("exponential_above_its_tangent",),
    decided_by=Kind.SYMBOLIC,
    over={"S": "(0, oo)", "t": "real"},
)
WIDE = Step(
    "wide",
    r"For $\tau=c/n$ the odds $q^{n/2}$ of the upper bound tend to those of the lower one, $f=e^{-\rho c}$.",
    sp.Eq(sp.Limit(odds_determinant(rho, _wide / n) ** (-n / 2), n, sp.oo), sp.exp(-rho * _wide), evaluate=False),
    decided_by=Kind.SYMBOLIC,
    over={"c": "(0, oo)", "rho": "real"},
)

CLAIM = Claim(
    id="infonce_is_solved_by_many_latents",
    paper="W",
    locator="Section 6, scaling",
    role=Role.EXTENSION,
    title="InfoNCE with a kernel of fixed width is solved by many latents, and leaves no gradient",
    says=r"$1+(B-1)f\le G\le1+(B-1)\mathbb{E}\,e^x$ for $G=e^{\mathbb{E}\ell}$, $x=s_{ij}-s_{ii}$ and "
    r"$f=e^{\mathbb{E}x}=e^{-n\rho\tau}$; hence $\mathbb{E}\ell\le(B-1)\mathbb{E}\,e^x$, where "
    r"$\mathbb{E}\,e^x=q^{n/2}$ with $1/q=1+2\rho\tau-(1-\rho)(3+\rho)\tau^2>1$. So the objective of a rotation and "
    r"its derivatives in the similarities vanish exponentially in $n$.",
    statement=VANISHING.statement.args[-1],
    assumptions=assume(*GAUSSIAN_WORLD, "positive_correlation", "rotation")
    | KERNEL
    | {
        "objective": r"$\ell=-s_{ii}+\log\sum_je^{s_{ij}}$ over a batch of $B$ pairs.",
        "fixed_width": r"$\tau$ is the same for every $n$.",
        "not_too_narrow": r"$(1-\rho)(3+\rho)\,\tau<2\rho$.",
    },
    steps=(ODDS, BELOW, MEAN, ABOVE, VANISHING, UNIT_WIDTH, GRADIENT, WIDE),
    expected=Verdict.PROVED,
)


UNCORRELATED = CLAIM.without(
    "positive_correlation",
    title="The odds of a stranger against an uncorrelated view",
    says=r"$q<1$, that is $1+2\rho\tau-(1-\rho)(3+\rho)\tau^2>1$, for every $\rho$.",
    statement=odds_determinant(rho, tau) > 1,
    fails_at={rho: sp.Integer(0), tau: sp.Rational(1, 2)},
)
WIDENING = CLAIM.without(
    "fixed_width",
    title="InfoNCE with a kernel as wide as the distances",
    says=r"The mean objective tends to $0$ for a kernel whose width grows with $n$; at $\tau=c/n$ it is at least "
    r"$\log(1+(B-1)e^{-\rho c})$ for every $n$.",
    statement=sp.LessThan(sp.log(1 + (_batch - 1) * sp.exp(-rho * _wide)), 0),
    fails_at={_batch: sp.Integer(256), rho: sp.Rational(19, 20), _wide: sp.Integer(1)},
)
