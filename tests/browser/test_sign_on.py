"""Signing in at a real issuer with a browser: the button, the way there and back, what is told when it fails."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from api.auth.oidc.issuer import CALLBACK
from tests.browser.console import Guard, violations
from tests.issuer import CLIENT, SECRET, RealIssuer, running
from tests.needs import PROJECT

USERS: dict[str, dict[str, Any]] = {"li": {"name": "Li Na", "groups": ["soc"]}, "zhao": {"groups": []}}
NAME = "Plant directory"


@dataclass(frozen=True)
class House:
    """`bittern serve` at `url`, which trusts `issuer`."""

    url: str
    issuer: RealIssuer


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    (folder / "secret").write_text(SECRET, encoding="utf-8")
    (folder / "roles.yml").write_text(
        f"{{roles: {{soc: [analyst]}}, name: {NAME}, scope: openid profile groups}}", encoding="utf-8"
    )
    with running(url + CALLBACK, USERS) as issuer:
        command = [
            sys.executable, "-m", "api.cli", "serve", "--data", str(folder), "--port", str(port), "--base-url", url,
            "--oidc-issuer", issuer.address, "--oidc-client", CLIENT, "--oidc-secret-file", str(folder / "secret"),
            "--oidc-roles", str(folder / "roles.yml"), "--lang", "en",
        ]  # fmt: skip
        with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as run:
            try:
                assert run.stdout is not None
                said = ""
                while url not in said:
                    line = run.stdout.readline()
                    assert line, said
                    said += line
                yield House(url, issuer)
            finally:
                run.terminate()
        assert SECRET not in said


@pytest.fixture
def context(browser: Browser, house: House) -> Iterator[BrowserContext]:
    opened = browser.new_context(base_url=house.url, viewport={"width": 1280, "height": 800})
    opened.set_default_timeout(15_000)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext, house: House) -> Iterator[Page]:
    """A page at the console; what it asks of this machine's issuer is no request to elsewhere."""
    guard, opened = Guard(house.url), context.new_page()
    guard.watch(opened)
    yield opened
    wrong = [each for each in guard.wrong if house.issuer.address not in each]
    assert wrong == []


def speak(context: BrowserContext, language: str) -> None:
    context.add_init_script(f"localStorage.setItem('bittern.language', '{language}')")


def at_issuer(page: Page, house: House, login: str, button: str = "Sign in") -> None:
    page.wait_for_url(f"{house.issuer.address}/interaction/*")
    page.fill("input[name=login]", login)
    page.click(f"text={button}")
    page.wait_for_url(f"{house.url}/**")


def test_the_way_in_and_back_to_the_page_one_wanted(context: BrowserContext, page: Page, house: House) -> None:
    speak(context, "en")
    page.goto("/alerts?status=new")
    page.get_by_role("link", name=f"Sign in with {NAME}").wait_for()
    assert violations(page) == []
    page.get_by_role("link", name=NAME).focus()
    page.keyboard.press("Enter")
    at_issuer(page, house, "li")
    page.wait_for_selector("nav")
    assert page.url.startswith(f"{house.url}/alerts?status=new")
    answer = page.request.get("/api/v1/session").json()
    assert (answer["user"], answer["display"], answer["roles"]) == ("li", "Li Na", ["analyst"])


@pytest.mark.parametrize(
    ("language", "link", "says"), [("en", f"Sign in with {NAME}", "No role"), ("zh", f"通过 {NAME} 登录", "没有角色")]
)
def test_why_it_failed_is_told_on_the_sign_in_page(
    context: BrowserContext, page: Page, house: House, language: str, link: str, says: str
) -> None:
    speak(context, language)
    page.goto("/")
    page.get_by_role("link", name=link).click()
    at_issuer(page, house, "zhao")
    assert says in page.get_by_role("alert").inner_text()
    assert page.url == f"{house.url}/"
    assert violations(page) == []


def test_what_an_address_says_is_no_text_of_the_page(context: BrowserContext, page: Page, house: House) -> None:
    speak(context, "en")
    page.goto("/#sign-in-failed=Call%20555-1234%20now")
    page.get_by_role("link", name=NAME).wait_for()
    assert "555" not in page.inner_text("body")
    page.goto("/alerts#sign-in-failed=too_many_requests&seconds=7")
    assert "7" in page.get_by_role("alert").inner_text()
