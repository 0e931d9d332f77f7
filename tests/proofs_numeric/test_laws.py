"""Laws: standardised, their parts in agreement, and input that is refused."""

import numpy as np
import pytest
from pydantic import ValidationError

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

CONTINUOUS = [
    Gaussian(),
    GeneralisedNormal(alpha=0.125),
    GeneralisedNormal(alpha=32),
    Laplace(),
    Logistic(),
    HyperbolicSecant(power=1.5),
    StudentT(freedom=6),
    Uniform(),
    Gamma(shape=0.7),
    SkewNormal(slant=-3),
    GaussianMixture(weights=(0.3, 0.7), means=(0, 2), variances=(1, 0.2)),
    Empirical(samples=(0.0, 0.5, 3.0)),
    FormulaLaw(log_density_formula="-x**4 + x**2"),
    FormulaLaw(density_formula="exp(-x)", low=0),
]


@pytest.mark.parametrize("law", CONTINUOUS, ids=lambda law: law.law)
def test_a_law_is_standardised_and_its_parts_agree(law):
    levels = np.array([1e-6, 0.03, 0.4, 0.77, 0.999])
    at = law.quantile(levels)
    np.testing.assert_allclose(law.cumulative(at), levels, rtol=1e-7)
    np.testing.assert_allclose(law.survival(law.upper_quantile(levels)), levels, rtol=1e-7)
    step = 1e-5 * (law.quantile(np.array([0.6])) - law.quantile(np.array([0.4])))
    slope = (law.cumulative(at[1:] + step) - law.cumulative(at[1:] - step)) / (2 * step)
    np.testing.assert_allclose(slope, law.density(at[1:]), rtol=1e-3)


@pytest.mark.parametrize("law", [law for law in CONTINUOUS if law.kurtosis < 20], ids=lambda law: law.law)
def test_moments_are_those_of_the_density(law):
    points, weights = law.quadrature(96)
    assert weights @ points == pytest.approx(0, abs=1e-7)
    assert weights @ points**2 == pytest.approx(1, abs=1e-6)
    assert weights @ points**3 == pytest.approx(law.skewness, abs=1e-5)
    assert weights @ points**4 == pytest.approx(law.kurtosis, rel=1e-5)


@pytest.mark.parametrize("law", [Laplace(), Logistic()], ids=lambda law: law.law)
def test_the_innovation_makes_up_for_the_contraction(law):
    rho, times = 0.6, np.array([0.5, 1, 2, 4])
    nodes, rule = np.polynomial.legendre.leggauss(200)
    points, weights = np.concatenate([-10 * (1 + nodes), 10 * (1 + nodes)]), 10 * np.tile(rule, 2)

    def wave(times, density):
        return np.cos(np.outer(times, points)) @ (weights * density(points))

    atom = law.innovation_atom(rho)
    innovation = atom + (1 - atom) * wave(times, lambda x: law.innovation_density(rho, x))
    np.testing.assert_allclose(wave(times, law.density), wave(rho * times, law.density) * innovation, atol=1e-10)
    drawn, chances = law.innovation_quadrature(rho, 24)
    np.testing.assert_allclose(np.cos(np.outer(times, drawn)) @ chances, innovation, atol=1e-6)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: GeneralisedNormal(alpha=0), "greater than 0"),
        (lambda: StudentT(freedom=2), "greater than 2"),
        (lambda: FormulaLaw(density_formula="exp(-x**2)"), "integral 1.77245, not 1"),
        (lambda: FormulaLaw(density_formula="x/2 + 0.5*x**2", low=-1, high=1), "density is -"),
        (lambda: FormulaLaw(density_formula="sqrt(x)", low=-1, high=1), "density is nan"),
        (lambda: FormulaLaw(log_density_formula="-1.5*log(1+x**2)"), "no finite variance"),
        (lambda: FormulaLaw(log_density_formula="0*x"), "no finite variance"),
        (lambda: FormulaLaw(log_density_formula="-x**2", low=1, high=0), "support from 1 to 0 is empty"),
        (lambda: FormulaLaw(), "give either"),
        (lambda: FormulaLaw(log_density_formula="-9**9**9*x**2"), "zero at all powers of 2"),
        (lambda: FormulaLaw(log_density_formula="-1e30*x**2"), "not smooth at"),
        (lambda: FormulaLaw(log_density_formula="-x**2-log(abs(x))/2"), "not smooth at .*: name its breaks"),
        (lambda: FormulaLaw(log_density_formula="-x**2+cos(1e6*x)"), "varies too fast"),
        (lambda: FormulaLaw(log_density_formula="-" * 5_000 + "x"), "5001 letters is too deeply nested"),
        (lambda: FormulaLaw(log_density_formula=f"-1{0:0400d}*x**2"), "a number that is too large"),
        (lambda: FormulaLaw(density_formula="open(x)"), "is not known"),
        (lambda: GaussianMixture(weights=(0.5, 0.6), means=(0, 1), variances=(1, 1)), "sum to 1.1, not to 1"),
        (lambda: Discrete(points=(0, 0), probabilities=(0.5, 0.5)), "different and in increasing order"),
        (lambda: Empirical(samples=(1, 1, 1)), "need to vary"),
    ],
)
def test_a_bad_law_is_refused_and_named(build, message):
    with pytest.raises(ValidationError, match=message):
        build()


@pytest.mark.parametrize("width", [1e-2, 1e-5, 1e-8])
def test_a_spike_that_is_named_is_seen(width):
    # Half of the law is N(0, 1), half a spike at 1.3: moments about the mean 0.65 in closed form.
    spike = f"0.5*exp(-((x-1.3)/{width})**2/2)/({width}*sqrt(2*pi))"
    law = FormulaLaw(density_formula=f"0.5*exp(-x**2/2)/sqrt(2*pi)+{spike}", breaks=(1.3,))
    variances, places = np.array([1, width**2]), np.array([-0.65, 0.65])
    second = (variances + places**2).mean()
    fourth = (3 * variances**2 + 6 * variances * places**2 + places**4).mean()
    points, weights = law.quadrature(4096)
    assert weights @ points**4 == pytest.approx(fourth / second**2, rel=1e-8)
