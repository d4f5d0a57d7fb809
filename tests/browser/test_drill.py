"""A drill from the console: started, followed, its certificate checked; nothing of it among what is real."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.console import Screens, violations
from tests.browser.test_triage import alerts


def test_a_rule_is_drilled_and_its_certificate_checked(screens: Screens) -> None:
    page = screens.open("/rules/MB01")
    page.wait_for_selector("main h1")
    before = {each["id"] for each in alerts(page)}
    page.get_by_role("button", name="Drill this rule").click()
    page.wait_for_url("**/drills/**")
    page.get_by_role("button", name="Check", exact=True).click(timeout=60_000)
    page.get_by_text("as it was signed", exact=True).wait_for()
    expect(page.locator("tbody tr", has_text="unauthorised-write.pcap").get_by_text("passed")).to_have_count(1)
    assert violations(page) == []
    assert {each["id"] for each in alerts(page)} == before
    page.goto("/drills")
    page.get_by_text("1 rules work").wait_for()
    assert violations(page) == []
    page.goto("/rules/MB01")
    page.locator("main p", has_text="Drill").get_by_text("passed").wait_for()
