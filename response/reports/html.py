"""HTML: one file, no script, nothing loaded from anywhere, printable. Everything is escaped by the template engine."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from response.reports.blocks import Document
from response.reports.glyphs import visible

TEMPLATES = Path(__file__).parent / "templates"
HTML_LANG = {"en": "en", "zh": "zh-CN", "": ""}


def html(made: Document) -> str:
    """The document as a page."""
    return _template().render(report=made, lang=HTML_LANG)


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_clean,
    )
    environment.filters["drawn"] = Markup  # our own drawing, whose texts are escaped where it is made
    return environment.get_template("report.html")


def _clean(value: object) -> object:
    return value if not isinstance(value, str) or hasattr(value, "__html__") else visible(value)
