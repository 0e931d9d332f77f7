"""Controllers planned with identified dynamics, run in the true world: their loss against the exact formula."""

from dataclasses import replace

import numpy as np
from flint import arb, arb_mat, ctx, fmpq
from hypothesis import assume
from numpy.typing import NDArray

from proofs_numeric.balls import MAX_RADIUS
from proofs_numeric.fuzzing import WithinBound, fuzz
from proofs_numeric.identification import Transitions, transitions
from proofs_numeric.regulators import Regulator
from theory.claim import Finding, Kind, Profile, evidence

Array = NDArray[np.float64]
Rows = list[list[int | str]]


def _identified(sample: Transitions) -> Regulator:
    """The control problem that the planner solves in the learned latent."""
    theta, Q, dim = sample.learned_estimate(), sample.rotation, len(sample.rotation)
    return replace(sample.world.rotated(Q), A=theta[:, :dim], B=theta[:, dim:])


@evidence("controller_loss", Kind.FUZZ)
def controllers_of_the_learned_latent(profile: Profile) -> Finding:
    """Their cost by a Lyapunov equation, less the optimal cost, is the formula; the quadratic bound holds."""
    within_bound = WithinBound()

    def holds(sample: Transitions) -> None:
        world = sample.world
        try:
            learned_gain = _identified(sample).solve()[1]
        except np.linalg.LinAlgError:
            # An estimate may have modes that no action reaches: the planner has no controller.
            assume(False)
        (P, K), K_hat = world.solve(), learned_gain @ sample.rotation
        F = world.closed_loop(K_hat)
        assume(np.max(np.abs(np.linalg.eigvals(F))) < 0.99)
        W, S, difference = np.eye(len(F)), world.curvature(P), K_hat - K
        P_hat, Sigma = world.cost_to_go(K_hat), world.covariance(K_hat, W)
        loss = float(np.trace(P_hat) - np.trace(P))
        formula = float(np.trace(difference.T @ S @ difference @ Sigma))
        round_off = np.sqrt(len(F)) * (world.round_off(P, K) + world.round_off(P_hat, K_hat))
        assume(round_off < 1e-6 * (1 + np.trace(P)))
        assert abs(loss - formula) <= round_off + 1e-12 * abs(formula), f"{loss=}, {formula=}, {round_off=}"
        bound = float(np.linalg.norm(S, 2) * np.linalg.norm(Sigma, 2) * np.sum(difference**2))
        within_bound(formula, bound)

    finding = fuzz(
        holds,
        transitions(max_amplitude=0.5),
        examples=profile.pick(quick=50, thorough=1_000),
        n="1 to 4",
        m="1, 2",
        controllers="planned with dynamics identified through bent encoders",
    )
    return within_bound.report(finding)


#: Unstable worlds A, B and gains that stabilise them without being optimal; C, R and the noise are identities.
_WORLDS: tuple[tuple[Rows, Rows, Rows], ...] = (
    ([[1, 1], [0, 1]], [[0], [1]], [["1/2", "3/2"]]),
    ([["6/5", "1/2"], ["-1/4", "3/2"]], [[1, 0], [0, 1]], [[1, "1/2"], [0, 1]]),
    ([[0, 1, 0], [0, 0, 1], ["1/2", 0, "5/4"]], [[0], [0], [1]], [["1/2", "1/10", 1]]),
)


@evidence("controller_loss", Kind.BALL)
def between_two_enclosures(_profile: Profile) -> Finding:
    """Enclose the loss without the formula, from Lyapunov equations and a Bellman inequality, and the formula."""
    wrong = []
    with ctx.workprec(256):
        for number, drawn in enumerate(_WORLDS, 1):
            A, B, K_hat = (_exact(rows) for rows in drawn)
            C, R = _identity(A.nrows()), _identity(B.ncols())
            P, slack = _bracketed_cost_to_go(A, B, C, R)
            P_hat = _lyapunov((A - B * K_hat).transpose(), C + K_hat.transpose() * R * K_hat)
            loss = P_hat.trace() - P.trace() + arb(0, slack.upper())
            # Every entry of the optimal cost-to-go is as near to that of P as their traces are.
            P_ball = arb_mat(P.nrows(), P.ncols(), [entry + arb(0, slack.upper()) for entry in P.entries()])
            S = R + B.transpose() * P_ball * B
            difference = K_hat - S.solve(B.transpose() * P_ball * A)
            Sigma = _lyapunov(A - B * K_hat, _identity(A.nrows()))
            formula = (difference.transpose() * S * difference * Sigma).trace()
            tight = max(float(loss.rad()), float(formula.rad())) <= MAX_RADIUS
            if not (loss.overlaps(formula) and tight and loss > 0 and _positive_definite(P_hat)):
                wrong.append(f"world {number}: loss {loss}, formula {formula}")
    return Finding(not wrong, {"worlds": len(_WORLDS), "n": "2, 2, 3", "radius": MAX_RADIUS}, "; ".join(wrong))


def _exact(rows: Rows) -> arb_mat:
    entries = [arb(fmpq(*map(int, str(entry).split("/")))) for row in rows for entry in row]
    return arb_mat(len(rows), len(rows[0]), entries)


def _identity(size: int) -> arb_mat:
    return arb_mat(size, size, [arb(i == j) for i in range(size) for j in range(size)])


def _lyapunov(F: arb_mat, W: arb_mat) -> arb_mat:
    """Enclose the solution of X = W + F X F^T."""
    size = F.nrows()
    pairs = [(i, j) for i in range(size) for j in range(size)]
    operator = arb_mat(
        len(pairs), len(pairs), [arb(i == k and j == m) - F[i, k] * F[j, m] for i, j in pairs for k, m in pairs]
    )
    solution = operator.solve(arb_mat(len(pairs), 1, [W[i, j] for i, j in pairs]))
    return arb_mat(size, size, solution.entries())


def _bracketed_cost_to_go(A: arb_mat, B: arb_mat, C: arb_mat, R: arb_mat) -> tuple[arb_mat, arb]:
    """Cost-to-go P of a nearly optimal gain, and a bound of how much its trace exceeds that of the optimal one.

    P is an upper bound, being the cost of a gain. P - X is a lower one if no action makes it fall short:
    if the Riccati map takes it to something larger.
    """
    world = Regulator(*(np.array(matrix.tolist(), dtype=float) for matrix in (A, B, C, R)))
    K = _exact([[str(fmpq(*float(entry).as_integer_ratio())) for entry in row] for row in world.solve()[1]])
    for _ in range(4):
        # Policy iteration converges quadratically, whatever is taken for the gain: only P has to be enclosed.
        K = K.mid()
        F = A - B * K
        P = _lyapunov(F.transpose(), C + K.transpose() * R * K)
        K = (R + B.transpose() * P * B).solve(B.transpose() * P * A)
    X = _lyapunov(F.transpose(), _identity(A.nrows())) * arb(2) ** -120
    lower = P - X
    gain = (R + B.transpose() * lower * B).solve(B.transpose() * lower * A)
    gap = C + A.transpose() * lower * A - A.transpose() * lower * B * gain - lower
    if not (_positive_definite(P) and _positive_definite(gap)):
        raise ArithmeticError(f"the cost-to-go is not certified: {P}, {gap}")
    return P, X.trace()


def _positive_definite(matrix: arb_mat) -> bool:
    """Certify by leading minors. A Lyapunov equation of positive W is solved by such a matrix iff F is stable."""
    return all(
        arb_mat(size, size, [matrix[i, j] for i in range(size) for j in range(size)]).det() > 0
        for size in range(1, matrix.nrows() + 1)
    )
