"""The demo as a process, a browser signed in to it, and a guard over everything that the browser does.

The server is `bittern demo`: sensor, worker and API over the shipped scenario. Tests share it, so each works on alerts
of a rule of its own and takes back what it does not need to prove.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from tests.needs import PROJECT, need, tool

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
AXE = PROJECT / "console" / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE = 100.0
SIGNED_OUT = re.compile(r"/api/v1/session$")
"""The one question whose answer 401 is no mistake: who is signed in?"""


@dataclass(frozen=True)
class Demo:
    """A running demo: its address, and the cookies of whom it signed in."""

    url: str
    state: Any


def _address(process: subprocess.Popen[str]) -> str:
    """The address with the one-time secret that the demo prints when everything is there."""
    assert process.stdout is not None
    deadline, said = time.monotonic() + PATIENCE, ""
    while time.monotonic() < deadline:
        line = process.stdout.readline()
        said += line
        found = re.search(r"http://\S+#one-time=\S+", line)
        if found:
            return found[0]
        if not line and process.poll() is not None:
            break
    raise AssertionError(f"the demo did not start: {said}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    need((PROJECT / "api" / "static" / "index.html").is_file(), "the built console", "make console (needs Node)")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=tool("chromium"), args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def demo(browser: Browser) -> Iterator[Demo]:
    """The demo for all tests."""
    with running(browser) as started:
        yield started


@contextmanager
def running(browser: Browser) -> Iterator[Demo]:
    """The demo, signed in to by its one-time address as a person would be."""
    command = [sys.executable, "-m", "api.cli", "demo", "--no-browser", "--port", "0", "--lang", "en"]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        address = _address(process)
        context = browser.new_context()
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector("nav")
        assert "one-time" not in page.url
        _until_settled(page)
        parts = urlsplit(address)
        yield Demo(f"{parts.scheme}://{parts.netloc}", context.storage_state())
        context.close()
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _until_settled(page: Page) -> None:
    """Until the number of alerts and incidents has stayed the same for a while."""
    known, same, deadline = (-1, -1), 0, time.monotonic() + PATIENCE
    while same < 4 and time.monotonic() < deadline:
        time.sleep(0.5)
        counted = tuple(
            len(page.request.get(f"{_origin(page)}/api/v1/{what}?limit=1000").json()["items"])
            for what in ("alerts", "incidents")
        )
        same = same + 1 if counted == known and all(counted) else 0
        known = (counted[0], counted[1])


def _origin(page: Page) -> str:
    parts = urlsplit(page.url)
    return f"{parts.scheme}://{parts.netloc}"


class Guard:
    """What a page must never do: errors, policy violations, requests that leave this host."""

    def __init__(self, url: str) -> None:
        self.host, self.wrong = urlsplit(url).netloc, list[str]()
        self.expected = list[str]()

    def watch(self, page: Page) -> None:
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        page.on("request", self._asked)

    def expect(self, part: str) -> None:
        """A message that holds `part` is what the test is about."""
        self.expected.append(part)

    def _said(self, message: ConsoleMessage) -> None:
        place = str(message.location.get("url", ""))
        if message.type not in ("error", "warning") or SIGNED_OUT.search(place):
            return
        if not any(part in message.text or part in place for part in self.expected):
            self.wrong.append(f"{message.type}: {message.text} {place}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc != self.host:
            self.wrong.append(f"request: {request.url}")


@pytest.fixture
def guard(demo: Demo) -> Iterator[Guard]:
    watching = Guard(demo.url)
    yield watching
    if watching.wrong:
        pytest.fail("\n".join(watching.wrong), pytrace=False)


class Screens:
    """Opens pages of the console, signed in."""

    def __init__(self, browser: Browser, demo: Demo, guard: Guard) -> None:
        self._browser, self.demo, self.guard = browser, demo, guard
        self.contexts = list[BrowserContext]()

    def open(self, path: str = "/", *, lang: str = "en", theme: str = "light", signed_in: bool = True) -> Page:
        """A new page with its own storage at `path`."""
        context = self._browser.new_context(
            base_url=self.demo.url,
            viewport={"width": 1440, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
            storage_state=self.demo.state if signed_in else None,
        )
        context.add_init_script(
            f"localStorage.getItem('bittern.language') ?? localStorage.setItem('bittern.language', '{lang}')"
        )
        self.contexts.append(context)
        context.set_default_timeout(15_000)
        page = context.new_page()
        self.guard.watch(page)
        page.goto(path)
        return page


@pytest.fixture
def screens(browser: Browser, demo: Demo, guard: Guard) -> Iterator[Screens]:
    opened = Screens(browser, demo, guard)
    yield opened
    for context in opened.contexts:
        context.close()


def violations(page: Page) -> list[str]:
    """What axe finds (WCAG 2.2 A and AA, best practice), each as rule and place."""
    need(AXE.is_file(), "axe-core", "make console (needs Node)")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [f"{each['id']}: {node['html'][:160]}" for each in found["violations"] for node in each["nodes"][:3]]
