"""Sphinx configuration: pages of the claims are generated, MathJax is served from this site."""

import re
import sys
from importlib.metadata import version as version_of
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sphinx.util.typing import stringify_annotation

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "LeJEPA companion"
author = "The LeJEPA companion authors"
copyright = f"2026, {author}"  # noqa: A001 (named by Sphinx)
version = release = version_of("lejepa-companion")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx-mathjax-offline",
    "claim_pages",
    "shrinkage_page",
    "speed_page",
    "sweep_page",
    "tables_page",
]
myst_enable_extensions = ["dollarmath", "amsmath", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "_templates", "figures"]

default_role = "code"

html_theme = "furo"
html_title = project
templates_path = ["_templates"]
html_static_path = ["_static"]
html_css_files = ["claims.css"]

autosummary_generate = True
autodoc_default_options = {"members": True, "special-members": "__call__"}
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
napoleon_custom_sections = ["Notation"]

#: Types that would be printed as the unions and parameters that NumPy defines them by.
_ALIASES = {
    stringify_annotation(ArrayLike, "smart"): "ArrayLike",
    stringify_annotation(NDArray[np.float64], "smart"): "NDArray",
}
#: A colon that is none to napoleon, which reads what stands before one in the first line of an attribute as its type.
_COLON = "\ue000"


def _before_napoleon(_app, what, _name, _obj, _options, lines: list[str]) -> None:
    """Hide the colons in the first line of an attribute."""
    if what in ("attribute", "data", "property") and lines:
        lines[0] = lines[0].replace(": ", f"{_COLON} ")


def _after_napoleon(_app, _what, _name, _obj, _options, lines: list[str]) -> None:
    """Read mathematics between dollar signs in docstrings as the rest of the documentation does."""
    text = "\n".join(lines).replace(_COLON, ":")
    text = re.sub(r"(?<!\\)\$([^$]+)\$", lambda found: f":math:`{' '.join(found[1].split())}`", text)
    lines[:] = text.split("\n")


def _shorten_types(app, *_description) -> None:
    """Print arrays by the names that the code has for them."""
    for types in app.env.current_document.autodoc_annotations.values():
        for name, printed in types.items():
            for long, short in _ALIASES.items():
                printed = printed.replace(long, short)
            types[name] = printed


def setup(app) -> None:
    """Connect the reading of docstrings, and of types before autodoc prints them."""
    app.connect("autodoc-process-docstring", _before_napoleon, priority=400)
    app.connect("autodoc-process-docstring", _after_napoleon, priority=600)
    app.connect("object-description-transform", _shorten_types, priority=400)
