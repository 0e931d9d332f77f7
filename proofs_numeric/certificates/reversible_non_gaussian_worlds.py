"""The reversible hyperbolic worlds, discretised: detailed balance, the stationary law and a nonlinear optimum."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from scipy.special import betaln

from proofs_numeric.additive_noise import AdditiveNoiseWorld, Array
from proofs_numeric.fuzzing import fuzz
from proofs_numeric.transfer_operator import Grid, TransferOperator
from theory.claim import Finding, Kind, Profile, evidence

#: Tolerance of comparisons, relative to the largest value; the quadrature errs by less.
_ROUND_OFF = 1e-11
#: The top eigenfunction counts as nonlinear above this share of its variance.
_NONLINEAR = 1e-4


@dataclass(frozen=True)
class HyperbolicSecant:
    r"""Noise of density $\propto\cosh(x)^{-k}$: the hyperbolic secant for k = 1, logistic for k = 2.

    Parameters
    ----------
    power
        Power $k$.
    """

    power: float

    def density(self, value: Array) -> Array:
        """Density $q$."""
        k = self.power
        log_total = (k - 1) * np.log(2) + betaln(k / 2, k / 2)
        return np.exp(-k * (np.logaddexp(value, -value) - np.log(2)) - log_total)

    def derivative(self, value: Array) -> Array:
        r"""Derivative $-k\tanh(x)\,q(x)$."""
        return -self.power * np.tanh(value) * self.density(value)


def hyperbolic_world(slope: float, power: float) -> AdditiveNoiseWorld:
    r"""Build the world with $\tanh m(z) = r\tanh z$ and noise $\propto\cosh^{-k}$.

    Parameters
    ----------
    slope
        Slope $r$.
    power
        Power $k$.
    """
    return AdditiveNoiseWorld(lambda value: np.arctanh(slope * np.tanh(value)), HyperbolicSecant(power))


def world_is_reversible_with_a_nonlinear_optimum(slope: float, power: float) -> None:
    """Assert what is proved of a hyperbolic world, of its operator on a grid."""
    half_width = np.arctanh(slope) + 40 / power
    grid = Grid(half_width, 2 * int(np.ceil(half_width * max(power, 1) ** 0.5 / 0.2)) + 1)
    operator = TransferOperator(hyperbolic_world(slope, power), grid)
    flow = operator.density[:, None] * operator.kernel
    assert np.max(np.abs(flow - flow.T)) <= _ROUND_OFF * np.max(flow), "not in detailed balance"
    stated = (np.cosh(grid.nodes) ** 2 - slope**2 * np.sinh(grid.nodes) ** 2) ** (-power / 2)
    stated /= grid.spacing * stated.sum()
    assert np.max(np.abs(operator.density - stated)) <= _ROUND_OFF * np.max(stated), "another stationary law"
    assert operator.nonlinearity > _NONLINEAR, f"top eigenfunction linear up to {operator.nonlinearity:.3g}"


@evidence("reversible_non_gaussian_worlds", Kind.FUZZ)
def worlds_on_a_grid(profile: Profile) -> Finding:
    """Discretised hyperbolic worlds against detailed balance, the stated law and a linear optimum."""
    return fuzz(
        world_is_reversible_with_a_nonlinear_optimum,
        st.floats(0.1, 0.95),
        st.floats(0.7, 10),
        examples=profile.pick(quick=8, thorough=200),
        r="[0.1, 0.95]",
        k="[0.7, 10]",
    )
