"""The NumPy and the torch side of every world have the law that both declare."""

import inspect
import itertools

import numpy as np
import pytest
import torch
from scipy.interpolate import PchipInterpolator

from lejepa_impl.worlds import autoregressive, diffusion, distributions, gaussian, lattice, smooth
from lejepa_impl.worlds import world as torch_world
from proofs_numeric.worlds import laws, spec
from proofs_numeric.worlds import world as numpy_world
from proofs_numeric.worlds.autoregressive import AutoregressiveWorld, NonStationaryChannel
from proofs_numeric.worlds.diffusion import DiffusionWorld
from proofs_numeric.worlds.gaussian import GaussianWorld, TwoViewsWorld
from proofs_numeric.worlds.lattice import LatticeWorld, five_state_world, four_state_world
from proofs_numeric.worlds.smooth import HyperbolicWorld, SmoothWorld, TransportWorld

#: Two-sided false-alarm probability 1e-9 of one standard Gaussian statistic, below 2e-5 for all in this file.
Z = 6.11
POINTS = 50_000

MIXTURE = {"weights": (0.5, 0.3, 0.2), "means": (-1, 0.5, 2), "variances": (0.3, 0.2, 0.6)}
SAMPLES = (-2.0, -1.5, -1.0, 0.2, 0.4, 1.9)
LOPSIDED = {
    "states": (0, 1, 2, 3, 4),
    "drift_values": (1, 0, 0, 1, 1),
    "noise_values": (0, 1, 3),
    "probabilities": (0.5, 0.3, 0.2),
}
#: The state 0 is left for ever, and what is left of it is periodic.
TRANSIENT = {
    "states": (0, 1, 2, 3),
    "drift_values": (1, 1, 2, 1),
    "noise_values": (0, 1),
    "probabilities": (0.75, 0.25),
}
TWO_CLASSES = {"states": (0, 1, 2), "drift_values": (0, 1, 2), "noise_values": (0,), "probabilities": (1,)}
MODES = laws.GaussianMixture(weights=(0.5, 0.5), means=(-2, 2), variances=(0.3, 0.3))


def channel(law, torch_law, rho=0.7):
    return NonStationaryChannel(dim=2, rho=rho, marginal=law), autoregressive.NonStationaryChannel(2, rho, torch_law)


def autoregression(law, torch_law, rho):
    return AutoregressiveWorld(dim=2, rho=rho, marginal=law), autoregressive.AutoregressiveWorld(2, rho, torch_law)


def reversible(law, log_density, time, low, high):
    edges = torch.linspace(low, high, 1001, dtype=torch.float64)
    return DiffusionWorld(dim=2, law=law, time=time), diffusion.DiffusionWorld(2, log_density, time, edges)


def kernel_estimate(samples):
    _, means, deviations = laws.Empirical(samples=samples).components
    return distributions.StandardisedMixture(
        [1 / len(samples)] * len(samples), means.tolist(), (deviations**2).tolist()
    )


def mixture_noise(variance):
    weights, means, deviations = laws.GaussianMixture(**MIXTURE).components
    parts = weights, variance**0.5 * means, variance * deviations**2
    return distributions.GaussianMixture(*(part.tolist() for part in parts))


def log_logistic(z):
    raw = z * np.pi / 3**0.5
    return 2 * torch.nn.functional.logsigmoid(raw) - raw


def hyperbolic_noise(power):
    law = laws.HyperbolicSecant(power=power)
    return (
        SmoothWorld(dim=2, drift_formula="0.5*x", noise_law=law, noise_scale=1 / law.scale, half_width=14, points=221),
        smooth.SmoothWorld(2, lambda z: 0.5 * z, distributions.HyperbolicSecant(power), half_width=14, points=221),
    )


#: A world on the NumPy side and the same one on the torch side, by name.
WORLDS = {
    "gaussian": (GaussianWorld(dim=2, rho=0.95), gaussian.GaussianWorld(2, 0.95)),
    "gaussian, anisotropic, negative": (
        GaussianWorld(dim=3, rho=(0.9, 0.2, -0.5)),
        gaussian.GaussianWorld(3, [0.9, 0.2, -0.5]),
    ),
    "two views": (TwoViewsWorld(dim=2, parent_correlation=0.9), gaussian.TwoViewsWorld(2, 0.9)),
    "four states": (four_state_world(2), lattice.four_state_world(2)),
    "five states": (
        five_state_world(2),
        lattice.LatticeWorld(2, (-2, -1, 0, 1, 2), (-1, -1, 0, 1, 1), (-1, 0, 1), five_state_world(2).probabilities),
    ),
    "lopsided lattice": (
        LatticeWorld(dim=2, **LOPSIDED),
        lattice.LatticeWorld(2, *LOPSIDED.values()),
    ),
    "transient state": (LatticeWorld(dim=2, **TRANSIENT), lattice.LatticeWorld(2, *TRANSIENT.values())),
    "smooth": (
        SmoothWorld(
            dim=2, drift_formula="sin(x)", noise_law=laws.GaussianMixture(**MIXTURE), noise_scale=0.7, half_width=7
        ),
        smooth.SmoothWorld(
            2,
            torch.sin,
            mixture_noise(0.49),
            half_width=7,
            points=161,
        ),
    ),
    "hyperbolic secant noise": hyperbolic_noise(3.0),
    "hyperbolic": (HyperbolicWorld(dim=2, slope=0.9, power=1), smooth.HyperbolicWorld(2, 0.9, 1)),
    "hyperbolic, negative": (HyperbolicWorld(dim=2, slope=-0.7, power=3.5), smooth.HyperbolicWorld(2, -0.7, 3.5)),
    "transport of a uniform law": (
        TransportWorld(dim=2, base=laws.Uniform(), share=0.8, noise_law=laws.GaussianMixture(**MIXTURE)),
        smooth.TransportWorld(2, lambda level: (12 * 0.8) ** 0.5 * (level - 0.5), mixture_noise(0.2)),
    ),
    "autoregressive Laplace": autoregression(laws.Laplace(), distributions.Laplace(), 0.6),
    "autoregressive logistic": autoregression(laws.Logistic(), distributions.Logistic(), 0.8),
    "autoregressive gamma": autoregression(laws.Gamma(shape=2.5), distributions.Gamma(2.5), 0.5),
    "channel, Gaussian": channel(laws.Gaussian(), distributions.Gaussian()),
    "channel, Laplace": channel(laws.Laplace(), distributions.Laplace(), 0.6),
    "channel, generalised normal": channel(laws.GeneralisedNormal(alpha=8), distributions.GeneralisedNormal(8), -0.7),
    "channel, uniform": channel(laws.Uniform(), distributions.Uniform()),
    "channel, Student": channel(laws.StudentT(freedom=9), distributions.StudentT(9)),
    "channel, skew normal": channel(laws.SkewNormal(slant=5), distributions.SkewNormal(5), 0.5),
    "channel, mixture": channel(
        laws.GaussianMixture(**MIXTURE), distributions.StandardisedMixture(*(list(part) for part in MIXTURE.values()))
    ),
    "channel, samples": channel(laws.Empirical(samples=SAMPLES), kernel_estimate(SAMPLES)),
    "channel, discrete": channel(
        laws.Discrete(points=(0, 1, 3), probabilities=(0.5, 0.3, 0.2)),
        distributions.Discrete((0, 1, 3), (0.5, 0.3, 0.2)),
    ),
    "diffusion, Gaussian": reversible(laws.Gaussian(), lambda z: -(z**2) / 2, 0.3, -8, 8),
    "diffusion, uniform": reversible(laws.Uniform(), torch.zeros_like, 0.3, -(3**0.5), 3**0.5),
    "diffusion, logistic": reversible(
        laws.Logistic(),
        log_logistic,
        0.5,
        -20,
        20,
    ),
    "diffusion, two modes": reversible(MODES, lambda z: torch.from_numpy(MODES.log_density(z.numpy())), 10, -3, 3),
    "diffusion, formula": reversible(
        laws.FormulaLaw(density_formula="exp(-x**2/2)*(1+x**2)/(2*sqrt(2*pi))"),
        lambda z: torch.log1p(2 * z**2) - z**2,
        0.2,
        -6,
        6,
    ),
}


def test_no_side_takes_a_chain_of_several_closed_classes():
    for build in (lambda: LatticeWorld(**TWO_CLASSES), lambda: lattice.LatticeWorld(1, *TWO_CLASSES.values())):
        with pytest.raises(ValueError, match="stationary law of the chain is not unique"):
            build()


SPECTRAL = [name for name, (world, _) in WORLDS.items() if name.startswith("diffusion") and "logistic" not in name]


@pytest.mark.parametrize("name", SPECTRAL)
def test_cells_have_the_pair_correlation_of_the_diffusion(name):
    ours, theirs = WORLDS[name]
    spectrum = ours.spectrum(40)
    exact = spectrum.shares @ spectrum.eigenvalues
    # What 40 eigenfunctions leave out of z is at most so much slower.
    left_out = (1 - spectrum.shares.sum()) * spectrum.eigenvalues[-1] + spectrum.errors.max()
    assert ours.pair_correlation[0] == pytest.approx(exact, abs=1e-4 + left_out)
    assert theirs.pair_correlation[0].item() == pytest.approx(exact, abs=theirs.correlation_error + left_out)
    assert theirs.correlation_error < 1e-3


def test_too_few_cells_are_refused():
    edges = torch.linspace(-8, 8, 9, dtype=torch.float64)
    with pytest.raises(ValueError, match="8 cells leave the pair correlation uncertain"):
        diffusion.DiffusionWorld(1, lambda z: -(z**2) / 2, 0.1, edges)


def z_scores(values, expected=0.0):
    """Distances of column means from their expectations, in standard errors."""
    error = values.mean(0) - expected
    deviation = values.std(0) / len(values) ** 0.5
    return np.where(deviation > 1e-12, error / np.maximum(deviation, 1e-12), np.where(np.abs(error) > 1e-6, np.inf, 0))


def features(values):
    """Bounded functions of each column, enough to tell laws apart: shape (functions, count, n)."""
    return np.stack([wave(t * values) for t in (0.7, 1.4, 2.8) for wave in (np.sin, np.cos)])


@pytest.fixture(scope="module", params=WORLDS.values(), ids=WORLDS)
def sides(request):
    """Both sides, each with pairs drawn from it."""
    ours, theirs = request.param
    drawn = [
        ours.pairs(POINTS, np.random.default_rng(1)),
        [latent.double().numpy() for latent in theirs.pairs(POINTS, torch.Generator().manual_seed(1))],
    ]
    return list(zip((ours, theirs), drawn, strict=True))


def test_both_sides_declare_the_same(sides):
    (ours, _), (theirs, _) = sides
    assert (ours.dim, ours.stationary, ours.reversible) == (theirs.dim, theirs.stationary, theirs.reversible)
    # A diffusion is sampled through cells, which are not the same on the two sides.
    tolerance = 2e-4 if isinstance(ours, DiffusionWorld) else 1e-7
    np.testing.assert_allclose(ours.pair_correlation, theirs.pair_correlation.numpy(), rtol=tolerance)
    assert ours.kurtosis == pytest.approx(theirs.kurtosis, rel=tolerance)
    assert ours.next_kurtosis == pytest.approx(theirs.next_kurtosis, rel=tolerance)


@pytest.mark.parametrize("side", [0, 1], ids=["numpy", "torch"])
class TestSide:
    def test_moments_and_correlation_are_as_declared(self, sides, side):
        world, (first, second) = sides[side]
        for latent, kurtosis in ((first, world.kurtosis), (second, world.next_kurtosis)):
            assert np.abs(z_scores(latent)).max() < Z
            assert np.abs(z_scores(latent**2, 1)).max() < Z
            assert np.abs(z_scores(latent**4, kurtosis)).max() < Z
        assert np.abs(z_scores(first * second, np.asarray(world.pair_correlation))).max() < Z

    def test_it_is_stationary_iff_declared(self, sides, side):
        world, (first, second) = sides[side]
        scores = [z_scores(a - b) for a, b in zip(features(first), features(second), strict=True)]
        assert (np.abs(scores).max() < Z) == world.stationary

    def test_it_is_reversible_iff_declared(self, sides, side):
        world, (first, second) = sides[side]
        pairs = itertools.combinations(zip(features(first), features(second), strict=True), 2)
        scores = [z_scores(f * g_next - f_next * g) for (f, f_next), (g, g_next) in pairs]
        assert (np.abs(scores).max() < Z) == world.reversible

    def test_latents_are_independent(self, sides, side):
        _, (first, second) = sides[side]
        for other in (first, second):
            for f, g in itertools.product(features(first)[..., 0], features(other)[..., 1]):
                assert np.abs(z_scores((f - f.mean()) * (g - g.mean()))) < Z

    def test_a_transition_from_the_law_is_the_pair(self, sides, side):
        world, (first, second) = sides[side]
        if side:
            again = world.transition(torch.from_numpy(first).float(), torch.Generator().manual_seed(2)).double().numpy()
        else:
            again = world.transition(first, np.random.default_rng(2))
        for f, f_next, f_again in zip(features(first), features(second), features(again), strict=True):
            assert np.abs(z_scores(f_next - f_again)).max() < Z
            assert np.abs(z_scores(f * (f_next - f_again))).max() < Z


def test_both_sides_have_one_joint_law(sides):
    (_, (first, second)), (_, (first_torch, second_torch)) = sides
    ours, theirs = (
        [f * g for f, g in itertools.product(features(now), features(then))]
        for now, then in ((first, second), (first_torch, second_torch))
    )
    assert all(np.abs(z_scores(one - other)).max() < Z for one, other in zip(ours, theirs, strict=True))


WITH_LAW = [name for name, (world, _) in WORLDS.items() if {"law", "marginal"} & set(type(world).model_fields)]


@pytest.mark.parametrize("sides", [WORLDS[name] for name in WITH_LAW], ids=WITH_LAW, indirect=True)
def test_the_law_of_a_latent_is_the_one_it_has(sides):
    (world, (first, _)), (_, (first_torch, _)) = sides
    law = getattr(world, "law", None) or world.marginal
    # Between the points of a discrete law, where both sides agree however they round.
    places = np.array([-1.31, -0.42, 0.13, 0.77, 1.66])
    for drawn in (first, first_torch):
        for place, level in zip(places, law.cumulative(places), strict=True):
            assert np.abs(z_scores(drawn <= place, level)).max() < Z


# The spectrum of a diffusion with exponential tails is continuous.
ISOLATED = [name for name, (world, _) in WORLDS.items() if world.stationary and name != "diffusion, logistic"]


@pytest.mark.parametrize("sides", [WORLDS[name] for name in ISOLATED], ids=ISOLATED, indirect=True)
def test_pairs_of_the_first_eigenfunction_have_its_eigenvalue(sides):
    spectrum = sides[0][0].spectrum(2)
    function = PchipInterpolator(*np.unique([spectrum.points, spectrum.eigenfunctions[1]], axis=1))
    for _, pair in sides:
        first, second = (function(np.clip(latent[:, 0], *spectrum.points[[0, -1]])) for latent in pair)
        products = first * second - spectrum.eigenvalues[1] * (first**2 + second**2) / 2
        assert np.abs(z_scores(products)) < Z


def _concrete(module_base):
    found, remaining = set(), [module_base]
    while remaining:
        for child in remaining.pop().__subclasses__():
            remaining.append(child)
            if not inspect.isabstract(child) and not child.__name__.startswith("_"):
                found.add(child)
    return found


@pytest.mark.parametrize(("base", "side"), [(numpy_world.World, 0), (torch_world.World, 1)], ids=["numpy", "torch"])
def test_no_world_is_left_out(base, side):
    assert spec  # imports every world of the NumPy side
    assert _concrete(base) == {type(pair[side]) for pair in WORLDS.values()}


def test_no_law_is_left_out():
    used = {
        type(value) for world, _ in WORLDS.values() for value in world.__dict__.values() if isinstance(value, laws.Law)
    }
    assert _concrete(laws.Law) == used
