r"""The symbols of every statement, and how they are printed.

Notation
--------
$\rho$ correlation of a pair; $z, z'$ latent and next latent; $\eta$ standard Gaussian noise;
$\mathrm{He}_d$ probabilists' Hermite polynomial, $H_a=\mathrm{He}_a/\sqrt{a!}$ the orthonormal one of a
multi-index $a$; $w_d$ variance of an encoder at Hermite degree $d$; $L$ alignment loss.
"""

from sympy import (
    Add,
    Basic,
    Dummy,
    Expr,
    Function,
    IndexedBase,
    MatrixSymbol,
    Poly,
    Symbol,
    exp,
    factorial2,
    integrate,
    oo,
    pi,
    powsimp,
    simplify,
    sqrt,
)
from sympy.printing.latex import LatexPrinter
from sympy.printing.pretty.pretty import PrettyPrinter
from sympy.printing.pretty.stringpict import prettyForm

rho = Symbol("rho", real=True)
z, z_next = Symbol("z", real=True), Symbol("z'", real=True)
eta, x = Symbol("eta", real=True), Symbol("x", real=True)
s, t = Symbol("s", real=True), Symbol("t", real=True)
d, j, k = (Symbol(name, integer=True, nonnegative=True) for name in "djk")
n, m = (Symbol(name, integer=True, positive=True) for name in "nm")

#: Variance of an encoder at Hermite degree d, summed over its outputs.
w = IndexedBase("w", real=True)

#: One output of an encoder.
h = Function("h", real=True)

#: Alignment loss E|h(z') - h(z)|^2.
alignment_loss = Symbol("L(h)", real=True)

#: Linear part of an encoder, an orthogonal matrix, the latent as a vector, and the encoder of it.
A, Q = MatrixSymbol("A", m, n), MatrixSymbol("Q", n, n)
latent, encoded = MatrixSymbol("z", n, 1), MatrixSymbol("h(z)", n, 1)
#: The encoded latent where outputs need not be as many as latents.
outputs = MatrixSymbol("h(z)", m, 1)


class H(Function):
    """Orthonormal Hermite polynomial $H_a(z)$ of a multi-index, as a symbol of statements."""

    is_real = True

    def _latex(self, printer: LatexPrinter) -> str:
        index, argument = map(printer._print, self.args)
        return rf"H_{{{index}}}\left({argument}\right)"


class Expectation(Expr):
    """Expectation over the law of the world: part of a statement, not evaluated."""

    is_real = True

    def __new__(cls, integrand: Expr) -> "Expectation":
        """Build the unevaluated expectation of `integrand`."""
        return Expr.__new__(cls, integrand)

    def _latex(self, printer: LatexPrinter) -> str:
        return rf"\mathbb{{E}}\left[{printer._print(self.args[0])}\right]"

    def _pretty(self, printer: PrettyPrinter) -> prettyForm:
        return _bracketed("E", printer._print(self.args[0]))


#: Recovery error E|h(z)-Qz|^2 of an encoder at the nearest rotation Q.
recovery_error = Expectation(Symbol("|h(z)-Qz|^2", real=True))


class GaussianExpectation(Expr):
    r"""Expectation over one standard Gaussian variable, evaluated exactly by `doit`.

    .. math:: \mathbb{E}_{x}\,[f(x)] = \int f(x)\, e^{-x^2/2} / \sqrt{2\pi}\; dx

    Parameters
    ----------
    integrand
        Polynomial in `variable`, or the exponential of a linear function of it.
    variable
        Real symbol.
    """

    def __new__(cls, integrand: Expr, variable: Symbol) -> "GaussianExpectation":
        """Build the unevaluated expectation of `integrand` over `variable`."""
        return Expr.__new__(cls, integrand, variable)

    def _latex(self, printer: LatexPrinter) -> str:
        integrand, variable = map(printer._print, self.args)
        return rf"\mathbb{{E}}_{{{variable}}}\left[{integrand}\right]"

    def _pretty(self, printer: PrettyPrinter) -> prettyForm:
        integrand, variable = map(printer._print, self.args)
        return _bracketed(f"E_{variable}", integrand)

    def doit(self, **hints: bool) -> Expr:
        """Evaluate the integral.

        Raises
        ------
        ValueError
            If the integrand is neither a polynomial nor the exponential of a linear function.
        """
        integrand, variable = powsimp(self.args[0].doit(**hints)), self.args[1]
        if isinstance(integrand, exp):
            # The slope gets a symbol of its own, which SymPy can integrate for every real value.
            slope, intercept = Poly(integrand.args[0], variable).all_coeffs()
            b = Dummy(real=True)
            density = exp(-(variable**2) / 2) / sqrt(2 * pi)
            moment = simplify(integrate(exp(b * variable) * density, (variable, -oo, oo)))
            return exp(intercept) * moment.subs(b, slope)
        if not integrand.is_polynomial(variable):
            raise ValueError(f"cannot integrate {integrand} over a Gaussian {variable}")
        return Add(
            *(
                coefficient * factorial2(power - 1)
                for (power,), coefficient in Poly(integrand, variable).terms()
                if power % 2 == 0
            )
        )


#: Squared Frobenius norm of the Jacobian of an encoder, and its expectation.
squared_jacobian = Symbol("|Dh(z)|_F^2", real=True)
dirichlet_energy = Expectation(squared_jacobian)


def _bracketed(operator: str, inside: prettyForm) -> prettyForm:
    return prettyForm(*prettyForm(*inside.parens("[", "]")).left(operator))


class _LatexPrinter(LatexPrinter):
    """Prints Hermite polynomials as the papers write them."""

    def _print_hermite_prob(self, expr: Expr) -> str:
        degree, argument = map(self._print, expr.args)
        return rf"\mathrm{{He}}_{{{degree}}}\left({argument}\right)"


def latex(statement: Basic) -> str:
    """Typeset a statement in LaTeX, without delimiters."""
    return str(_LatexPrinter().doprint(statement))
