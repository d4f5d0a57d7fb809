"""The retention screen: what would be removed is told before bounds are put in force; a hold can be ended."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.console import Screens, violations
from tests.browser.test_screens import drawn

PATH = "/settings/retention"


def asked(page: Page, path: str) -> Any:
    return page.request.get(f"{page.url.split('/settings')[0]}/api/v1{path}").json()


@pytest.mark.parametrize(("lang", "theme"), [("en", "dark"), ("zh", "light")])
def test_bounds_are_changed_after_a_look_at_what_they_remove(screens: Screens, lang: str, theme: str) -> None:
    page = screens.open(PATH, lang=lang, theme=theme)
    drawn(page)
    page.locator("button[aria-expanded=false].mantine-Button-root").click()
    days, size = page.locator("input[aria-label^='flow: ']").all()
    before = asked(page, "/settings/retention")["datasets"]["flow"]
    days.fill("0")
    assert page.locator("button[type=submit]").is_disabled(), "no day at all cannot be meant"
    assert violations(page) == []
    days.fill("77" if before["days"] != 77 else "78")
    size.fill("40 GB")
    page.wait_for_selector(".preview")
    page.wait_for_selector(".preview [aria-busy=true]", state="detached")
    page.locator(".preview p, .preview li").first.wait_for()
    assert violations(page) == []
    assert asked(page, "/settings/retention")["datasets"]["flow"] == before, "a look changes nothing"
    page.locator("button[type=submit]").click()
    page.wait_for_selector("input[aria-label^='flow: ']", state="detached")
    after = asked(page, "/settings/retention")["datasets"]["flow"]
    assert after == {"days": 77 if before["days"] != 77 else 78, "bytes": 40_000_000_000}


def test_a_hold_is_listed_with_its_reason_and_ended_with_one(screens: Screens) -> None:
    page = screens.open(PATH)
    drawn(page)
    incident = asked(page, "/incidents?limit=1")["items"][0]
    csrf = asked(page, "/session")["csrf"]
    origin = page.url.split("/settings")[0]
    held = page.request.patch(
        f"{origin}/api/v1/incidents/{incident['id']}",
        data={"held": True, "reason": "the insurer asked"},
        headers={"If-Match": f'"{incident["etag"]}"', "X-CSRF-Token": csrf, "Origin": origin},
    )
    assert held.ok, held.text()
    page.reload()
    row = page.locator("tr", has_text="the insurer asked")
    row.get_by_role("button", name="Release").click()
    page.get_by_role("dialog").locator("textarea").first.fill("the case is over")
    assert violations(page) == []
    page.get_by_role("dialog").get_by_role("button", name="Release").click()
    row.wait_for(state="detached")
    assert not asked(page, f"/incidents/{incident['id']}")["held"]
