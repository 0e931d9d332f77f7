r"""Means with control variates regressed out, and the jackknife of their errors.

Statement. Let the rows $x_i$ have controls $c_i$ of known mean zero. The intercept of the regression of
$x$ on $c$ estimates $\mathbb{E}x$ with the variance of what the controls leave unexplained. It is
linear in the rows, $\hat\mu=\sum_i s_i x_i$, and without row $i$ it changes by

.. math:: \hat\mu - \hat\mu_{(i)} = \frac{s_i\,e_i}{1-\ell_i},

$e_i$ the residual and $\ell_i$ the leverage of the row.

References
----------
A. Owen and Y. Zhou, J. Amer. Statist. Assoc. 95, 135, 2000: mixtures with control variates.
J. G. MacKinnon and H. White, J. Econometrics 29, 305, 1985: jackknife covariance of a regression.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from proofs_numeric.noise_stability.measurement import require_samples

Array = NDArray[np.float64]

# Controls are collinear where a singular value is smaller than this share of the largest.
_COLLINEAR = 1e-8


class ControlledMeans(NamedTuple):
    """Means, shape (p,), their change without each row, shape (N, p), and degrees of freedom left."""

    means: Array
    influence: Array
    dof: int


def controlled_means(rows: Array, controls: Array) -> ControlledMeans:
    """Intercept of the regression of rows on controls, by the statement of this module.

    Parameters
    ----------
    rows
        Independent samples, shape (N, p).
    controls
        Quantities of mean zero of the same samples, shape (N, q); q = 0 gives the plain mean.

    Raises
    ------
    ValueError
        If N < p + q + 2 for q linearly independent controls.
    """
    samples, size = rows.shape
    offset = controls.mean(axis=0)
    # The singular vectors also drop controls that are linear combinations of the others.
    left, singular, right = np.linalg.svd(controls - offset, full_matrices=False)
    kept = singular > _COLLINEAR * singular.max(initial=0.0)
    left = left[:, kept]
    dof = samples - 1 - left.shape[1]
    require_samples(samples, dof, size)
    share = 1 / samples - left @ ((right[kept] @ offset) / singular[kept])
    leverage = 1 / samples + np.square(left).sum(axis=1)
    residual = rows - rows.mean(axis=0)
    residual = residual - left @ (left.T @ residual)
    # A row far out in the controls pulls the regression to itself: only the residual from a
    # regression without it shows its error.
    influence = residual * (share / (1 - leverage))[:, None]
    return ControlledMeans(share @ rows, influence, dof)
