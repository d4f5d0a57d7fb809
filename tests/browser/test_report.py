"""The HTML report in Debian's Chromium: nothing is run, nothing is fetched, nothing runs out of the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from response.reports.document import document
from response.reports.html import html
from tests.unit.reports import cases

PAPER = 718
"""Pixels between the margins of A4."""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("languages", [("zh", "en"), ("en",)])
@pytest.mark.parametrize("kind", ["usual", "hostile", "empty"])
def test_a_browser_shows_the_report_and_does_nothing_else(
    kind: str, languages: tuple[str, ...], tmp_path: Path, browser: Browser
) -> None:
    model, _ = cases.made(kind, *languages)
    path = tmp_path / "report.html"
    path.write_text(html(document(model, cases.words(*languages))), encoding="utf-8")
    asked: list[str] = []
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: asked.append(f"dialog {dialog.message}"))
    page.on("console", lambda message: asked.append(f"console {message.text}"))
    page.goto(path.as_uri())
    assert page.title().startswith(" / ".join(title for title in titles(languages)))
    links = page.locator("nav a")
    assert links.count() == len(set(_targets(page)))
    for target in _targets(page):
        assert page.locator(target).count() == 1
    for width in (1280, 400):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(OVERFLOW) <= 0
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPER, "height": 1000})
    assert page.evaluate(OVERFLOW) <= 0
    page.close()
    assert asked == [path.as_uri()]


def titles(languages: tuple[str, ...]) -> list[str]:
    return [{"zh": "安全评估报告", "en": "Security assessment report"}[lang] for lang in languages]


def _targets(page: Page) -> list[str]:
    return [link.get_attribute("href") or "" for link in page.locator("nav a").all()]
