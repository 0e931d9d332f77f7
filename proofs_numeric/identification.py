r"""Transitions of linear worlds seen through imperfect encoders, and the dynamics that least squares finds in them.

.. math:: \hat\Theta = \operatorname{argmin}_\Theta \sum_i |\hat z_i' - \Theta\,(\hat z_i, a_i)|^2
"""

from dataclasses import dataclass

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from numpy.typing import NDArray

from proofs_numeric.regulators import Regulator
from proofs_numeric.strategies import orthogonal_matrices, regulators

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Transitions:
    """States, actions and next states, and what the encoder makes of the states.

    Parameters
    ----------
    world
        The control problem that moves them.
    rotation
        Q, shape (n, n).
    states, actions, next_states
        Shapes (n, N), (m, N), (n, N).
    error, next_error
        $h(z) - Qz$ at the states and at the next states, shape (n, N).
    """

    world: Regulator
    rotation: Array
    states: Array
    actions: Array
    next_states: Array
    error: Array
    next_error: Array

    def estimate(self) -> Array:
        """Dynamics [A B] found in the states themselves."""
        return _least_squares(self.next_states, self.regressors)

    def learned_estimate(self) -> Array:
        """Dynamics [A B] found in the learned latent."""
        Q = self.rotation
        return _least_squares(
            Q @ self.next_states + self.next_error, np.vstack([Q @ self.states + self.error, self.actions])
        )

    def turned_back(self, theta: Array) -> Array:
        """Dynamics of the learned latent in the coordinates of the world."""
        dim = len(self.rotation)
        return self.rotation.T @ np.hstack([theta[:, :dim] @ self.rotation, theta[:, dim:]])

    @property
    def regressors(self) -> Array:
        """States over actions, shape (n + m, N)."""
        return np.vstack([self.states, self.actions])


def _least_squares(targets: Array, regressors: Array) -> Array:
    return np.linalg.lstsq(regressors.T, targets.T, rcond=None)[0].T.astype(np.float64, copy=False)


def root_mean_square(columns: Array) -> float:
    """Root mean square length of the columns."""
    return float(np.linalg.norm(columns) / np.sqrt(columns.shape[1]))


@st.composite
def transitions(draw: DrawFn, *, max_amplitude: float) -> Transitions:
    """Transitions from Gaussian states and actions through a rotation bent by a cubic, of up to four latents."""
    world = draw(regulators(max_dim=4, max_inputs=2))
    dim, inputs = world.B.shape
    Q = draw(orthogonal_matrices(dim))
    noise, amplitude = draw(st.floats(0, 1)), draw(st.floats(0, max_amplitude))
    # States and errors come from a drawn seed: a sample is too large to draw.
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(4, 60)) + dim + inputs
    states, actions = rng.standard_normal((dim, count)), rng.standard_normal((inputs, count))
    next_states = world.A @ states + world.B @ actions + noise * rng.standard_normal((dim, count))
    bend = rng.standard_normal((dim, dim)) / dim

    def error(z: Array) -> Array:
        turned = bend @ z
        return amplitude * (turned**2 - turned**3 / 3)

    sample = Transitions(world, Q, states, actions, next_states, error(states), error(next_states))
    assume(np.linalg.svd(sample.regressors, compute_uv=False)[-1] > 0.1)
    return sample
