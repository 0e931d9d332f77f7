"""A document of headings, paragraphs and tables, written as Markdown and as HTML from the same blocks.

Prose may hold mathematics between dollar signs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from lejepa_impl.report.page import templates


@dataclass(frozen=True)
class Heading:
    """A heading of a section."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of prose."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: Sequence[str]


@dataclass(frozen=True)
class Entry:
    """A cell of a table, which may stand out."""

    text: str
    strong: bool = False


@dataclass(frozen=True)
class Grid:
    """A table; its first columns hold names, the others numbers."""

    header: Sequence[str]
    rows: Sequence[Sequence[Entry]]
    names: int = 1


@dataclass(frozen=True)
class Figure:
    """A figure: the name of its file, what draws it as SVG, and what it shows."""

    file: str
    draw: Callable[[], str]
    says: str


Block = Heading | Paragraph | Bullets | Grid | Figure


@dataclass(frozen=True)
class Document:
    """A title and what follows it."""

    title: str
    blocks: Sequence[Block]

    def markdown(self) -> str:
        """Write Markdown, whose figures are files beside it."""
        return "\n\n".join([f"# {self.title}", *map(_markdown, self.blocks)]) + "\n"

    def figures(self) -> dict[str, str]:
        """Draw the figures, by the names of their files."""
        return {block.file: block.draw() for block in self.blocks if isinstance(block, Figure)}

    def html(self) -> str:
        """Write one HTML file, which needs no other."""
        kinds = [(type(block).__name__.lower(), block) for block in self.blocks]
        svgs = {file: Markup(_inline(svg)) for file, svg in self.figures().items()}
        return templates().get_template("tables.html").render(title=self.title, blocks=kinds, svgs=svgs)


def _markdown(block: Block) -> str:
    match block:
        case Heading(text):
            return f"## {text}"
        case Paragraph(text):
            return text
        case Bullets(items):
            return "\n".join(f"- {item}" for item in items)
        case Figure(file=file, says=says):
            return f"![{says}]({file})"
        case Grid(header, rows, names):
            rule = ["---" if column < names else "---:" for column in range(len(header))]
            lines = [list(header), rule, *([_emphasised(entry) for entry in row] for row in rows)]
            return "\n".join("| " + " | ".join(text.replace("|", r"\|") for text in line) + " |" for line in lines)


def _emphasised(entry: Entry) -> str:
    return f"**{entry.text}**" if entry.strong and entry.text else entry.text


def _inline(svg: str) -> str:
    """Drop what stands before the root element, which a page has itself."""
    return svg[svg.index("<svg") :]
