r"""Instances of statements about encoders: exact encoders, and their loss by integration.

The loss comes from expanding $|h(z')-h(z)|^2$ and integrating by moments, which knows nothing of Hermite degrees.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import cycle
from random import Random

import sympy as sp

from theory.encoder import HermiteEncoder
from theory.hermite import MultiIndex, multi_indices, sequence
from theory.notation import (
    GaussianExpectation,
    Q,
    alignment_loss,
    d,
    dirichlet_energy,
    encoded,
    k,
    latent,
    m,
    n,
    recovery_error,
    rho,
    w,
)

#: Correlations at which instances are taken.
CORRELATIONS = tuple(sp.Rational(*ratio) for ratio in ((1, 10), (1, 2), (19, 20)))

#: Orthonormal functions of two latents with rational coefficients: two of degree 1, two of degree 2.
_ORTHONORMAL: tuple[dict[MultiIndex, sp.Rational], ...] = (
    {(1, 0): sp.Integer(1)},
    {(0, 1): sp.Integer(1)},
    {(1, 1): sp.Integer(1)},
    {(2, 0): sp.Rational(1, 2), (0, 2): -sp.Rational(1, 2)},
)


def dense_encoders(sizes: Sequence[tuple[int, int, int]]) -> Iterator[HermiteEncoder]:
    """Generate encoders with rational coefficients on every multi-index, for each (n, m, degree)."""
    random = Random(2605)
    for dim, outputs, degree in sizes:
        indices = [index for size in range(degree + 1) for index in multi_indices(dim, size)]
        yield HermiteEncoder(
            dim,
            tuple(
                {index: sp.Rational(random.randint(-9, 9), random.randint(1, 9)) for index in indices}
                for _ in range(outputs)
            ),
        )


def rational_rotation(dim: int, seed: int = 0) -> sp.Matrix:
    """Rotation with rational entries: $(I-S)(I+S)^{-1}$ for a rational skew matrix S. (Cayley)."""
    random = Random(seed)
    entries = [sp.Rational(random.randint(-3, 3), random.randint(1, 4)) for _ in range(dim**2)]
    half = sp.Matrix(dim, dim, entries)
    skew = half - half.T
    return (sp.eye(dim) - skew) * (sp.eye(dim) + skew).inv()


def gaussian_diffeomorphisms() -> Iterator[sp.Matrix]:
    r"""Generate diffeomorphisms that preserve $N(0,I_n)$: rotations and a twist of the plane by $|z|^2/3$."""
    for dim in (1, 2, 3):
        yield rational_rotation(dim) * _latents(dim)
    first, second = plane = _latents(2)
    angle = (first**2 + second**2) / 3
    yield sp.Matrix([[sp.cos(angle), -sp.sin(angle)], [sp.sin(angle), sp.cos(angle)]]) * plane


def whitened_encoders(outputs: int) -> Iterator[HermiteEncoder]:
    """Generate whitened encoders of two latents with 1 to 4 outputs: some linear, some of degree 2."""
    if outputs <= 2:
        yield _combined(rational_rotation(2)[:outputs, :])
    for seed in range(3):
        yield _combined(rational_rotation(4, seed)[:outputs, :])


def of_encoder(encoder: HermiteEncoder, correlation: sp.Expr) -> dict[sp.Basic, sp.Basic]:
    """Sizes, correlation, loss and energy by integration, and variances by degree of an encoder."""
    loss = encoder.alignment_loss_by_moments()
    return {
        alignment_loss: sp.sympify(loss.as_expr()).subs(sp.Symbol("rho"), correlation),
        dirichlet_energy: encoder.dirichlet_energy_by_moments(),
        rho: correlation,
        n: sp.Integer(encoder.dim),
        m: sp.Integer(len(encoder.outputs)),
        **by_index(w[d], encoder.variance_by_degree()),
        # Sums over all degrees end where the variance does.
        sp.oo: sp.Integer(encoder.max_degree),
    }


def of_map(image: sp.Matrix) -> dict[sp.Basic, sp.Basic]:
    """Size of a smooth map to as many outputs as latents, the map, its linear part, and its energy by integration."""
    variables = _latents(image.rows)
    jacobian = image.jacobian(variables)
    # Squares of sine and cosine add up once they are exponentials.
    energy = sp.expand(sum(slope**2 for slope in jacobian).rewrite(sp.exp))
    for variable in variables:
        energy = GaussianExpectation(energy, variable).doit()
    return {
        dirichlet_energy: energy,
        n: sp.Integer(image.rows),
        encoded: sp.ImmutableMatrix(image),
        Q * latent: sp.ImmutableMatrix(jacobian.subs(dict.fromkeys(variables, 0)) * variables),
    }


def bent_encoder(
    singular_values: Sequence[sp.Rational],
    halves: Sequence[sp.Rational],
    left: sp.Matrix | None = None,
    right: sp.Matrix | None = None,
) -> HermiteEncoder:
    r"""Encoder $h(z) = U(\Sigma V^\top z + r(z))$, $r_i = b_i \mathrm{He}_2(z_i)$, of nonlinear variances $2b_i^2$.

    Parameters
    ----------
    singular_values, halves
        Lists of $\sigma_i$ and $b_i$, one for each latent.
    left, right
        $U$ and $V$; the identity where not given.
    """
    dim = len(singular_values)
    left = sp.eye(dim) if left is None else left
    linear = left * sp.diag(*singular_values) * (sp.eye(dim) if right is None else right.T)
    unit = list(multi_indices(dim, 1))
    return HermiteEncoder(
        dim,
        tuple(
            dict(zip(unit, linear.row(i), strict=True))
            | {tuple(2 * a for a in unit[j]): left[i, j] * halves[j] for j in range(dim)}
            for i in range(dim)
        ),
    )


def largest_overlap(matrix: sp.Matrix) -> sp.Expr:
    r"""Largest $\mathrm{tr}(Q^\top A)$ over the orthogonal Q, for at most two rows.

    Of two rows, it is a sinusoid in the angle of Q, over rotations as over reflections: its amplitude is largest.
    """
    if matrix.rows == 1:
        return sp.Abs(matrix[0])
    (a, b), (c, d) = matrix.tolist()
    return sp.Max(sp.sqrt((a + d) ** 2 + (b - c) ** 2), sp.sqrt((a - d) ** 2 + (b + c) ** 2))


@cache
def recoveries(mean: sp.Rational = sp.S.Zero) -> tuple[dict[sp.Basic, sp.Basic], ...]:
    r"""Recovery error of bent encoders of one and two latents, with all that bounds it.

    The error is $\mathbb{E}|h|^2+n-2\max_Q\mathrm{tr}(Q^\top A)$. With it come sizes, correlation, excess, its bound on
    the nonlinear variance, covariance defect, the same from raw moments, and $\sigma_i$, $\nu_i$ of the directions.

    Parameters
    ----------
    mean
        Mean of the first output.
    """
    quarter, half, most, more = (sp.Rational(i, 8) for i in (2, 4, 7, 10))
    lists = [
        # The first of each size attain the sharp bound, the last but one has lost a direction.
        [(half, quarter)],
        [(more, half / 4)],
        [(sp.Integer(0), most)],
        [(half, quarter), (sp.Integer(1), sp.Integer(0))],
        [(most, half / 4), (more, quarter)],
        [(sp.Integer(0), sp.Integer(0)), (half, sp.Integer(0))],
        [(sp.Integer(0), half), (sp.Integer(0), most)],
    ]
    return tuple(
        _recovery(directions, correlation, mean) for directions, correlation in zip(lists, cycle(CORRELATIONS))
    )


def _recovery(
    directions: list[tuple[sp.Rational, sp.Rational]], correlation: sp.Rational, mean: sp.Rational
) -> dict[sp.Basic, sp.Basic]:
    dim = len(directions)
    singular_values, halves = zip(*directions, strict=True)
    left, right = (-rational_rotation(dim, seed) for seed in (1, 2))
    centred = bent_encoder(singular_values, halves, left, right)
    encoder = HermiteEncoder(dim, (dict(centred.outputs[0]) | {(0,) * dim: mean}, *centred.outputs[1:]))
    sizes = of_encoder(encoder, correlation)
    covariance = sp.Matrix(encoder.covariance())
    linear = left * sp.diag(*singular_values) * right.T
    excess = sizes[alignment_loss] - 2 * (1 - correlation) * covariance.trace()
    raw = covariance + sp.diag(mean**2, *[0] * (dim - 1))
    sigma, variance = (sp.IndexedBase(name, real=True)[k] for name in ("sigma", "nu"))
    return sizes | {
        recovery_error: raw.trace() + dim - 2 * largest_overlap(linear),
        sp.Symbol("delta", real=True): excess,
        sp.Symbol("D", real=True): excess / (2 * correlation * (1 - correlation)),
        sp.Symbol("epsilon", real=True): (covariance - sp.eye(dim)).norm(),
        sp.Symbol("epsilon'", real=True): (raw - sp.eye(dim)).norm(),
        sp.Symbol("m", real=True): mean,
        **by_index(sigma, dict(enumerate(singular_values, 1))),
        **by_index(variance, {i: 2 * b**2 for i, b in enumerate(halves, 1)}),
    }


def by_index(entry: sp.Indexed, values: Mapping[int, sp.Expr]) -> dict[sp.Basic, sp.Basic]:
    """Let an entry with a symbolic index take these values, and be 0 elsewhere."""
    (index,) = entry.indices
    return {entry: sp.Add(*(value * sp.KroneckerDelta(index, i) for i, value in values.items()))}


def expressions(encoder: HermiteEncoder) -> sp.ImmutableMatrix:
    """The outputs as polynomials of the latents, a column."""
    powers = [sequence(coordinate, encoder.max_degree) for coordinate in _latents(encoder.dim)]
    return sp.ImmutableMatrix(
        [
            sp.expand(sum(c * sp.Mul(*(powers[j][a] for j, a in enumerate(index))) for index, c in output.items()))
            for output in encoder.outputs
        ]
    )


def linear_part(encoder: HermiteEncoder) -> HermiteEncoder:
    """The encoder without its terms of other degrees than 1."""
    return HermiteEncoder(
        encoder.dim,
        tuple({index: c for index, c in output.items() if sum(index) == 1} for output in encoder.outputs),
    )


def _latents(dim: int) -> sp.Matrix:
    return sp.Matrix(sp.symbols(f"z_1:{dim + 1}", real=True))


def _combined(rows: sp.Matrix) -> HermiteEncoder:
    """Combine the orthonormal functions by the rows of a matrix."""
    outputs = []
    for i in range(rows.rows):
        output: dict[MultiIndex, sp.Rational] = {}
        for coefficient, function in zip(rows.row(i), _ORTHONORMAL[: rows.cols], strict=True):
            output |= {index: coefficient * value for index, value in function.items()}
        outputs.append(output)
    return HermiteEncoder(2, tuple(outputs))
