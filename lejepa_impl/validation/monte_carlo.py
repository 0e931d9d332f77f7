r"""Monte-Carlo alignment loss of a Hermite map, with an error bound that holds at every sample size.

Plain sampling cannot judge high degrees: at degree 8 the squared difference of a pair has a relative
variance near $10^4$, far from any normal approximation. Here latents are drawn where the polynomials
are large, from the density $\kappa(z)\varphi(z)$ with $\kappa=\sum_a p_a H_a^2$, and the reversibility
of the pair makes the weighted square bounded:

.. math:: X = \frac{|h(z')-h(z)|^2}{\tfrac12(\kappa(z)+\kappa(z'))} \in [0, B], \qquad
          \mathbb{E}\,X = L(h), \qquad B = 4\Big(\sum_a \sqrt{W_a}\Big)^2

where $W_a=\sum_i c_{i,a}^2$ and $p_a\propto\sqrt{W_a}$.

References
----------
A. Maurer, M. Pontil, "Empirical Bernstein bounds and sample variance penalization", COLT 2009,
Theorem 4.
"""

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from lejepa_impl.encoders import HermiteMap, orthonormal_hermite
from lejepa_impl.worlds.gaussian import GaussianWorld


@dataclass(frozen=True)
class BoundedEstimate:
    """Estimate of an expectation with a bound on its error.

    Parameters
    ----------
    value
        The estimate.
    tolerance
        Bound on the error, exceeded with at most the probability below.
    standard_errors
        The part of the tolerance that is a multiple of the standard error, as that multiple.
    false_alarm_probability
        Probability that the true value is further away than the tolerance.
    """

    value: float
    tolerance: float
    standard_errors: float
    false_alarm_probability: float


def alignment_loss(
    encoder: HermiteMap,
    world: GaussianWorld,
    generator: Generator,
    *,
    samples: int = 2**16,
    false_alarm_probability: float = 1e-12,
) -> BoundedEstimate:
    """Estimate the alignment loss of a Hermite map from sampled pairs of the world.

    Parameters
    ----------
    encoder
        Map with float64 coefficients.
    world
        World with the number of latents of the encoder.
    samples
        Number N of pairs, at least 2.
    false_alarm_probability
        Probability at which the tolerance may be exceeded.
    """
    # Constants cancel in h(z') - h(z); leaving them out tightens the bound.
    moving = encoder.multi_indices.sum(dim=1) > 0
    weights = encoder.coefficients.square().sum(dim=0)[moving].sqrt()
    total = float(weights.sum())
    if total == 0:
        return BoundedEstimate(0.0, 0.0, 0.0, false_alarm_probability)
    probabilities = weights / total
    chosen = torch.multinomial(probabilities, samples, replacement=True, generator=generator)
    latent = _sample_squared_hermite(encoder.multi_indices[moving][chosen], generator)
    successor = world.transition(latent, generator)

    basis, basis_next = (encoder.basis(z)[:, moving] for z in (latent, successor))
    square = ((basis_next - basis) @ encoder.coefficients[:, moving].T).square().sum(dim=1)
    density = (basis.square() + basis_next.square()) @ probabilities / 2
    values = square / density
    log_term = math.log(4 / false_alarm_probability)
    multiple = math.sqrt(2 * log_term)
    remainder = 7 * 4 * total**2 * log_term / (3 * (samples - 1))
    tolerance = multiple * float(values.std()) / samples**0.5 + remainder
    return BoundedEstimate(float(values.mean()), tolerance, multiple, false_alarm_probability)


def _sample_squared_hermite(degrees: Tensor, generator: Generator) -> Tensor:
    r"""Draw from the density $\prod_j H_{d_j}(x_j)^2\varphi(x_j)$, by inversion.

    Its distribution function is $\Phi - \varphi \sum_{k=1}^{d} H_{k-1} H_k / \sqrt{k}$, as
    differentiation shows.
    """
    drawn = torch.randn(degrees.shape, generator=generator, dtype=torch.float64)
    grid = torch.linspace(-_EDGE, _EDGE, _CELLS + 1, dtype=torch.float64)
    hermite = orthonormal_hermite(grid, int(degrees.max()))
    density = torch.exp(-(grid**2) / 2) / math.sqrt(2 * math.pi)
    distribution = torch.special.ndtr(grid)
    for degree in range(1, len(hermite)):
        distribution -= density * hermite[degree - 1] * hermite[degree] / degree**0.5
        mine = degrees == degree
        uniform = torch.rand(int(mine.sum()), generator=generator, dtype=torch.float64)
        cell = torch.searchsorted(distribution, uniform).clamp(1, _CELLS)
        below, above = distribution[cell - 1], distribution[cell]
        drawn[mine] = torch.lerp(grid[cell - 1], grid[cell], (uniform - below) / (above - below))
    return drawn


#: Beyond it lies less than 1e-25 of the mass for every degree up to 12.
_EDGE = 16.0
#: The distribution function is interpolated linearly between so many points; the bias that this
#: leaves in an expectation is of second order in their distance, far below any tolerance here.
_CELLS = 2**16
