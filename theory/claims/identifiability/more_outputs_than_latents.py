r"""With more outputs than latents, the optimum must bend: degree 2 comes after the n linear outputs.

.. math:: n < m \le n + n(n+1)/2: \quad L(h) \ge 2(1-\rho)\,n + 2(1-\rho^2)(m-n)

References
----------
W, Theorem 5.1 (case m = n); the case m > n is left open there.
"""

import sympy as sp

from theory.claim import Claim, Finding, Kind, Profile, Role, Step, Verdict, evidence
from theory.claims.assumptions import GAUSSIAN_WORLD, assume
from theory.claims.identifiability.floor_for_any_number_of_outputs import lowest_losses
from theory.gaussian_world import contraction
from theory.instances import CORRELATIONS, of_encoder, whitened_encoders
from theory.notation import alignment_loss, m, n, rho
from theory.proof import identity

_two = sp.Integer(2)

ORDER = Step(
    "order",
    r"The $n$ eigenvalues $\rho$ come first, then those of degree 2, since $\rho>\rho^2>\rho^d$ for $d\ge3$.",
    sp.Implies(
        sp.And(rho > 0, rho < 1),
        sp.And(rho > contraction(_two, rho), contraction(_two, rho) > contraction(sp.Integer(3), rho)),
    ),
    by=("floor_for_any_number_of_outputs", "degree_penalty"),
    decided_by=Kind.SMT,
    over={"rho": "(0, 1)"},
)
COUNT = Step(
    "count",
    r"There are $n(n+1)/2$ multi-indices of degree 2: $n$ squares and $n(n-1)/2$ products.",
    sp.Eq(sp.binomial(n + 1, 2), n + sp.binomial(n, 2)),
)

CLAIM = Claim(
    id="more_outputs_than_latents",
    paper="W",
    locator="Theorem 5.1 (m = n)",
    role=Role.EXTENSION,
    title="With more outputs than latents, the extra ones are quadratic",
    says=r"For $n<m\le n+n(n+1)/2$ and whitened $h:\mathbb{R}^n\to\mathbb{R}^m$: "
    r"$L(h)\ge2(1-\rho)n+2(1-\rho^2)(m-n)$, attained by the latents and $m-n$ Hermite polynomials of degree 2.",
    statement=sp.GreaterThan(alignment_loss, 2 * (1 - rho) * n + 2 * (1 - contraction(_two, rho)) * (m - n)),
    assumptions=assume(*GAUSSIAN_WORLD, "positive_correlation", "whitened")
    | {"more_outputs": r"$n < m \le n + n(n+1)/2$."},
    steps=(ORDER, COUNT),
    holds_at=lambda _: (
        of_encoder(h, r) for outputs in (3, 4) for h in whitened_encoders(outputs) for r in CORRELATIONS
    ),
    expected=Verdict.PROVED,
)


@evidence(CLAIM.id, Kind.SYMBOLIC, step=COUNT.key)
def multi_indices_of_degree_two(_profile: Profile) -> Finding:
    """Squares and products, counted for every n."""
    counted, summed = (side.expand(func=True) for side in COUNT.statement.args)
    return identity(sp.Eq(sp.factor(counted), summed, evaluate=False))


@evidence(CLAIM.id, Kind.EXHAUSTIVE)
def floor_from_the_sorted_spectrum(_profile: Profile) -> Finding:
    """Sum the m lowest losses of the listed spectrum, for every n up to 6 and every m in range."""
    wrong = []
    for dim in range(1, 7):
        losses = lowest_losses(dim, rho)
        total = sum(next(losses) for _ in range(dim))
        for outputs in range(dim + 1, dim + dim * (dim + 1) // 2 + 1):
            total += next(losses)
            stated = CLAIM.statement.rhs.subs({n: dim, m: outputs})
            if sp.expand(total - stated) != 0:
                wrong.append((dim, outputs))
    return Finding(not wrong, {"n": "1 to 6", "m": "all in range"}, f"differs at {wrong}" if wrong else "")


SIBLING = CLAIM.without(
    "positive_correlation",
    title="More outputs than latents at negative correlation",
    says=r"The same for $-1<\rho<0$: here $n=1$, $m=2$, where $(H_2,H_4)$ has the loss $2(1-\rho^2)+2(1-\rho^4)$.",
    statement=sp.GreaterThan(
        2 * (1 - contraction(_two, rho)) + 2 * (1 - contraction(sp.Integer(4), rho)),
        2 * (1 - rho) + 2 * (1 - contraction(_two, rho)),
    ),
    fails_at={rho: -sp.Rational(1, 2)},
)
