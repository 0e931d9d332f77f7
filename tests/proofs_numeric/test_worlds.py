"""Worlds: exact spectra, specifications that round-trip, and input that is refused."""

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.special import gamma
from sympy import QQ, Rational, sqrt

from proofs_numeric.worlds.autoregressive import AutoregressiveWorld, NonStationaryChannel
from proofs_numeric.worlds.diffusion import DiffusionWorld
from proofs_numeric.worlds.formula import evaluate
from proofs_numeric.worlds.gaussian import GaussianWorld
from proofs_numeric.worlds.lattice import LatticeWorld, five_state_world
from proofs_numeric.worlds.laws import (
    Discrete,
    Empirical,
    FormulaLaw,
    Gamma,
    Gaussian,
    GaussianMixture,
    GeneralisedNormal,
    HyperbolicSecant,
    Laplace,
    Logistic,
    SkewNormal,
    StudentT,
    Uniform,
)
from proofs_numeric.worlds.smooth import HyperbolicWorld, SmoothWorld, TransportWorld
from proofs_numeric.worlds.spec import read_world
from proofs_numeric.worlds.verdict import predict, verdict
from theory.finite_world import FiniteWorld

WORLDS = [
    GaussianWorld(dim=2, rho=(0.9, -0.3)),
    DiffusionWorld(law=FormulaLaw(log_density_formula="-x**4", breaks=(0.0,)), time=0.5),
    DiffusionWorld(law=Empirical(samples=(0.1, 0.2, 1 / 3)), time=0.1),
    AutoregressiveWorld(rho=0.1 + 0.2, marginal=Gamma(shape=2.5)),
    NonStationaryChannel(dim=3, rho=-0.7, marginal=Discrete(points=(0, 1), probabilities=(0.25, 0.75))),
    HyperbolicWorld(slope=0.5, power=2),
    SmoothWorld(drift_formula="tanh(2*x)", noise_law=Gaussian(), noise_scale=0.5, half_width=7),
    TransportWorld(base=Uniform(), share=0.5),
    five_state_world(2),
]


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.world)
def test_a_world_prints_as_a_specification_that_is_read_back(world):
    assert read_world(str(world)) == world


def test_the_lattice_has_the_exact_spectrum():
    a = (sqrt(33) - 3) / 6
    exact = FiniteWorld({-2: -1, -1: -1, 0: 0, 1: 1, 2: 1}, {-1: a, 0: 1 - 2 * a, 1: a}, QQ.algebraic_field(sqrt(33)))
    world = five_state_world(1)
    spectrum = world.spectrum()
    # lambda = (2 + a)/4 belongs to z itself.
    assert spectrum.eigenvalues[1] == pytest.approx(float((2 + a) / 4), abs=1e-13)
    assert spectrum.linear_r2 == pytest.approx(1, abs=1e-13)
    trace = float(sum(exact.symmetrised.to_Matrix()[i, i] for i in range(5)))
    assert spectrum.eigenvalues.sum() == pytest.approx(trace, abs=1e-13)
    assert world.kurtosis == pytest.approx(float(exact.moment(4) / exact.moment(2) ** 2), abs=1e-13)
    assert float(Rational(exact.moment(1))) == 0


@pytest.mark.parametrize(
    ("world", "eigenvalues"),
    [
        pytest.param(NonStationaryChannel(rho=0.8, marginal=Gaussian()), 0.8 ** np.arange(6), id="ritz"),
        pytest.param(DiffusionWorld(law=Gaussian(), time=-np.log(0.8)), 0.8 ** np.arange(6), id="diffusion"),
        pytest.param(TransportWorld(base=Gaussian(), share=0.64), 0.8 ** np.arange(6), id="transport"),
        pytest.param(
            SmoothWorld(drift_formula="0.8*x", noise_law=Gaussian(), noise_scale=0.6, half_width=9),
            0.8 ** np.arange(6),
            id="smooth",
        ),
        pytest.param(
            DiffusionWorld(law=Uniform(), time=0.2), np.exp(-0.2 * np.pi**2 * np.arange(6) ** 2 / 12), id="cosines"
        ),
        # Of Poeschl and Teller: mu = (k (K - k)) s^2 with p of cosh^-K(x/scale).
        pytest.param(
            DiffusionWorld(law=HyperbolicSecant(power=10), time=0.3),
            np.exp(-0.3 * np.arange(5) * (10 - np.arange(5)) / HyperbolicSecant(power=10).scale ** 2),
            id="poeschl_teller",
        ),
    ],
)
def test_known_spectra_are_within_their_bars(world, eigenvalues):
    spectrum = world.spectrum(6)
    assert len(spectrum.eigenvalues) == len(eigenvalues)
    error = np.abs(spectrum.eigenvalues - eigenvalues)
    assert (error <= spectrum.errors).all()
    assert (error <= 1e-9).all()


# z' = z - c tanh z + noise is in its tails a walk of step -c, on which functions of rate c + ik have the factor
# exp(-(c^2 + k^2)/2): the essential spectrum ends at exp(-c^2/2), and no eigenvalue lies between it and 1.
@pytest.mark.parametrize(
    ("c", "half_width", "points"), [(0.5, 24, 301), (0.5, 45, 401), (1, 12, 201), (1, 30, 401)], ids=str
)
def test_bars_reach_the_essential_spectrum_and_not_three_times_as_far(c, half_width, points):
    world = SmoothWorld(
        drift_formula=f"x - {c}*tanh(x)", noise_law=Gaussian(), noise_scale=1, half_width=half_width, points=points
    )
    spectrum = world.spectrum(6)
    error = np.exp(-(c**2) / 2) - spectrum.eigenvalues[1:]
    assert (error > 0).all()
    assert (error <= spectrum.errors[1:]).all()
    assert (spectrum.errors[1:3] <= 3 * error[:2]).all()


@pytest.mark.parametrize(
    ("world", "essential"),
    [
        pytest.param(DiffusionWorld(law=Laplace(), time=0.1), np.exp(-0.1 / 2), id="laplace"),
        pytest.param(DiffusionWorld(law=StudentT(freedom=5), time=0.1), 1, id="student"),
        pytest.param(DiffusionWorld(law=GeneralisedNormal(alpha=0.125), time=0.1), 1, id="alpha_1/8"),
        pytest.param(AutoregressiveWorld(rho=0.5, marginal=Gamma(shape=1)), 0.5**0.5, id="exponential"),
        # 2 r / (1 + s^a + r^2) with r = rho^(a/2), s^2 = 1 - rho^2, a = 4.
        pytest.param(
            NonStationaryChannel(rho=0.9, marginal=StudentT(freedom=4)),
            2 * 0.81 / (1 + 0.19**2 + 0.9**4),
            id="student_channel",
        ),
        pytest.param(
            NonStationaryChannel(
                rho=0.9,
                marginal=FormulaLaw(density_formula="0.375*(1+x**2/4)**-2.5"),
            ),
            2 * 0.81 / (1 + 0.19**2 + 0.9**4),
            id="formula_channel",
        ),
        # ((1 + b)/(1 + b/2)^2)^(k/2), b = s/|rho|: far out only z lives on the right, and only z' on the left.
        pytest.param(
            NonStationaryChannel(rho=-0.6, marginal=Gamma(shape=1)),
            ((1 + 4 / 3) / (1 + 2 / 3) ** 2) ** 0.5,
            id="crossing_exponential",
        ),
        # E exp(b eta) of the Gumbel law, whose left tail is exponential: Gamma(1 + t) for t = b sqrt(6)/pi < 1.
        pytest.param(
            NonStationaryChannel(rho=-0.8, marginal=FormulaLaw(log_density_formula="x-exp(x)")),
            gamma(1 + 0.375) / gamma(1 + 0.75) ** 0.5,
            id="crossing_gumbel",
        ),
    ],
)
def test_a_continuous_spectrum_is_named_instead_of_eigenvalues(world, essential):
    spectrum = world.spectrum()
    np.testing.assert_array_equal(spectrum.eigenvalues, [1])
    assert spectrum.essential == pytest.approx(essential, rel=1e-9)
    assert "continuous" in predict(world).reason


def nystrom(rho, marginal, count, reach):
    """Eigenvalues of a channel of smooth densities, by the trapezoid rule in arcsinh(z): no Ritz values."""
    grid = np.linspace(-np.arcsinh(reach), np.arcsinh(reach), count)
    points, weights, spread = np.sinh(grid), np.cosh(grid) * (grid[1] - grid[0]), (1 - rho**2) ** 0.5
    joint = marginal.density(points)[:, None] * marginal.density((points - rho * points[:, None]) / spread) / spread
    mean_law = (marginal.density(points) + weights @ joint) / 2
    reached = mean_law > 1e-250
    root = np.sqrt(weights / np.where(reached, mean_law, 1)) * reached
    return np.linalg.eigvalsh((joint + joint.T) / 2 * root * root[:, None])[::-1]


@pytest.mark.parametrize("rho", [0.5, 0.8, -0.8])
@pytest.mark.parametrize(
    "marginal",
    [
        Logistic(),
        HyperbolicSecant(power=1),
        HyperbolicSecant(power=0.3),
        GaussianMixture(weights=(0.9, 0.1), means=(0, 0), variances=(1, 25)),
        FormulaLaw(log_density_formula="-(1+x**2)**0.35"),
        SkewNormal(slant=0.34),
    ],
    ids=["logistic", "secant", "exponential", "mixture", "stretched", "light"],
)
def test_no_mode_of_a_channel_is_missed_beyond_its_bar(rho, marginal):
    spectrum = NonStationaryChannel(rho=rho, marginal=marginal).spectrum()
    kept = len(spectrum.eigenvalues)
    coarse, fine = (nystrom(rho, marginal, count, reach)[:kept] for count, reach in ((500, 60), (650, 78)))
    assert (np.abs(spectrum.eigenvalues - fine) <= spectrum.errors + 2 * np.abs(fine - coarse)).all()
    assert kept >= 4


@pytest.mark.parametrize(
    ("rho", "marginal"),
    [
        (0.5, GaussianMixture(weights=(0.5, 0.5), means=(-4, 4), variances=(0.25, 0.25))),
        (0.95, GaussianMixture(weights=(0.25,) * 4, means=(-9, -3, 3, 9), variances=(1,) * 4)),
        (0.7, GaussianMixture(weights=(0.5, 0.5), means=(-4, 4), variances=(0.25, 4))),
    ],
    ids=["two_modes", "four_modes", "unlike_modes"],
)
def test_a_channel_of_modes_has_the_spectrum_of_its_kernel_within_its_bars(rho, marginal):
    # Nystrom's method on equal panels, which the Ritz values do not use.
    nodes, rule = np.polynomial.legendre.leggauss(8)
    half, spread = 9 / 120, (1 - rho**2) ** 0.5
    points = (np.linspace(-9, 9, 121)[:-1, None] + half * (1 + nodes)).ravel()
    weights = np.tile(half * rule, 120)
    joint = marginal.density(points)[:, None] * marginal.density((points - rho * points[:, None]) / spread) / spread
    mean_law = (marginal.density(points) + weights @ joint) / 2
    reached = mean_law > 1e-200
    points, weights, mean_law, joint = points[reached], weights[reached], mean_law[reached], joint[reached][:, reached]
    root = np.sqrt(weights / mean_law)
    expected, vectors = np.linalg.eigh((joint + joint.T) / 2 * root * root[:, None])
    spectrum = NonStationaryChannel(rho=rho, marginal=marginal).spectrum(4)
    assert expected[-1] == pytest.approx(1, abs=1e-9)
    assert (np.abs(spectrum.eigenvalues - expected[:-5:-1]) <= spectrum.errors + 1e-7).all()
    share = (np.sqrt(weights * mean_law) * points @ vectors[:, -2]) ** 2
    assert abs(spectrum.linear_r2 - share) <= spectrum.linear_r2_error


@pytest.mark.parametrize(
    ("world", "linear", "r2"),
    [
        pytest.param(GaussianWorld(dim=3, rho=0.7), True, 1, id="gaussian"),
        pytest.param(GaussianWorld(dim=2, rho=(0.9, 0.82)), True, 1, id="anisotropic"),
        pytest.param(GaussianWorld(dim=2, rho=(0.9, 0.5)), False, 0.5, id="beyond_the_threshold"),
        pytest.param(GaussianWorld(dim=1, rho=-0.5), False, 0, id="negative"),
        pytest.param(GaussianWorld(dim=2, rho=-0.5), False, None, id="negative_not_unique"),
        pytest.param(five_state_world(3), True, 1, id="five_states"),
        pytest.param(DiffusionWorld(dim=2, law=Uniform(), time=0.1), False, 96 / np.pi**4, id="uniform"),
    ],
)
def test_linear_identifiability_is_predicted_where_it_holds(world, linear, r2):
    found = predict(world)
    assert found.linear is linear
    assert found.r2 is None if r2 is None else found.r2 == pytest.approx(r2, abs=1e-9)


def test_an_optimum_that_is_almost_linear_is_not_linear():
    found = predict(DiffusionWorld(law=HyperbolicSecant(power=1_000), time=0.1))
    assert 1e-8 < 1 - found.r2 < 1e-5
    assert not found.linear


@pytest.mark.parametrize(
    ("world", "error"),
    [
        # A'A = R^2 I.
        pytest.param(DiffusionWorld(dim=2, law=Uniform(), time=0.1), 1 - 96 / np.pi**4, id="uniform"),
        # One latent and its square: A'A = diag(1, 0).
        pytest.param(GaussianWorld(dim=2, rho=(0.9, 0.5)), 0.5**0.5, id="displaced"),
    ],
)
def test_the_orthogonality_error_is_that_of_the_regression_on_the_latents(world, error):
    assert predict(world).orthogonality_error == pytest.approx(error, abs=1e-9)


def test_eigenvalues_of_copies_are_those_of_the_product():
    world = five_state_world(1)
    forward, law = world.chain.kernel, world.chain.law
    joint = np.kron(law[:, None] * forward, law[:, None] * forward)
    root = np.sqrt(np.kron(law, law))
    eigenvalues = np.linalg.eigvalsh((joint + joint.T) / 2 / np.outer(root, root))[::-1]
    spectrum = world.spectrum()
    assert eigenvalues[1:3] == pytest.approx(spectrum.eigenvalues[1], abs=1e-12)
    assert eigenvalues[3] == pytest.approx(spectrum.joint(2), abs=1e-12)


def test_the_five_states_are_identified_and_not_reversible():
    found = verdict(five_state_world(2))
    assert found["linear_identifiability"]["predicted"] is True
    assert found["reversible"]["holds"] is False
    assert found["linear_identifiability"]["gap"] == pytest.approx(0.2111579, abs=1e-6)


def test_the_laplace_channel_is_not_stationary_by_so_much():
    found = verdict(NonStationaryChannel(dim=2, rho=0.95, marginal=Laplace()))
    stationary = found["assumptions"]["stationary"]
    assert stationary["holds"] is False
    assert stationary["excess_kurtosis"] == pytest.approx([3, 3 * (0.95**4 + (1 - 0.95**2) ** 2)])
    assert found["linear_identifiability"]["predicted"] is False


@pytest.mark.parametrize(
    ("specification", "message"),
    [
        pytest.param("", "holds settings by name", id="empty"),
        pytest.param("world: [", "^line 1: not YAML: ", id="yaml"),
        pytest.param("world: gaussian\nrho: 0.5\nrho: 0.9", "^line 3: not YAML: rho is given twice$", id="twice"),
        pytest.param("world: " + "[" * 5000, "^not YAML: ", id="nested"),
        pytest.param("world: elsewhere", "elsewhere", id="unknown"),
        pytest.param("schema: 2\nworld: gaussian\nrho: 0.5", "schema: Input should be 1", id="schema"),
        pytest.param("world: gaussian\nrho: 0.5\ncolour: red", "colour: Extra inputs", id="extra"),
        pytest.param("world: gaussian\nrho: 1.5", "correlation 1.5 is not in", id="correlation"),
        pytest.param("world: gaussian\nrho: .nan", "finite number", id="nan"),
    ],
)
def test_a_bad_specification_is_named_in_one_line(specification, message):
    with pytest.raises(ValueError, match=message) as caught:
        read_world(specification)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: GaussianWorld(dim=10**9, rho=0.5), "less than or equal to"),
        (lambda: DiffusionWorld(law=Gaussian(), time=0), "greater than 0"),
        (lambda: AutoregressiveWorld(rho=-0.5, marginal=Laplace()), "greater than 0"),
        (
            lambda: LatticeWorld(states=(0, 1), drift_values=(0, 1), noise_values=(0, 1), probabilities=(0.5, 0.5)),
            "from state 1 the noise 1 leads to 2",
        ),
        (
            lambda: LatticeWorld(states=(0, 1), drift_values=(0, 1), noise_values=(0,), probabilities=(1,)),
            "stationary law of the chain is not unique",
        ),
        (
            lambda: SmoothWorld(drift_formula="2*x", noise_law=Gaussian(), noise_scale=1, half_width=8),
            "leaves the grid|miss .* of the law",
        ),
        (
            lambda: SmoothWorld(drift_formula="log(x)", noise_law=Gaussian(), noise_scale=1, half_width=8),
            "the drift is nan at -8",
        ),
        (lambda: TransportWorld(base=Laplace(), share=0.5), "spectrum of S is then not discrete"),
    ],
)
def test_bad_input_is_refused_and_named(build, message):
    with pytest.raises(ValidationError, match=message):
        build()


def test_formulas_mean_what_python_means():
    x = np.linspace(-2, 2, 7)
    np.testing.assert_allclose(
        evaluate("-x**2/2 + maximum(x, 0) - 2*pi", x), -(x**2) / 2 + np.maximum(x, 0) - 2 * np.pi
    )
    assert evaluate("1", x).shape == x.shape
