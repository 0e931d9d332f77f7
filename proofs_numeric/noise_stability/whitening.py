r"""Whitening of means whose covariance is estimated.

Statement. Sorting a sample's directions by their variance makes small eigenvalues too small: a
direction chosen for its small variance has a larger one among rows that did not choose it. So the
principal directions of half of the rows get the variances of the other half, averaged over several
partitions.

References
----------
C. Lam, Ann. Statist. 44, 928, 2016: eigenvalues of a covariance by sample splitting.
"""

import numpy as np
from numpy.typing import NDArray

from proofs_numeric.noise_stability.measurement import Measurement

Array = NDArray[np.float64]

# Partitions into halves over which the covariance is averaged.
_SPLITS = 8


def whitening(measurement: Measurement) -> Array:
    """Matrix that makes the errors of the means independent and of unit variance, shape (p, p)."""
    # It goes through the correlation matrix: the variances of the rows of a linear map differ by
    # 60 orders of magnitude, and no threshold on the covariance would keep them all.
    error = np.sqrt(np.diag(measurement.covariance) + measurement.resolution**2)
    if measurement.influence is None:
        correlation = measurement.covariance / np.outer(error, error)
    else:
        correlation = split_covariance(measurement.influence / error)
    correlation += np.diag((measurement.resolution / error) ** 2)
    eigenvalues, vectors = np.linalg.eigh(correlation)
    smallest = error.size * np.finfo(np.float64).eps
    return (vectors / np.sqrt(np.maximum(eigenvalues, smallest))).T / error


def split_covariance(influence: Array) -> Array:
    """Covariance of the sum of independent rows of mean zero, shape (N, p), by sample splitting, shape (p, p).

    References
    ----------
    Lam (2016).
    """
    index = np.arange(len(influence))
    parts = []
    for bit in range(_SPLITS):
        second = (index >> bit) % 2 == 1
        for half, other in ((influence[second], influence[~second]), (influence[~second], influence[second])):
            if half.size and other.size:
                vectors = np.linalg.eigh(half.T @ half)[1]
                variances = np.square(other @ vectors).sum(axis=0) * len(index) / len(other)
                parts.append((vectors * variances) @ vectors.T)
    return np.mean(parts, axis=0)
