"""A messenger over a store for tests: to receivers that listen, or to a recorder where time must not pass."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from api.storage import open_store
from response.notify.messenger import Messenger
from response.notify.model import Settings
from response.notify.outbox import Outbox
from response.notify.reading import BY_TYPE, read_settings
from response.notify.sender import Letter, Receipt, Sender, Surroundings, Undelivered
from response.ports import Store
from response.records import RecordQuery, Stored
from tests.unit.notify.cases import Clock, renderer, site

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"embedded:{tmp_path}/store") as opened:
        yield opened


@dataclass
class Post:
    """A messenger over a store, with a clock that the test moves."""

    messenger: Messenger
    clock: Clock
    store: Store

    def messages(self, **words: Any) -> list[Stored]:
        return list(self.store.records(RecordQuery("message", equals=words, descending=False)).items)

    def states(self) -> list[str]:
        return [message.body["state"] for message in self.messages()]


def post(store: Store, channels: list[dict[str, Any]], routes: list[dict[str, Any]], **top: Any) -> Post:
    settings = read_settings("n.yml", json.dumps({"channels": channels, "routes": routes, **top}))
    return post_with(store, settings, BY_TYPE)


def post_with(store: Store, settings: Settings, senders: dict[str, Sender]) -> Post:
    clock = Clock()
    outbox = Outbox(store, lambda: settings, renderer, senders, clock, lambda: 0.5, "box", "1")
    return Post(Messenger(outbox, lambda: settings, site, clock), clock, store)


def webhook(port: int, **keys: Any) -> dict[str, Any]:
    url = f"http://127.0.0.1:{port}/"
    return {"name": "soar", "type": "webhook", "url": url, "secrets": [SECRET], "allow": ["127.0.0.0/8"], **keys}


ROUTE = {"name": "all", "to": ["soar"]}


class Recorder:
    """A sender of the test, which notes letters and fails as it is told."""

    def __init__(self, clock: Callable[[], Clock]) -> None:
        self.letters: list[Letter] = []
        self.fail: set[str] = set()
        self.clock = clock
        self.takes = 0

    def sender(self, kind: str) -> Sender:
        def send(options: Any, letter: Letter, around: Surroundings) -> Receipt:
            self.letters.append(letter)
            self.clock().pass_(self.takes)
            if options in self.fail:
                raise Undelivered("connection", {"host": "h", "port": 1, "errno": 111, "message": "refused"})
            return Receipt("closed", {"host": "h"})

        return Sender(kind, (), (), lambda *_: None, str, send)


def recorded(store: Store, *names: str, **changes: Any) -> tuple[Post, Recorder]:
    """A messenger whose channels lead to a recorder: for time, which no real receiver may take."""
    channels = [{"name": name, "type": "syslog", "address": "h"} for name in names]
    routes = [{"name": "all", "to": list(names)}]
    settings = read_settings("n.yml", json.dumps({"channels": channels, "routes": routes, **changes}))
    named = tuple(replace(channel, options=channel.name) for channel in settings.channels)
    recorder = Recorder(lambda: desk.clock)
    desk = post_with(store, replace(settings, channels=named), {"syslog": recorder.sender("syslog")})
    return desk, recorder
