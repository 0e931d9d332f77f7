"""Laws that a linear drift with independent noise preserves."""

from abc import abstractmethod

from numpy.random import Generator

from proofs_numeric.worlds.laws.law import Array
from proofs_numeric.worlds.laws.scipy_law import ScipyLaw


class SelfDecomposable(ScipyLaw):
    r"""A law that some $z' = \rho z + \eta$ with independent $\eta$ preserves, for every $0<\rho<1$."""

    @abstractmethod
    def innovation(self, rho: float, shape: tuple[int, ...], rng: Generator) -> Array:
        r"""Draw $\eta$."""

    @abstractmethod
    def essential(self, rho: float) -> float:
        r"""Top of the essential spectrum of S.

        It is that of the part of $\eta$ that is zero: with probability a, $z'=\rho z$, near the end or the kink of
        the density a dilation of $L^2$, times $a\,\rho^{-s/2}$ where $|z|^{s-1}$ is the density there.
        """
