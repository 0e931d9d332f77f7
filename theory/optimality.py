r"""The statements that linear maps are optimal and that a latent is Gaussian, and what stands for them in exact worlds.

$E_{top}$ is the top eigenspace of the alignment off the constants, $E_{linear}$ that of the linear maps, each given by
functions that span it; $\phi$ is the characteristic function of a latent of variance $v$.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache, reduce
from itertools import product
from operator import add
from typing import TypeAlias

import sympy as sp
from sympy.polys.matrices import DomainMatrix

from theory.finite_world import FiniteWorld, kronecker
from theory.gaussian_world import PairPolynomials
from theory.hermite import sequence
from theory.notation import GaussianExpectation, t, x, z

#: Moment of a variable by its power.
Moment: TypeAlias = Callable[[int], sp.Expr]

top, linear = sp.symbols("E_top E_linear")
variance = sp.Symbol("v", real=True)
#: Characteristic function of a latent.
phi = sp.Function("phi")


def gaussian_characteristic_function(t: sp.Expr, variance: sp.Expr) -> sp.Expr:
    """Characteristic function of a centred Gaussian."""
    return sp.exp(-variance * t**2 / 2)


LINEAR_IS_OPTIMAL = sp.Eq(top, linear)
LAW_IS_GAUSSIAN = sp.Eq(phi(t), gaussian_characteristic_function(t, variance))


def optimum(correlations: Mapping[sp.Basic, sp.Expr], linear_maps: Iterable[sp.Basic]) -> dict[sp.Basic, sp.Basic]:
    """Let the functions of the largest correlation of a pair span the top eigenspace, and the linear ones the other.

    Parameters
    ----------
    correlations
        Correlation of each function, which is given by numbers: all eigenfunctions, or enough functions to see that
        linear maps are not optimal.
    linear_maps
        Those functions that are linear.
    """
    largest = max(correlations.values())
    return {
        top: sp.FiniteSet(*(function for function, correlation in correlations.items() if correlation == largest)),
        linear: sp.FiniteSet(*linear_maps),
    }


def law(characteristic_function: sp.Expr, variance_of_it: sp.Expr) -> dict[sp.Basic, sp.Basic]:
    """Characteristic function and variance of a latent."""
    return {phi(t): characteristic_function, variance: variance_of_it}


@cache
def _of_standard_gaussian() -> sp.Expr:
    return GaussianExpectation(sp.exp(sp.I * t * z), z).doit()


def expectation(polynomial: sp.Expr, moments: Mapping[sp.Symbol, Moment]) -> sp.Expr:
    """Expectation of a polynomial in independent variables, from the moment of each to any power."""
    terms = sp.Poly(polynomial, *moments).terms()
    return sp.Add(
        *(
            c * sp.Mul(*(moment(power) for moment, power in zip(moments.values(), powers, strict=True)))
            for powers, c in terms
        )
    )


def gaussian_moment(power: int) -> sp.Expr:
    """Moment of a standard Gaussian."""
    return sp.factorial2(power - 1) if power % 2 == 0 else sp.Integer(0)


def autoregression(drift: sp.Expr, noise_variance: sp.Expr) -> dict[sp.Basic, sp.Basic]:
    r"""Law of $\lambda z+\eta$ for Gaussian $z$ and $\eta$, integrated over both; $v=\lambda^2v+\mathrm{Var}\,\eta$."""
    stationary = noise_variance / (1 - drift**2)
    scales = drift * sp.sqrt(stationary), sp.sqrt(noise_variance)
    return law(sp.Mul(*(_of_standard_gaussian().subs(t, scale * t) for scale in scales)), stationary)


def ornstein_uhlenbeck(latents: int, correlation: sp.Rational, *, degree: int = 3) -> dict[sp.Basic, sp.Basic]:
    """Gaussian world of some latents: correlations of Hermite polynomials up to a degree, by moments, and the law."""
    pair = PairPolynomials(1)
    powers = zip(sequence(pair.latent[0], degree), sequence(pair.next_latent[0], degree), strict=True)
    kept = [
        sp.sympify(pair.expectation(now * later).evaluate(0, correlation).coeff(1)) / sp.factorial(size)
        for size, (now, later) in enumerate(powers)
    ]
    indices = [index for index in product(range(degree + 1), repeat=latents) if any(index)]
    correlations = {sp.Tuple(*index): sp.Mul(*(kept[size] for size in index)) for index in indices}
    return {
        **optimum(correlations, [index for index in correlations if sum(index) == 1]),
        **autoregression(correlation, 1 - correlation**2),
    }


def of_finite_world(world: FiniteWorld, copies: int = 1) -> dict[sp.Basic, sp.Basic]:
    """Exact spectrum, in the field of the world, of independent copies of it, and the law of one.

    Raises
    ------
    ValueError
        If the field does not hold all eigenvalues.
    """
    field, count = world.field, len(world.drift)
    both = (reduce(kronecker, [matrix] * copies) for matrix in (world.transition, world.backward))
    symmetrised = reduce(add, both) * field.from_sympy(sp.Rational(1, 2))
    spectrum = sp.Poly([field.to_sympy(entry) for entry in symmetrised.charpoly()], x, domain=field)
    correlations: dict[sp.Basic, sp.Expr] = {}
    for factor, _ in spectrum.factor_list()[1]:
        if factor.degree() > 1:
            raise ValueError(f"{world.field} does not hold the roots of {factor.as_expr()}")
        root = -factor.nth(0) / factor.nth(1)
        shift = DomainMatrix.eye(count**copies, field) * field.from_sympy(root)
        if root != 1:
            correlations |= dict.fromkeys(_basis((symmetrised - shift).nullspace()), sp.radsimp(root))
    ones = DomainMatrix([[field.one] * count], (1, count), field)
    centred = world.states - ones * field.from_sympy(world.moment(1))
    maps = (
        reduce(kronecker, [centred if other == place else ones for other in range(copies)]) for place in range(copies)
    )
    wave = (
        field.to_sympy(weight) * sp.exp(sp.I * t * state)
        for weight, state in zip(world.law.to_list_flat(), world.drift, strict=True)
    )
    return {
        **optimum(correlations, _basis(DomainMatrix.vstack(*maps))),
        **law(sp.Add(*wave), world.moment(2)),
    }


def _basis(rows: DomainMatrix) -> list[sp.Tuple]:
    """Give a space of functions the one basis in reduced echelon form."""
    return [sp.Tuple(*row) for row in rows.rref()[0].to_Matrix().tolist()]
