"""Formulas of the claims as functions of arrays."""

from collections.abc import Callable

import numpy as np
import sympy as sp

from proofs_numeric.bounds.arguments import Array


def compiled(formula: sp.Expr, *symbols: sp.Symbol) -> Callable[..., Array]:
    """Vectorise a formula of real symbols."""
    # A root whose argument is zero may see it rounded below zero.
    root = {"sqrt": lambda value: np.sqrt(np.maximum(value, 0))}
    return sp.lambdify(symbols, formula, modules=[root, "numpy"], cse=True)
