"""The constants in the proof of the smooth worlds: bounds they are, and not larger than they need to be."""

import pytest
import sympy as sp
from scipy.integrate import quad

from theory.claims.uniqueness import smooth_linear_eigenfunction as existence
from theory.claims.uniqueness import smooth_non_gaussian_world as world
from theory.claims.uniqueness.logistic_tilt_bounds import density, value
from theory.proof import valid

x = existence._length
ENVELOPE = existence.RADIUS + existence.SLOPE * x
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


@pytest.mark.parametrize(
    ("module", "step", "name"),
    [
        (existence, "STAYS", "RADIUS"),
        (world, "COMPLEMENT", "OTHERS"),
        (world, "EIGENVALUE", "TOP"),
        (world, "OPTIMUM", "KURTOSIS"),
    ],
    ids=lambda part: part if isinstance(part, str) else part.__name__.rpartition(".")[2],
)
def test_a_wrong_constant_is_noticed(module, step, name):
    constant = getattr(module, name)
    premise, conclusion = getattr(module, step).statement.args
    changed = [
        conclusion.xreplace({constant: constant * factor}) for factor in (sp.Rational(9, 10), sp.Rational(11, 10))
    ]
    assert conclusion not in changed
    assert {valid(sp.Implies(premise, other)).passed for other in changed} == {True, False}
