"""Prose and statements for a terminal."""

from functools import cache

import sympy as sp
from pylatexenc.latex2text import LatexNodes2Text


@cache
def _converter() -> LatexNodes2Text:
    return LatexNodes2Text(math_mode="text", keep_braced_groups=True)


def plain(prose: str) -> str:
    """Turn prose with LaTeX between dollar signs into Unicode text."""
    return str(_converter().latex_to_text(prose))


def drawn(statement: sp.Basic) -> str:
    """Draw a statement in two dimensions, in Unicode."""
    return str(sp.pretty(statement, use_unicode=True, num_columns=100))


def one_line(error: BaseException) -> str:
    """Name an error of somebody's code and what it says, in a line."""
    return " ".join(f"{type(error).__name__}: {error}".split())
