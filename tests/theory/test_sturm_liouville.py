"""The generator against classical polynomials, its symmetry, its known harmonics, and the mismatch of regressions."""

import pytest
import sympy as sp

from theory.claims.uniqueness.gaussian_of_linear_regressions import gaussian_characteristic_function, mismatch
from theory.sturm_liouville import WORLDS, generator, shape

z, t = sp.symbols("z t", real=True)


@pytest.mark.parametrize("degree", range(5))
@pytest.mark.parametrize(
    ("density", "diffusion", "polynomial", "rate"),
    [
        (sp.exp(-(z**2) / 2), sp.Integer(1), sp.hermite_prob, lambda k: k),
        (sp.Integer(1), 1 - z**2, sp.legendre, lambda k: k * (k + 1)),
        (sp.exp(-z), z, sp.laguerre, lambda k: k),
    ],
    ids=["hermite", "legendre", "laguerre"],
)
def test_classical_polynomials_are_eigenfunctions(density, diffusion, polynomial, rate, degree):
    function = polynomial(degree, z)
    image = generator(function, density, diffusion, z).doit()
    assert sp.simplify(image + rate(degree) * function) == 0


def test_the_generator_is_symmetric_under_its_density():
    density = sp.exp(-(z**2) / 2)
    first, second = z**3 + z, z**2 - z
    left, right = (
        sp.integrate(
            sp.expand(a * sp.simplify(generator(b, density, 1 + z**2, z).doit())) * density, (z, -sp.oo, sp.oo)
        )
        for a, b in ((first, second), (second, first))
    )
    assert sp.simplify(left - right) == 0
    assert left != 0


@pytest.mark.parametrize("factor", [sp.Rational(1, 2), sp.Rational(-1, 3)])
def test_only_the_gaussian_has_no_mismatch(factor):
    assert sp.simplify(mismatch(gaussian_characteristic_function(t, 2), factor, t)) == 0
    for other in (sp.cos(t), 1 / (1 + t**2), sp.sinc(t), sp.exp(-(t**4))):
        assert sp.simplify(mismatch(other, factor, t)) != 0


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.law)
def test_another_rate_does_not_solve_the_equation(world):
    image = generator(world.first_harmonic, world.density, sp.Integer(1), z).doit()
    assert sp.simplify(image + (world.rate + 1) * world.first_harmonic) != 0


@pytest.mark.parametrize(
    ("law", "finite", "infinite"),
    [("power of the hyperbolic secant", 2, 1), ("logarithm of a gamma variable", 3, 2)],
)
def test_the_first_harmonic_has_finite_variance_at_the_shapes_stated(law, finite, infinite):
    (world,) = (world for world in WORLDS if world.law == law)
    assert finite in world.shapes
    assert infinite not in world.shapes
    # The leading term of the variance where it may diverge: at one end, the other one being harmless.
    end = sp.oo if "secant" in law else -sp.oo
    leading = {sp.oo: sp.exp(2 * z - 2 * shape * z), -sp.oo: sp.exp((shape - 2) * z)}[end]
    ratio = world.first_harmonic**2 * world.density / leading
    limits = [sp.limit(ratio.subs(shape, value), z, end) for value in (finite, infinite + sp.Rational(1, 2))]
    assert all(limit.is_finite and limit > 0 for limit in limits)
