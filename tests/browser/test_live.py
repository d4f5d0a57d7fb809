"""What others do is seen at once; what is lost is said; two people do not overwrite each other."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.console import Screens, violations
from tests.browser.test_triage import ROW, alerts, at_rule


def csrf(page: object) -> dict[str, str]:
    found = page.request.get("/api/v1/session").json()["csrf"]  # type: ignore[attr-defined]
    return {"x-csrf-token": str(found)}


def test_what_another_person_does_is_seen_without_moving_the_list(screens: Screens) -> None:
    page = at_rule(screens, "MB08")
    other = screens.open("/")
    other.wait_for_selector("main h1")
    [alert, *_] = alerts(other, **{"rule.name": "MB08", "status": "new"})
    path = f"/api/v1/alerts/{alert['id']}"
    headers = {**csrf(other), "if-match": f'"{alert["etag"]}"'}
    assert other.request.patch(path, data={"assignee": "li.wei"}, headers=headers).ok
    expect(page.locator(ROW, has_text="li.wei")).to_have_count(1)


def test_a_decision_on_an_old_version_is_refused_and_shown(screens: Screens) -> None:
    page = at_rule(screens, "G25")
    screens.guard.expect("412")
    [alert, *_] = alerts(page, **{"rule.name": "G25", "status": "new"})
    page.route("**/api/v1/stream", lambda route: route.abort())
    headers = {**csrf(page), "if-match": f'"{alert["etag"]}"'}
    page.evaluate("new Promise((done) => setTimeout(done, 50))")
    assert page.request.patch(f"/api/v1/alerts/{alert['id']}", data={"assignee": "wang"}, headers=headers).ok
    page.keyboard.press("e")
    page.wait_for_selector(".toast")
    kept = page.request.get(f"/api/v1/alerts/{alert['id']}").json()
    assert kept["status"] in ("new", "in_progress")
    if kept["status"] == "new":
        assert page.locator(".toast.bad").count() == 1
        assert page.locator(ROW).count() >= 1


def test_a_lost_server_is_said(screens: Screens) -> None:
    page = screens.open("/alerts")
    page.wait_for_selector(ROW)
    screens.guard.expect("ERR_INTERNET_DISCONNECTED")
    screens.guard.expect("/api/v1/")
    page.context.set_offline(True)
    page.keyboard.press("e")
    page.wait_for_selector(".toast.bad")
    page.context.set_offline(False)


def test_the_door(screens: Screens) -> None:
    page = screens.open("/alerts", lang="zh", signed_in=False)
    page.get_by_role("heading", name="登录 Bittern").wait_for()
    assert violations(page) == []
    screens.guard.expect("401")
    page.get_by_label("用户名").fill("demo")
    page.locator("input[type=password]").fill("not the password")
    page.keyboard.press("Enter")
    page.wait_for_selector("form [role=alert]")
    assert page.url.endswith("/alerts")
