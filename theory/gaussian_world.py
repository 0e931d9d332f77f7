r"""The Gaussian world: standard Gaussian latents that move by an Ornstein-Uhlenbeck step.

.. math:: z \sim N(0, I_n), \qquad z' = \rho z + \sqrt{1-\rho^2}\,\eta, \qquad
          \mathbb{E}[\mathrm{He}_d(z') \mid z] = \rho^d\, \mathrm{He}_d(z)

References
----------
W, section 5 and Theorem 5.1.
"""

from collections.abc import Sequence
from math import comb

from sympy import QQ, Expr, Mul, factorial2, sqrt
from sympy.polys.rings import PolyElement, ring


def transition(latent: Expr, noise: Expr, rho: Expr) -> Expr:
    """Next latent of one coordinate, from the latent and standard Gaussian noise."""
    return rho * latent + sqrt(1 - rho**2) * noise


def contraction(degree: Expr, rho: Expr) -> Expr:
    """Factor by which a transition shrinks a Hermite polynomial of this degree."""
    return rho**degree


def eigenvalue(multi_index: Sequence[int], rhos: Sequence[Expr]) -> Expr:
    r"""Eigenvalue $\prod_j \rho_j^{a_j}$ of $H_a$ where coordinate $j$ has correlation $\rho_j$."""
    return Mul(*(contraction(a, rho) for a, rho in zip(multi_index, rhos, strict=True)))


def multiplicity(dim: int, degree: int) -> int:
    r"""Number $\binom{n+d-1}{d}$ of orthonormal Hermite polynomials of a degree."""
    return comb(dim + degree - 1, degree)


def alignment_floor(rho: Expr, dim: Expr) -> Expr:
    r"""Return $2(1-\rho)\,n$, the alignment loss of whitened linear encoders (claim `alignment_floor`)."""
    return 2 * (1 - rho) * dim


class PairPolynomials:
    r"""Exact polynomials in a pair of latents, and their expectation.

    The ring is over the rationals, with generators $\rho$, $\sigma$, $z_i$ and $\eta_i$; the relation
    $\sigma^2 = 1-\rho^2$ is used after integration, when only even powers of $\sigma$ are left.

    Parameters
    ----------
    dim
        Number of latents n.

    Attributes
    ----------
    latent, next_latent
        Lists of n polynomials $z_i$ and $\rho z_i + \sigma \eta_i$.
    """

    def __init__(self, dim: int) -> None:
        names = [f"z{i}" for i in range(dim)] + [f"eta{i}" for i in range(dim)]
        self.ring, self.rho, sigma, *gaussians = ring(["rho", "sigma", *names], QQ)
        self.latent = gaussians[:dim]
        self.next_latent = [
            self.rho * latent + sigma * noise for latent, noise in zip(self.latent, gaussians[dim:], strict=True)
        ]

    def expectation(self, polynomial: PolyElement, *, over_latent: bool = True) -> PolyElement:
        r"""Integrate over the noise, and over the latent too unless told otherwise.

        Uses the moments $\mathbb{E}\,\eta^k = (k-1)!!$ for even k, 0 for odd k.
        """
        dim = len(self.latent)
        integrated = range(2 if over_latent else 2 + dim, 2 + 2 * dim)
        variance = 1 - self.rho**2
        total = self.ring.zero
        for monomial, coefficient in polynomial.terms():
            if any(monomial[i] % 2 for i in integrated):
                continue
            moment = Mul(*(factorial2(monomial[i] - 1) for i in integrated))
            kept = [0 if i == 1 or i in integrated else power for i, power in enumerate(monomial)]
            term = self.ring.term_new(tuple(kept), coefficient * QQ(int(moment)))
            total += term * variance ** (monomial[1] // 2)
        return total
