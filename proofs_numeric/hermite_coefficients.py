r"""Encoders as matrices of orthonormal Hermite coefficients, in floating point.

.. math:: h_i = \sum_a c_{i,a} H_a, \qquad \mathrm{Cov}\,h = \sum_{|a|\ge1} c_{\cdot a} c_{\cdot a}^\top, \qquad
          L(h) = 2 \sum_a (1-\rho^{|a|})\, |c_{\cdot a}|^2
"""

from dataclasses import dataclass
from math import factorial, prod

import numpy as np
from numpy.typing import NDArray

from theory.encoder import HermiteEncoder
from theory.hermite import multi_indices, sequence

Array = NDArray[np.float64]


def evaluate(encoder: HermiteEncoder, latent: Array) -> Array:
    """Embed latents of shape (N, n) by an exact encoder of m outputs, shape (N, m)."""
    values = sequence(latent, encoder.max_degree)
    embedding = np.zeros((len(latent), len(encoder.outputs)))
    for i, output in enumerate(encoder.outputs):
        for index, coefficient in output.items():
            factors = (values[degree][:, j] for j, degree in enumerate(index) if degree)
            embedding[:, i] += float(coefficient) * prod(factors, start=np.ones(len(latent)))
    return embedding


@dataclass(frozen=True)
class Coefficients:
    """Linear and nonlinear coefficients of a centred encoder.

    Parameters
    ----------
    linear
        Matrix A of shape (m, n).
    nonlinear
        Coefficients of shape (m, K) at multi-indices of degree 2 and more.
    degrees
        Degrees of those multi-indices, shape (K,).
    """

    linear: Array
    nonlinear: Array
    degrees: NDArray[np.int64]

    @classmethod
    def of(cls, encoder: HermiteEncoder) -> "Coefficients":
        """Take the coefficients of an exact encoder, its mean left out."""
        units = list(multi_indices(encoder.dim, 1))
        bent = sorted({a for output in encoder.outputs for a in output if sum(a) > 1})
        return cls(
            np.array([[float(output.get(a, 0)) for a in units] for output in encoder.outputs]),
            np.array(
                [[float(output.get(a, 0)) * prod(map(factorial, a)) ** 0.5 for a in bent] for output in encoder.outputs]
            ).reshape(len(encoder.outputs), len(bent)),
            np.array([sum(a) for a in bent], dtype=np.int64),
        )

    @property
    def covariance(self) -> Array:
        """Covariance of the embedding, shape (m, m)."""
        return self.linear @ self.linear.T + self.nonlinear @ self.nonlinear.T

    def alignment_loss(self, rho: float) -> float:
        """Alignment loss in the Gaussian world of pair correlation `rho`."""
        linear = 2 * (1 - rho) * np.sum(self.linear**2)
        return float(linear + 2 * np.sum((1 - rho**self.degrees) * self.nonlinear**2))

    def excess(self, rho: float) -> float:
        r"""Excess $L(h)-2(1-\rho)\,\mathrm{tr}\,\mathrm{Cov}\,h$ in the world of pair correlation `rho`."""
        return float(2 * np.sum((rho - rho**self.degrees) * self.nonlinear**2))

    @property
    def defect(self) -> float:
        r"""Defect $|\mathrm{Cov}\,h-I|_F$."""
        return float(np.linalg.norm(self.covariance - np.eye(len(self.linear))))

    def recovery_error(self) -> float:
        r"""Distance $\min_Q \mathbb{E}|h(z)-Qz|^2$ to the rotations, for m = n."""
        singular_values = np.linalg.svd(self.linear, compute_uv=False)
        return float(np.sum((singular_values - 1) ** 2) + np.sum(self.nonlinear**2))

    def whitened(self) -> "Coefficients":
        """Transform the outputs linearly so that their covariance is the identity.

        Raises
        ------
        numpy.linalg.LinAlgError
            If an output is a combination of the others.
        """
        inverse = np.linalg.inv(np.linalg.cholesky(self.covariance))
        return Coefficients(inverse @ self.linear, inverse @ self.nonlinear, self.degrees)
