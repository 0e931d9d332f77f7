r"""Rings of mixed radius: what they weigh, and what is known about their weights.

Statement. The half squared radius $s=(|z|^2+|\eta|^2)/2$ of a ring follows the Gamma law of shape $n$,
independently of its direction. Drawn from a mixture of the shapes $n+j$ of probabilities $p_j$ instead,
it has

.. math:: q_j = s^j\,\frac{\Gamma(n)}{\Gamma(n+j)}, \qquad
          \text{weight} = \Bigl(\sum_j p_j q_j\Bigr)^{-1} \le 1/p_0, \qquad
          \mathbb{E}[\text{weight}\cdot q_j] = 1,

and a power that grows like $s^j$ becomes bounded.

References
----------
A. Owen and Y. Zhou, J. Amer. Statist. Assoc. 95, 135, 2000: mixtures with control variates.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

Array = NDArray[np.float64]


def radial_mixture_weights(half_squared_radius: ArrayLike, dim: int, probabilities: ArrayLike) -> tuple[Array, Array]:
    r"""Importance weights and control variates for rings of mixed radius.

    Parameters
    ----------
    half_squared_radius
        Values of $s$ drawn from the mixture, shape (N,).
    dim
        Latent dimension $n$.
    probabilities
        $p_j$ of the shape $n+j$, shape (J + 1,), with $p_0>0$.

    Returns
    -------
    weights, controls
        Shapes (N,) and (N, J): weight * $q_j$ - 1 for j = 1..J. The one for j = 0 is a linear
        combination of these.

    References
    ----------
    Owen and Zhou (2000).
    """
    s = np.asarray(half_squared_radius, dtype=np.float64)[:, None]
    p = np.asarray(probabilities, dtype=np.float64)
    j = np.arange(p.size)
    ratios = np.exp(j * np.log(s) + gammaln(dim) - gammaln(dim + j))
    weights = 1 / (ratios @ p)
    return weights, weights[:, None] * ratios[:, 1:] - 1
