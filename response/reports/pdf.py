"""PDF by Typst: the document goes in as JSON, the fonts are ours, no system font and no clock is looked at."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import typst

from response.reports.blocks import Block, Document, Heading, Paragraph, table
from response.reports.canonical import plain
from response.reports.glyphs import Printer, code_point, font_files, mapped, printable
from response.reports.wording import Speaker, data
from response.times import SECOND

TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
STANDARDS = ("a-2a", "ua-1")
TEXTS = ("text", "told", "title", "footer", "page")
"""Keys of a document whose values are printed."""


def pdf(made: Document, speak: Speaker, made_at: int) -> bytes:
    """The document as PDF/A-2a, tagged as PDF/UA-1. `made_at` (ns) is its date. Raises NoFonts."""
    return bytes(_compiled(made, speak, made_at, "pdf", pdf_standards=list(STANDARDS)))


def pages(made: Document, speak: Speaker, made_at: int, ppi: float = 72.0) -> list[bytes]:
    """Its pages as PNG, for those who look at them. Raises NoFonts."""
    found = _compiled(made, speak, made_at, "png", ppi=ppi)
    return [found] if isinstance(found, bytes) else list(found)


def laid_out(made: Document, speak: Speaker, characters: frozenset[int]) -> dict[str, Any]:
    """The document as the template reads it: printable, with the list of what was not."""
    printer = Printer(characters)
    body: dict[str, Any] = plain(made)
    cover, blocks = body.pop("cover"), body.pop("blocks")
    body = {**mapped(body, printer.line, TEXTS), "cover": mapped(cover, printer.wide)}
    body["blocks"] = mapped(blocks, printer.text, TEXTS)
    body["blocks"] = [_drawn(block, printer) if block["kind"] == "figure" else block for block in body["blocks"]]
    body["blocks"] = [_numbers(block, printer) if block["kind"] == "counts" else block for block in body["blocks"]]
    if printer.replaced:
        body["blocks"] += mapped(plain(_unprintable(printer, speak)), Printer(characters).text, TEXTS)
    sections = [block["anchor"] for block in body["blocks"] if block["kind"] == "heading" and block["level"] == 1]
    body["second"] = sections[1] if len(sections) > 1 else ""
    return body


def _drawn(figure: dict[str, Any], printer: Printer) -> dict[str, Any]:
    """Its drawing without characters the fonts lack; the drawing holds no long tokens."""
    return {**figure, "svg": "".join(c if c in "\n" else printer.plain(c) for c in figure["svg"])}


def _numbers(counts: dict[str, Any], printer: Printer) -> dict[str, Any]:
    return {**counts, "items": [[printer.text(number), style, said] for number, style, said in counts["items"]]}


def _unprintable(printer: Printer, speak: Speaker) -> list[Block]:
    heads = [(speak.say("report.code_point"), 1.0), (speak.say("report.times"), 1.0)]
    rows = [[data(code_point(c)), data(str(count))] for c, count in sorted(printer.replaced.items())]
    return [
        Heading(speak.say("report.unprintable"), anchor="unprintable"),
        Paragraph(speak.say("report.unprintable_told")),
        table(heads, rows, data(None), small=True),
    ]


def _compiled(made: Document, speak: Speaker, made_at: int, form: Any, **options: Any) -> Any:
    body = json.dumps(laid_out(made, speak, printable()), ensure_ascii=False, sort_keys=True)
    compiler = typst.Compiler(
        TEMPLATE.read_bytes(), font_paths=_fonts(), ignore_system_fonts=True, sys_inputs={"report": body}
    )
    return compiler.compile(format=form, timestamp=made_at // SECOND, **options)


@cache
def _fonts() -> typst.Fonts:
    """Read once: they are 20 MB."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[font_files()[0].parent])
