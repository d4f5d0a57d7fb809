"""Follows the changes of a store and tells what is new. Cut off anywhere it goes on: told twice is told once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from response.notify.messenger import Messenger
from response.notify.news import News
from response.notify.sources import alert_news, incident_news, run_news
from response.notify.wording import RuleTexts
from response.ports import Store
from response.records import Put, Stored
from response.store_errors import NotFound
from response.times import time_text

PLACE = ("lease", "notify")
"""The record that says how far the changes were followed."""
AT_ONCE = 200

Source: TypeAlias = Callable[[str, Mapping[str, Any]], Iterable[News]]
"""News that a record gives: its id and body."""
SOURCES: Mapping[str, Source] = {"incident": incident_news, "run": run_news}
"""Kinds of records that give news, besides alerts."""


@dataclass
class Follower:
    """Tells the news of a store. `sources` by kind of record."""

    store: Store
    messenger: Messenger
    rules: Callable[[], RuleTexts]
    clock: Callable[[], int]
    sources: Mapping[str, Source]
    _seen: int = field(default=0, init=False)

    def work(self) -> bool:
        """The worker's duty: the next changes; whether there were any. What was there before the first time is no
        news, for nobody had asked for messages then."""
        place = self._place()
        if place is None:
            self._keep(None, self.store.last_change())
            return False
        changes = self.store.changes(max(self._seen, place.body["number"]), AT_ONCE)
        telling = dict.fromkeys(
            (change.kind, change.id)
            for change in changes
            if change.etag is not None and (change.kind == "alert" or change.kind in self.sources)
        )
        for kind, name in telling:
            for news in self._news(kind, name):
                self.messenger.tell(news)
        self._seen = changes[-1].number if changes else self._seen
        if telling:  # else not worth a record, which would be a change again
            self._keep(place.etag, self._seen)
        return bool(telling)

    def _news(self, kind: str, name: str) -> Iterable[News]:
        try:
            if kind == "alert":
                return list(alert_news(self.store.alert(name), self.rules(), self.clock()))
            if kind in self.sources:
                return list(self.sources[kind](name, self.store.record(kind, name).body))
        except NotFound:
            pass  # gone meanwhile
        return ()

    def _place(self) -> Stored | None:
        try:
            return self.store.record(*PLACE)
        except NotFound:
            return None

    def _keep(self, etag: str | None, number: int) -> None:
        self.store.commit([Put(*PLACE, {"at": time_text(self.clock()), "number": number}, etag)])
