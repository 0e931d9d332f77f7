r"""What any stabilising controller loses against the optimal one, exactly.

.. math:: J(\hat K) - J(K) = \mathrm{tr}\big((\hat K-K)^\top (R+B^\top PB)(\hat K-K)\,\hat\Sigma\big)
          \;\le\; |R+B^\top PB|_2\, |\hat\Sigma|_2\, |\hat K-K|_F^2

$J(\hat K) = \mathrm{tr}(\hat P W)$ is the average cost a step of $a = -\hat Kz$ under noise of covariance $W$ (or
the total cost without noise, from starts with $\mathbb{E}\,z_0z_0^\top=W$), with $F = A - B\hat K$,

.. math:: \hat P = C + \hat K^\top R\hat K + F^\top\hat PF, \qquad \hat\Sigma = W + F\hat\Sigma F^\top

So the loss of a controller planned with identified dynamics is quadratic in the error of its gain.

References
----------
Fazel, Ge, Kakade & Mesbahi (2018), cost difference lemma (the same identity along trajectories).
"""

from collections.abc import Iterator

import sympy as sp

from theory.claim import Claim, Instance, Kind, Role, Step, Verdict
from theory.control import A, B, K, P, R, curvature, gain, riccati
from theory.matrices import SymmetricSymbol
from theory.notation import m, n

_other = sp.MatrixSymbol("Khat", m, n)
_curvature = SymmetricSymbol("S", m, m)
_closed = sp.MatrixSymbol("F", n, n)
_cost_to_go, _covariance = SymmetricSymbol("Phat", n, n), SymmetricSymbol("Sigmahat", n, n)
_gap = SymmetricSymbol("Delta", n, n)
_cost, _optimal_cost = sp.symbols("Jhat J", real=True)
_difference = sp.MatAdd(_other, -K)
_sizes = {"n": "every integer >= 1", "m": "every integer >= 1"}


def _form(matrix: sp.MatrixExpr, weight: sp.MatrixExpr) -> sp.MatrixExpr:
    return sp.MatMul(sp.Transpose(matrix), weight, matrix)


EXPANDED = Step(
    "expanded",
    r"With $S=R+B^\top PB$, one step of $a=-\hat Kz$ against the cost-to-go $P$ costs, besides $C$, "
    r"$A^\top PA-\hat K^\top B^\top PA-A^\top PB\hat K+\hat K^\top S\hat K$.",
    sp.Eq(
        sp.MatAdd(_form(_other, R), _form(sp.MatAdd(A, -sp.MatMul(B, _other)), P)),
        sp.MatAdd(
            _form(A, P),
            -sp.MatMul(sp.Transpose(_other), sp.Transpose(B), P, A),
            -sp.MatMul(sp.Transpose(A), P, B, _other),
            _form(_other, curvature(B, P, R)),
        ),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over=_sizes,
)
SQUARE = Step(
    "square",
    r"The optimal gain has $B^\top PA=SK$. Completing the square, the last three terms are "
    r"$(\hat K-K)^\top S(\hat K-K)-K^\top SK$.",
    sp.Eq(
        sp.MatAdd(
            -sp.MatMul(sp.Transpose(_other), _curvature, K),
            -sp.MatMul(sp.Transpose(K), _curvature, _other),
            _form(_other, _curvature),
        ),
        sp.MatAdd(_form(_difference, _curvature), -_form(K, _curvature)),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over=_sizes,
)
RICCATI = Step(
    "riccati",
    r"In the Riccati equation $P=C+A^\top PA-A^\top PB\,S^{-1}B^\top PA$ the last term is $K^\top SK$. So "
    r"$C+\hat K^\top R\hat K+F^\top PF=P+M$ with $M=(\hat K-K)^\top S(\hat K-K)$.",
    sp.Eq(
        sp.MatMul(sp.Transpose(sp.MatMul(_curvature, K)), sp.Inverse(_curvature), sp.MatMul(_curvature, K)),
        _form(K, _curvature),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over=_sizes,
)
GAP = Step(
    "gap",
    r"Subtract that from $\hat P=C+\hat K^\top R\hat K+F^\top\hat PF$: the gap $\Delta=\hat P-P$ obeys "
    r"$\Delta=M+F^\top\Delta F$.",
    sp.Eq(
        sp.MatAdd(_form(_closed, _cost_to_go), -_form(_closed, P)),
        _form(_closed, sp.MatAdd(_cost_to_go, -P)),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over=_sizes,
)
DUALITY = Step(
    "duality",
    r"With $W=\hat\Sigma-F\hat\Sigma F^\top$, "
    r"$J(\hat K)-J(K)=\mathrm{tr}(\Delta W)=\mathrm{tr}((\Delta-F^\top\Delta F)\hat\Sigma)=\mathrm{tr}(M\hat\Sigma)$.",
    sp.Eq(
        sp.Trace(
            sp.MatMul(
                _gap,
                sp.MatAdd(_covariance, -sp.MatMul(_closed, _covariance, sp.Transpose(_closed))),
            )
        ),
        sp.Trace(sp.MatMul(sp.MatAdd(_gap, -_form(_closed, _gap)), _covariance)),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over=_sizes,
)
_weight, _largest, _entry = sp.symbols("s s_max x", real=True)
QUADRATIC = Step(
    "quadratic",
    r"In the eigenbasis of $\hat\Sigma\succeq0$, $\mathrm{tr}(M\hat\Sigma)=\sum_is_iM_{ii}$ with $M_{ii}=x\ge0$: at "
    r"most $|\hat\Sigma|_2\,\mathrm{tr}M$. In the same way $\mathrm{tr}M\le|S|_2\,|\hat K-K|_F^2$.",
    sp.Implies(sp.And(_entry >= 0, _weight <= _largest), _weight * _entry <= _largest * _entry),
    decided_by=Kind.SMT,
    over={"x": "[0, oo)"},
)


def _controllers() -> Iterator[Instance]:
    """Controllers of worlds over the rationals, their costs and covariances from Lyapunov equations."""
    third = sp.Rational(1, 3)
    unstable = [[sp.Rational(6, 5), third], [-third, 1]]
    for dynamics, inputs, detour in (
        (unstable, [[1, 0], [0, 1]], [[third, 0], [-third, third]]),
        ([[third, 1], [0, third]], [[0], [1]], [[third, -third]]),
    ):
        a, b = sp.ImmutableMatrix(dynamics), sp.ImmutableMatrix(inputs)
        noise, r, p = sp.eye(2) + sp.ones(2, 2), sp.ImmutableMatrix.eye(b.cols), sp.ImmutableMatrix([[4, 1], [1, 5]])
        # The costs of states for which this is the cost-to-go.
        c = p - riccati(a, b, sp.zeros(2, 2), p, r).doit()
        optimal = gain(a, b, p, r).doit()
        other = optimal + sp.ImmutableMatrix(detour)
        closed = a - b * other
        yield {
            B: b,
            P: p,
            R: r,
            K: optimal,
            _other: other,
            _optimal_cost: (p * noise).trace(),
            _cost: (_fixed_point(closed.T, c + other.T * r * other) * noise).trace(),
            _covariance: _fixed_point(closed, noise),
        }


def _fixed_point(transition: sp.Matrix, source: sp.Matrix) -> sp.ImmutableMatrix:
    """Solve the Lyapunov equation X = W + F X F^T."""
    size = transition.rows**2
    inverse = (sp.eye(size) - sp.kronecker_product(transition, transition)).inv()
    return sp.ImmutableMatrix(transition.rows, transition.rows, list(inverse * sp.Matrix(size, 1, list(source))))


CLAIM = Claim(
    id="controller_loss",
    paper="W",
    locator="Appendix D, linear-quadratic regulator",
    role=Role.EXTENSION,
    title="The loss of a controller is exactly quadratic in the error of its gain",
    says=r"A stabilising controller $a=-\hat Kz$ costs $\mathrm{tr}((\hat K-K)^\top(R+B^\top PB)(\hat K-K)\hat\Sigma)$ "
    r"more than the optimal one, at most $|R+B^\top PB|_2\,|\hat\Sigma|_2\,|\hat K-K|_F^2$.",
    statement=sp.Eq(
        _cost - _optimal_cost,
        sp.Trace(sp.MatMul(_form(_difference, curvature(B, P, R)), _covariance)),
        evaluate=False,
    ),
    assumptions={
        "linear_world": r"$z_{t+1}=Az_t+Ba_t+\xi_t$, with costs $z^\top Cz+a^\top Ra$, $C\succeq0$, $R\succ0$.",
        "optimal": r"$P$ solves the Riccati equation, $K=(R+B^\top PB)^{-1}B^\top PA$, and $A-BK$ is stable.",
        "stabilising": r"$A-B\hat K$ is stable: its eigenvalues lie inside the unit circle.",
    },
    steps=(EXPANDED, SQUARE, RICCATI, GAP, DUALITY, QUADRATIC),
    holds_at=lambda _: _controllers(),
    expected=Verdict.PROVED,
)

_a, _b, _gain, _optimal, _s = sp.symbols("A B k K S", real=True)
SIBLING = CLAIM.without(
    "stabilising",
    title="The loss of a controller that does not stabilise",
    says=r"For $n=m=1$ and $W=1$, with $\hat\Sigma=1/(1-(A-B\hat k)^2)$, the loss is not negative.",
    statement=sp.Ge(_s * (_gain - _optimal) ** 2 / (1 - (_a - _b * _gain) ** 2), 0),
    fails_at={
        _a: sp.Integer(2),
        _b: sp.Integer(1),
        _gain: sp.Integer(0),
        _optimal: sp.Rational(3, 2),
        _s: sp.Integer(1),
    },
)
