"""Takes the pictures in the README anew from the demo: `python -m workshop.screenshots` (needs chromium).

They lie in docs/images: 1280 pixels wide, less than 200 kB each.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.console import FLAGS, Demo, running
from tests.needs import tool
from workshop.png import smaller

FOLDER = Path(__file__).parents[1] / "docs" / "images"
SIZE = {"width": 1280, "height": 800}
LARGEST = 200_000
SETTLED = 1500
"""Milliseconds until fonts are drawn and nothing moves."""


@dataclass(frozen=True)
class Picture:
    """A screen in a language and a theme; `go` leads there from the start."""

    lang: str
    theme: str
    go: Callable[[Page], None]


def alert_beside_the_list(page: Page) -> None:
    """The list, the panel of the gravest alert open beside it."""
    page.goto("/alerts?class=threat")
    page.wait_for_selector("[role=grid] [role=row].alert")
    page.keyboard.press("Enter")
    page.wait_for_selector("aside article h2")


def gravest_incident(page: Page) -> None:
    """The incident of most alerts."""
    found = page.request.get("/api/v1/incidents?limit=100").json()["items"]
    page.goto(f"/incidents/{max(found, key=lambda each: (len(each['alerts']), each['id']))['id']}")
    page.wait_for_selector("main .timeline li")


PICTURES: Mapping[str, Picture] = {
    "alerts-en-dark.png": Picture("en", "dark", alert_beside_the_list),
    "incident-zh-light.png": Picture("zh", "light", gravest_incident),
}


def take(browser: Browser, demo: Demo, name: str, picture: Picture) -> int:
    """Writes one picture; its bytes."""
    context = browser.new_context(
        base_url=demo.url,
        viewport=SIZE,  # type: ignore[arg-type]  # a TypedDict of the same keys
        color_scheme="dark" if picture.theme == "dark" else "light",
        storage_state=demo.state,
        timezone_id="Asia/Shanghai",
    )
    context.add_init_script(f"localStorage.setItem('bittern.language', '{picture.lang}')")
    page = context.new_page()
    page.goto("/")
    page.wait_for_selector("main h1")
    picture.go(page)
    page.wait_for_selector("[aria-busy=true]", state="detached")
    page.wait_for_timeout(SETTLED)
    shot = smaller(page.screenshot(animations="disabled"))
    context.close()
    return (FOLDER / name).write_bytes(shot)


def main() -> int:
    """Take all; 1 when one has become too large for a README."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    too_large = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tool("chromium"), args=FLAGS)
        with running(browser) as demo:
            for name, picture in PICTURES.items():
                size = take(browser, demo, name, picture)
                print(f"docs/images/{name}: {size} bytes")
                too_large |= size > LARGEST
        browser.close()
    return too_large


if __name__ == "__main__":
    sys.exit(main())
