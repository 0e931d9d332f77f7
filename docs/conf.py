"""Sphinx configuration: pages of the claims are generated, MathJax is served from this site."""

import re
import sys
from importlib.metadata import version as version_of
from pathlib import Path

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
exclude_patterns = ["_build", "figures"]

html_theme = "furo"
html_title = project
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


def _dollars_to_math(_app, _what, _name, _obj, _options, lines: list[str]) -> None:
    """Read mathematics between dollar signs in docstrings as the rest of the documentation does."""
    text = re.sub(r"(?<!\\)\$([^$]+)\$", lambda found: f":math:`{' '.join(found[1].split())}`", "\n".join(lines))
    lines[:] = text.split("\n")


def setup(app) -> None:
    """Connect the reading of docstrings."""
    app.connect("autodoc-process-docstring", _dollars_to_math)
