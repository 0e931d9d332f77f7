"""Encoders compute what they say, from the generator they are given."""

import numpy as np
import pytest
import torch
from numpy.polynomial.hermite_e import hermeval
from torch import Generator

from lejepa_impl.encoders import MLP, HermiteMap, InverseCoupling, orthonormal_hermite
from lejepa_impl.worlds.mixings import coupling, twice_orthogonal


def test_orthonormal_hermite_polynomials():
    x = torch.linspace(-4, 4, 9, dtype=torch.float64)
    values = orthonormal_hermite(x, 8)
    for degree in range(9):
        norm = float(np.sqrt(float(np.prod(np.arange(1, degree + 1)))))
        expected = hermeval(x.numpy(), np.eye(degree + 1)[degree]) / norm
        np.testing.assert_allclose(values[degree].numpy(), expected, rtol=1e-12, atol=1e-12)


def test_a_hermite_map_multiplies_over_coordinates():
    encoder = HermiteMap([(2, 1), (0, 0)], torch.tensor([[3.0, 1.0], [0.0, 2.0]], dtype=torch.float64))
    latent = torch.tensor([[2.0, 5.0]], dtype=torch.float64)
    product = (2.0**2 - 1) / 2**0.5 * 5.0
    torch.testing.assert_close(encoder(latent), torch.tensor([[3 * product + 1, 2.0]], dtype=torch.float64))


def test_an_mlp_is_drawn_from_its_generator_alone():
    state = torch.get_rng_state()
    first, second, other = (MLP(2, 3, hidden=8, depth=4, generator=Generator().manual_seed(seed)) for seed in (0, 0, 1))
    x = torch.ones(1, 2)
    assert torch.equal(first(x), second(x))
    assert not torch.equal(first(x), other(x))
    assert torch.equal(torch.get_rng_state(), state)
    assert [type(layer).__name__ for layer in first] == ["Linear", "GELU"] * 3 + ["Linear"]
    assert first(torch.ones(5, 2)).shape == (5, 3)


def test_an_mlp_of_one_layer_is_linear():
    encoder = MLP(2, 2, hidden=8, depth=1, generator=Generator().manual_seed(0))
    x = torch.ones(1, 2)
    torch.testing.assert_close(encoder(3 * x) - encoder(2 * x), encoder(2 * x) - encoder(x))


@pytest.mark.parametrize("wrong", [{"depth": 0}, {"hidden": 0}, {"inputs": 0}, {"outputs": -1}], ids=str)
def test_an_mlp_without_layers_or_widths_is_refused(wrong):
    sizes = {"inputs": 2, "outputs": 2, "hidden": 8, "depth": 2} | wrong
    with pytest.raises(ValueError, match="must be at least 1"):
        MLP(**sizes, generator=Generator())


@pytest.mark.parametrize("depth", [1, 4, 5])
def test_an_inverse_coupling_inverts_the_mixing_of_its_matrices(depth):
    weights = twice_orthogonal(depth, 3, Generator().manual_seed(0))
    encoder = InverseCoupling(6, depth=depth, generator=Generator())
    encoder.load_state_dict({"weights": weights})
    latent = torch.randn(50, 6, generator=Generator().manual_seed(1))
    torch.testing.assert_close(encoder(coupling(weights).observe(latent)), latent, atol=1e-4, rtol=0)


def test_an_inverse_coupling_is_drawn_from_its_generator_alone():
    state = torch.get_rng_state()
    first, second, other = (
        InverseCoupling(400, depth=5, generator=Generator().manual_seed(seed)).weights for seed in (0, 0, 1)
    )
    assert torch.equal(first, second)
    assert not torch.equal(first, other)
    assert torch.equal(torch.get_rng_state(), state)
    # Entries of variance 1/200; two-sided false-alarm probability 1e-9.
    assert abs(200 * first.square().mean().item() - 1) < 6.11 * (2 / first.numel()) ** 0.5


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"dim": 3}, "must be even, not 3"), ({"dim": 0}, "must be even, not 0"), ({"depth": 0}, "at least 1 layer")],
    ids=str,
)
def test_an_inverse_coupling_without_halves_or_layers_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        InverseCoupling(**({"dim": 2, "depth": 1} | wrong), generator=Generator())
