r"""Instances of statements about encoders: exact encoders, and their loss by integration.

The loss comes from expanding $|h(z')-h(z)|^2$ and integrating by moments, which knows nothing of Hermite degrees.
"""

from collections.abc import Iterator, Mapping, Sequence
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
    latent,
    m,
    n,
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
