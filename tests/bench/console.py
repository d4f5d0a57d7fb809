"""Milliseconds of the console on 10,000 alerts in a real browser: `python -m tests.bench.console [RUNS]`.

The demo serves everything; only the list is made longer in the browser's way to it, from the demo's own alerts. Prints
one JSON object: usable (navigation to rows drawn), move (key to the next row marked), acknowledge (key to row gone) and
open (key to the panel's title), medians and worst in ms; each with the way from here to the browser and back.
"""

from __future__ import annotations

import json
import statistics
import sys
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, Route, sync_playwright

from tests.browser.console import FLAGS, running
from tests.needs import tool

ROWS, PAGE = 10_000, 5000
KEYS = 20


def lengthened(page: Page) -> None:
    """Answers the list with 10,000 alerts, each a copy of one of the demo's under an id of its own."""
    kept = page.request.get("/api/v1/alerts?limit=5000").json()["items"]

    def answer(route: Route) -> None:
        asked = parse_qs(urlsplit(route.request.url).query)
        first = int(asked.get("cursor", ["0"])[0])
        items = [{**kept[n % len(kept)], "id": f"bench{n:08}", "status": "new"} for n in range(first, first + PAGE)]
        cursor = str(first + PAGE) if first + PAGE < ROWS else None
        route.fulfill(json={"items": items, "cursor": cursor})

    page.route("**/api/v1/alerts?*", answer)
    page.route("**/api/v1/alerts/bench*", lambda route: route.fulfill(json={**kept[0], "etag": "2", "status": "new"}))


def timed(page: Page, key: str, done: str) -> float:
    """Milliseconds from a key to what the selector `done` names being there."""
    page.evaluate("window.begun = performance.now()")
    page.keyboard.press(key)
    page.wait_for_selector(done)
    taken: float = page.evaluate("performance.now() - window.begun")
    return taken


def summary(values: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values)), "worst": round(max(values)), "runs": len(values)}


def measured(page: Page, runs: int) -> dict[str, dict[str, float]]:
    lengthened(page)
    usable = []
    for _ in range(runs):
        page.goto("/alerts")
        page.wait_for_selector("[role=grid] [role=row].alert")
        usable.append(float(page.evaluate("performance.now()")))
    move = [timed(page, "j", f"#row-bench{n + 1:08}[data-active]") for n in range(KEYS)]
    taken = [timed(page, "e", f"#row-bench{KEYS + n + 1:08}[data-active]") for n in range(KEYS)]
    opened = []
    for _ in range(5):
        opened.append(timed(page, "Enter", "aside article h2"))
        page.keyboard.press("Escape")
        page.wait_for_selector("aside", state="detached")
    found = {"usable": usable, "move": move, "acknowledge": taken, "open": opened}
    return {name: summary(values) for name, values in found.items()}


def main() -> int:
    """Print what was measured; no limit is enforced here."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tool("chromium"), args=FLAGS)
        with running(browser) as demo:
            context = browser.new_context(
                base_url=demo.url, viewport={"width": 1440, "height": 900}, storage_state=demo.state
            )
            print(json.dumps({"rows": ROWS, **measured(context.new_page(), runs)}))
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
