"""Where results go: standard output, or a file that appears whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from api.cli.terminal import Terminal

if TYPE_CHECKING:
    from api.output.page import Page
    from api.output.report import Report

STDOUT = "-"


class Destination:
    """`-` is standard output. A file is begun when the command begins, so that a place that cannot be written is told
    before hours of analysis; it gets its name when it is complete. Raises OSError."""

    def __init__(self, output: str, terminal: Terminal) -> None:
        self._terminal = terminal
        self._target = None if output == STDOUT else Path(output)
        # A pipe or a device is written as it is; whatever else stands there is replaced.
        special = self._target is not None and self._target.exists() and not self._target.is_file()
        self._part = self._target if special else self._target and self._target.with_name(self._target.name + ".part")

    def __enter__(self) -> Self:
        if self._part is not None:
            try:
                self._part.open("ab").close()
            except OSError as error:  # told by the name that was asked for
                raise type(error)(error.errno, error.strerror, str(self._target)) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._part is not None and self._part != self._target:
            self._part.unlink(missing_ok=True)

    def write(self, report: Report, form: str) -> None:
        """Renders an analysis as `form` and puts it in its place."""
        self.put(render(report, form, self.page))

    def put(self, text: str) -> None:
        """Puts a text in its place."""
        if self._target is None or self._part is None:
            if text:
                self._terminal.data(text)
            return
        try:
            self._part.write_text(text, encoding="utf-8", errors="backslashreplace")
        except OSError as error:  # told by the name that was asked for
            raise type(error)(error.errno, error.strerror, str(self._target)) from error
        if self._part != self._target:
            self._part.replace(self._target)
        self._terminal.tell("cli.written", path=self._target)

    def page(self) -> Page:
        """A page as wide as the terminal that will show it, endless where none will."""
        from api.output.page import Page

        return page_of(self._terminal) if self._target is None else Page(None)


def page_of(terminal: Terminal) -> Page:
    """A page for standard output. Laying out costs Rich, which other formats need not load."""
    from api.output.page import Page

    width = shutil.get_terminal_size().columns if terminal.out.isatty() else None
    return Page(width, colour=terminal.colour(terminal.out))


def render(report: Report, form: str, page: Callable[[], Page]) -> str:
    """An analysis in one of the formats of `bittern analyze`; only the table wants a page."""
    if form == "table":
        from api.output.analysis_table import render_table

        return render_table(report, page())
    if form == "html":
        from api.output.html import render_html

        return render_html(report)
    if form == "ecs":
        from api.output.ecs import render_ecs

        return render_ecs(report.alerts, report.teller)
    from api.output.analysis_json import render_json, render_ndjson

    return render_json(report) if form == "json" else render_ndjson(report)
