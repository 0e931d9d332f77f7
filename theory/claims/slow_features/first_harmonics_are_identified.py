r"""Identical latents that are not Gaussian are identified up to a rotation of monotone transforms.

.. math:: \text{whitened and optimal} \iff h(z) = Q\,(\varphi_1(z_1), \dots, \varphi_1(z_n))^\top,
          \qquad Q \in O(n)

References
----------
W, Appendix F.
"""

from collections.abc import Iterator
from itertools import chain

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.claims.assumptions import assume
from theory.claims.identifiability import rotation_at_the_floor
from theory.claims.slow_features.first_harmonic_is_monotone import REVERSIBLE_DIFFUSION
from theory.instances import (
    CORRELATIONS,
    expressions,
    linear_part,
    of_encoder,
    rational_rotation,
    whitened_encoders,
)
from theory.notation import Q, alignment_loss, encoded, n, t

_first_rate, _second_rate = sp.symbols("lambda_1 lambda_2", real=True)
_top, _next, _factor, _rest, _other = sp.symbols("mu nu r x e", real=True)
_variance, _elsewhere = sp.symbols("v w", real=True)
_harmonics = sp.MatrixSymbol("Phi(z)", n, 1)
_floor = 2 * (1 - sp.exp(-_first_rate * t)) * n

PRODUCT = Step(
    "product",
    r"The latents are independent, so the eigenvalues of a product of functions of each multiply: for two latents, the "
    r"rates add.",
    sp.Eq(sp.exp(-_first_rate * t) * sp.exp(-_second_rate * t), sp.exp(-(_first_rate + _second_rate) * t)),
    decided_by=Kind.SYMBOLIC,
    over={"t": "real"},
)
TOP = Step(
    "top",
    r"Let $\mu=e^{-\lambda_1t}<1$ and $\nu=e^{-\lambda_2t}$, $\nu<\mu$ as $\lambda_1$ is simple. A product of two or "
    r"more factors $r,x\le\mu$ is at most $\mu^2<\mu$, a single factor beyond the first is at most $\nu<\mu$: the "
    r"$\varphi_1(z_j)$ span the top eigenspace, and all else stays below it by a gap.",
    sp.Implies(
        sp.And(_top > 0, _top < 1, _next >= 0, _next < _top),
        sp.And(
            sp.Implies(sp.And(_factor >= 0, _factor <= _top, _rest >= 0, _rest <= _top), _factor * _rest <= _top**2),
            sp.Max(_top**2, _next) < _top,
        ),
    ),
    by=("first_harmonic_is_monotone",),
    decided_by=Kind.SMT,
    over={"mu": "(0, 1)", "nu": "[0, mu)"},
)
FLOOR = Step(
    "floor",
    r"A variance $v$ in the top eigenspace costs $2(1-\mu)v$, a variance $w$ elsewhere $2(1-e)w$ with $e<\mu$, which "
    r"is more: a whitened map of least loss lies in the top eigenspace, $h(z)=A\,\Phi(z)$.",
    sp.Implies(
        sp.And(_variance >= 0, _elsewhere >= 0, _other < _top),
        sp.And(
            2 * (1 - _top) * _variance + 2 * (1 - _other) * _elsewhere >= 2 * (1 - _top) * (_variance + _elsewhere),
            sp.Implies(
                _elsewhere > 0,
                2 * (1 - _top) * _variance + 2 * (1 - _other) * _elsewhere > 2 * (1 - _top) * (_variance + _elsewhere),
            ),
        ),
    ),
    decided_by=Kind.SMT,
    over={"mu": "real", "e": "(-oo, mu)"},
)
ROTATION = Step(
    "rotation",
    r"The $\varphi_1(z_j)$ are orthonormal, so $\mathrm{Cov}(A\,\Phi)=AA^\top$, and whitening says that $A$ is "
    r"orthogonal; here $z$ stands for $\Phi(z)$.",
    rotation_at_the_floor.COVARIANCE.statement,
    decided_by=Kind.SYMBOLIC,
    over={"n": "every integer >= 1"},
)
ATTAINED = Step(
    "attained",
    r"Conversely $Q\,\Phi(z)$ has the variance $\mathrm{tr}\,QQ^\top=\mathrm{tr}\,I=n$, all of it in that eigenspace.",
    sp.Eq(2 * (1 - sp.exp(-_first_rate * t)) * sp.Trace(sp.Identity(n)), _floor),
    decided_by=Kind.SYMBOLIC,
    over={"n": "every integer >= 1"},
)


def _uniform_latents() -> Iterator[dict[sp.Basic, sp.Basic]]:
    r"""Whitened maps of two uniform latents on a quarter turn to either side, with their loss by integration.

    With $u_j=e^{iz_j}$ the reflected step is $u_j\mapsto u_jv_j$, $v_j=e^{i\sqrt{2t}\eta_j}$: reflection does not
    change the harmonics.
    """
    turns, steps = sp.symbols("u_1:3"), sp.symbols("v_1:3")
    first = [(u - 1 / u) / (sp.sqrt(2) * sp.I) for u in turns]
    basis = sp.Matrix([*first, first[0] * first[1], (turns[0] ** 2 + turns[0] ** -2) / sp.sqrt(2)])
    stepped = basis.subs({u: u * v for u, v in zip(turns, steps, strict=True)}, simultaneous=True)
    time = sp.log(2)
    for rotation in (sp.diag(rational_rotation(2), sp.eye(2)), rational_rotation(4)):
        rows = rotation[:2, :]
        square = sp.expand((rows * (stepped - basis)).dot(rows * (stepped - basis)))
        powers = [(term, term.as_powers_dict()) for term in sp.Add.make_args(square)]
        # The latents are uniform on the circle, and E v^k = exp(-k^2 t).
        loss = sum(
            term.subs(dict.fromkeys(steps, 1)) * sp.exp(-sum(power[v] ** 2 for v in steps) * time)
            for term, power in powers
            if not any(power[u] for u in turns)
        )
        yield {
            alignment_loss: loss,
            n: sp.Integer(2),
            _first_rate: sp.Integer(1),
            t: time,
            encoded: sp.ImmutableMatrix(rows * basis),
            Q * _harmonics: sp.ImmutableMatrix(rows[:, :2] * sp.Matrix(first)),
        }


def _gaussian_latents() -> Iterator[dict[sp.Basic, sp.Basic]]:
    for encoder in whitened_encoders(2):
        for correlation in CORRELATIONS:
            yield of_encoder(encoder, correlation) | {
                _first_rate: sp.Integer(1),
                t: -sp.log(correlation),
                encoded: expressions(encoder),
                Q * _harmonics: expressions(linear_part(encoder)),
            }


CLAIM = Claim(
    id="first_harmonics_are_identified",
    paper="W",
    locator="Appendix F, non-Gaussian latents",
    role=Role.THEOREM,
    title="Identical latents are identified up to a rotation of a monotone transform of each",
    says=r"A whitened $h:\mathbb{R}^n\to\mathbb{R}^n$ has the least loss, $2(1-e^{-\lambda_1t})\,n$, iff it is "
    r"$Q\,\Phi(z)$ with $Q$ orthogonal, $\Phi(z)=(\varphi_1(z_1),\dots,\varphi_1(z_n))$ and $\varphi_1$ strictly "
    r"monotone.",
    statement=sp.Equivalent(sp.Eq(alignment_loss, _floor), sp.Eq(encoded, Q * _harmonics)),
    assumptions=assume("independent_coordinates", "whitened")
    | REVERSIBLE_DIFFUSION
    | {
        "identical": r"All latents have the same law and the same $K$.",
        "discrete": r"The eigenfunctions of $D$ are complete, with discrete eigenvalues $0<\lambda_1<\lambda_2<\dots$",
    },
    steps=(PRODUCT, TOP, FLOOR, ROTATION, ATTAINED),
    holds_at=lambda _: chain(_gaussian_latents(), _uniform_latents()),
    expected=Verdict.PROVED,
)


_slow, _fast = sp.symbols("lambda_slow lambda_fast", real=True)
SIBLING = CLAIM.without(
    "identical",
    title="First harmonics of latents of different speed",
    says=r"The same for uniform latents with rates $\lambda_{slow}$ and $\lambda_{fast}$: the second harmonic of the "
    r"slow one, at $4\lambda_{slow}$, never comes before the fast one.",
    statement=_fast < 4 * _slow,
    fails_at={_slow: sp.Integer(1), _fast: sp.Integer(5)},
)
