"""Milliseconds of the console on 10,000 alerts in a real browser: `python -m tests.bench.console [RUNS]`.

The alerts lie in an embedded store that `bittern serve` answers from. Prints one JSON object: usable (navigation to
rows drawn that answer a key), whole (navigation to all rows there), move (key to the next row marked), acknowledge (key
to row gone) and open (key to the panel's title), medians and worst in ms, each with the way to the browser and back.
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from api.storage import open_store
from tests.api.served import fill
from tests.browser.console import FLAGS
from tests.needs import PROJECT, tool

ROWS = 10_000
KEYS = 20
ROW = "[role=grid] [role=row].alert"


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The server over a store with 10,000 alerts: the address that signs in once."""
    url = f"embedded:{folder / 'store'}"
    with open_store(url) as store:
        fill(store, ROWS)
    command = [sys.executable, "-m", "api.cli", "serve", "--store", url, "--data", str(folder), "--port", "0"]
    process = subprocess.Popen(
        [*command, "--lang", "en"], cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if found := re.search(r"http://\S+#one-time=\S+", line):
                yield found[0]
                return
        raise AssertionError(f"the server did not start: {said}")
    finally:
        process.terminate()
        process.wait(timeout=20)


def signed_in(browser: Browser, address: str) -> Page:
    """A page of the first account, its password chosen."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(address)
    page.locator("input[type=password]").nth(1).wait_for()
    for field in page.locator("input[type=password]").all():
        field.fill("a phrase of four words")
    page.keyboard.press("Enter")
    page.wait_for_selector("nav")
    return page


def timed(page: Page, key: str, done: str) -> float:
    """Milliseconds from a key to what the selector `done` names being there."""
    page.evaluate("window.begun = performance.now()")
    page.keyboard.press(key)
    page.wait_for_selector(done)
    taken: float = page.evaluate("performance.now() - window.begun")
    return taken


def summary(values: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values)), "worst": round(max(values)), "runs": len(values)}


def measured(page: Page, address: str, runs: int) -> dict[str, dict[str, float]]:
    usable, whole = [], []
    for _ in range(runs):
        page.goto(f"{address}/alerts")
        page.wait_for_selector(ROW)
        page.keyboard.press("j")
        page.wait_for_selector(f"{ROW}[data-active][aria-rowindex='3']")
        usable.append(float(page.evaluate("performance.now()")))
        page.wait_for_selector(f"[role=grid][aria-rowcount='{ROWS + 1}']")
        whole.append(float(page.evaluate("performance.now()")))
    at = 3
    move = [timed(page, "j", f"{ROW}[data-active][aria-rowindex='{at + n + 1}']") for n in range(KEYS)]
    taken = [timed(page, "e", f"[role=grid][aria-rowcount='{ROWS - n}']") for n in range(KEYS)]
    opened = []
    for _ in range(5):
        opened.append(timed(page, "Enter", "aside article h2"))
        page.keyboard.press("Escape")
        page.wait_for_selector("aside", state="detached")
    found = {"usable": usable, "whole": whole, "move": move, "acknowledge": taken, "open": opened}
    return {name: summary(values) for name, values in found.items()}


def main() -> int:
    """Print what was measured; no limit is enforced here."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tool("chromium"), args=FLAGS)
        with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as address:
            page = signed_in(browser, address)
            print(json.dumps({"rows": ROWS, **measured(page, address.split("/#")[0], runs)}))
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
