r"""Variance of a map at each Hermite degree, inferred from its noise stability.

Statement. Let $h:\mathbb{R}^n\to\mathbb{R}^m$ be square integrable under the standard Gaussian,
with orthonormal Hermite expansion $h_i=\sum_a c_{i,a}H_a$. The variances at the degrees,

.. math:: w_d = \sum_i\sum_{|a|=d} c_{i,a}^2, \qquad d=0,1,2,\dots,

are the unknowns of a linear inverse problem with one constraint, $w\ge 0$. Two kinds of data pose it:
the noise-stability curve $R(\rho)=\sum_d w_d\,\rho^d$ at arbitrary correlations (`curve`), and the
power of $h$ along rings (`rings`), which keeps small variances accurate beside large ones.

Notation. $w_d$ variance at degree $d$ ($w_0$ the squared mean), $\rho$ correlation, $K$ points of a
ring, $f$ frequency, $N$ independent samples, $p$ rows of data, $n$ latent dimension.

References
----------
O'Donnell (2014), section 11.2: noise stability in Gauss space.
"""

from proofs_numeric.noise_stability.curve import StabilityCurve
from proofs_numeric.noise_stability.degrees import MAX_DEGREE
from proofs_numeric.noise_stability.radial_weights import radial_mixture_weights
from proofs_numeric.noise_stability.region import Interval
from proofs_numeric.noise_stability.rings import RingPower
from proofs_numeric.noise_stability.spectrum import DegreeSpectrum, fit_degree_spectrum

__all__ = [
    "MAX_DEGREE",
    "DegreeSpectrum",
    "Interval",
    "RingPower",
    "StabilityCurve",
    "fit_degree_spectrum",
    "radial_mixture_weights",
]
