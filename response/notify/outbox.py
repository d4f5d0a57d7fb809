"""Messages on their way: journalled before they leave, tried again until they have arrived or are dead.

At least once: a message is `sent` in the record only after the receiver took it, so a process that is killed in
between sends it again, under the same id. One process delivers (the worker, by its lease); others may queue, test and
re-send.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from detection.sigma.wrong import Parameter
from response.alerts import Alert
from response.notify.formats.lines import one_line
from response.notify.message import KIND, Body, after_failure, after_success, due_at, message_body, news_from, resent
from response.notify.model import Channel, Settings
from response.notify.news import News, Subject, message_id
from response.notify.retry import pause
from response.notify.sender import Receipt, Sender, Surroundings, Undelivered
from response.notify.wording import Renderer
from response.ports import Page
from response.records import Deed, Put, RecordQuery, Stored, Write
from response.store_errors import Conflict, Invalid
from response.times import SECOND

PAGE = 500
ROUND = 5 * SECOND
"""A round of deliveries ends after so long, so that the worker keeps its lease while receivers are slow."""


class Records(Protocol):
    """What is needed of the Store port."""

    def commit(self, writes: Sequence[Write], deed: Deed | None = None) -> tuple[Stored | Alert, ...]: ...
    def record(self, kind: str, record_id: str) -> Stored: ...
    def records(self, query: RecordQuery) -> Page[Stored]: ...
    def last_change(self) -> int: ...


@dataclass(frozen=True)
class Delivered:
    """What a round did, by the state in which it left messages; `waiting` are due but were not tried."""

    sent: int = 0
    failed: int = 0
    dead: int = 0
    waiting: int = 0


@dataclass
class Outbox:
    """The messages of a store. Clock (ns) and chance (0 <= x < 1) are injected (law 7); `senders` by type."""

    store: Records
    settings: Callable[[], Settings]
    renderer: Callable[[], Renderer]
    senders: Mapping[str, Sender]
    clock: Callable[[], int]
    chance: Callable[[], float]
    host: str = "-"
    version: str = "-"
    _quiet: tuple[int, int] | None = field(default=None, init=False)
    """Change number and time until which nothing is due."""
    _drill: Mapping[str, Channel] = field(default_factory=dict, init=False)
    _resting: dict[str, int] = field(default_factory=dict, init=False)
    """Channels that failed, and until when (ns) they are left alone."""

    def put(self, news: News, channel: str, route: str, due: int, why: str | None = None) -> str | None:
        """Journals a message; its id, or None when there is one already. `why` holds it for a digest."""
        name = message_id(channel, news.subject, news.kind, news.sequence)
        try:
            self.store.commit([Put(KIND, name, message_body(news, channel, route, self.clock(), due, why))])
        except Conflict:
            return None
        return name

    def drill(self, receiver: Settings) -> None:
        """Channels of a drill, which the settings in force do not name; empty settings: none any more."""
        self._drill = receiver.by_name

    def deliver(self) -> Delivered:
        """Sends what is due, the oldest first, for `ROUND` at most. A channel that failed is left alone until
        its message is due again: a dead receiver is tried once for all that waits for it."""
        begun = self.clock()
        change = self.store.last_change()
        if self._quiet is not None and self._quiet[0] == change and begun < self._quiet[1]:
            return Delivered()
        pending = list(self.every({"state": "pending"}))
        counts = {"sent": 0, "failed": 0, "dead": 0, "waiting": 0}
        for message in pending:
            if due_at(message.body) > begun:
                continue
            if self._ready_at(message.body) > begun or self.clock() - begun > ROUND:
                counts["waiting"] += 1
                continue
            counts[self._attempt(message)] += 1
        if not counts["sent"] + counts["failed"] + counts["dead"]:
            self._quiet = (change, min((self._ready_at(m.body) for m in pending), default=begun + 3600 * SECOND))
        return Delivered(**counts)

    def _ready_at(self, body: Body) -> int:
        """When a message is due and its channel is not left alone; what a person asked for does not wait for that."""
        asked = bool(body["resent"]) and not body["attempts"]
        return due_at(body) if asked else max(due_at(body), self._resting.get(body["channel"], 0))

    def resend(self, name: str, who: str) -> Stored:
        """Makes a dead or a sent message pending again. Raises NotFound, Conflict, Invalid for any other state."""
        message = self.store.record(KIND, name)
        state = message.body["state"]
        if state not in ("dead", "sent"):
            raise Invalid(f"{KIND} {name}", "not_resendable", state=state)
        now = self.clock()
        deed = Deed(now, who, "message.resend", KIND, name, {"channel": message.body["channel"]})
        done = self.store.commit([Put(KIND, name, resent(message.body, now, who), message.etag)], deed)
        assert isinstance(done[0], Stored)
        return done[0]

    def send_test(self, channel: Channel, who: str) -> Receipt:
        """Sends a test message at once, past the journal, and gives the answer. Raises Undelivered."""
        now = self.clock()
        told = {"channel": channel.name, "who": who}
        news = News("test", Subject("channel", channel.name), now, sequence=str(now), parameters=told)
        return self._send(channel, message_id(channel.name, news.subject, "test", news.sequence), news)

    def every(self, equals: Mapping[str, Any], start: int | None = None) -> Iterator[Stored]:
        """Every message with these words, the oldest first."""
        query = RecordQuery(KIND, equals=equals, start=start, descending=False, limit=PAGE)
        while True:
            page = self.store.records(query)
            yield from page.items
            if page.cursor is None:
                return
            query = replace(query, cursor=page.cursor)

    def _attempt(self, message: Stored) -> str:
        """sent, failed or dead."""
        body = message.body
        settings = self.settings()
        channel = self._drill.get(body["channel"]) or settings.by_name.get(body["channel"])
        try:
            if channel is None:
                raise Undelivered("no_channel", {"channel": body["channel"]}, lasting=True)
            receipt = self._send(channel, message.id, news_from(body))
        except Undelivered as error:
            due = self._next(body, error, settings)
            self._note(message, after_failure(body, self.clock(), error, due))
            if not error.lasting:
                self._resting[body["channel"]] = due or self.clock() + pause(body["attempts"] + 1, self.chance())
            return "failed" if due is not None else "dead"
        self._resting.pop(body["channel"], None)
        self._note(message, after_success(body, self.clock(), receipt))
        return "sent"

    def _next(self, body: Body, error: Undelivered, settings: Settings) -> int | None:
        attempts = body["attempts"] + 1
        if error.lasting or attempts >= settings.attempts:
            return None
        return self.clock() + pause(attempts, self.chance(), error.patience)

    def _note(self, message: Stored, body: dict[str, Any]) -> None:
        try:
            self.store.commit([Put(KIND, message.id, body, message.etag)])
        except Conflict:
            return  # a person asked for it again meanwhile: then it goes again

    def _send(self, channel: Channel, name: str, news: News) -> Receipt:
        letter = self.renderer().letter(name, news, channel.lang)
        around = Surroundings(self.clock(), self.host, self.version)
        try:
            receipt = self.senders[channel.type].send(channel.options, letter, around)
        except Undelivered as error:
            told = _scrubbed(channel, error.parameters)
            raise Undelivered(error.code, told, lasting=error.lasting, patience=error.patience) from None
        except Exception as error:  # a library's own failure: retried as any other, and named
            told = _scrubbed(channel, {"kind": type(error).__name__, "why": one_line(str(error))[:200]})
            raise Undelivered("unexpected", told) from None
        return Receipt(receipt.code, _scrubbed(channel, receipt.parameters))


def _scrubbed(channel: Channel, parameters: Mapping[str, Parameter]) -> dict[str, Parameter]:
    return {name: channel.scrubbed(value) if isinstance(value, str) else value for name, value in parameters.items()}
