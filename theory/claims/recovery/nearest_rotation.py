r"""The distance of a matrix to the rotations is that of its singular values to one.

.. math:: \min_{Q \in O(n)} |A - Q|_F^2 = \sum_i (\sigma_i - 1)^2, \qquad A = U\Sigma V^\top, \quad Q = UV^\top

References
----------
W, Theorem 5.3 (polar decomposition); Horn & Johnson (2013), Theorem 2.6.3 and section 7.4.
"""

from collections.abc import Iterator
from itertools import chain, product

import sympy as sp

from theory.claim import Claim, Finding, Instance, Kind, Profile, Role, Step, Verdict, evidence
from theory.instances import by_index, largest_overlap, rational_rotation
from theory.notation import k, n

_U, _V, _M = (sp.MatrixSymbol(name, n, n) for name in "UVM")
_column = sp.MatrixSymbol("x", n, 1)
_sigma, _overlap, _rest, _distance = sp.symbols("sigma o r d", real=True)
_singular_value = sp.IndexedBase("sigma", real=True)

ISOMETRY = Step(
    "isometry",
    r"With $U^\top=U^{-1}$, $U$ preserves the length of every column of a matrix $M$, so that $|UM|_F=|M|_F$; with "
    r"transposes, $|MV^\top|_F=|M|_F$.",
    sp.Eq(sp.MatMul(_column.T, sp.Inverse(_U), _U, _column), _column.T * _column, evaluate=False),
    decided_by=Kind.SYMBOLIC,
    over={"n": "every integer >= 1"},
)
ROTATED = Step(
    "rotated",
    r"So $|A-Q|_F=|\Sigma-O|_F$ with $O=U^\top QV$ orthogonal, as $U(\Sigma-O)V^\top=U\Sigma V^\top-Q$: for "
    r"$M=Q$, $UU^{-1}M(V^{-1})V=M$.",
    sp.Eq(sp.MatMul(_U, sp.Inverse(_U), _M, sp.Inverse(_V), _V), _M, evaluate=False),
    decided_by=Kind.SYMBOLIC,
    over={"n": "every integer >= 1"},
)
ROW = Step(
    "row",
    r"Row $i$ of $\Sigma-O$ has the squared length $(\sigma_i-o)^2+r$, where $o=O_{ii}$ and $r$ are the other squares "
    r"of that row of $O$, $o^2+r=1$. It is at least $(\sigma_i-1)^2$; add up the rows.",
    sp.Implies(
        sp.And(_sigma >= 0, _rest >= 0, sp.Eq(_overlap**2 + _rest, 1)),
        (_sigma - _overlap) ** 2 + _rest >= (_sigma - 1) ** 2,
    ),
    decided_by=Kind.SMT,
    over={"sigma": "[0, oo)", "o": "[-1, 1]"},
)
ATTAINED = Step(
    "attained",
    r"It is $(\sigma_i-1)^2$ at $O=I$, which is $Q=UV^\top$: $o=1$, $r=0$; where $\sigma_i>0$, at nothing else.",
    sp.Implies(
        sp.And(
            _sigma > 0,
            _rest >= 0,
            sp.Eq(_overlap**2 + _rest, 1),
            sp.Eq((_sigma - _overlap) ** 2 + _rest, (_sigma - 1) ** 2),
        ),
        sp.And(sp.Eq(_overlap, 1), sp.Eq(_rest, 0)),
    ),
    decided_by=Kind.SMT,
    over={"sigma": "(0, oo)", "o": "[-1, 1]"},
)


def _distances() -> Iterator[Instance]:
    """Distances of matrices with known singular values, from their largest overlap with a rotation."""
    values = sp.Integer(0), sp.Integer(1), sp.Rational(5, 2)
    for singular_values in chain(product(values), product(values, repeat=2)):
        dim = len(singular_values)
        matrix = rational_rotation(dim, 1) * sp.diag(*singular_values) * rational_rotation(dim, 2)
        yield {
            _distance: sum(entry**2 for entry in matrix) + dim - 2 * largest_overlap(matrix),
            n: sp.Integer(dim),
            **by_index(_singular_value[k], dict(enumerate(singular_values, 1))),
        }


CLAIM = Claim(
    id="nearest_rotation",
    paper="W",
    locator="Theorem 5.3, polar decomposition",
    role=Role.THEOREM,
    title="Singular values tell how far a matrix is from the rotations",
    says=r"$\min_Q|A-Q|_F^2=\sum_i(\sigma_i-1)^2$ over the orthogonal $Q$, attained at $Q=UV^\top$.",
    statement=sp.Eq(_distance, sp.Sum((_singular_value[k] - 1) ** 2, (k, 1, n))),
    assumptions={
        "square": r"$A$ is a real $n\times n$ matrix with singular values $\sigma_i\ge0$.",
        "orthogonal": r"$Q^\top Q=I$.",
    },
    background=("singular_value_decomposition",),
    steps=(ISOMETRY, ROTATED, ROW, ATTAINED),
    holds_at=lambda _: _distances(),
    expected=Verdict.PROVED,
)


@evidence(CLAIM.id, Kind.EXHAUSTIVE)
def rotations_by_pythagorean_triples(_profile: Profile) -> Finding:
    """Diagonal matrices against every rotation and reflection by small Pythagorean angles, exactly."""
    angles = [(1, 0), (0, 1)] + [
        (sp.Rational(p * p - q * q, p * p + q * q), sp.Rational(2 * p * q, p * p + q * q))
        for p in range(2, 6)
        for q in range(1, p)
    ]
    rotations = [sp.Matrix([[a * c, -b * s], [a * s, b * c]]) for c, s in angles for a, b in product((1, -1), repeat=2)]
    values = [(sp.Rational(i, 3), sp.Rational(j, 3)) for i in range(7) for j in range(i + 1)]
    wrong = []
    for first, second in values:
        nearest = (first - 1) ** 2 + (second - 1) ** 2
        distances = [sum((sp.diag(first, second) - rotation).applyfunc(lambda x: x**2)) for rotation in rotations]
        if min(distances) != nearest:
            wrong.append((first, second))
    return Finding(
        not wrong, {"n": 2, "singular_values": "thirds from 0 to 2", "rotations": len(rotations)}, str(wrong or "")
    )


SIBLING = CLAIM.without(
    "orthogonal",
    title="The same distance to all matrices",
    says=r"No matrix at all is nearer: for $n=1$, $(\sigma-q)^2\ge(\sigma-1)^2$ for every $q$.",
    statement=(_sigma - _overlap) ** 2 >= (_sigma - 1) ** 2,
    fails_at={_sigma: sp.Integer(2), _overlap: sp.Integer(2)},
)
