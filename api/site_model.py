"""The site model in force: a record that is edited as text, begun from the file that the server was given."""

from __future__ import annotations

import hashlib
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from detection.sigma.model import Issue
from detection.site import Site
from detection.site_reading import BadSite, read_site
from response.ports import Store
from response.records import Deed, Put, Stored
from response.store_errors import Conflict, NotFound
from response.times import time_text

KIND, ID = "setting", "site"
FILE = "site.yml"
NOTHING = "time_zone: UTC\n"
"""The text that one begins with where no site model is known."""


@dataclass(frozen=True)
class SiteText:
    """The text in force: `etag` None while it is not stored; `digest` is its SHA-256."""

    text: str
    etag: str | None

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def site_text(store: Store) -> SiteText | None:
    """The stored text, None when there is none."""
    try:
        stored = store.record(KIND, ID)
    except NotFound:
        return None
    return SiteText(stored.body["text"], stored.etag)


def put_site(store: Store, text: str, etag: str | None, *, who: str, at: int) -> SiteText:
    """Put a text in force. Raises BadSite with every issue, Conflict."""
    read_site(FILE, text)
    body: dict[str, Any] = {"at": time_text(at), "text": text}
    deed = Deed(at, who, "site.change", KIND, ID, {"sha256": SiteText(text, None).digest})
    [stored] = store.commit([Put(KIND, ID, body, etag)], deed)
    assert isinstance(stored, Stored)
    return SiteText(text, stored.etag)


def begin_site(store: Store, text: str, *, at: int) -> None:
    """Put a text in force where none is: the file that the server was given. Raises BadSite."""
    if site_text(store) is None:
        with suppress(Conflict):  # another process began it
            put_site(store, text, None, who="setup", at=at)


def issues_of(text: str) -> list[Issue]:
    """Everything that is wrong in a text, with its lines."""
    try:
        read_site(FILE, text)
    except BadSite as error:
        return error.issues
    return []


class CurrentSite:
    """The site model of a store, read again when its text changes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._known: tuple[str, Site] | None = None

    def site(self) -> Site | None:
        """The model in force, None when none is declared."""
        found = site_text(self._store)
        if found is None:
            return None
        with self._lock:
            if self._known is None or self._known[0] != found.digest:
                self._known = (found.digest, read_site(FILE, found.text))
            return self._known[1]
