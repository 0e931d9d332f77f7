r"""Area-preserving swirls of the unit square, seen through Gaussian quantiles: diffeomorphisms of the plane.

.. math:: h = \Phi^{-1} \circ S \circ \Phi, \qquad h(z) \sim N(0, I_2) \text{ if } S \text{ preserves area}
"""

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import norm

from proofs_numeric.fuzzing import fuzz
from theory.claim import Finding, Kind, Profile, evidence

Array = NDArray[np.float64]

#: Gauss-Legendre radii; four times as many angles.
_RADII = 40
#: Bound on the error of this rule, which converges geometrically: 40 and 80 radii differ by less than 1e-12.
_QUADRATURE = 1e-11


def swirl(points: Array, turn: float, centre: tuple[float, float], radius: float) -> tuple[Array, Array]:
    r"""Turn each circle around a centre by an angle that falls to zero, smoothly, at a radius.

    .. math:: S(p) = c + R(\theta(|p-c|^2))\,(p-c), \qquad \theta(q) = \alpha\,(1 - q/r^2)_+^3

    Parameters
    ----------
    points
        Shape (N, 2), in the unit square.
    turn, centre, radius
        $\alpha$ in radians, $c$ and $r$; the disc lies within the square.

    Returns
    -------
    tuple
        Images, shape (N, 2), and Jacobians, shape (N, 2, 2), of determinant 1.
    """
    offset = points - np.asarray(centre)
    inside = np.clip(1 - np.sum(offset**2, axis=1) / radius**2, 0, None)
    angle = turn * inside**3
    gradient = (-6 * turn * inside**2 / radius**2)[:, None] * offset
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]).transpose(2, 0, 1)
    turned = np.einsum("nij,nj->ni", rotation, offset)
    normal = np.stack([-turned[:, 1], turned[:, 0]], axis=1)
    return np.asarray(centre) + turned, rotation + normal[:, :, None] * gradient[:, None, :]


def _energy_and_log_jacobian(turn: float, centre: tuple[float, float], radius: float) -> tuple[float, float]:
    """Integrate over the disc in polar coordinates; outside, the map is the identity."""
    nodes, weights = np.polynomial.legendre.leggauss(_RADII)
    radii = radius * (nodes + 1) / 2
    angles = 2 * np.pi * np.arange(4 * _RADII) / (4 * _RADII)
    area = np.outer(weights * radius / 2 * radii, np.full(len(angles), 2 * np.pi / len(angles))).ravel()
    around = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    points = np.asarray(centre) + (radii[:, None, None] * around).reshape(-1, 2)
    images, jacobians = swirl(points, turn, centre, radius)
    into = norm.pdf(norm.ppf(points))
    out = 1 / norm.pdf(norm.ppf(images))
    jacobians = out[:, :, None] * jacobians * into[:, None, :]
    energy = 2 + area @ (np.sum(jacobians**2, axis=(1, 2)) - 2)
    return float(energy), float(area @ np.log(np.abs(np.linalg.det(jacobians))))


def _stays_above_the_floor(turn: float, x: float, y: float, share: float) -> None:
    radius = share * min(x, 1 - x, y, 1 - y)
    energy, log_jacobian = _energy_and_log_jacobian(turn, (x, y), radius)
    assert abs(log_jacobian) <= _QUADRATURE, f"mean log Jacobian {log_jacobian:.3g}"
    assert energy >= 2 - _QUADRATURE, f"energy {energy:.6g}"


@evidence("dirichlet_energy_floor", Kind.FUZZ)
def swirls_stay_above_the_floor(profile: Profile) -> Finding:
    """Swirl the Gaussian plane without changing its measure: the energy is at least 2, the log Jacobian has mean 0."""
    return fuzz(
        _stays_above_the_floor,
        st.floats(-6, 6),
        st.floats(0.2, 0.8),
        st.floats(0.2, 0.8),
        st.floats(0.25, 1),
        examples=profile.pick(quick=15, thorough=150),
        n=2,
        turn="[-6, 6] rad",
    )
