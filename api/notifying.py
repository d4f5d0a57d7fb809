"""Notifications put together: settings in a store or a file, the key of their secrets, and the way to people."""

from __future__ import annotations

import base64
import binascii
import secrets
import socket
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC
from importlib import metadata
from pathlib import Path
from typing import Any

from api.health_rules import with_health
from api.storage.address import EmbeddedAddress, read_address
from api.texts import texts
from api.triage import policy
from detection.sigma.load import RuleSet
from detection.sigma.model import Issue
from detection.site import Site
from response.notify.follow import SOURCES, Follower
from response.notify.messenger import Messenger
from response.notify.model import Settings
from response.notify.outbox import Outbox
from response.notify.reading import BadNotify, read_settings, unknown_mask
from response.notify.sealing import KEY_BYTES, Seal, UnknownMask, open_text, sealed_text, shown_text
from response.notify.senders import SENDERS
from response.notify.watch import Watch
from response.notify.wording import Renderer, RuleTexts
from response.ports import Store
from response.records import Deed, Put, Stored
from response.store_errors import NotFound
from response.times import time_text
from sensors.whole_files import write_new

KIND, ID = "setting", "notify"
FILE = "notify.yml"
KEY = "BITTERN_NOTIFY_KEY"
EXAMPLES = """\
# Channels say where messages go, routes which news go there. 渠道说明消息发往何处，路由说明哪些消息发往哪个渠道。
# Take the # away from what fits. 去掉所需行的 # 即可。
channels:
#  - {name: siem, type: syslog, address: "siem.example.com:6514", transport: tls}
#  - {name: team, type: apprise, url: "mailtos://user:password@mail.example.com/?to=soc@example.com", lang: zh}
#  - {name: tickets, type: webhook, url: "https://tickets.example.com/bittern", secrets: ["whsec_..."]}
routes:
#  - {name: everything, to: siem}
#  - {name: grave, to: team, severity: high, repeat: 1h}
"""
"""The text that one begins with where no settings are known."""
KEY_FILE = "notify.key"


class BadKey(ValueError):
    """A key that is not 32 bytes in base64; `place` is the variable or file it came from."""

    def __init__(self, place: str) -> None:
        super().__init__(f"{place}: not {KEY_BYTES} bytes in base64")
        self.place = place


def find_seal(url: str | None, environment: Mapping[str, str]) -> Seal | None:
    """The key of the installation: BITTERN_NOTIFY_KEY, the file that BITTERN_NOTIFY_KEY_FILE names, or `notify.key`
    beside the embedded store; None when there is none. Raises BadKey, OSError, StoreError for the address."""
    if text := environment.get(KEY):
        return _seal(KEY, text)
    path = _key_path(url, environment)
    if path is None or not path.exists():
        return None
    return _seal(str(path), path.read_text(encoding="ascii", errors="replace"))


def make_seal(url: str | None, environment: Mapping[str, str]) -> Seal:
    """The key of the installation, made when there is none yet, readable by this user only. Raises BadKey, OSError."""
    found = find_seal(url, environment)
    if found is not None:
        return found
    path = _key_path(url, environment)
    if path is None:
        raise BadKey(f"{KEY}_FILE")
    key = secrets.token_bytes(KEY_BYTES)
    try:
        write_new(path, base64.b64encode(key) + b"\n")
    except FileExistsError:  # another process made it
        return _seal(str(path), path.read_text(encoding="ascii", errors="replace"))
    return Seal(key)


def _key_path(url: str | None, environment: Mapping[str, str]) -> Path | None:
    if named := environment.get(f"{KEY}_FILE"):
        return Path(named)
    address = read_address(url, environment) if url else None
    return address.path / KEY_FILE if isinstance(address, EmbeddedAddress) else None


def _seal(place: str, text: str) -> Seal:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise BadKey(place) from None
    if len(key) != KEY_BYTES:
        raise BadKey(place)
    return Seal(key)


@dataclass(frozen=True)
class NotifyText:
    """The settings as people see and edit them: secrets masked. `etag` None while nothing is stored."""

    text: str
    etag: str | None


class StoredSettings:
    """The settings of a store: kept sealed, shown masked, read again when they change."""

    def __init__(self, store: Store, seal: Seal | None) -> None:
        self._store, self._seal = store, seal
        self._lock = threading.Lock()
        self._known: tuple[str, Settings] | None = None

    def shown(self) -> NotifyText:
        """The text with its secrets masked: what an API may answer."""
        stored = self._stored()
        if stored is None:
            return NotifyText("", None)
        text = stored.body["text"]
        return NotifyText(shown_text(text, self._seal) if self._seal else "", stored.etag)

    def put(
        self,
        text: str,
        etag: str | None,
        *,
        who: str,
        at: int,
        zones: Collection[str] = (),
        rules: Collection[str] = (),
    ) -> NotifyText:
        """Puts a text in force; masks in it keep their secrets. Raises BadNotify with every issue, BadKey
        when there is no key to seal with, Conflict."""
        if self._seal is None:
            raise BadKey(f"{KEY}_FILE")
        kept = self._sealed(text, self._seal)
        read_settings(FILE, open_text(kept, self._seal), zones, rules)
        body: dict[str, Any] = {"at": time_text(at), "text": kept}
        self._store.commit([Put(KIND, ID, body, etag)], Deed(at, who, "notify.change", KIND, ID))
        return self.shown()

    def issues(self, text: str, zones: Collection[str] = (), rules: Collection[str] = ()) -> list[Issue]:
        """Everything that is wrong in a text that is to be put in force."""
        try:
            kept = self._sealed(text, self._seal) if self._seal else text
            read_settings(FILE, open_text(kept, self._seal), zones, rules)
        except BadNotify as error:
            return error.issues
        return []

    def _sealed(self, text: str, seal: Seal) -> str:
        stored = self._stored()
        try:
            return sealed_text(text, seal, stored.body["text"] if stored else "")
        except UnknownMask as error:
            raise BadNotify([unknown_mask(FILE, error.line)]) from None

    def current(self) -> Settings:
        """The settings in force. Raises BadNotify when they cannot be used (any more)."""
        stored = self._stored()
        if stored is None:
            return Settings()
        with self._lock:
            if self._known is None or self._known[0] != stored.etag:
                self._known = (stored.etag, read_settings(FILE, open_text(stored.body["text"], self._seal)))
            return self._known[1]

    def _stored(self) -> Stored | None:
        try:
            return self._store.record(KIND, ID)
        except NotFound:
            return None


def messenger_of(
    store: Store,
    settings: Callable[[], Settings],
    rules: RuleSet,
    site: Callable[[], Site | None],
    clock: Callable[[], int],
    base_url: str = "",
) -> Messenger:
    """The way to people over a store. `base_url` is used where the settings name none."""
    told = RuleTexts(with_health(rules))

    def renderer() -> Renderer:
        found = site()
        words = {"en": texts("en"), "zh": texts("zh")}
        return Renderer(words, told, settings().base_url or base_url, found.zone_info if found else UTC)

    outbox = Outbox(
        store=store,
        settings=settings,
        renderer=renderer,
        senders={sender.type: sender for sender in SENDERS},
        clock=clock,
        chance=lambda: secrets.randbelow(1000) / 1000,
        host=socket.gethostname(),
        version=metadata.version("bittern"),
    )
    return Messenger(outbox, settings, site, clock)


@dataclass
class Notifications:
    """Everything of notifications over a store: its settings, the way to people, and the worker's duty."""

    settings: StoredSettings
    messenger: Messenger
    follower: Follower
    watch: Watch

    def work(self, now: int) -> bool:
        """The worker's duty: tells what is new, then sends what is due; whether there was anything to do."""
        told = self.follower.work()
        late = self.watch.work(now)
        return self.messenger.work() or told or late


def notifications_of(
    store: Store,
    seal: Seal | None,
    rules: RuleSet,
    site: Callable[[], Site | None],
    clock: Callable[[], int],
    base_url: str = "",
) -> Notifications:
    """Notifications over a store, by the settings that lie there."""
    settings = StoredSettings(store, seal)
    messenger = messenger_of(store, settings.current, rules, site, clock, base_url)
    told = RuleTexts(with_health(rules))
    return Notifications(
        settings,
        messenger,
        Follower(store, messenger, lambda: told, clock, SOURCES),
        Watch(store, messenger, policy(), site, lambda: told),
    )
