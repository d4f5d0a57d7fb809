"""Lines of text for people: wrapped to a terminal's width with a hanging indent, one line each where nobody looks."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.output.wrapping import cuts

STYLES = {
    "critical": "bold white on red", "high": "bold red", "medium": "bold yellow", "low": "bold cyan",
    "informational": "dim", "strong": "bold", "faint": "dim", "good": "green", "bad": "bold red", "warn": "yellow",
    "": "",
}  # fmt: skip
ENDLESS = 100_000
GAP, WRAPPED = 2, 16
"""Cells between columns of a table, and those a wrapped column must have."""
NARROWEST, WIDEST = 40, 140
"""Below, wrapping helps nobody; above, lines are too long to read."""

Part = str | tuple[str, str]
"""Text, or text with the name of a style."""


class Page:
    """Gathers lines. `width` in terminal cells, None where the text goes to a file or a pipe: then nothing is wrapped
    and nothing coloured. Text is taken as it is, never as markup."""

    def __init__(self, width: int | None, *, colour: bool = False) -> None:
        self._out = StringIO()
        self._width = None if width is None else min(max(width, NARROWEST), WIDEST)
        self._console = Console(
            file=self._out,
            width=self._width or ENDLESS,
            force_terminal=colour,
            color_system="standard" if colour else None,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
        )

    def line(self, *parts: Part, indent: int = 0, label: Part = "", hang: int = 0) -> None:
        """One line after `indent` spaces and `label`; what does not fit goes on `hang` cells right of its beginning."""
        head = Text(" " * indent).append_text(_text([label]))
        body = _text(parts)
        if self._width is None:
            self._print(head.append_text(body))
            return
        hang += cell_len(head.plain)
        for number, piece in enumerate(body.divide(cuts(body.plain, max(self._width - hang, 20)))):
            piece.rstrip()
            self._print(head.append_text(piece) if number == 0 else Text(" " * hang).append_text(piece))

    def gap(self) -> None:
        """An empty line."""
        self._out.write("\n")

    def columns(self, heads: Sequence[str], rows: Sequence[Sequence[Part]], indent: int = 0, wrapped: int = 1) -> None:
        """Rows under headings; the last `wrapped` columns share what the others leave of the width. Where they leave
        too little, each row is a paragraph."""
        if self._width is not None and _least(heads, rows, wrapped) + indent > self._width:
            self.line((" · ".join(heads), "faint"), indent=indent)
            for row in rows:
                parts = [part for cell in row if _text([cell]).plain for part in (cell, " · ")]
                self.line(*parts[:-1], indent=indent, hang=2)
            return
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
        for number, head in enumerate(heads):
            wraps = number >= len(heads) - wrapped
            table.add_column(head, no_wrap=not wraps, overflow="fold" if wraps else "ellipsis")
        for row in rows:
            table.add_row(*(_text([cell]) for cell in row))
        with self._console.capture() as captured:
            self._console.print(table, width=(self._width or ENDLESS) - indent)
        for text in captured.get().splitlines():
            self._out.write((" " * indent + text).rstrip() + "\n")

    @property
    def width(self) -> int | None:
        """Cells a line may have; None where nothing is wrapped."""
        return self._width

    def text(self) -> str:
        """Everything so far."""
        return self._out.getvalue()

    def _print(self, text: Text) -> None:
        self._console.print(text, soft_wrap=True)


def _least(heads: Sequence[str], rows: Sequence[Sequence[Part]], wrapped: int) -> int:
    """Cells that a table needs: its columns but the wrapped ones at their widest, and some for each of those."""
    fixed = range(len(heads) - wrapped)
    widest = (max([cell_len(heads[i]), *(cell_len(_text([row[i]]).plain) for row in rows)]) for i in fixed)
    return sum(widest) + GAP * (len(heads) - 1) + WRAPPED * wrapped


def _text(parts: Sequence[Part]) -> Text:
    text = Text()
    for part in parts:
        words, style = (part, "") if isinstance(part, str) else part
        text.append(words, STYLES[style])
    return text
