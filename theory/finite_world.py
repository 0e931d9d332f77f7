r"""Stationary worlds of finitely many states and additive noise, in exact arithmetic.

.. math:: z'=m(z)+\eta, \qquad (T\phi)(z)=\mathbb{E}[\phi(z')\mid z], \qquad
          (T^*\phi)(z')=\mathbb{E}[\phi(z)\mid z'], \qquad S=\tfrac12(T+T^*)

The alignment loss of a whitened $h$ is $2\sum_i(1-\langle h_i,Sh_i\rangle)$, the inner product that of the
stationary law. Numbers live in a field of SymPy: the rationals, a number field, or rational functions of a parameter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from sympy import QQ, Domain, Expr, Integer, Poly, Rational, Symbol, sign, sqrt, sympify
from sympy.polys.matrices import DomainMatrix


@dataclass(frozen=True)
class FiniteWorld:
    r"""A world $z'=m(z)+\eta$ on finitely many real states.

    Parameters
    ----------
    drift
        Value $m(z)$ by state $z$.
    noise
        Probability by value of $\eta$.
    field
        Field of all numbers.

    Raises
    ------
    ValueError
        If the probabilities do not add to one, or $m(z)+\eta$ is not always a state.
    """

    drift: Mapping[Expr, Expr]
    noise: Mapping[Expr, Expr]
    field: Domain

    def __post_init__(self) -> None:
        if sum(map(self.field.from_sympy, self.noise.values()), self.field.zero) != self.field.one:
            raise ValueError("the probabilities of the noise do not add to one")
        for state, value in self.drift.items():
            if any(value + noise not in self.drift for noise in self.noise):
                raise ValueError(f"the noise leads from {state} to what is no state")

    @cached_property
    def states(self) -> DomainMatrix:
        """Row of the states."""
        return self._row(self.drift)

    @cached_property
    def transition(self) -> DomainMatrix:
        """Matrix T: row z, column z', probability of z' given z."""
        return DomainMatrix.vstack(
            *(self._row(self.noise.get(state - value, 0) for state in self.drift) for value in self.drift.values())
        )

    @cached_property
    def law(self) -> DomainMatrix:
        """Row of the stationary probabilities.

        Raises
        ------
        ValueError
            If there is more than one stationary law.
        """
        kernel = (self.transition.transpose() - self.identity).nullspace()
        if kernel.shape[0] != 1:
            raise ValueError("more than one stationary law")
        return kernel * (self.field.one / sum(kernel.to_list_flat(), self.field.zero))

    @cached_property
    def backward(self) -> DomainMatrix:
        """Matrix of the adjoint T*: row z', column z, probability of z given z'."""
        weights = self.law.to_list_flat()
        return (
            self._diagonal([self.field.one / weight for weight in weights])
            * self.transition.transpose()
            * self._diagonal(weights)
        )

    @property
    def symmetrised(self) -> DomainMatrix:
        """Matrix S, self-adjoint in the inner product of the stationary law."""
        return (self.transition + self.backward) * self.field.from_sympy(Rational(1, 2))

    @property
    def centred_transition(self) -> DomainMatrix:
        """Transition less its projection on the constants."""
        return self.transition - DomainMatrix.vstack(*[self.law] * len(self.drift))

    @property
    def identity(self) -> DomainMatrix:
        """Identity on the functions of the state."""
        return DomainMatrix.eye(len(self.drift), self.field)

    def moment(self, power: int) -> Expr:
        r"""Moment $\mathbb{E}\,z^k$ of the stationary law."""
        values = zip(self.law.to_list_flat(), self.states.to_list_flat(), strict=True)
        return self.field.to_sympy(sum((weight * state**power for weight, state in values), self.field.zero))

    def factored_spectrum(self, variable: Symbol) -> list[tuple[Poly, int]]:
        """Irreducible factors of the characteristic polynomial of S, with their multiplicities."""
        coefficients = [self.field.to_sympy(coefficient) for coefficient in self.symmetrised.charpoly()]
        return Poly(coefficients, variable, domain=self.field).factor_list()[1]

    def _row(self, entries: Any) -> DomainMatrix:
        values = [self.field.from_sympy(sympify(entry)) for entry in entries]
        return DomainMatrix([values], (1, len(values)), self.field)

    def _diagonal(self, entries: list[Any]) -> DomainMatrix:
        return DomainMatrix.diag(entries, self.field)


#: The probability of either jump that makes linear maps optimal in the four-state world, and the field it generates.
JUMP, JUMP_FIELD = (sqrt(73) - 3) / 16, QQ.algebraic_field(sqrt(73))


def four_state_world(jump: Expr, field: Domain) -> FiniteWorld:
    r"""World $z'=\mathrm{sign}(z)+\eta$ on $-3,-1,1,3$ with $P(\eta=\pm2)$ = `jump` each, otherwise $\eta=0$."""
    states = [Integer(state) for state in (-3, -1, 1, 3)]
    noise = {Integer(-2): jump, Integer(0): 1 - 2 * jump, Integer(2): jump}
    return FiniteWorld({state: sign(state) for state in states}, noise, field)


def five_state_world() -> FiniteWorld:
    r"""World $z'=\mathrm{sign}(z)+\eta$ on $-2,\dots,2$ with $P(\eta=\pm1)=(\sqrt{33}-3)/6$ each, else $\eta=0$."""
    states, jump = [Integer(state) for state in range(-2, 3)], (sqrt(33) - 3) / 6
    noise = {Integer(-1): jump, Integer(0): 1 - 2 * jump, Integer(1): jump}
    return FiniteWorld({state: sign(state) for state in states}, noise, QQ.algebraic_field(sqrt(33)))


def kronecker(first: DomainMatrix, second: DomainMatrix) -> DomainMatrix:
    """Kronecker product: of transitions, or of functions as rows, of independent worlds."""
    pairs = product(first.to_list(), second.to_list())
    entries = [[one * other for one, other in product(upper, lower)] for upper, lower in pairs]
    return DomainMatrix(entries, (len(entries), len(entries[0])), first.domain)
