r"""Least squares over non-negative unknowns, also where columns are nearly parallel.

Statement. For a design $A$ of shape (p, m), a target $b$ and a ridge $\lambda$,

.. math:: \min_{x\ge0} |Ax-b|^2, \qquad \min_{x\ge0} |Ax-b|^2 + \lambda^2|x|^2.

The first has few positive unknowns, found by exchanging them one at a time. The second has one
minimiser, $x=\max(A^\top u,0)$, where $u$ of shape (p,) minimises the smooth convex dual

.. math:: \tfrac12\lambda^2|u|^2 + \tfrac12\bigl|\max(A^\top u,0)\bigr|^2 - b^\top u.

References
----------
C. L. Lawson and R. J. Hanson, Solving Least Squares Problems, 1974, chapter 23.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def nonnegative_least_squares(design: Array, target: Array, start: Array) -> Array:
    r"""Minimiser of $|Ax-b|$ over $x\ge0$, shape (m,), for the design A and the target b.

    scipy.optimize.nnls loses the minimiser when columns are nearly parallel, as those of
    neighbouring degrees are (scipy issue 25389).

    Parameters
    ----------
    design
        Columns of comparable length, shape (p, m).
    target
        Shape (p,).
    start
        Where the search begins, non-negative, shape (m,).

    References
    ----------
    Lawson and Hanson (1974), chapter 23.
    """
    x, passive = start, start > 0
    refused = np.zeros(x.size, dtype=bool)
    tolerance = 10 * np.finfo(np.float64).eps * target.size * float(np.linalg.norm(target))
    entering = -1
    for _ in range(20 * x.size):
        z = np.zeros(x.size)
        z[passive] = np.linalg.lstsq(design[:, passive], target, rcond=None)[0]
        negative = passive & (z <= 0)
        if entering >= 0 and negative[entering]:
            # Only rounding made this column look useful.
            passive[entering], refused[entering] = False, True
        elif np.any(negative):
            step = np.min(x[negative] / (x[negative] - z[negative]))
            x = x + step * (z - x)
            x[negative & (x <= 1e-15 * x.max())] = 0
            passive, entering = x > 0, -1
            continue
        else:
            x, refused[:] = z, False
        dual = design.T @ (target - design @ x)
        dual[passive | refused] = 0
        entering = int(np.argmax(dual)) if x.size else -1
        if entering < 0 or dual[entering] <= tolerance:
            break
        passive[entering] = True
    return x


def shortest_nonnegative(design: Array, target: Array, ridge: float) -> Array:
    r"""Minimiser of $|Ax-b|^2+\lambda^2|x|^2$ over $x\ge0$, shape (m,), for the ridge $\lambda$.

    Damped Newton steps on the dual, whose ridge goes down by degrees.

    Parameters
    ----------
    design
        Columns of comparable length, shape (p, m).
    target
        Shape (p,).
    ridge
        Positive.
    """

    def dual(u: Array, level: float) -> float:
        x = np.maximum(design.T @ u, 0)
        return float(level * u @ u / 2 + x @ x / 2 - target @ u)

    u = np.zeros(target.size)
    for level in np.geomspace(max(1.0, ridge), ridge, 12) ** 2:
        for _ in range(50):
            x = np.maximum(design.T @ u, 0)
            gradient = level * u + design @ x - target
            if np.linalg.norm(gradient) <= 1e-10 * np.linalg.norm(target):
                break
            active = design[:, x > 0]
            hessian = level * np.eye(u.size) + active @ active.T
            step = -np.linalg.solve(hessian, gradient)
            length, slope = 1.0, float(gradient @ step)
            while dual(u + length * step, level) > dual(u, level) + 1e-4 * length * slope and length > 1e-9:
                length /= 2
            u = u + length * step
    return np.maximum(design.T @ u, 0)
