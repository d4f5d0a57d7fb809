"""What an analyst, a second person and an auditor do together: approve, test a channel, change many, report, verify."""

from __future__ import annotations

import re
import socket

from playwright.sync_api import Page, expect

from tests.browser.console import Screens, violations
from tests.browser.test_live import csrf
from tests.browser.test_triage import ROW, alerts


def second_person(screens: Screens, by: Page, name: str, role: str) -> Page:
    """A new account, signed in by its one-time address in a browser of its own."""
    made = by.request.post("/api/v1/users", data={"name": name, "roles": [role]}, headers=csrf(by))
    assert made.ok, made.text()
    page = screens.open(f"/#one-time={made.json()['one_time']}", signed_in=False)
    fields = page.locator("input[type=password]")
    expect(fields).to_have_count(2)
    for field in fields.all():
        field.fill("a phrase of four words")
    page.keyboard.press("Enter")
    page.wait_for_selector("nav")
    return page


def test_a_step_that_touches_the_network_waits_for_another_person(screens: Screens) -> None:
    page = screens.open("/alerts")
    page.wait_for_selector(ROW)
    [alert, *_] = alerts(page, status="new")
    page.goto(f"/playbooks/isolate-host?alert={alert['id']}")
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url("**/runs/**")
    page.get_by_role("button", name="Yes, now").click(timeout=30_000)
    page.get_by_text("Waits for a person who may approve; demo asked for it.").wait_for()
    assert page.get_by_role("button", name=re.compile("^Approve as")).count() == 0
    assert violations(page) == []
    other = second_person(screens, page, "wang", "analyst")
    other.goto(page.url)
    other.get_by_text("Open the same port again").first.wait_for()
    other.get_by_role("button", name=re.compile("^Approve as")).click()
    other.get_by_text("approved by wang").wait_for()
    run = other.request.get(f"/api/v1/runs/{page.url.rsplit('/', 1)[1]}").json()
    approved = [step["approved_by"] for step in run["told"]["en"]["steps"] if step["approved_by"]]
    assert approved == [["wang"]]
    cancel = other.get_by_role("button", name="Cancel the run")
    cancel.click()
    expect(cancel).to_have_count(0)


def test_a_channel_is_declared_tested_and_told(screens: Screens) -> None:
    page = screens.open("/settings/notifications")
    editor = page.get_by_label("Notifications", exact=True)
    editor.wait_for()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(20)
        address = f"127.0.0.1:{receiver.getsockname()[1]}"
        editor.fill("channels: [{name: siem, type: sislog}]")
        page.get_by_role("button", name="Line 1").first.wait_for()
        assert page.get_by_role("button", name="Save").is_disabled()
        channel = f'{{name: siem, type: syslog, address: "{address}", transport: udp}}'
        editor.fill(f"channels: [{channel}]\nroutes: [{{name: all, to: siem}}]\n")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("The channels and routes are in force.").wait_for()
        page.get_by_role("button", name="Send a test").click()
        page.get_by_text("arrived", exact=True).wait_for()
        assert b"bittern" in receiver.recv(65_535)
    assert violations(page) == []


def test_many_are_changed_by_a_job_and_given_back(screens: Screens) -> None:
    page = screens.open("/alerts?status=new&sort=-last_seen")
    page.wait_for_selector(ROW)
    before = {alert["id"]: alert["status"] for alert in alerts(page, status="new")}
    assert len(before) > 25
    page.keyboard.press("*")
    page.keyboard.press("e")
    page.get_by_text(f"Taken: {len(before)}").wait_for(timeout=30_000)
    assert not alerts(page, status="new")
    page.keyboard.press("u")
    page.get_by_text(re.compile(r"Taken back: \d+")).wait_for(timeout=30_000)
    assert {alert["id"] for alert in alerts(page, status="new")} == set(before)


def test_an_assessment_is_made_judged_reported_and_verified(screens: Screens) -> None:
    page = screens.open("/")
    page.wait_for_selector("main h1")
    auditor = second_person(screens, page, "zhao", "auditor")
    auditor.goto("/assessment")
    auditor.get_by_role("button", name="Assess", exact=False).first.click()
    dialog = auditor.get_by_role("dialog")
    dialog.get_by_label("Name").fill("autumn")
    dialog.get_by_role("button").last.click()
    auditor.wait_for_url("**/assessment/**", timeout=60_000)
    auditor.get_by_role("heading", level=1, name="autumn").wait_for()
    assert violations(auditor) == []
    auditor.get_by_role("button", name="Make a report").first.click()
    auditor.get_by_role("dialog").get_by_role("button", name="Make a report").click()
    auditor.get_by_role("button", name="Check", exact=True).first.click(timeout=90_000)
    auditor.get_by_text("as it was signed", exact=True).wait_for()
    link = auditor.get_by_role("link", name="pdf", exact=True).first.get_attribute("href")
    assert auditor.request.get(str(link)).body().startswith(b"%PDF-")
