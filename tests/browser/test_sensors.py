"""The sensors' screens: a list that leads to each, strips that are a table too, nothing that axe finds wrong."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.console import Screens, violations
from tests.browser.test_screens import CHINESE, KEY, drawn

YEAR = "?start=365d"


def opened(screens: Screens, lang: str, theme: str) -> Page:
    """The page of the demo's sensor, over a time that holds its packets."""
    page = screens.open("/sensors", lang=lang, theme=theme)
    drawn(page)
    page.locator("tbody a").first.click()
    page.wait_for_url(re.compile("/sensors/[^/?]+$"))
    page.goto(page.url + YEAR)
    drawn(page)
    return page


@pytest.mark.parametrize(("lang", "theme"), [("en", "dark"), ("zh", "light")])
def test_a_sensor_tells_what_it_saw_and_lost(screens: Screens, lang: str, theme: str) -> None:
    page = opened(screens, lang, theme)
    page.wait_for_selector("svg.strip")
    assert violations(page) == []
    shown = page.inner_text("body")
    assert not KEY.findall(shown)
    assert bool(CHINESE.search(page.inner_text("main h2 >> nth=0"))) == (lang == "zh")
    for word in ("modbus", "control"):
        expect(page.locator("main")).to_contain_text(word)
    page.set_viewport_size({"width": 400, "height": 800})
    main = page.locator("main")
    assert main.evaluate("it => it.scrollWidth <= it.clientWidth"), "nothing stands beyond the edge of a small screen"
    assert violations(page) == []


def test_strips_are_a_table_for_those_who_do_not_see_them(screens: Screens) -> None:
    page = opened(screens, "en", "light")
    button = page.get_by_role("button", name="As a table")
    button.focus()
    page.keyboard.press("Enter")
    rows = page.locator("table tbody tr").filter(has_text=re.compile(r"^\d\d-\d\d"))
    assert 1 < rows.count() <= 120
    assert violations(page) == []
    page.keyboard.press("Enter")
    page.wait_for_selector("svg.strip")
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile("/sensors$"))


def test_a_time_of_which_nothing_was_told_says_so(screens: Screens) -> None:
    page = opened(screens, "en", "light")
    page.goto(page.url.replace(YEAR, "?start=2020-01-01&end=2020-01-02"))
    page.get_by_role("heading", name="Nothing was told of this time").wait_for()
    assert violations(page) == []
