"""Diffusions whose first harmonic is known."""

import pytest
import sympy as sp

from theory.notation import z
from theory.reversible_diffusion import WORLDS, generator, shape


def test_the_generator_of_the_gaussian_is_that_of_hermite():
    assert sp.simplify(generator(z**2 - 1, sp.exp(-(z**2) / 2)) + 2 * (z**2 - 1)) == 0


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.law)
def test_another_rate_does_not_solve_the_equation(world):
    residual = generator(world.first_harmonic, world.density) + (world.rate + 1) * world.first_harmonic
    assert sp.simplify(residual) != 0


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
    ratio = (world.first_harmonic + 1 * 0) ** 2 * world.density / leading
    limits = [sp.limit(ratio.subs(shape, value), z, end) for value in (finite, infinite + sp.Rational(1, 2))]
    assert all(limit.is_finite and limit > 0 for limit in limits)
