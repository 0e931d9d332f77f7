"""Worlds have the law and the transition that they declare."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
import scipy.stats
import torch
from torch import Generator

from lejepa_impl.worlds.autoregressive import AutoregressiveWorld, NonStationaryChannel
from lejepa_impl.worlds.chain import Chain
from lejepa_impl.worlds.diffusion import generalised_normal_diffusion
from lejepa_impl.worlds.distributions import (
    Gamma,
    GaussianMixture,
    GeneralisedNormal,
    HyperbolicSecant,
    Laplace,
    Logistic,
)
from lejepa_impl.worlds.gaussian import GaussianWorld, TwoViewsWorld
from lejepa_impl.worlds.lattice import LatticeWorld, five_state_world, four_state_world
from lejepa_impl.worlds.mixings import MIXINGS, banana, coupling, identity, sinusoid, spiral, twice_orthogonal
from lejepa_impl.worlds.smooth import HyperbolicWorld, SmoothWorld, TransportWorld
from lejepa_impl.worlds.world import AdditiveNoiseWorld

#: Two-sided false-alarm probability 1e-9 of one standard Gaussian statistic, below 1e-5 for all in this file.
Z = 6.11
POINTS = 100_000

WORLDS = {
    "gaussian": GaussianWorld(2, 0.95),
    "gaussian, negative": GaussianWorld(2, -0.8),
    "gaussian, anisotropic": GaussianWorld(3, [0.9, 0.2, -0.5]),
    "two views": TwoViewsWorld(2, 0.9),
    "four states": four_state_world(2),
    "five states": five_state_world(2),
    "lopsided lattice": LatticeWorld(2, [0, 1, 2, 3, 4], [1, 0, 0, 1, 1], [0, 1, 3], [0.5, 0.3, 0.2]),
    "bimodal noise": SmoothWorld(
        2, lambda z: 0.7 * z, GaussianMixture([0.5, 0.5], [-0.8, 0.8], [0.2, 0.2]), half_width=9, points=161
    ),
    "skewed noise": SmoothWorld(
        2, torch.sin, GaussianMixture([0.7, 0.3], [-0.3, 0.7], [0.2, 0.4]), half_width=9, points=161
    ),
    "hyperbolic": HyperbolicWorld(2, 0.9, 1),
    "hyperbolic, negative": HyperbolicWorld(2, -0.7, 3.5),
    "transport of a uniform": TransportWorld(2, lambda level: 4 * level - 2, GaussianMixture([1], [0], [0.5])),
    "autoregressive Laplace": AutoregressiveWorld(2, 0.6, Laplace()),
    "autoregressive logistic": AutoregressiveWorld(2, 0.8, Logistic()),
    "autoregressive gamma": AutoregressiveWorld(2, 0.5, Gamma(2.5)),
    "non-stationary Laplace": NonStationaryChannel(2, 0.6, Laplace()),
    "non-stationary generalised normal": NonStationaryChannel(2, -0.7, GeneralisedNormal(8)),
}


def z_scores(values, expected=0.0):
    """Distances of column means from their expectations, in standard errors."""
    error = values.mean(dim=0) - expected
    deviation = values.std(dim=0) / len(values) ** 0.5
    return torch.where(deviation > 0, error / deviation, error * math.inf).nan_to_num(0.0)


def features(values):
    """Bounded functions of each column, enough to tell laws apart: shape (functions, count, n)."""
    return torch.stack([wave(t * values) for t in (0.7, 1.4, 2.8) for wave in (torch.sin, torch.cos)])


@pytest.fixture(scope="module", params=WORLDS.values(), ids=WORLDS)
def drawn(request):
    first, second = request.param.pairs(POINTS, Generator().manual_seed(1))
    assert first.dtype == second.dtype == torch.float32
    assert first.shape == second.shape == (POINTS, request.param.dim)
    return request.param, first.double(), second.double()


def test_a_world_is_centred_and_of_unit_variance(drawn):
    _, first, second = drawn
    for latent in (first, second):
        assert z_scores(latent).abs().max() < Z
        assert z_scores(latent**2, 1).abs().max() < Z


def test_a_world_has_the_declared_correlation_and_kurtosis(drawn):
    world, first, second = drawn
    assert z_scores(first * second, world.pair_correlation).abs().max() < Z
    assert z_scores(first**4, world.kurtosis).abs().max() < Z
    assert z_scores(second**4, world.next_kurtosis).abs().max() < Z


def test_coordinates_are_independent(drawn):
    _, first, second = drawn
    for one, other in ((first, first), (first, second)):
        for f, g in itertools.product(features(one)[..., 0], features(other)[..., 1]):
            assert z_scores((f - f.mean()) * (g - g.mean())).abs() < Z


def test_a_world_is_stationary_iff_declared(drawn):
    world, first, second = drawn
    scores = torch.stack([z_scores(a - b) for a, b in zip(features(first), features(second), strict=True)])
    assert bool(scores.abs().max() < Z) is world.stationary


def test_a_world_is_reversible_iff_declared(drawn):
    world, first, second = drawn
    pairs = itertools.combinations(zip(features(first), features(second), strict=True), 2)
    scores = torch.stack([z_scores(f * g_next - f_next * g) for (f, f_next), (g, g_next) in pairs])
    assert bool(scores.abs().max() < Z) is world.reversible


def test_the_noise_is_independent_of_the_latent(drawn):
    world, first, second = drawn
    assert isinstance(world, AdditiveNoiseWorld)
    noise = second - world.drift(first)
    for f, g in itertools.product(features(first), features(noise)):
        assert z_scores((f - f.mean(dim=0)) * (g - g.mean(dim=0))).abs().max() < Z


def test_a_transition_from_the_law_is_the_pair(drawn):
    world, first, second = drawn
    again = world.transition(first.float(), Generator().manual_seed(2)).double()
    for f, f_next, f_again in zip(features(first), features(second), features(again), strict=True):
        assert z_scores(f_next - f_again).abs().max() < Z
        assert z_scores(f * (f_next - f_again)).abs().max() < Z


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_pairs_are_reproducible_and_leave_the_global_state_alone(world):
    state = torch.get_rng_state()
    draws = [world.pairs(5, Generator().manual_seed(3)) for _ in range(2)]
    assert all(torch.equal(a, b) for a, b in zip(*draws, strict=True))
    assert torch.equal(torch.get_rng_state(), state)


def test_two_views_are_correlated_by_the_square():
    assert TwoViewsWorld(1, 0.9).pair_correlation.item() == pytest.approx(0.81)


@pytest.mark.parametrize(
    "world",
    [NonStationaryChannel(1, -0.7, Laplace()), AutoregressiveWorld(1, 0.6, Laplace())],
    ids=["non-stationary", "autoregressive"],
)
def test_siblings_under_a_linear_drift_are_correlated_by_the_square(world):
    first, second = (half.double() for half in world.siblings(POINTS, Generator().manual_seed(4)))
    for sibling in (first, second):
        assert z_scores(sibling**2, 1).abs().max() < Z
    assert z_scores(first * second, world.rho**2).abs().max() < Z


@pytest.mark.parametrize("alpha", [1.25, 2.0, 8.0])
def test_the_slowest_mode_of_a_diffusion_decays_as_asked(alpha):
    world = generalised_normal_diffusion(1, alpha, 0.8)
    root = world.chain.law.sqrt()
    symmetric = root[:, None] * world.chain.kernel / root
    assert float(torch.linalg.eigvalsh(symmetric)[-2]) == pytest.approx(0.8, abs=1e-9)
    # Cells blur the law by the square of their width, and leave out tails.
    assert world.kurtosis == pytest.approx(GeneralisedNormal(alpha).kurtosis, rel=1e-3)
    if alpha == 2:
        assert world.pair_correlation.item() == pytest.approx(0.8, abs=1e-3)


def test_the_four_states_have_their_exact_law():
    a = (math.sqrt(73) - 3) / 16
    world = four_state_world(1)
    expected = torch.tensor([a, 1 - a, 1 - a, a], dtype=torch.float64) / 2
    torch.testing.assert_close(world.chain.law, expected, atol=1e-14, rtol=0)
    assert world.pair_correlation.item() == pytest.approx((1 + a) / 3, abs=1e-14)
    assert world.kurtosis == pytest.approx((1 + 80 * a) / (1 + 8 * a) ** 2, abs=1e-13)


@pytest.mark.parametrize("slope", [0.5, -0.9])
def test_logistic_noise_moves_from_a_uniform_drift(slope):
    # For k = 2, z is the sum of a uniform on [-c, c] and a logistic of scale 1/2.
    world, c = HyperbolicWorld(1, slope, 2), math.atanh(abs(slope))
    variance = c**2 / 3 + math.pi**2 / 12
    assert world.chain.scale**2 == pytest.approx(variance, rel=1e-12)
    excess = (math.pi**4 / 120 - 2 * c**4 / 15) / variance**2
    assert world.kurtosis - 3 == pytest.approx(excess, abs=1e-12)


def test_the_hyperbolic_world_tends_to_the_gaussian_one():
    errors = []
    for power in (400, 1600):
        world = HyperbolicWorld(1, 0.6, power)
        errors.append((abs(world.pair_correlation.item() - 0.6), abs(world.kurtosis - 3)))
    # Of first order in 1/k.
    assert all(late < early / 3 < 1e-3 for early, late in zip(*errors, strict=True))


def test_transport_of_a_uniform_has_the_cumulants_of_the_sum():
    world = TransportWorld(1, lambda level: 4 * level - 2, GaussianMixture([1], [0], [0.5]))
    variance = 4 / 3 + 0.5
    assert world.chain.scale**2 == pytest.approx(variance, rel=1e-9)
    assert world.kurtosis - 3 == pytest.approx(-2 * 16 / 15 / variance**2, abs=1e-9)


def test_a_linear_drift_keeps_its_slope_and_sums_its_noise():
    # Excess kurtosis of the noise k_eta, of z' = rho z + eta: k_eta (1 - rho^2)^2 / (1 - rho^4).
    world = WORLDS["bimodal noise"]
    variance, excess = 0.64 + 0.2, -2 * 0.8**4 / 0.84**2
    assert world.pair_correlation[0].item() == pytest.approx(0.7, abs=1e-12)
    assert world.chain.scale**2 == pytest.approx(variance / 0.51, rel=1e-12)
    assert world.kurtosis - 3 == pytest.approx(excess * 0.51**2 / (1 - 0.7**4), abs=1e-11)


@pytest.mark.parametrize(
    "density",
    [HyperbolicSecant(1), HyperbolicSecant(2.5), GaussianMixture([0.2, 0.8], [-1, 0.5], [0.5, 2])],
    ids=["hyperbolic secant", "power 2.5", "mixture"],
)
def test_draws_have_the_density(density):
    grid = torch.linspace(-60, 60, 12_001, dtype=torch.float64)
    weights = density.density(grid) * 0.01
    assert float(weights.sum()) == pytest.approx(1, abs=1e-12)
    values = density.draw(torch.empty(POINTS, 1, dtype=torch.float64), Generator().manual_seed(4))
    expected = (features(grid[:, None])[..., 0] * weights).sum(dim=1)
    for measured, mean in zip(features(values), expected, strict=True):
        assert z_scores(measured, mean).abs() < Z


#: Marginal laws of variance 1 with the law in SciPy that they are.
MARGINALS = [
    pytest.param(Laplace(), scipy.stats.laplace(), id="laplace"),
    pytest.param(Logistic(), scipy.stats.logistic(), id="logistic"),
    pytest.param(Gamma(0.7), scipy.stats.gamma(0.7), id="gamma"),
    pytest.param(GeneralisedNormal(1.5), scipy.stats.gennorm(1.5), id="generalised normal"),
    pytest.param(GeneralisedNormal(8), scipy.stats.gennorm(8), id="generalised normal, flat"),
]
#: Their characteristic functions, where their innovations are drawn.
CHARACTERISTIC = [
    pytest.param(Laplace(), lambda t: 1 / (1 + t**2 / 2), id="laplace"),
    pytest.param(Logistic(), lambda t: 3**0.5 * t / torch.sinh(3**0.5 * t), id="logistic"),
    pytest.param(Gamma(0.7), lambda t: torch.exp(-1j * t * 0.7**0.5) * (1 - 1j * t / 0.7**0.5) ** -0.7, id="gamma"),
]
LARGE = torch.empty(1_000_000, 1, dtype=torch.float64)


@pytest.mark.parametrize(("marginal", "law"), MARGINALS)
def test_a_marginal_is_the_standardised_law(marginal, law):
    assert marginal.kurtosis == pytest.approx(3 + float(law.stats(moments="k")), rel=1e-10)
    values = marginal.draw(LARGE, Generator().manual_seed(5))
    levels = torch.tensor([0.05, 0.2, 0.5, 0.8, 0.95], dtype=torch.float64)
    quantiles = (torch.from_numpy(law.ppf(levels.numpy())) - law.mean()) / law.std()
    assert z_scores((values < quantiles).double(), levels).abs().max() < Z


@pytest.mark.parametrize(("marginal", "characteristic"), CHARACTERISTIC)
@pytest.mark.parametrize("rho", [0.3, 0.9])
def test_an_innovation_has_the_quotient_of_characteristic_functions(marginal, characteristic, rho):
    times = torch.tensor([0.5, 1.0, 2.0, 4.0], dtype=torch.float64)
    expected = characteristic(times + 0j) / characteristic(rho * times + 0j)
    phase = times * marginal.innovation(rho, LARGE, Generator().manual_seed(6))
    assert z_scores(phase.cos(), expected.real).abs().max() < Z
    assert z_scores(phase.sin(), expected.imag).abs().max() < Z


def test_the_distribution_function_is_the_integral_of_the_density():
    mixture = GaussianMixture([0.2, 0.8], [-1, 0.5], [0.5, 2])
    at = torch.tensor([-1.3, 0.0, 2.0], dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(mixture.cumulative(at).sum(), at)
    torch.testing.assert_close(slope, mixture.density(at))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: GaussianWorld(0, 0.5), "at least 1 latent, not 0"),
        (lambda: GaussianWorld(2, 1.0), r"correlation 1.0 is not in \(-1, 1\)"),
        (lambda: GaussianWorld(2, -1.5), r"correlation -1.5 is not in"),
        (lambda: GaussianWorld(2, 0.0), r"correlation 0.0 is not in"),
        (lambda: GaussianWorld(2, float("nan")), r"correlation nan is not in"),
        (lambda: GaussianWorld(2, [0.5]), "1 correlations given for 2 latents"),
        (lambda: TwoViewsWorld(2, 1.0), r"correlation 1.0 is not in"),
        (lambda: four_state_world(0), "at least 1 latent, not 0"),
        (lambda: LatticeWorld(1, [0, 0], [0, 0], [0], [1]), r"states \[0, 0\] must be different"),
        (lambda: LatticeWorld(1, [0, 1], [0], [0], [1]), "1 values of the drift given for 2 states"),
        (lambda: LatticeWorld(1, [0, 1], [0, 0], [0, 1], [0.5, 0.6]), "are no probabilities of 2 values"),
        (lambda: LatticeWorld(1, [0, 1], [0, 0], [0, 1], [-0.5, 1.5]), "are no probabilities of 2 values"),
        (lambda: LatticeWorld(1, [0, 1], [0, 1], [0, 1], [0.5, 0.5]), "from state 1 the noise 1 leads to 2"),
        (lambda: LatticeWorld(1, [0, 1], [0, 1], [0], [1]), "stationary law of the chain is not unique"),
        (lambda: HyperbolicWorld(1, 1.0, 2), r"correlation 1.0 is not in"),
        (lambda: HyperbolicWorld(1, 0.5, 0), "power of the hyperbolic secant must be positive, not 0"),
        (lambda: SmoothWorld(1, torch.tanh, HyperbolicSecant(1), half_width=5, points=99), "miss .* of the law: raise"),
        (lambda: SmoothWorld(1, torch.tanh, HyperbolicSecant(9), half_width=9, points=9), "miss .* of the law: raise"),
        (
            lambda: TransportWorld(1, torch.logit, GaussianMixture([1], [0], [1])),
            "from -inf to inf: it must be bounded",
        ),
        (lambda: AutoregressiveWorld(1, -0.5, Laplace()), r"correlation -0.5 is not in \(0, 1\)"),
        (lambda: NonStationaryChannel(1, 0.0, Laplace()), r"correlation 0.0 is not in"),
        (lambda: Gamma(0), "shape of a gamma distribution must be positive, not 0"),
        (lambda: GeneralisedNormal(-1), "shape of a generalised normal distribution must be positive, not -1"),
        (lambda: GaussianMixture([1], [0, 1], [1]), "1 weights, 2 means, 1 variances"),
        (lambda: GaussianMixture([0.5, 0.6], [0, 1], [1, 1]), "must be probabilities with sum 1"),
        (lambda: GaussianMixture([1], [0], [0]), "must be positive"),
        (lambda: generalised_normal_diffusion(1, 1.0, 0.5), "of shape 1 has no slowest mode"),
        (lambda: generalised_normal_diffusion(1, 2.0, -0.5), r"a number in \(0, 1\), not -0.5"),
        (lambda: Chain(torch.arange(2.0), torch.eye(2) / 2), "miss the sum 1 by 0.5"),
    ],
)
def test_a_world_out_of_range_is_refused_in_one_line(build, message):
    with pytest.raises(ValueError, match=message) as caught:
        build()
    assert "\n" not in str(caught.value)


def couplings(dim, layers):
    return coupling(twice_orthogonal(layers, dim // 2, Generator().manual_seed(5)))


@pytest.mark.parametrize(
    "mixing",
    [*(build(2) for build in MIXINGS.values()), couplings(2, 8), couplings(6, 3), couplings(64, 4)],
    ids=[*MIXINGS, "coupling of 2", "coupling of 6", "coupling of 64"],
)
def test_mixings_are_invertible(mixing):
    latent = torch.randn(1000, mixing.dim, dtype=torch.float64, generator=Generator().manual_seed(0)) * 3
    observed = mixing.observe(latent)
    torch.testing.assert_close(mixing.invert(observed), latent)
    torch.testing.assert_close(mixing.observe(mixing.invert(latent)), latent)
    torch.testing.assert_close(mixing.observe(latent.view(10, 100, -1)).view_as(observed), observed)


@pytest.mark.parametrize("mixing", [spiral(), banana(), sinusoid(), couplings(6, 3)])
def test_mixings_keep_the_volume(mixing):
    latent = torch.randn(20, mixing.dim, dtype=torch.float64, generator=Generator().manual_seed(1))
    slopes = torch.autograd.functional.jacobian(lambda z: mixing.observe(z).sum(dim=0), latent).movedim(1, 0)
    torch.testing.assert_close(torch.linalg.det(slopes).abs(), torch.ones(20, dtype=torch.float64))


def test_mixings_of_two_latents_are_the_stated_maps():
    latent = torch.tensor([[0.5, -2.0]], dtype=torch.float64)
    weights = torch.tensor([[[2.0]], [[-2.0]], [[2.0]]], dtype=torch.float64)
    second = -2 + math.tanh(2 * 0.5)
    first = 0.5 + math.tanh(-2 * second)
    for mixing, expected in (
        (banana(), [0.5, -2 + 0.25]),
        (sinusoid(), [0.5 + math.sin(-3), -2]),
        (coupling(weights), [first, second + math.tanh(2 * first)]),
    ):
        torch.testing.assert_close(mixing.observe(latent), torch.tensor([expected], dtype=torch.float64))


def test_drawn_matrices_are_twice_orthogonal_and_of_no_preferred_sign():
    drawn = twice_orthogonal(4000, 3, Generator().manual_seed(6)).double()
    torch.testing.assert_close(
        drawn.mT @ drawn, 4 * torch.eye(3, dtype=torch.float64).expand(4000, 3, 3), atol=1e-5, rtol=0
    )
    # A uniform orthogonal matrix has the law of its product with any other: entries have mean 0, squares mean 1/3.
    assert z_scores(drawn.flatten(1)).abs().max() < Z
    assert z_scores(drawn.flatten(1) ** 2, 4 / 3).abs().max() < Z


@pytest.mark.parametrize(("winding", "turned"), [(math.pi, [[0.0, 0.5], [-1.0, 0.0]]), (0.0, [[0.5, 0.0], [1.0, 0.0]])])
def test_the_spiral_keeps_the_radius_and_turns_by_it(winding, turned):
    latent = torch.tensor([[0.5, 0.0], [1.0, 0.0]], dtype=torch.float64)
    expected = torch.tensor(turned, dtype=torch.float64)
    torch.testing.assert_close(spiral(winding).observe(latent), expected, atol=1e-12, rtol=0)


def test_the_identity_changes_nothing():
    latent = torch.ones(4, 7)
    assert torch.equal(identity(7).observe(latent), latent)


def test_a_mixing_of_another_dimension_is_refused():
    with pytest.raises(ValueError, match="has 2 latents, not 3"):
        MIXINGS["spiral"](3)


@pytest.mark.parametrize(
    "rho",
    [np.float32(0.5), Fraction(1, 2), torch.tensor(0.5), [Fraction(1, 2), 0.5], torch.tensor([0.5, 0.5])],
    ids=str,
)
def test_a_correlation_is_any_real_number(rho):
    world = GaussianWorld(2, rho)
    assert world.pair_correlation.tolist() == [0.5, 0.5]
    assert world.pairs(3, Generator().manual_seed(0))[1].shape == (3, 2)
