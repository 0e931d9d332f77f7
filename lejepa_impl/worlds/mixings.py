r"""Mixings: invertible maps from the latent to what is observed.

References
----------
W, section 6 and Appendix H (two-dimensional worlds).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Mixing:
    """An observation map with its inverse.

    Parameters
    ----------
    dim
        Number of latents, equal to the number of observed variables.
    observe, invert
        Maps of shape (count, dim) to (count, dim), inverse to each other.
    """

    dim: int
    observe: Callable[[Tensor], Tensor]
    invert: Callable[[Tensor], Tensor]


def _rotate(points: Tensor, angle: Tensor) -> Tensor:
    cos, sin = angle.cos(), angle.sin()
    first, second = points.unbind(-1)
    return torch.stack([cos * first - sin * second, sin * first + cos * second], dim=-1)


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


def identity(dim: int) -> Mixing:
    """Latents that are observed directly."""
    return Mixing(dim=dim, observe=lambda z: z, invert=lambda x: x)


#: Mixings by the name they have in a training specification, built for a number of latents.
MIXINGS: dict[str, Callable[[int], Mixing]] = {
    "identity": identity,
    "spiral": lambda dim: _two_dimensional(spiral(), dim),
}


def _two_dimensional(mixing: Mixing, dim: int) -> Mixing:
    if dim != mixing.dim:
        raise ValueError(f"this mixing has {mixing.dim} latents, not {dim}")
    return mixing
