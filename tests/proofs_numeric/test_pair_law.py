"""The optimum of pairs of latents, against worlds whose spectrum is known."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import ndtr

from proofs_numeric.pair_law import PairLaw, linear_channel
from proofs_numeric.worlds.autoregressive import NonStationaryChannel
from proofs_numeric.worlds.laws import GeneralisedNormal
from proofs_numeric.worlds.verdict import predict

RHO = 0.7


def gaussian(cells):
    deviation = np.sqrt(1 - RHO**2)
    return linear_channel(
        stats.norm.pdf, lambda x: ndtr(x / deviation), RHO, half_width=7, cells=cells, scale=2
    ).optimum()


def test_the_gaussian_world_is_approached_at_second_order():
    errors = [np.array([RHO, RHO, RHO**2]) - gaussian(cells).eigenvalues for cells in (60, 120)]
    # Ritz values are lower bounds, and half the width leaves a quarter of the error.
    assert (errors[1] > 0).all()
    np.testing.assert_allclose(errors[0] / errors[1], 4, rtol=0.1)
    assert gaussian(120).r2 == pytest.approx(1, abs=1e-4)


def test_a_pair_and_its_reverse_have_one_optimum():
    laplace = stats.laplace(scale=1 / np.sqrt(2))
    law = linear_channel(laplace.pdf, lambda x: laplace.cdf(x / 0.6), 0.8, half_width=20, cells=80)
    forward, backward = law.optimum(), PairLaw(law.latents, law.joint.T).optimum()
    assert not np.allclose(*law.marginals, rtol=1e-2)
    np.testing.assert_allclose(forward.eigenvalues, backward.eigenvalues, atol=1e-8)
    assert forward.r2 == pytest.approx(backward.r2, abs=1e-6)


def test_three_states_have_the_eigenvalues_of_their_chain():
    # A birth-death chain of uniform law, with the eigenvalues 1, 3/4 and 1/4.
    kernel = np.array([[0.75, 0.25, 0], [0.25, 0.5, 0.25], [0, 0.25, 0.75]])
    optimum = PairLaw(np.array([-1.0, 0.0, 1.0]), kernel / 3).optimum()
    assert optimum.eigenvalues == pytest.approx((3 / 4, 3 / 4, 9 / 16), abs=1e-12)
    assert optimum.r2 == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("rho", [0.3, 0.8, 0.95])
def test_functions_of_one_latent_come_in_pairs(rho):
    # Iterations on both latents at once would miss one of two equal eigenvalues.
    law = linear_channel(stats.norm.pdf, lambda x: ndtr(x / np.sqrt(1 - rho**2)), rho, half_width=7, cells=100, scale=1)
    first, second, _ = law.optimum().eigenvalues
    assert first == pytest.approx(second, abs=1e-9)


def test_the_optimum_of_laplace_pairs_leaves_the_linear_one_as_the_noise_gets_small():
    laplace = stats.laplace(scale=1 / np.sqrt(2))

    def recovery(rho):
        scale = np.sqrt(1 - rho**2)
        return linear_channel(laplace.pdf, lambda x: laplace.cdf(x / scale), rho, half_width=20, cells=160).optimum().r2

    assert recovery(0.8) > 0.97
    assert recovery(0.95) < 0.75


@pytest.mark.parametrize("rho", [0.5, 0.8, 0.95, -0.5])
@pytest.mark.parametrize("alpha", [1.5, 4.0])
def test_cells_and_polynomials_agree_on_channels(alpha, rho):
    law = GeneralisedNormal(alpha=alpha)

    def optimum(cells):
        return linear_channel(
            law.density,
            lambda x: law.cumulative(x / np.sqrt(1 - rho**2)),
            rho,
            half_width=float(law.upper_quantile(np.array([1e-12]))[0])
            * (1 if alpha < 2 else abs(rho) + np.sqrt(1 - rho**2)),
            cells=cells,
        ).optimum()

    coarse, fine = optimum(100), optimum(200)
    predicted = predict(NonStationaryChannel(dim=2, rho=rho, marginal=law))
    # The error of second order, and as much again for what is of higher order.
    assert fine.eigenvalues[0] == pytest.approx(
        predicted.top_eigenvalue, abs=2 * (fine.eigenvalues[0] - coarse.eigenvalues[0]) / 3
    )
    change = np.abs(np.subtract(fine.eigenvalues, coarse.eigenvalues)).max()
    assert fine.gap == pytest.approx(predicted.gap, abs=2 * change)
    assert fine.r2 == pytest.approx(predicted.r2, abs=2 * abs(fine.r2 - coarse.r2) / 3 + predicted.r2_error)
