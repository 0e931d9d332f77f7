r"""Least squares in the rotated latent finds the dynamics of the world, in rotated coordinates.

.. math:: [\hat A\ \hat B] = \hat Z' \hat\Phi^\top (\hat\Phi \hat\Phi^\top)^{-1}
          = [\,Q A_{LS} Q^\top \quad Q B_{LS}\,]

where $Z'$ holds the next states as columns, $\Phi$ the states over the actions, and $A_{LS}, B_{LS}$ is the
estimate from the same transitions in the world's own coordinates. No assumption on the noise is used.
"""

from collections.abc import Iterator
from random import Random

import sympy as sp

from theory.claim import Claim, Instance, Kind, Role, Step, Verdict
from theory.claims.assumptions import assume
from theory.control import A, B, Q
from theory.instances import rational_rotation
from theory.matrices import OrthogonalSymbol, SymmetricSymbol
from theory.notation import m, n

_count = sp.Symbol("N", integer=True, positive=True)
_states, _actions = sp.MatrixSymbol("Z", n, _count), sp.MatrixSymbol("U", m, _count)
_next, _regressors = sp.MatrixSymbol("Z'", n, _count), sp.MatrixSymbol("Phi", n + m, _count)
_gram = SymmetricSymbol("G", n + m, n + m)
_turn = OrthogonalSymbol("V", n + m, n + m)
_dynamics_learned, _input_learned = sp.MatrixSymbol("Ahat", n, n), sp.MatrixSymbol("Bhat", n, m)
_sizes = {"n": "every integer >= 1", "m": "every integer >= 1", "N": "every number of transitions"}


def least_squares(targets: sp.MatrixExpr, regressors: sp.MatrixExpr, gram: sp.MatrixExpr) -> sp.MatrixExpr:
    r"""Coefficients $Y\Phi^\top G^{-1}$ that fit targets $Y$ to regressors $\Phi$ of Gram matrix $G=\Phi\Phi^\top$."""
    return sp.MatMul(targets, sp.Transpose(regressors), sp.Inverse(gram))


REGRESSORS = Step(
    "regressors",
    r"Encoding the states rotates the regressors by $V=Q\oplus I$, which is orthogonal.",
    sp.Eq(
        sp.MatMul(sp.BlockDiagMatrix(Q, sp.Identity(m)), sp.BlockMatrix([[_states], [_actions]])),
        sp.BlockMatrix([[sp.MatMul(Q, _states)], [_actions]]),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over=_sizes,
)
GRAM = Step(
    "gram",
    r"Their Gram matrix becomes $V\,\Phi\Phi^\top V^\top$.",
    sp.Eq(
        sp.MatMul(sp.MatMul(_turn, _regressors), sp.Transpose(sp.MatMul(_turn, _regressors))),
        sp.MatMul(_turn, sp.MatMul(_regressors, sp.Transpose(_regressors)), sp.Transpose(_turn)),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over=_sizes,
)
ESTIMATE = Step(
    "estimate",
    r"With $G=\Phi\Phi^\top$, least squares of $QZ'$ on $V\Phi$ is $Q$ times that of $Z'$ on $\Phi$, times $V^\top$.",
    sp.Eq(
        least_squares(sp.MatMul(Q, _next), sp.MatMul(_turn, _regressors), sp.MatMul(_turn, _gram, sp.Transpose(_turn))),
        sp.MatMul(Q, least_squares(_next, _regressors, _gram), sp.Transpose(_turn)),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over=_sizes,
)
BLOCKS = Step(
    "blocks",
    r"In blocks, $Q\,[A\ B]\,(Q\oplus I)^\top=[QAQ^\top\ QB]$.",
    sp.Eq(
        sp.MatMul(
            sp.BlockMatrix([[sp.MatMul(Q, A), sp.MatMul(Q, B)]]),
            sp.BlockDiagMatrix(sp.Transpose(Q), sp.Identity(m)),
        ),
        sp.BlockMatrix([[sp.MatMul(Q, A, sp.Transpose(Q)), sp.MatMul(Q, B)]]),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over=_sizes,
)


def _samples() -> Iterator[Instance]:
    """Least squares over the rationals from random transitions of two latents and their rotation."""
    random, turn = Random(0), rational_rotation(2, 1)
    for transitions, inputs in ((3, 1), (5, 1), (6, 2)):
        states, nexts, actions = (
            sp.Matrix(rows, transitions, lambda *_: sp.Rational(random.randint(-9, 9), random.randint(1, 4)))
            for rows in (2, 2, inputs)
        )
        fits = (
            sp.Matrix.vstack(seen, actions).T.solve_least_squares(targets.T, method="LDL").T
            for seen, targets in ((states, nexts), (turn * states, turn * nexts))
        )
        (own_a, own_b), (learned_a, learned_b) = (
            (sp.ImmutableMatrix(fit[:, :2]), sp.ImmutableMatrix(fit[:, 2:])) for fit in fits
        )
        yield {Q: sp.ImmutableMatrix(turn), A: own_a, B: own_b, _dynamics_learned: learned_a, _input_learned: learned_b}


CLAIM = Claim(
    id="identified_dynamics",
    paper="W",
    locator="Appendix D, linear-quadratic regulator",
    role=Role.EXTENSION,
    title="Least squares in the learned latent finds the dynamics of the world, rotated",
    says=r"From the same transitions, $\hat A=QA_{LS}Q^\top$ and $\hat B=QB_{LS}$ exactly, in every finite sample. So "
    r"the regulator planned with them takes the actions of the one planned with $A_{LS}$, $B_{LS}$.",
    statement=sp.And(
        sp.Eq(_dynamics_learned, sp.MatMul(Q, A, sp.Transpose(Q)), evaluate=False),
        sp.Eq(_input_learned, sp.MatMul(Q, B), evaluate=False),
    ),
    assumptions=assume("rotation") | {"exciting": r"States and actions span: $\Phi\Phi^\top\succ0$."},
    steps=(REGRESSORS, GRAM, ESTIMATE, BLOCKS),
    holds_at=lambda _: _samples(),
    expected=Verdict.PROVED,
)

_a, _b, _other_a, _other_b, _gain = sp.symbols("A B Ahat Bhat k", real=True)
SIBLING = CLAIM.without(
    "exciting",
    title="Dynamics from actions that are a function of the state",
    says=r"For $n=m=1$ and data with $a=-kz$, in which $Az+Ba$ is seen as $(A-Bk)\,z$ alone: every fit of it has "
    r"$\hat B=B$.",
    statement=sp.Implies(sp.Eq(_a - _b * _gain, _other_a - _other_b * _gain), sp.Eq(_b, _other_b)),
    fails_at={
        _a: sp.Integer(2),
        _b: sp.Integer(1),
        _gain: sp.Integer(1),
        _other_a: sp.Integer(1),
        _other_b: sp.Integer(0),
    },
)
