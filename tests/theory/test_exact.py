"""Hermite algebra against SymPy's own polynomials, and encoders against each other's definitions."""

import pytest
import sympy as sp

from theory.encoder import HermiteEncoder
from theory.gaussian_world import eigenvalue, multiplicity
from theory.hermite import generating_function, multi_indices, sequence
from theory.notation import GaussianExpectation, latex, rho

x = sp.Symbol("x", real=True)


@pytest.mark.parametrize("degree", range(8))
def test_the_recurrence_gives_the_hermite_polynomials(degree):
    assert sp.expand(sequence(x, degree)[degree] - sp.hermite_prob(degree, x)) == 0


def test_the_generating_function_generates_them():
    t = sp.Symbol("t")
    series = sp.series(generating_function(x, t), t, 0, 6).removeO()
    for degree in range(6):
        expected = sp.hermite_prob(degree, x) / sp.factorial(degree)
        assert sp.expand(series.coeff(t, degree) - expected) == 0


@pytest.mark.parametrize(("dim", "degree"), [(1, 5), (2, 3), (4, 2), (3, 0)])
def test_multi_indices_are_all_there_once(dim, degree):
    indices = list(multi_indices(dim, degree))
    assert len(set(indices)) == len(indices) == multiplicity(dim, degree)
    assert all(len(index) == dim and sum(index) == degree for index in indices)


def test_gaussian_expectations():
    assert [GaussianExpectation(x**k, x).doit() for k in range(7)] == [1, 0, 1, 0, 3, 0, 15]
    slope = sp.Symbol("b", real=True)
    moment = GaussianExpectation(sp.exp(slope * x + 1), x).doit()
    assert sp.simplify(moment - sp.exp(1 + slope**2 / 2)) == 0
    with pytest.raises(ValueError, match="cannot integrate"):
        GaussianExpectation(sp.sin(x), x).doit()


def test_eigenvalues_of_anisotropic_latents_are_products():
    first, second = sp.symbols("a b")
    assert eigenvalue((2, 1), (first, second)) == first**2 * second


def test_an_encoder_knows_its_spectrum():
    encoder = HermiteEncoder(2, ({(0, 0): sp.Integer(5), (1, 0): sp.Integer(2), (1, 1): sp.Integer(3)},))
    assert encoder.variance_by_degree() == {0: 25, 1: 4, 2: 9}
    assert encoder.covariance() == [[13]]
    assert sp.expand(encoder.alignment_loss(rho)) == sp.expand(8 * (1 - rho) + 18 * (1 - rho**2))
    assert encoder.max_degree == 2


@pytest.mark.parametrize("index", [(1,), (1, 2, 3), (-1, 1)])
def test_a_wrong_multi_index_is_refused(index):
    with pytest.raises(ValueError, match="is no multi-index of 2 latents"):
        HermiteEncoder(2, ({index: sp.Integer(1)},))


def test_statements_are_typeset_as_the_papers_write_them():
    statement = GaussianExpectation(sp.hermite_prob(sp.Symbol("d"), x), x)
    assert latex(statement) == r"\mathbb{E}_{x}\left[\mathrm{He}_{d}\left(x\right)\right]"


@pytest.mark.parametrize("dim", [0, -1])
def test_an_encoder_of_no_latents_is_refused(dim):
    with pytest.raises(ValueError, match=f"needs at least 1 latent, not {dim}"):
        HermiteEncoder(dim, ({},))


@pytest.mark.parametrize("rho", [2, sp.Rational(-3, 2)])
def test_the_loss_at_a_number_that_is_no_correlation_is_refused(rho):
    encoder = HermiteEncoder(1, ({(2,): sp.Integer(1)},))
    with pytest.raises(ValueError, match=r"is not in \[-1, 1\]"):
        encoder.alignment_loss(rho)
    assert encoder.alignment_loss(sp.Integer(-1)) == 0
