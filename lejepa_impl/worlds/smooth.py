r"""Worlds with any drift and a smooth noise: their law is computed.

.. math:: z' = m(z) + \eta, \qquad p(z') = \int p(z)\, q(z' - m(z))\, dz
"""

import math
from collections.abc import Callable

import torch
from numpy.polynomial.legendre import leggauss
from torch import Generator, Tensor

from lejepa_impl.worlds.chain import Chain
from lejepa_impl.worlds.distributions import Density, GaussianMixture, HyperbolicSecant
from lejepa_impl.worlds.world import AdditiveNoiseWorld, require_correlation

#: Error of the quadrature in total mass.
_LARGEST_ERROR = 1e-9


class SmoothWorld(AdditiveNoiseWorld):
    r"""Independent copies of $z' = m(z)+\eta$ in its stationary law, standardised.

    The law is that of the trapezoid rule, whose error falls faster than any power of the number of
    points for a noise density that is analytic in a strip.

    Parameters
    ----------
    dim
        Number of latents n.
    drift
        $m$, elementwise on tensors of any shape and type, in units before standardisation.
    noise
        Law of $\eta$, in the same units.
    half_width
        The grid covers [-half_width, half_width].
    points
        Number of grid points.

    Raises
    ------
    ValueError
        If the grid is too narrow or too coarse for the transitions from its points to have mass 1.
    """

    def __init__(
        self, dim: int, drift: Callable[[Tensor], Tensor], noise: Density, *, half_width: float, points: int
    ) -> None:
        grid = torch.linspace(-half_width, half_width, points, dtype=torch.float64)
        kernel = noise.density(grid - drift(grid)[:, None]) * (grid[1] - grid[0])
        rows = kernel.sum(dim=1)
        #: The quadrature of one latent.
        self.chain = Chain(grid, kernel / rows[:, None])
        missed = float(self.chain.law @ (rows - 1).abs())
        if not missed < _LARGEST_ERROR:
            raise ValueError(
                f"{points} points on [-{half_width:g}, {half_width:g}] miss {missed:.2g} of the law: "
                "raise the half width or the number of points"
            )
        super().__init__(
            dim, self.chain.pair_correlation, kurtosis=self.chain.kurtosis, reversible=self.chain.reversible
        )
        self._drift, self._noise = drift, noise

    def sample(self, count: int, generator: Generator) -> Tensor:
        """Draw `count` latents, shape (count, n), float32 on the device of the generator."""
        law, latents = self.chain.law.to(generator.device), self.chain.latents.to(generator.device)
        drawn = torch.multinomial(law, count * self.dim, replacement=True, generator=generator)
        # One transition from the grid: the law is then the integral over z as the quadrature has it.
        return self.transition(latents[drawn].reshape(count, self.dim).float(), generator)

    def drift(self, latent: Tensor) -> Tensor:
        """Return the standardised drift of latents of shape (count, n)."""
        return (self._drift(self.chain.mean + self.chain.scale * latent) - self.chain.mean) / self.chain.scale

    def noise(self, like: Tensor, generator: Generator) -> Tensor:
        """Draw standardised noise in the shape, type and device of `like`."""
        return self._noise.draw(like, generator) / self.chain.scale


class HyperbolicWorld(SmoothWorld):
    r"""A reversible world with additive noise that is not Gaussian: $\tanh m(z) = r\tanh z$, noise $\propto\cosh^{-k}$.

    With $v\cosh m = \cosh z$ and $v\sinh m = r\sinh z$ the density of a pair is symmetric,

    .. math:: p(z)\,q(z'-m(z)) \propto \left(v\cosh(z'-m)\right)^{-k} = (\cosh z\cosh z' - r\sinh z\sinh z')^{-k}

    so that independence, stationarity and additive noise hold together with reversibility, for every k. As k grows,
    $\sqrt k\,z$ tends to the Gaussian world of correlation r; for k = 2, $m(z)$ is uniform.

    Parameters
    ----------
    dim
        Number of latents n.
    slope
        r in (-1, 1), not 0.
    power
        k > 0.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """

    def __init__(self, dim: int, slope: float, power: float) -> None:
        noise = HyperbolicSecant(power)
        # Beyond it the noise has a density below e^-40 of its largest.
        reach = 40 / power + math.log1p(math.sqrt(-math.expm1(-80 / power)))
        half_width = math.atanh(abs(require_correlation(slope))) + reach
        # A small fraction both of the noise's scale and of the distance pi/2 of its poles from the real line.
        spacing = 0.2 / math.sqrt(max(power, 1))
        super().__init__(
            dim,
            lambda z: torch.atanh(slope * torch.tanh(z)),
            noise,
            half_width=half_width,
            points=2 * math.ceil(half_width / spacing) + 1,
        )


class TransportWorld(SmoothWorld):
    r"""Stationary by construction, in the law of $u + \eta$: the monotone drift $m = F_u^{-1}\circ F_{u+\eta}$.

    $m(z)$ has the law of u, so that $z' = m(z)+\eta$ has that of z, for any u and any noise independent of it.

    Parameters
    ----------
    dim
        Number of latents n.
    quantile
        Increasing quantile function $F_u^{-1}$ on [0, 1], elementwise and smooth; bounded.
    noise
        Law of $\eta$.

    Raises
    ------
    ValueError
        If `dim` is below 1 or the quantile function is not bounded.
    """

    def __init__(self, dim: int, quantile: Callable[[Tensor], Tensor], noise: GaussianMixture) -> None:
        nodes, weights = (torch.from_numpy(values) for values in leggauss(_LEVELS))
        base = quantile((nodes + 1) / 2)
        ends = quantile(torch.tensor([0.0, 1.0], dtype=torch.float64))
        if not ends.isfinite().all():
            raise ValueError(f"quantile function runs from {ends[0]} to {ends[1]}: it must be bounded")

        def drift(latent: Tensor) -> Tensor:
            levels = noise.cumulative(latent.double()[..., None] - base) @ weights / 2
            return quantile(levels.clamp(0, 1)).to(latent)

        deviation = noise.variances.sqrt()
        half_width = float(ends.abs().max() + noise.means.abs().max() + _DEVIATIONS * deviation.max())
        points = 2 * math.ceil(half_width / (_SPACING * float(deviation.min()))) + 1
        super().__init__(dim, drift, noise, half_width=half_width, points=points)


#: Gauss-Legendre nodes of the law of u; the density of the noise smooths what they integrate.
_LEVELS = 64
#: A Gaussian has a mass of 1e-18 beyond so many standard deviations, and the trapezoid rule errs by exp(-2 pi^2/h^2)
#: with a spacing of h standard deviations.
_DEVIATIONS = 9
_SPACING = 0.5
