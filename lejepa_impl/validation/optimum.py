r"""The whitened optimum of two copies of any world, and how near to it an encoder is. Nothing is sampled.

A whitened encoder of n outputs has the loss $L(h) = 2\sum_i (1 - \langle h_i, S h_i\rangle)$, where S is the symmetric
part of the transition operator. Let the top eigenvalue $\lambda$ of S off the constants belong to a function $\varphi$
of one latent, and let all others but those of its copies $\varphi(z_j)$ be at most $\mu<\lambda$. Then the copies span
the optimum, which predicts the latents with $R^2=\cos^2\alpha$, and h predicts them with

.. math:: \cos^2(\alpha+\theta) \le R^2 \le \cos^2(\alpha-\theta), \qquad
          \cos\alpha = |\mathbb{E}[z\,\varphi(z)]|, \qquad
          \sin^2\theta = \frac{L(h)-2(1-\lambda)n}{2(\lambda-\mu)n}.

Proof: variance of h outside of the optimum costs at least $2(\lambda-\mu)$ a unit, so its share is at most
$\sin^2\theta$. The correlation with z is $\cos\alpha$ times that with the optimum, plus that of the parts of h and z
outside, of variances up to $n\sin^2\theta$ and $\sin^2\alpha$ each: at most $\cos\alpha\cos\theta+\sin\alpha\sin\theta$
in the norm that makes up R, and at least the difference.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator, eigsh
from torch import Tensor

from lejepa_impl.worlds.chain import Chain

_COPIES = 2
#: Singular values of T below this are left out of products of two, whose eigenvalues they cannot change by more.
_NEGLIGIBLE = 1e-7


@dataclass(frozen=True)
class Optimum:
    r"""Span of the best whitened encoders of two copies of a chain.

    Parameters
    ----------
    eigenvalue
        $\lambda$.
    next_eigenvalue
        $\mu$, below $\lambda$.
    r2
        Coefficient of determination of a latent by the optimum, $\cos^2\alpha$.
    """

    eigenvalue: float
    next_eigenvalue: float
    r2: float

    def r2_interval(self, loss: float) -> tuple[float, float]:
        """Bounds on the coefficient of determination of the latents by a whitened encoder of two outputs.

        Parameters
        ----------
        loss
            Its alignment loss.
        """
        gap = 2 * (self.eigenvalue - self.next_eigenvalue) * _COPIES
        sine_squared = (loss - 2 * (1 - self.eigenvalue) * _COPIES) / gap
        angle = math.asin(math.sqrt(min(max(sine_squared, 0.0), 1.0)))
        optimum = math.acos(min(math.sqrt(self.r2), 1.0))
        return math.cos(min(optimum + angle, math.pi / 2)) ** 2, math.cos(max(optimum - angle, 0.0)) ** 2


@dataclass(frozen=True)
class Whitened:
    """An encoder of two latents, whitened under the law of a world.

    Parameters
    ----------
    loss
        Its alignment loss.
    r2
        Coefficient of determination of an affine regression of the latents on it.
    """

    loss: float
    r2: float


def optimum(chain: Chain) -> Optimum:
    r"""Find the whitened optimum of two independent copies of a chain.

    Raises
    ------
    ValueError
        If the optimum is not spanned by one function of each latent.
    """
    root, transition = _orthonormal(chain)
    off_constants = transition - np.outer(root, root)
    values, vectors = np.linalg.eigh((off_constants + off_constants.T) / 2)
    joint = _largest_joint_eigenvalue(off_constants)
    following = max(float(values[-2]), joint)
    if not following < values[-1]:
        raise ValueError(f"the best function of one latent has {values[-1]:.4g}, others have {following:.4g}")
    correlation = float(vectors[:, -1] @ (root * chain.latents.numpy()))
    return Optimum(float(values[-1]), following, correlation**2)


@torch.no_grad()
def whitened(encoder: Callable[[Tensor], Tensor], chain: Chain) -> Whitened:
    """Whiten an encoder under the law of two copies of a chain, and measure it.

    Parameters
    ----------
    encoder
        Maps latents of shape (count, 2), float32, to (count, 2).
    chain
        The chain of one latent, of M states; the encoder is called on their M^2 pairs.
    """
    root, transition = _orthonormal(chain)
    latents = chain.latents.float()
    output = encoder(torch.cartesian_prod(latents, latents)).double().numpy()
    weight = np.outer(root, root).ravel()
    functions = weight[:, None] * (output - (weight**2) @ output)
    # Columns of an orthonormal basis of the outputs: it is a whitened encoder, up to a rotation.
    basis, _ = np.linalg.qr(functions)
    pairs = basis.reshape(len(root), len(root), _COPIES)
    following = np.einsum("ij,jlk,ml->imk", transition, pairs, transition, optimize=True)
    standard = chain.latents.numpy()
    latent = weight[:, None] * np.stack([np.repeat(standard, len(root)), np.tile(standard, len(root))], axis=1)
    return Whitened(
        loss=float(2 * (_COPIES - np.sum(pairs * following))),
        r2=float(np.sum((basis.T @ latent) ** 2) / _COPIES),
    )


def _orthonormal(chain: Chain) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""The constant function and T in the orthonormal coordinates $\sqrt{p_i}\,f(s_i)$."""
    root = chain.law.sqrt().numpy()
    return root, root[:, None] * chain.kernel.numpy() / root


def _largest_joint_eigenvalue(off_constants: NDArray[np.float64]) -> float:
    """Largest eigenvalue of the symmetric part of T x T on functions that need both latents."""
    left, singular, right = np.linalg.svd(off_constants)
    kept = singular > _NEGLIGIBLE
    # T acts within the span of its left and right singular vectors.
    span, _ = np.linalg.qr(np.concatenate([left[:, kept], right[kept].T], axis=1))
    compressed = span.T @ off_constants @ span
    size = len(compressed)

    def apply(vector: NDArray[np.float64]) -> NDArray[np.float64]:
        values = vector.reshape(size, size)
        return ((compressed @ values @ compressed.T + compressed.T @ values @ compressed) / 2).ravel()

    operator = LinearOperator((size * size,) * 2, matvec=apply, dtype=np.float64)
    start = np.random.default_rng(0).standard_normal(size * size)
    return float(eigsh(operator, k=1, which="LA", v0=start, return_eigenvectors=False)[0])
