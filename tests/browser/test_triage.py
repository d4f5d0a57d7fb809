"""An analyst at work, by keyboard alone: find, read, take, undo, close, learn, mute, note, bulk, views."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.console import Screens, violations

ROW = "[role=grid] [role=row].alert"
ACTIVE = "[role=grid] [role=row][data-active]"


def alerts(page: Page, **asked: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.request.get("/api/v1/alerts", params={"limit": "5000", **asked}).json()["items"]
    return found


def at_rule(screens: Screens, rule: str, status: str = "new") -> Page:
    """The list of one rule's alerts, the cursor on the first."""
    page = screens.open(f"/alerts?rule.name={rule}&status={status}")
    page.wait_for_selector(ROW)
    return page


def test_take_undo_close_by_keyboard(screens: Screens) -> None:
    page = at_rule(screens, "MB10")
    before = page.locator(ROW).count()
    [alert, *_] = alerts(page, **{"rule.name": "MB10", "status": "new"})
    page.keyboard.press("e")
    expect(page.locator(ROW)).to_have_count(before - 1)
    page.wait_for_selector(".toast")
    page.keyboard.press("u")
    expect(page.locator(ROW)).to_have_count(before)
    page.keyboard.press("Enter")
    page.wait_for_selector("aside article")
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    dialog.get_by_label("Reason").fill("line stopped for a test, agreed with the control room")
    page.keyboard.press("Control+Enter")
    expect(page.locator(ROW)).to_have_count(before - 1)
    page.wait_for_selector(".toast")
    kept = page.request.get(f"/api/v1/alerts/{alert['id']}").json()
    assert (kept["status"], kept["resolution"]) == ("closed", "true_positive")
    assert [line["who"] for line in kept["history"]].count("demo") >= 3


def test_what_can_never_be_learned_is_said_and_nothing_is_asked(screens: Screens) -> None:
    """The server would refuse it with 422, which the guard takes for a mistake of the console."""
    page = screens.open("/rules")
    never = {rule["name"] for rule in page.request.get("/api/v1/rules").json()["items"] if rule["learnable"] == "never"}
    rule = next(each["rule.name"] for each in alerts(page) if each["rule.name"] in never)
    page.goto(f"/alerts?rule.name={rule}&status=new&status=in_progress&status=closed")
    page.wait_for_selector(ROW)
    page.keyboard.press("l")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("can never be learned").wait_for()
    expect(dialog.get_by_label("Reason")).to_have_count(0)
    assert violations(page) == []


def test_the_cursor_moves_and_the_panel_follows(screens: Screens) -> None:
    page = screens.open("/alerts")
    page.wait_for_selector(ROW)
    first = page.locator(ACTIVE).get_attribute("id")
    page.keyboard.press("j")
    second = page.locator(ACTIVE).get_attribute("id")
    assert second != first
    page.keyboard.press("Enter")
    page.wait_for_selector("aside article h2")
    page.keyboard.press("k")
    assert first is not None
    page.wait_for_url(f"**open={first.removeprefix('row-')}")
    page.wait_for_selector("aside article h2")
    page.keyboard.press("Escape")
    expect(page.locator("aside")).to_have_count(0)
    assert page.evaluate("document.activeElement.getAttribute('role')") == "grid"


def test_an_alert_answers_its_questions(screens: Screens) -> None:
    page = at_rule(screens, "MB01")
    page.keyboard.press("Enter")
    page.wait_for_selector("aside article")
    for question in (
        "What do I do now",
        "Why it matters",
        "Where",
        "What was seen",
        "Evidence",
        "What else",
        "What it may lead to",
    ):
        assert page.locator("aside h3", has_text=question).count() == 1
    page.wait_for_selector("aside table")
    page.keyboard.press("p")
    page.wait_for_selector("aside .hex")
    page.locator("aside .node").last.click()
    expect(page.locator("aside .hex .marked").first).to_be_visible()


def test_mute_with_preview_and_undo(screens: Screens) -> None:
    page = at_rule(screens, "G23")
    before = page.locator(ROW).count()
    page.keyboard.press("m")
    dialog = page.get_by_role("dialog")
    dialog.locator(".preview").wait_for()
    assert re.search(r"\d+ open alerts leave the queue", dialog.locator(".preview").inner_text())
    dialog.get_by_label("Reason").fill("load test of this evening")
    page.keyboard.press("Control+Enter")
    expect(page.locator(ROW)).to_have_count(before - 1)
    assert alerts(page, **{"rule.name": "G23", "suppressed": "true"})
    page.keyboard.press("u")
    expect(page.locator(ROW)).to_have_count(before)


def test_learn_with_preview_and_undo(screens: Screens) -> None:
    page = at_rule(screens, "MB12")
    before = page.locator(ROW).count()
    page.keyboard.press("l")
    dialog = page.get_by_role("dialog")
    preview = dialog.locator(".preview")
    preview.wait_for()
    assert re.search(r"[1-9]\d* open alerts leave the queue", preview.inner_text())
    dialog.get_by_label("Reason").fill("the commissioning of line 1 reads this range")
    page.keyboard.press("Control+Enter")
    expect(page.locator(ROW)).to_have_count(before - 1)
    assert [each["resolution"] for each in alerts(page, **{"rule.name": "MB12", "status": "closed"})]
    page.keyboard.press("u")
    expect(page.locator(ROW)).to_have_count(before)
    assert not alerts(page, **{"rule.name": "MB12", "status": "closed"})


def test_learning_of_a_grave_rule_waits_for_a_second_person(screens: Screens) -> None:
    page = at_rule(screens, "MB01")
    page.keyboard.press("l")
    dialog = page.get_by_role("dialog")
    dialog.locator(".preview").wait_for()
    dialog.get_by_label("Reason").fill("this station may write from now on")
    page.keyboard.press("Control+Enter")
    page.get_by_text("A second person has to approve it").wait_for()
    page.goto("/baseline")
    page.get_by_text("another person approves").first.wait_for()
    page.get_by_role("button", name="Take back").first.click()
    page.get_by_text("Taken back").first.wait_for()


def test_a_selection_is_assigned_and_noted(screens: Screens) -> None:
    page = screens.open("/alerts?group=rule")
    page.wait_for_selector("[role=row].head")
    page.goto("/alerts?text=mqtt")
    page.wait_for_selector(ROW)
    page.keyboard.press("x")
    page.keyboard.press("J")
    assert "2 selected" in page.inner_text("[role=toolbar]")
    chosen = [str(row.get_attribute("id")).removeprefix("row-") for row in page.locator(".row.selected").all()]
    assert len(chosen) == 2
    page.keyboard.press("n")
    page.get_by_role("dialog").get_by_role("textbox").fill("<b>seen</b> 已核实")
    page.keyboard.press("Control+Enter")
    page.get_by_text("Comment added").wait_for()
    for each in chosen:
        page.goto(f"/alerts/{each}")
        page.locator("blockquote", has_text="<b>seen</b> 已核实").first.wait_for()


def test_the_list_is_narrowed_to_what_it_has_most_of(screens: Screens) -> None:
    page = screens.open("/alerts")
    page.wait_for_selector(ROW)
    page.get_by_role("button", name="Narrow", exact=True).click()
    shown = page.locator(".facets section", has_text="Source").locator("li").first
    value, count = shown.locator("button").inner_text(), int(shown.locator(".num").inner_text())
    assert violations(page) == []
    shown.locator("button").click()
    page.wait_for_url(f"**source.ip={value}**")
    expect(page.locator("[role=grid]")).to_have_attribute("aria-rowcount", str(count + 1))


def test_a_chosen_severity_is_shown_as_the_floor_that_it_is(screens: Screens) -> None:
    page = screens.open("/alerts?severity=medium")
    page.wait_for_selector(ROW)
    expect(page.locator(".filters")).to_contain_text("Medium and above")
    assert {each["severity"] for each in alerts(page, severity="medium")} > {"medium"}, "worse ones are listed"
    expect(screens.open("/alerts?severity=critical").locator(".filters")).not_to_contain_text("and above")


def test_a_view_is_kept_on_the_server(screens: Screens) -> None:
    page = screens.open("/alerts?severity=critical")
    page.wait_for_selector(ROW)
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name="Save this view").click()
    page.get_by_label("Name").fill("only the worst")
    page.keyboard.press("Control+Enter")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    other = screens.open("/alerts")
    other.get_by_role("button", name="Views").click()
    other.get_by_role("menuitem", name="only the worst", exact=True).click()
    other.wait_for_url("**/alerts?severity=critical")


def test_a_permalink_opens_whatever_the_filter(screens: Screens) -> None:
    page = screens.open("/alerts")
    page.wait_for_selector(ROW)
    [alert, *_] = alerts(page)
    page = screens.open(f"/alerts/{alert['id']}", lang="zh")
    page.get_by_role("heading", level=1, name=alert["told"]["zh"]["title"]).wait_for()


def test_keys_stay_away_from_what_is_typed(screens: Screens) -> None:
    page = screens.open("/alerts")
    page.wait_for_selector(ROW)
    before = len(alerts(page, status="new"))
    page.keyboard.press("/")
    page.keyboard.type("e c m l")
    assert len(alerts(page, status="new")) == before
    assert page.get_by_role("dialog").count() == 0
    page.keyboard.press("Escape")
    page.wait_for_url("**text=e**")


def test_the_palette_goes_anywhere(screens: Screens) -> None:
    page = screens.open("/")
    page.wait_for_selector("main h1")
    page.keyboard.press("Control+k")
    expect(page.locator("[role=dialog] input")).to_be_focused()
    page.keyboard.type("Asse")
    page.keyboard.press("Enter")
    page.wait_for_url("**/assets")
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**/rules")


def test_a_time_is_picked_as_two_moments(screens: Screens) -> None:
    page = screens.open("/alerts?status=new&status=in_progress")
    page.wait_for_selector(ROW)
    page.evaluate("localStorage.setItem('bittern.preferences', JSON.stringify({zone: 'utc'}))")
    page.reload()
    page.wait_for_selector(ROW)
    first = min(each["first_seen"] for each in alerts(page))
    page.get_by_role("button", name="Time", exact=True).click()
    page.get_by_label("From", exact=True).fill("2026-01-01T00:00")
    page.get_by_label("Until", exact=True).fill("2025-01-01T00:00")
    page.get_by_text("It ends before it begins.").wait_for()
    assert violations(page) == []
    page.get_by_label("Until", exact=True).fill(first[:16])
    page.get_by_role("button", name="Show this time").click()
    page.wait_for_url(f"**end={first[:13]}**")
    expect(page.locator(ROW)).to_have_count(0)
    page.get_by_role("button", name="Time").first.click()
    page.get_by_role("button", name="last 24h").click()
    page.wait_for_selector(ROW)


def test_what_is_shown_is_taken_away(screens: Screens) -> None:
    page = screens.open("/alerts?rule.name=MB01&rule.name=MB10&status=new&status=in_progress&status=closed")
    page.wait_for_selector(ROW)
    shown = page.locator(ROW).count()
    page.get_by_role("button", name="Export", exact=True).click()
    with page.expect_download() as taken:
        page.get_by_role("menuitem", name="CSV, for a spreadsheet").click()
    lines = taken.value.path().read_text(encoding="utf-8").splitlines()
    assert (taken.value.suggested_filename, len(lines)) == ("alerts.csv", shown + 1)


def test_a_step_that_was_ticked_stays_so(screens: Screens) -> None:
    page = at_rule(screens, "MB01")
    page.keyboard.press("Enter")
    steps = page.locator("aside ol.steps li")
    steps.first.get_by_role("checkbox").check()
    page.locator("aside ol.steps").get_by_text("done by demo").wait_for()
    page.reload()
    expect(steps.first.get_by_role("checkbox")).to_be_checked()
    steps.first.get_by_role("checkbox").uncheck()
    expect(page.locator("aside ol.steps").get_by_text("done by demo")).to_have_count(0)


def test_a_range_of_values_is_learned(screens: Screens) -> None:
    page = at_rule(screens, "MB03")
    page.keyboard.press("l")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What is learned").first.click()
    page.get_by_role("option", name="a range of objects or values").click()
    dialog.get_by_label("to", exact=True).fill("3100")
    dialog.locator(".preview").wait_for()
    assert violations(page) == []
    dialog.get_by_label("Reason").fill("the level may go higher since the new pump")
    page.keyboard.press("Control+Enter")
    page.get_by_text("A second person has to approve it").wait_for()
    kept = page.request.get("/api/v1/baseline").json()["items"]
    [made] = [each for each in kept if each["rule"] == "MB03" and each["state"] == "proposed"]
    assert made["scope"]["values"] == [3006, 3100]
    page.keyboard.press("u")


def test_an_incident_gives_its_packets(screens: Screens) -> None:
    page = screens.open("/incidents")
    [incident, *_] = page.request.get("/api/v1/incidents").json()["items"]
    page.goto(f"/incidents/{incident['id']}")
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download (pcap)").click()
    assert taken.value.suggested_filename == f"{incident['id']}.pcap"
    assert taken.value.path().read_bytes()[:4] == b"\x4d\x3c\xb2\xa1", "a classic capture with nanoseconds"
