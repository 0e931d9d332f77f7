r"""Encoders with finitely many Hermite coefficients, and their exact alignment loss.

.. math:: h_i(z) = \sum_a b_{i,a} \prod_j \mathrm{He}_{a_j}(z_j), \qquad
          w_d = \sum_i \sum_{|a|=d} b_{i,a}^2\, a!, \qquad
          L(h) = 2 \sum_d (1-\rho^d)\, w_d

References
----------
W, Theorem 5.1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import factorial, prod

from sympy import Expr, Number, Rational, sympify
from sympy.polys.rings import PolyElement

from theory.gaussian_world import PairPolynomials, contraction
from theory.hermite import MultiIndex, sequence


@dataclass(frozen=True)
class HermiteEncoder:
    r"""Exact encoder, given by its coefficients on products of Hermite polynomials.

    Parameters
    ----------
    dim
        Number of latents n.
    outputs
        For each of the m outputs, rational coefficients $b_{i,a}$ by multi-index $a$. The
        polynomials are not normalised, so that coefficients stay rational: $c_{i,a}=b_{i,a}\sqrt{a!}$.

    Raises
    ------
    ValueError
        If there is no latent, or a multi-index has not n entries, or a negative one.
    """

    dim: int
    outputs: tuple[Mapping[MultiIndex, Rational], ...]

    def __post_init__(self) -> None:
        if self.dim < 1:
            raise ValueError(f"an encoder needs at least 1 latent, not {self.dim}")
        for index in (index for output in self.outputs for index in output):
            if len(index) != self.dim or min(index) < 0:
                raise ValueError(f"{index} is no multi-index of {self.dim} latents")

    @property
    def max_degree(self) -> int:
        """Largest Hermite degree that occurs; 0 for the zero map."""
        return max((sum(index) for output in self.outputs for index in output), default=0)

    def covariance(self) -> list[list[Rational]]:
        r"""Second moments $\mathbb{E}[h_i h_j]$ less products of means, an m x m matrix."""
        return [
            [
                sum(
                    (first[index] * second[index] * _norm(index) for index in first if sum(index) and index in second),
                    Rational(0),
                )
                for second in self.outputs
            ]
            for first in self.outputs
        ]

    def variance_by_degree(self) -> dict[int, Rational]:
        """Variances $w_d$ at the degrees that occur, degree 0 (the squared mean) included."""
        variances: dict[int, Rational] = {}
        for output in self.outputs:
            for index, coefficient in output.items():
                degree = sum(index)
                variances[degree] = variances.get(degree, 0) + coefficient**2 * _norm(index)
        return variances

    def alignment_loss(self, rho: Expr) -> Expr:
        """Alignment loss in the Gaussian world of pair correlation `rho`, from the variances.

        Raises
        ------
        ValueError
            If `rho` is a number outside [-1, 1].
        """
        # A generator of a polynomial ring is no number, and stands for any correlation.
        if isinstance(rho, Number | int | float) and not -1 <= rho <= 1:
            raise ValueError(f"correlation {rho} is not in [-1, 1]")
        return sympify(2) * sum(
            (1 - contraction(degree, rho)) * variance for degree, variance in self.variance_by_degree().items()
        )

    def alignment_loss_by_moments(self) -> PolyElement:
        r"""Alignment loss as a polynomial in $\rho$, by expanding $|h(z')-h(z)|^2$ and integrating.

        Knows nothing of Hermite orthogonality; its cost grows fast with n and the degree.
        """
        pair = PairPolynomials(self.dim)
        now, later = self._on(pair, pair.latent), self._on(pair, pair.next_latent)
        squared = sum(((b - a) ** 2 for a, b in zip(now, later, strict=True)), pair.ring.zero)
        return pair.expectation(squared)

    def pair_correlation_by_moments(self) -> PolyElement:
        r"""Correlation $\mathbb{E}\langle h(z'),h(z)\rangle$ as a polynomial in $\rho$, by integrating the product."""
        pair = PairPolynomials(self.dim)
        now, later = self._on(pair, pair.latent), self._on(pair, pair.next_latent)
        return pair.expectation(sum((a * b for a, b in zip(now, later, strict=True)), pair.ring.zero))

    def dirichlet_energy_by_moments(self) -> Rational:
        r"""Dirichlet energy $\mathbb{E}|Dh|_F^2$, by differentiating and integrating."""
        pair = PairPolynomials(self.dim)
        outputs = self._on(pair, pair.latent)
        squared = sum((output.diff(z) ** 2 for output in outputs for z in pair.latent), pair.ring.zero)
        return sympify(pair.expectation(squared).as_expr())

    def _on(self, pair: PairPolynomials, latent: list[PolyElement]) -> list[PolyElement]:
        values = [sequence(coordinate, self.max_degree) for coordinate in latent]
        return [
            sum(
                (
                    prod((values[j][a] for j, a in enumerate(index)), start=pair.ring.one)
                    * pair.ring.domain.convert(coefficient)
                    for index, coefficient in output.items()
                ),
                pair.ring.zero,
            )
            for output in self.outputs
        ]


def _norm(index: MultiIndex) -> int:
    """Squared norm a! of the product of Hermite polynomials."""
    return prod(map(factorial, index))
