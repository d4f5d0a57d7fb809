"""What a page is made of. Every block is plain data: HTML and PDF lay out the same blocks, each in its own template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from response.reports.wording import NOTHING, Piece, Said

Cell = Said


@dataclass(frozen=True)
class Heading:
    """`level` 1 begins a section, 2 a part of it; `anchor` is what links point to."""

    text: Said
    level: int = 1
    anchor: str = ""
    kind: str = "heading"


@dataclass(frozen=True)
class Paragraph:
    """`style` note (set apart), warn (must not be missed), lead or plain."""

    text: Said
    style: str = ""
    kind: str = "paragraph"


@dataclass(frozen=True)
class Listing:
    """Points under each other."""

    items: tuple[Said, ...]
    kind: str = "listing"


@dataclass(frozen=True)
class Facts:
    """Names and what they are."""

    rows: tuple[tuple[Said, Cell], ...]
    kind: str = "facts"


@dataclass(frozen=True)
class Column:
    """`width` in parts of the page's width; 0 takes what it needs."""

    head: Said
    width: float = 1
    align: str = "left"


@dataclass(frozen=True)
class Table:
    """Rows under heads; `empty` is said where there are none. `small` for long lists."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: Said = NOTHING
    small: bool = False
    kind: str = "table"


@dataclass(frozen=True)
class Figure:
    """A drawing of ours as SVG; `told` says in words what it shows."""

    svg: str
    told: str
    caption: Said
    kind: str = "figure"


@dataclass(frozen=True)
class Counts:
    """Big numbers side by side, each with its style and what it counts."""

    items: tuple[tuple[str, str, Said], ...]
    kind: str = "counts"


@dataclass(frozen=True)
class Card:
    """A finding: `style` is its severity or state, `badge` the word for it; the rest stands below its title."""

    style: str
    badge: Said
    title: Said
    facts: Facts
    table: Table | None = None
    anchor: str = ""
    kind: str = "card"


@dataclass(frozen=True)
class SignOff:
    """Lines to sign on: who signs as what."""

    told: Said
    roles: tuple[Said, ...]
    name: Said
    date: Said
    signature: Said
    kind: str = "signoff"


Block = Heading | Paragraph | Listing | Facts | Table | Figure | Counts | Card | SignOff


@dataclass(frozen=True)
class Cover:
    """The first page."""

    mark: Said
    title: Said
    subtitle: Said
    facts: Facts
    note: Said


@dataclass(frozen=True)
class Document:
    """A report to lay out: `footer` stands on every page, `contents` is the head of the list of sections. A `brief` one
    has neither that list nor a cover of its own: its cover is the head of the first page."""

    languages: tuple[str, ...]
    title: str
    cover: Cover
    contents: Said
    footer: str
    page: str
    blocks: tuple[Block, ...] = field(default=())
    brief: bool = False


def table(
    heads: Sequence[tuple[Said, float]], rows: Sequence[Sequence[Cell]], empty: Said, small: bool = False
) -> Table:
    """A table from heads with their widths."""
    columns = tuple(Column(head, width) for head, width in heads)
    return Table(columns, tuple(tuple(row) for row in rows), empty, small)


def joined(*parts: Said) -> Said:
    """Lines under each other; dashes for nothing are left out where something is there."""
    return tuple(piece for part in parts for piece in part if part != NOTHING) or NOTHING


def second(text: Said) -> Said:
    """The same, fainter."""
    return tuple(Piece(piece.text, piece.lang, "faint") for piece in text)
