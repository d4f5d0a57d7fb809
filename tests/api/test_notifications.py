"""Notifications over HTTP: settings with masked secrets, a test against a real receiver, an alert that arrives."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.duties import duties_of
from api.intake import Intake
from api.notifying import make_seal
from api.storage import open_store
from tests.api.served import Api, fill, made_api

pytest_plugins = ["tests.api.served"]
SETTINGS = "/api/v1/notifications/settings"


@pytest.fixture
def sealed(tmp_path: Path) -> Iterator[Api]:
    url = f"embedded:{tmp_path}/store"
    with open_store(url) as store:
        yield made_api(store, tmp_path, seal=make_seal(url, {}))


@pytest.fixture
def receiver() -> Iterator[tuple[int, list[bytes]]]:
    """A UDP syslog receiver: its port, and what came."""
    got: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(0.1)
        ended = threading.Event()

        def listen() -> None:
            while not ended.is_set():
                try:
                    got.append(listening.recv(65_535))
                except TimeoutError:
                    continue

        thread = threading.Thread(target=listen)
        thread.start()
        yield listening.getsockname()[1], got
        ended.set()
        thread.join()


def text(port: int) -> str:
    return (
        f"channels:\n  - {{name: siem, type: syslog, address: '127.0.0.1:{port}', transport: udp}}\n"
        "  - {name: soc, type: apprise, url: 'mailtos://bot:hunter2secret@mail.example/?to=soc@example.com'}\n"
        "routes:\n  - {name: all, to: [siem]}\n"
    )


def test_settings_a_test_and_an_alert_that_arrives(sealed: Api, receiver: tuple[int, list[bytes]]) -> None:
    port, got = receiver
    admin = sealed.person("admin")
    assert admin.get(SETTINGS).json()["etag"] == "0"
    wrong = admin.put(SETTINGS, json={"text": "chanels: []"}, headers={"If-Match": '"0"'})
    assert (wrong.status_code, wrong.json()["errors"][0]["line"]) == (422, 1)
    issues = admin.post(f"{SETTINGS}/check", json={"text": text(port)}).json()["issues"]
    assert issues == []
    kept = admin.put(SETTINGS, json={"text": text(port)}, headers={"If-Match": '"0"'})
    assert kept.status_code == 200, kept.text
    shown = kept.json()["text"]
    assert "hunter2secret" not in shown
    assert [(each["channel"], each["type"]) for each in kept.json()["channels"]] == [
        ("siem", "syslog"),
        ("soc", "apprise"),
    ]
    assert "hunter2secret" not in kept.text
    assert "hunter2secret" not in str(sealed.store.record("setting", "notify").body)
    again = admin.put(SETTINGS, json={"text": shown}, headers={"If-Match": kept.headers["etag"]})
    assert again.status_code == 200, "a mask that is sent back keeps its secret"
    tested = admin.post("/api/v1/notifications/channels/siem/test").json()
    assert tested["delivered"], tested
    assert admin.post("/api/v1/notifications/channels/none/test").json()["code"] == "not_found"
    duties = duties_of(sealed.wiring, Intake(sealed.wiring.store, sealed.wiring.settings.data / "spool"), "w")
    work(duties, sealed)
    fill(sealed.store, 1)
    work(duties, sealed)
    messages = admin.get("/api/v1/notifications/messages", params={"state": "sent"}).json()["items"]
    assert len(messages) >= 1
    assert any(b"holding:100" in line for line in got), got
    assert "hunter2secret" not in str(sealed.store.audit())


def work(duties: object, api: Api) -> None:
    """What the worker would do, until nothing is left."""
    assert isinstance(duties, tuple)
    worked = True
    while worked:
        worked = False
        for _, duty in duties:
            worked = duty(api.clock()) or worked


def test_without_a_key_no_secret_is_kept(api: Api) -> None:
    admin = api.person("admin")
    answer = admin.put(SETTINGS, json={"text": text(1)}, headers={"If-Match": '"0"'})
    assert (answer.status_code, answer.json()["code"]) == (422, "no_notify_key")


def test_one_begins_with_examples_that_only_lack_a_secret(sealed: Api) -> None:
    admin = sealed.person("admin")
    shown = admin.get(SETTINGS).json()
    assert (shown["etag"], shown["channels"]) == ("0", [])
    check = f"{SETTINGS}/check"
    assert admin.post(check, json={"text": shown["text"]}).json() == {"issues": []}
    used = shown["text"].replace("#  -", "  -")
    issues = admin.post(check, json={"text": used}).json()["issues"]
    assert [issue["code"] for issue in issues] == ["not_webhook_secret"]
