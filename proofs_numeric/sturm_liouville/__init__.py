r"""Spectra of reversible diffusions on the line, with a-posteriori error bars.

.. math:: D\varphi = \frac{(K p \varphi')'}{p}, \qquad -D\varphi_k = \mu_k \varphi_k, \qquad
          0 = \mu_0 < \mu_1 < \mu_2 < \dots

is the generator of the diffusion with stationary density $p$ and mobility $K$. The world that observes it
at steps of time $t$ has the transition operator $e^{tD}$ with eigenvalues $e^{-\mu_k t}$.

The eigenpairs are those of Rayleigh and Ritz: energy $\int K p\,\varphi'\psi'$ and mass $\int p\,\varphi\psi$ on
continuous piecewise polynomials, on elements in which $\log p$ varies moderately. The error bars come
from higher degrees, which the solution does not use: they tell how far the degree of each element has to be raised,
and elements for which that is too far are halved, until the bars are small.

If the tails of $p$ are exponential or heavier, the spectrum is discrete only below
$\liminf_{|x|\to\infty} s_y^2/4$, with $s_y=\sqrt K\,(\log p\sqrt K)'$ the score in the coordinate of unit mobility
(Persson's theorem); eigenvalues are returned below it, and none above it.

References
----------
W, Theorem 5.2, Appendices B and F; Babuska & Osborn (1991), Eigenvalue Problems; Reed & Simon (1978), section XIII.4.
"""

from proofs_numeric.sturm_liouville.continuous_spectrum import continuous_from
from proofs_numeric.sturm_liouville.function import Array, Function
from proofs_numeric.sturm_liouville.spectrum import DiffusionSpectrum, diffusion_spectrum

__all__ = ["Array", "DiffusionSpectrum", "Function", "continuous_from", "diffusion_spectrum"]
