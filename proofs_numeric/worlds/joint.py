r"""Several latents of a world that is not stationary: S is then no product of the operators of single latents.

The law of all latents together is a product before the transition and one after it, and their mean is none. With
$A_{ij}=\mathbb{E}[\varphi_i(z)\varphi_j(z)]$ and $F_{ij}=\mathbb{E}[\varphi_i(z)\varphi_j(z')]$ on functions
orthonormal under the mean law of one latent, the optimum solves

.. math:: \tfrac12\left(F^{\otimes n} + F^{\top\otimes n}\right) x
          = \lambda\,\tfrac12\left(A^{\otimes n} + (2I-A)^{\otimes n}\right) x

by Rayleigh and Ritz on products of total degree d. Its error bars are from the change from a smaller degree, where the
error falls at least as the inverse square of the degree.
"""

from dataclasses import dataclass, replace
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Products of functions, at most.
_MOST = 720
#: Functions of smaller norm are left out: products of one that lives before the transition and one that lives after it.
_SMALLEST_NORM = 1e-7
#: The degrees compared are d and so much less of it.
_SMALLER = 0.75


@dataclass(frozen=True)
class PairForms:
    """Forms of one latent on functions orthonormal under the mean law: the constant, the top one, others `by_weight`.

    Parameters
    ----------
    forward
        F, shape (functions, functions).
    first
        A, shape (functions, functions).
    latent
        Coefficients of z, centred and of unit variance, shape (functions,).
    """

    forward: Array
    first: Array
    latent: Array


@dataclass(frozen=True)
class JointOptimum:
    """Optimum of several copies of a latent, with as many outputs.

    Parameters
    ----------
    eigenvalues
        Of the outputs, and the largest one of all others off the constants, descending, shape (n + 1,).
    error
        Error bar of each of them.
    r2
        Share of the variance of a latent that the outputs explain.
    r2_error
        Its error bar.
    overlap
        Covariance of what they explain of one latent and of another.
    single
        Share of the variance of the first eigenfunction of a single latent that they explain.
    """

    eigenvalues: Array
    error: float
    r2: float
    r2_error: float
    overlap: float
    single: float

    @property
    def gap(self) -> float:
        """What separates the outputs from all other functions."""
        return float(self.eigenvalues[-2] - self.eigenvalues[-1])


def by_weight(eigenvalues: Array) -> NDArray[np.int64]:
    """Order of functions in products: that of the largest eigenvalue first, then by magnitude."""
    top = int(np.argmax(eigenvalues))
    order = np.argsort(-np.abs(eigenvalues), kind="stable")
    return np.concatenate([[top], order[order != top]])


def joint_optimum(forms: PairForms, copies: int) -> JointOptimum:
    """Find the whitened optimum of independent copies.

    Raises
    ------
    ValueError
        If there are too many copies for their products.
    """
    degree, fits = 0, True
    while fits:
        degree += 1
        fits = degree < len(forms.forward) and _count(copies, degree + 1) <= _MOST
    if degree < 2:
        raise ValueError(f"the joint spectrum of {copies} latents that are not stationary is too large to be computed")
    fine, coarse = (_solve(forms, copies, d) for d in (degree, int(_SMALLER * degree)))
    falls = 1 / (_SMALLER**-2 - 1)
    return replace(
        fine,
        error=falls * float(np.abs(fine.eigenvalues - coarse.eigenvalues).max()),
        r2_error=falls * abs(fine.r2 - coarse.r2),
    )


def _count(copies: int, degree: int) -> int:
    """Number of products of total degree at most `degree`."""
    total = 1
    for k in range(1, copies + 1):
        total = total * (degree + k) // k
    return total


def _solve(forms: PairForms, copies: int, degree: int) -> JointOptimum:
    """Optimum on products of total degree at most `degree`, without error bars."""
    powers = np.array(
        [
            np.bincount(chosen, minlength=copies + 1)[1:]
            for chosen in combinations_with_replacement(range(copies + 1), degree)
        ]
    )
    powers = powers[(powers < len(forms.forward)).all(1)]

    def product(form: Array) -> Array:
        found = np.ones((len(powers), len(powers)))
        for latent in range(copies):
            found *= form[np.ix_(powers[:, latent], powers[:, latent])]
        return found

    second = 2 * np.eye(len(forms.first)) - forms.first
    mass = (product(forms.first) + product(second)) / 2
    forward = product(forms.forward)
    norms, axes = np.linalg.eigh(mass)
    axes = axes[:, norms > _SMALLEST_NORM] / np.sqrt(norms[norms > _SMALLEST_NORM])
    values, vectors = np.linalg.eigh(axes.T @ (forward + forward.T) @ axes / 2)
    # The constant is the first of all.
    values, outputs = values[::-1][1 : copies + 2], (axes @ vectors[:, ::-1])[:, 1 : copies + 1]

    def within(latent: int, coefficients: Array) -> Array:
        """Covariances of the outputs with a function of one latent, of variance 1."""
        alone = (np.delete(powers, latent, axis=1) == 0).all(1)
        vector = np.where(alone, coefficients[powers[:, latent]], 0)
        return np.asarray(outputs.T @ mass @ vector / np.sqrt(vector @ mass @ vector))

    one, other = (within(latent, forms.latent) for latent in (0, 1))
    top = within(0, np.eye(len(forms.latent))[1])
    return JointOptimum(values, 0.0, float(one @ one), 0.0, float(one @ other), float(top @ top))
