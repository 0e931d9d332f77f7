r"""Mixings: invertible maps from the latent to what is observed.

References
----------
W, section 6 and Appendix H (two-dimensional worlds).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import torch
from torch import Generator, Tensor


@dataclass(frozen=True)
class Mixing:
    """An observation map with its inverse.

    Parameters
    ----------
    dim
        Number of latents, equal to the number of observed variables.
    observe, invert
        Maps of shape (..., count, dim) to the same shape, inverse to each other.
    """

    dim: int
    observe: Callable[[Tensor], Tensor]
    invert: Callable[[Tensor], Tensor]


def _rotate(points: Tensor, angle: Tensor) -> Tensor:
    cos, sin = angle.cos(), angle.sin()
    first, second = points.unbind(-1)
    return torch.stack([cos * first - sin * second, sin * first + cos * second], dim=-1)


@cache
def spiral(winding: float = math.pi) -> Mixing:
    r"""Rotation by an angle that grows with the radius, $g(z) = R(w|z|)\,z$ with winding w, in W $\pi$.

    It preserves the standard Gaussian, so that no regularizer of the law of the embedding can tell
    the observation from the latent: only alignment can.
    """
    return Mixing(
        dim=2,
        observe=lambda z: _rotate(z, winding * z.norm(dim=-1)),
        invert=lambda x: _rotate(x, -winding * x.norm(dim=-1)),
    )


@cache
def banana() -> Mixing:
    """Shear along a parabola, $g(z) = (z_1, z_2 + z_1^2)$."""

    def observe(z: Tensor, sign: int = 1) -> Tensor:
        first, second = z.unbind(-1)
        return torch.stack([first, second + sign * first**2], dim=-1)

    return Mixing(dim=2, observe=observe, invert=lambda x: observe(x, -1))


@cache
def sinusoid() -> Mixing:
    r"""Shear along a wave, $g(z) = (z_1 + \sin\tfrac32 z_2, z_2)$."""

    def observe(z: Tensor, sign: int = 1) -> Tensor:
        first, second = z.unbind(-1)
        return torch.stack([first + sign * (1.5 * second).sin(), second], dim=-1)

    return Mixing(dim=2, observe=observe, invert=lambda x: observe(x, -1))


@cache
def identity(dim: int) -> Mixing:
    """Latents that are observed directly."""
    return Mixing(dim=dim, observe=lambda z: z, invert=lambda x: x)


def coupling(weights: Tensor) -> Mixing:
    r"""Layers of shears between the halves of the latent, for any even number of latents.

    .. math:: z_2 \leftarrow z_2 + \tanh(z_1 W_0), \quad z_1 \leftarrow z_1 + \tanh(z_2 W_1), \quad
              z_2 \leftarrow z_2 + \tanh(z_1 W_2), \quad \dots

    Every layer keeps the volume, and so does the mixing.

    Parameters
    ----------
    weights
        The $W_l$, shape (layers, dim / 2, dim / 2).
    """
    return Mixing(
        dim=2 * weights.shape[-1],
        observe=lambda z: couple(z, weights.to(z)),
        invert=lambda x: uncouple(x, weights.to(x)),
    )


def couple(latent: Tensor, weights: Tensor | Sequence[Tensor]) -> Tensor:
    """Mix latents of shape (..., count, dim) by the layers of a `coupling`, each of shape (..., dim / 2, dim / 2)."""
    halves = list(latent.chunk(2, dim=-1))
    for layer, weight in enumerate(weights):
        source = layer % 2
        halves[1 - source] = halves[1 - source] + (halves[source] @ weight).tanh()
    return torch.cat(halves, dim=-1)


def uncouple(observed: Tensor, weights: Tensor | Sequence[Tensor]) -> Tensor:
    """Undo `couple` with the same layers."""
    halves = list(observed.chunk(2, dim=-1))
    for layer in reversed(range(len(weights))):
        source = layer % 2
        halves[1 - source] = halves[1 - source] - (halves[source] @ weights[layer]).tanh()
    return torch.cat(halves, dim=-1)


def twice_orthogonal(layers: int, size: int, generator: Generator) -> Tensor:
    """Draw matrices $2Q$ with $Q$ uniform on the orthogonal group, shape (layers, size, size), float32.

    References
    ----------
    F. Mezzadri, "How to generate random matrices from the classical compact groups", Notices of the AMS 54, 2007.
    """
    gaussian = torch.randn(layers, size, size, generator=generator, device=generator.device, dtype=torch.float64)
    orthogonal, triangular = torch.linalg.qr(gaussian)
    # The factor Q of an implementation is uniform only once the signs of R are fixed.
    return (2 * orthogonal * triangular.diagonal(dim1=-2, dim2=-1).sign()[:, None, :]).float()


#: Mixings without parameters by the name they have in a training specification, built for a number of latents.
MIXINGS: dict[str, Callable[[int], Mixing]] = {
    "identity": identity,
    "spiral": lambda dim: _two_dimensional(spiral(), dim),
    "banana": lambda dim: _two_dimensional(banana(), dim),
    "sinusoid": lambda dim: _two_dimensional(sinusoid(), dim),
}


def _two_dimensional(mixing: Mixing, dim: int) -> Mixing:
    if dim != mixing.dim:
        raise ValueError(f"this mixing has {mixing.dim} latents, not {dim}")
    return mixing
