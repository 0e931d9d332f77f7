"""The constants in the proof of the smooth worlds: bounds they are, and not larger than they need to be."""

import pytest
import sympy as sp
from scipy.integrate import quad

from theory.claims.uniqueness import smooth_linear_eigenfunction as existence
from theory.claims.uniqueness import smooth_non_gaussian_world as world
from theory.claims.uniqueness.logistic_tilt_bounds import density, value
from theory.proof import valid

x = existence._length
ENVELOPE = existence._envelope(x)
MOMENTS = {
    "A": (ENVELOPE, existence.ENVELOPE),
    "A^2": (ENVELOPE**2, existence.ENVELOPE_SQUARE),
    "|z| A": (x * ENVELOPE, existence.Z_ENVELOPE),
    "|z| A^2": (x * ENVELOPE**2, existence.Z_ENVELOPE_SQUARE),
    "A^4": (ENVELOPE**4, existence.ENVELOPE_FOURTH),
}


@pytest.mark.parametrize(("polynomial", "bound"), MOMENTS.values(), ids=MOMENTS.keys())
def test_moment_bounds_hold_and_are_not_wasteful(polynomial, bound):
    integrand = polynomial * sp.exp(2 * existence.SMALL * ENVELOPE) * density.subs(value, x)
    moment = 2 * quad(sp.lambdify(x, integrand), 0, 300)[0]
    by_proof = existence.tilted_moment(sp.expand(polynomial)).subs(existence.kappa, existence.SMALL)
    assert moment <= float(by_proof) <= bound
    assert float(by_proof) > 0.9 * float(bound)


def test_the_mean_length_of_the_noise_is_within_its_bound():
    assert 2 * quad(sp.lambdify(x, x * density.subs(value, x)), 0, 300)[0] <= float(existence.LENGTH)


@pytest.mark.parametrize("part", range(2), ids=["regression", "ratio"])
def test_the_covariances_need_their_averages(part):
    premise, conclusion = existence.COVARIANCES.statement.args
    averaged = [
        existence._averaged(existence._regression, existence.z, existence._radius),
        existence._averaged(existence._ratio - 1, existence.z * existence._drift, existence.NEAR),
    ][part]
    kept = [argument for argument in premise.args if argument not in averaged.args]
    assert len(kept) == len(premise.args) - 2
    assert valid(sp.Implies(sp.And(*kept), conclusion)).passed is False


@pytest.mark.parametrize(
    ("step", "constant"),
    [
        pytest.param(existence.COVARIANCES, existence.LENGTH, id="length"),
        pytest.param(existence.COVARIANCES, existence.NEAR * existence.Z_ENVELOPE, id="covariance"),
        pytest.param(existence.STAYS, existence.RADIUS, id="radius"),
        pytest.param(world.COMPLEMENT, world.OTHERS, id="others"),
        pytest.param(world.EIGENVALUE, world.TOP, id="top"),
        pytest.param(world.OPTIMUM, world.KURTOSIS, id="kurtosis"),
    ],
)
def test_a_wrong_constant_is_noticed(step, constant):
    premise, conclusion = step.statement.args
    changed = [
        conclusion.xreplace({constant: constant * factor}) for factor in (sp.Rational(9, 10), sp.Rational(11, 10))
    ]
    assert conclusion not in changed
    assert {valid(sp.Implies(premise, other)).passed for other in changed} == {True, False}
