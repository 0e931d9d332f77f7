r"""Maps of latents, built from layers: mixings, which can be inverted, and encoders.

Every map takes arrays of shape (count, n) and shows itself as the expression that builds it.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Layer(ABC):
    """A map of latents."""

    @abstractmethod
    def __call__(self, z: Array) -> Array:
        """Map points of shape (count, n)."""


class InvertibleLayer(Layer):
    """A bijection of latents."""

    @abstractmethod
    def inverse(self, x: Array) -> Array:
        """Map points of shape (count, n) back."""


@dataclass(frozen=True)
class Orthogonal(InvertibleLayer):
    r"""$z \mapsto Qz$.

    Parameters
    ----------
    matrix
        Rows of Q.
    """

    matrix: tuple[tuple[float, ...], ...]

    def __call__(self, z: Array) -> Array:
        """Map points of shape (count, n)."""
        return z @ np.array(self.matrix).T

    def inverse(self, x: Array) -> Array:
        """Map points of shape (count, n) back."""
        return x @ np.array(self.matrix)


@dataclass(frozen=True)
class Spiral(InvertibleLayer):
    r"""$z \mapsto R(w|z|)z$ in the plane of the first two latents, which preserves the standard Gaussian law.

    Parameters
    ----------
    winding
        w, which is $\pi$ in W.

    References
    ----------
    W, section 6 and Appendix H.
    """

    winding: float

    def __call__(self, z: Array) -> Array:
        """Map points of shape (count, n)."""
        return self._turned(z, self.winding)

    def inverse(self, x: Array) -> Array:
        """Map points of shape (count, n) back."""
        return self._turned(x, -self.winding)

    def _turned(self, points: Array, winding: float) -> Array:
        angle = winding * np.hypot(points[:, 0], points[:, 1])
        turned = points.copy()
        turned[:, 0] = np.cos(angle) * points[:, 0] - np.sin(angle) * points[:, 1]
        turned[:, 1] = np.sin(angle) * points[:, 0] + np.cos(angle) * points[:, 1]
        return turned


@dataclass(frozen=True)
class Bend(InvertibleLayer):
    r"""$z_j \mapsto \sinh(a \operatorname{arcsinh} z_j + b)$, increasing.

    Parameters
    ----------
    power
        a > 0; tails are stretched above 1.
    shift
        b; the law is skewed where it is not 0.

    References
    ----------
    M. C. Jones, A. Pewsey, "Sinh-arcsinh distributions", Biometrika 96, 2009.
    """

    power: float
    shift: float

    def __call__(self, z: Array) -> Array:
        """Map points of shape (count, n)."""
        return np.asarray(np.sinh(self.power * np.arcsinh(z) + self.shift))

    def inverse(self, x: Array) -> Array:
        """Map points of shape (count, n) back."""
        return np.asarray(np.sinh((np.arcsinh(x) - self.shift) / self.power))


@dataclass(frozen=True)
class Coupling(InvertibleLayer):
    r"""$z_j \mapsto z_j + s\tanh z_{j-1}$ for the second latent, then the third, and so on; it preserves volume.

    Parameters
    ----------
    strength
        Strength $s$.

    References
    ----------
    L. Dinh, D. Krueger, Y. Bengio, "NICE", ICLR 2015 (additive coupling).
    """

    strength: float

    def __call__(self, z: Array) -> Array:
        """Map points of shape (count, n)."""
        moved = z.copy()
        for j in range(1, z.shape[1]):
            moved[:, j] += self.strength * np.tanh(moved[:, j - 1])
        return moved

    def inverse(self, x: Array) -> Array:
        """Map points of shape (count, n) back."""
        moved = x.copy()
        for j in reversed(range(1, x.shape[1])):
            moved[:, j] -= self.strength * np.tanh(moved[:, j - 1])
        return moved


@dataclass(frozen=True)
class Fold(Layer):
    r"""$z_j \mapsto z_j + s(z_j^2-1)/\sqrt2$, which no map inverts."""

    strength: float

    def __call__(self, z: Array) -> Array:
        """Map points of shape (count, n)."""
        return z + self.strength * (z**2 - 1) / np.sqrt(2)


@dataclass(frozen=True)
class Linear(Layer):
    """Linear map to any number of outputs, of any rank.

    Parameters
    ----------
    matrix
        Rows, one for each output.
    """

    matrix: tuple[tuple[float, ...], ...]

    def __call__(self, z: Array) -> Array:
        """Map points of shape (count, n) to (count, m)."""
        return z @ np.array(self.matrix).T


@dataclass(frozen=True)
class Encoder:
    """Layers, one after the other; the identity if there are none."""

    layers: tuple[Layer, ...] = ()

    def __call__(self, z: Array) -> Array:
        """Map points of shape (count, n) to (count, m)."""
        for layer in self.layers:
            z = layer(z)
        return z


@dataclass(frozen=True)
class Mixing(Encoder):
    """Invertible layers, one after the other; the identity if there are none."""

    layers: tuple[InvertibleLayer, ...] = ()

    def inverse(self, x: Array) -> Array:
        """Map points of shape (count, n) back."""
        for layer in reversed(self.layers):
            x = layer.inverse(x)
        return x
