"""The exact loss of an encoder against its loss sampled in torch."""

import math
from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sympy import Integer, Rational
from torch import Generator

from lejepa_impl.encoders import HermiteMap
from lejepa_impl.validation.exact_loss import check_sampled_loss, sampled_loss, to_torch
from lejepa_impl.validation.monte_carlo import _sample_squared_hermite, alignment_loss
from lejepa_impl.worlds.gaussian import GaussianWorld
from proofs_numeric.strategies import correlations, hermite_encoders
from theory.encoder import HermiteEncoder


@given(hermite_encoders(max_dim=6, max_degree=8), correlations(negative=True), st.integers(0, 2**32 - 1))
def test_sampled_loss_agrees_with_the_exact_one(encoder, rho, seed):
    # False-alarm probability below 1e-12 an example: check_sampled_loss states it.
    check_sampled_loss(encoder, rho, seed)


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_one_degree_too_many_is_noticed(degree):
    encoder = HermiteEncoder(1, ({(degree,): Integer(1)},))
    rho = Fraction(9, 10)
    estimate = sampled_loss(encoder, rho, seed=0, samples=2**17)
    wrong = 2 * (1 - float(rho) ** (degree + 1)) * float(encoder.variance_by_degree()[degree])
    exact = float(encoder.alignment_loss(Rational(9, 10)))
    assert abs(estimate.value - exact) <= estimate.tolerance
    assert abs(estimate.value - wrong) > estimate.tolerance


def test_the_tolerance_holds_at_its_own_rate():
    # At a false-alarm probability of 1/2 the bound must hold in at least half of the runs; it is
    # conservative, so all of 200 runs are within it unless the sampler is wrong.
    encoder = HermiteMap([(3, 1)], torch.ones(1, 1, dtype=torch.float64))
    exact = 2 * (1 - 0.7**4)
    generator = Generator().manual_seed(5)
    within = sum(
        abs(estimate.value - exact) <= estimate.tolerance
        for _ in range(200)
        for estimate in [
            alignment_loss(encoder, GaussianWorld(2, 0.7), generator, samples=2000, false_alarm_probability=0.5)
        ]
    )
    assert within >= 190


@pytest.mark.parametrize("degree", [0, 1, 4, 8])
def test_latents_are_drawn_from_the_squared_polynomial(degree):
    count = 200_000
    x = _sample_squared_hermite(torch.full((count, 1), degree), Generator().manual_seed(1))[:, 0]
    # E x^2 H_d^2 = 2d + 1, and x^2 is bounded by 16^2: a Gaussian bound at probability 1e-9.
    standard_error = x.square().std() / count**0.5
    assert abs(x.square().mean() - (2 * degree + 1)) < 6.11 * standard_error
    assert abs(x.mean()) < 6.11 * x.std() / count**0.5


@pytest.mark.parametrize("index", [(2,), (5,), (3, 2)], ids=str)
def test_coefficients_become_orthonormal_ones(index):
    # E He_a^2 = a!.
    encoder = HermiteEncoder(len(index), ({index: Integer(3)},))
    coefficients = to_torch(encoder).coefficients
    exact = 9 * math.prod(map(math.factorial, index))
    assert float(coefficients.square().sum()) == pytest.approx(exact, rel=1e-14)
    assert float(encoder.variance_by_degree()[sum(index)]) == exact


def test_a_constant_encoder_has_no_loss_at_all():
    constant = HermiteMap([(0, 0)], torch.full((1, 1), 3.0, dtype=torch.float64))
    estimate = alignment_loss(constant, GaussianWorld(2, 0.5), Generator())
    assert (estimate.value, estimate.tolerance) == (0.0, 0.0)
