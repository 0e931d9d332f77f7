r"""Matrix symbols that know their transpose, and a normal form of matrix expressions of symbolic size.

.. math:: QQ^\top = Q^\top Q = I, \qquad P^\top = P, \qquad \mathrm{tr}(XY) = \mathrm{tr}(YX)

References
----------
Horn & Johnson (2013), chapter 0.
"""

from sympy import Add, Basic, Expr, Symbol, Trace, default_sort_key, expand, transpose
from sympy.matrices.expressions import Inverse, MatMul, MatrixExpr, MatrixSymbol, block_collapse
from sympy.printing.latex import LatexPrinter
from sympy.printing.pretty.pretty import PrettyPrinter
from sympy.printing.pretty.stringpict import prettyForm


class OrthogonalSymbol(MatrixSymbol):
    """An orthogonal matrix: its transpose is its inverse."""

    def _eval_transpose(self) -> MatrixExpr:
        return Inverse(self)


class SymmetricSymbol(MatrixSymbol):
    """A symmetric matrix."""

    def _eval_transpose(self) -> MatrixExpr:
        return self


class VectorFunction(MatrixExpr):
    """An unspecified function of vectors and scalars whose values are column vectors.

    Parameters
    ----------
    name
        Symbol that it is printed as.
    rows
        Number of entries of its values.
    arguments
        What it is applied to.
    """

    def __new__(cls, name: Symbol, rows: Expr, *arguments: Basic) -> "VectorFunction":
        """Build the unevaluated value of the function at `arguments`."""
        return MatrixExpr.__new__(cls, name, rows, *arguments)

    @property
    def shape(self) -> tuple[Expr, int]:
        """Rows and columns of a value."""
        return self.args[1], 1

    def _latex(self, printer: LatexPrinter) -> str:
        name, _rows, *arguments = map(printer._print, self.args)
        return rf"{name}\left({', '.join(arguments)}\right)"

    def _pretty(self, printer: PrettyPrinter) -> prettyForm:
        name, _rows, *arguments = self.args
        return prettyForm(*printer._print_seq(arguments, "(", ")", ", ").left(printer._print(name)))


def normal_form(expression: Basic) -> Basic:
    """Multiply products of matrices out, and turn every trace of one until its factors sort first.

    Two expressions of one normal form are equal; of two normal forms they may still be equal.
    """
    evaluated = expression.doit()
    if isinstance(evaluated, MatrixExpr):
        return block_collapse(expand(evaluated).doit())
    return evaluated.replace(Trace, lambda matrix: Add(*map(_turned, Add.make_args(_linear(matrix)))))


def _linear(matrix: MatrixExpr) -> Expr:
    return Trace(expand(matrix)).doit()


def _turned(term: Expr) -> Expr:
    """Replace the trace in a multiple of one by the least, in SymPy's order, of those equal to it."""
    return term.replace(Trace, lambda matrix: Trace(min(_cyclic(matrix), key=default_sort_key)))


def _cyclic(matrix: MatrixExpr) -> list[MatrixExpr]:
    turns = [matrix.args, transpose(matrix).args] if isinstance(matrix, MatMul) else [(matrix,), (transpose(matrix),)]
    return [MatMul(*factors[i:], *factors[:i]) for factors in turns for i in range(len(factors))]
