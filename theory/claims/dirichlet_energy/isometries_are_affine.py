r"""An isometry of Euclidean space that fixes the origin is linear: Mazur-Ulam, where inner products decide it.

.. math:: |h(x)-h(y)| = |x-y| \text{ for all } x, y \iff h(x) = Qx + h(0),\quad Q^\top Q = I_n

References
----------
W, Appendix E; S. Mazur, S. Ulam, "Sur les transformations isométriques d'espaces vectoriels
normés", Comptes rendus 194, 1932, for normed spaces.
"""

from collections.abc import Iterator

import sympy as sp

from theory.claim import Claim, Kind, Role, Step, Verdict
from theory.instances import rational_rotation
from theory.notation import Q, encoded, latent, n

_xx, _xy, _yy = sp.symbols("xx xy yy", real=True)
_kept_xx, _kept_xy, _kept_yy, _kept_distance = sp.symbols("hxhx hxhy hyhy D", real=True)
_ss, _sx, _sy = sp.symbols("ss sx sy", real=True)
_scale, _scaled, _cross = sp.symbols("c tt tx", real=True)
_origin = sp.MatrixSymbol("h(0)", n, 1)
_distance, _image_distance = sp.symbols("|z-y|^2 |h(z)-h(y)|^2", real=True)
#: The form that isometries take.
AFFINE = sp.And(sp.Eq(encoded, Q * latent + _origin), sp.Eq(Q.T * Q, sp.Identity(n)))
_difference = sp.MatrixSymbol("z-y", n, 1)

POLARISATION = Step(
    "polarisation",
    r"Let $h(0)=0$. $h$ keeps $|x|^2$, $|y|^2$ and the squared distance $D=|x-y|^2$, and these give the inner "
    r"product: $h$ keeps $\langle x,y\rangle$.",
    sp.Implies(
        sp.And(
            sp.Eq(_kept_xx, _xx),
            sp.Eq(_kept_yy, _yy),
            sp.Eq(_kept_distance, _xx - 2 * _xy + _yy),
            sp.Eq(_kept_distance, _kept_xx - 2 * _kept_xy + _kept_yy),
        ),
        sp.Eq(_kept_xy, _xy),
    ),
    decided_by=Kind.SMT,
    over={"xx": "<x, x>", "hxhy": "<h(x), h(y)>"},
)
ADDITIVE = Step(
    "additive",
    r"For $s=x+y$ the inner products of $h(s)$, $h(x)$, $h(y)$ are those of $s$, $x$, $y$, so that "
    r"$|h(s)-h(x)-h(y)|^2=0$.",
    sp.Implies(
        sp.And(
            sp.Eq(_ss, _xx + 2 * _xy + _yy),
            sp.Eq(_sx, _xx + _xy),
            sp.Eq(_sy, _xy + _yy),
        ),
        sp.Eq(_ss + _xx + _yy - 2 * _sx - 2 * _sy + 2 * _xy, 0),
    ),
    decided_by=Kind.SMT,
    over={"ss": "<h(s), h(s)>", "sx": "<h(s), h(x)>"},
)
HOMOGENEOUS = Step(
    "homogeneous",
    r"For $t=cx$ likewise $|h(t)-c\,h(x)|^2=0$. So $h$ is linear, and keeps lengths: $Q^\top Q=I$.",
    sp.Implies(
        sp.And(sp.Eq(_scaled, _scale**2 * _xx), sp.Eq(_cross, _scale * _xx)),
        sp.Eq(_scaled - 2 * _scale * _cross + _scale**2 * _xx, 0),
    ),
    decided_by=Kind.SMT,
    over={"c": "real", "tt": "<h(t), h(t)>", "tx": "<h(t), h(x)>"},
)
CONVERSE = Step(
    "converse",
    r"Conversely $|Q(z-y)|^2=(z-y)^\top Q^\top Q\,(z-y)$, which is $|z-y|^2$ if $Q^\top Q=I$.",
    sp.Eq(
        sp.MatMul(sp.Transpose(sp.MatMul(Q, _difference)), sp.MatMul(Q, _difference)),
        sp.MatMul(sp.Transpose(_difference), sp.MatMul(sp.Transpose(Q), Q), _difference),
        evaluate=False,
    ),
    decided_by=Kind.SYMBOLIC,
    over={"n": "every integer >= 1"},
)


def _maps() -> Iterator[dict[sp.Basic, sp.Basic]]:
    """Reflections in lines that miss the origin, rotations, and maps that are no isometries, of the plane."""
    z, y = (sp.Matrix(sp.symbols(f"{name}_1:3", real=True)) for name in "zy")
    normal = sp.Matrix([1, 2])
    shift = sp.Matrix([sp.Rational(1, 2), -3])
    for image in (
        z - 2 * (normal.dot(z) - 1) / normal.dot(normal) * normal,
        rational_rotation(2) * z + shift,
        2 * z,
        z + shift * z[0],
        z + sp.Matrix([0, z[0] ** 2]),
    ):
        image_of_y, offset = (image.subs(dict(zip(z, at, strict=True))) for at in (y, (0, 0)))
        yield {
            n: sp.Integer(2),
            _distance: (z - y).dot(z - y),
            _image_distance: (image - image_of_y).dot(image - image_of_y),
            encoded: sp.ImmutableMatrix(image),
            latent: sp.ImmutableMatrix(z),
            _origin: sp.ImmutableMatrix(offset),
            Q: sp.ImmutableMatrix(image.jacobian(z).subs(dict.fromkeys(z, 0))),
        }


CLAIM = Claim(
    id="isometries_are_affine",
    paper="W",
    locator="Appendix E, Mazur-Ulam",
    role=Role.THEOREM,
    title="Isometries of Euclidean space are affine",
    says=r"$|h(z)-h(y)|=|z-y|$ for all $z,y\in\mathbb{R}^n$ iff $h(z)=Qz+h(0)$ with $Q$ orthogonal.",
    statement=sp.Equivalent(sp.Eq(_image_distance, _distance), AFFINE),
    assumptions={"all_distances": r"$|h(x)-h(y)|=|x-y|$ for all pairs $x,y$."},
    steps=(POLARISATION, ADDITIVE, HOMOGENEOUS, CONVERSE),
    holds_at=lambda _: _maps(),
    expected=Verdict.PROVED,
)


_x, _y = sp.symbols("x y", real=True)
SIBLING = CLAIM.without(
    "all_distances",
    title="Affinity from the distances to the origin alone",
    says=r"The same if only $|h(x)-h(0)|=|x|$: then $h(x)=|x|$ on the line would be additive, $|x|+|y|=|x+y|$.",
    statement=sp.Eq(sp.Abs(_x) + sp.Abs(_y), sp.Abs(_x + _y)),
    fails_at={_x: sp.Integer(1), _y: sp.Integer(-1)},
)
