r"""Functions of one variable written as formulas, which a specification can hold and print again."""

import ast
import operator
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator

Array = NDArray[np.float64]

_OPERATORS: dict[type[ast.operator | ast.unaryop], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": np.abs,
    **{
        name: getattr(np, name)
        for name in (
            *("exp", "log", "log1p", "expm1", "sqrt", "sign", "sin", "cos", "tan", "arctan"),
            *("sinh", "cosh", "tanh", "arcsinh", "arctanh", "maximum", "minimum", "logaddexp"),
        )
    },
}
_CONSTANTS = {"pi": np.pi, "e": np.e, "inf": np.inf}


def evaluate(formula: str, x: Array) -> Array:
    """Evaluate a formula of x at points of any shape.

    Raises
    ------
    ValueError
        If the formula is none, or names anything but x, pi, e, inf and the elementary functions.
    """
    try:
        body = _parsed(formula).body
        with np.errstate(all="ignore"):
            values = _value(body, np.asarray(x, dtype=np.float64), formula)
    except SyntaxError as error:
        raise ValueError(f"{formula!r} is no formula of x") from error
    except (RecursionError, MemoryError) as error:
        raise ValueError(f"the formula of {len(formula)} letters is too deeply nested") from error
    except OverflowError as error:
        raise ValueError(f"the formula of {len(formula)} letters has a number that is too large") from error
    return np.asarray(values + np.zeros_like(x), dtype=np.float64)


@lru_cache
def _parsed(formula: str) -> ast.Expression:
    return ast.parse(formula, mode="eval")


def _value(node: ast.expr, x: Array, formula: str) -> Any:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return np.float64(number)
        case ast.Name(id="x"):
            return x
        case ast.Name(id=name) if name in _CONSTANTS:
            return _CONSTANTS[name]
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_value(operand, x, formula))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_value(left, x, formula), _value(right, x, formula))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
            try:
                return _FUNCTIONS[name](*(_value(argument, x, formula) for argument in args))
            except TypeError as error:
                raise ValueError(f"{formula!r}: {name} does not take {len(args)} arguments") from error
    raise ValueError(
        f"{formula!r}: {ast.unparse(node)} is not known; write x, numbers, + - * / **, pi, e, {', '.join(_FUNCTIONS)}"
    )


def _checked(formula: str) -> str:
    evaluate(formula, np.zeros(1))
    return formula


#: A formula of x, checked when a specification is read.
Formula = Annotated[str, AfterValidator(_checked)]
