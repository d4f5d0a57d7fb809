"""Every screen in both languages and both themes: drawn, translated, accessible, without a request to elsewhere."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from tests.browser.console import Screens, violations
from tests.needs import PROJECT

PATHS = (
    "/", "/alerts", "/incidents", "/assets", "/hunt?start=7d", "/rules", "/rules?show=coverage", "/rules/MB01",
    "/baseline", "/baseline?show=mutes", "/sensors", "/settings/account", "/settings/site", "/settings/users",
    "/settings/notifications", "/settings/tokens", "/settings/audit",
    "/settings/retention", "/map", "/playbooks", "/playbooks/isolate-host",
    "/assessment", "/drills",
)  # fmt: skip
KEY = re.compile(r"\bconsole\.[a-z_]+(?:\.[a-z_]+)*\b")
CHINESE = re.compile("[\u4e00-\u9fff]")


def test_no_screen_is_left_out() -> None:
    router = (PROJECT / "console" / "src" / "router.tsx").read_text(encoding="utf-8")
    plain = {path for path in re.findall(r"path: '([^']+)'", router) if "$" not in path}
    assert len(plain) > 10
    assert plain - {path.partition("?")[0] for path in PATHS} == {"/settings"}, "which leads to one of its parts"


def drawn(page: Page) -> None:
    """Until the screen shows its content and waits for nothing."""
    page.wait_for_selector("main h1")
    page.wait_for_selector("[aria-busy=true]", state="detached")


def each_screen(screens: Screens, lang: str, theme: str) -> dict[str, list[str]]:
    """What is wrong with each screen."""
    page = screens.open("/", lang=lang, theme=theme)
    wrong: dict[str, list[str]] = {}
    for path in PATHS:
        page.goto(path)
        drawn(page)
        found = violations(page)
        shown = page.inner_text("body")
        found += [f"a key, no text: {key}" for key in KEY.findall(shown)]
        if lang == "zh" and not CHINESE.search(page.inner_text("main h1")):
            found.append("its title is not Chinese")
        if found:
            wrong[path] = found
    return wrong


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_screen(screens: Screens, lang: str, theme: str) -> None:
    assert each_screen(screens, lang, theme) == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_alert_and_dialogs_are_accessible(screens: Screens, theme: str) -> None:
    page = screens.open("/alerts", theme=theme)
    page.wait_for_selector("[role=grid] [role=row]")
    page.keyboard.press("Enter")
    page.wait_for_selector("aside article h2")
    drawn(page)
    wrong = {"panel": violations(page)}
    for key in ("c", "l", "m", "n", "a", "?", "Control+k"):
        page.keyboard.press(key)
        page.wait_for_selector("[role=dialog]")
        page.wait_for_selector("[role=dialog] [aria-busy=true]", state="detached")
        wrong[key] = violations(page)
        page.keyboard.press("Escape")
        page.wait_for_selector("[role=dialog]", state="detached")
    page.goto(page.url.replace("/alerts?open=", "/alerts/"))
    page.wait_for_selector("article")
    drawn(page)
    wrong["page"] = violations(page)
    assert {name: found for name, found in wrong.items() if found} == {}


def test_incident_and_asset_pages_are_accessible(screens: Screens) -> None:
    page = screens.open("/incidents", lang="zh", theme="dark")
    wrong = {}
    for path in ("/incidents", "/assets"):
        page.goto(path)
        drawn(page)
        page.click("tbody a")
        page.wait_for_selector("main h1")
        page.wait_for_selector(".card")
        drawn(page)
        wrong[path] = violations(page)
    assert {name: found for name, found in wrong.items() if found} == {}


def test_the_language_changes_without_a_reload(screens: Screens) -> None:
    page = screens.open("/alerts", lang="en")
    page.wait_for_selector("[role=grid] [role=row]")
    page.evaluate("window.stays = true")
    assert page.inner_text("main h1") == "Alerts"
    page.get_by_role("button", name="中文").click()
    page.get_by_role("heading", name="告警", exact=True).wait_for()
    assert page.get_attribute("html", "lang") == "zh-CN"
    assert CHINESE.search(page.inner_text("[role=grid] [role=row]:nth-of-type(1)"))
    assert page.evaluate("window.stays") is True


def test_an_address_that_is_none_says_so(screens: Screens) -> None:
    page = screens.open("/no-such-screen")
    page.get_by_text("There is no such screen").wait_for()
    screens.guard.expect("/api/v1/alerts/nothing")
    page.goto("/alerts/nothing")
    page.wait_for_selector("[role=alert]")
    assert violations(page) == []
