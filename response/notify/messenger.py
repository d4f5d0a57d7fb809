"""From news to messages: routes, digests, limits and repeats; and the worker's duty that sends them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from detection.site import Site
from response.notify.digest import Group, digest_news, groups, window_end
from response.notify.message import KIND, THREAD, folded, message_body
from response.notify.model import Channel, Settings
from response.notify.news import OWN, News, Subject, message_id
from response.notify.outbox import Outbox
from response.notify.routing import Way, ways
from response.records import Put, RecordQuery, Stored
from response.store_errors import NotFound
from response.times import SECOND

TOLD = ("pending", "sent", "dead")
"""States of messages that reached, or will reach, a receiver one by one."""
HOUR = 3600 * SECOND
PLAYBOOK = "playbook"
"""The route of what playbooks send."""


@dataclass
class Messenger:
    """The way to people. `site` gives zones, calendar and time zone, None where there is no site model."""

    outbox: Outbox
    settings: Callable[[], Settings]
    site: Callable[[], Site | None]
    clock: Callable[[], int]
    _drill: Settings = field(default=Settings(), init=False)
    """Where the receiver of a drill that goes on is reached, beside whoever the settings name."""
    _quiet: tuple[int, int] | None = field(default=None, init=False)
    """Change number and time until which no digest is due."""

    def tell(self, news: News) -> tuple[str, ...]:
        """Journals a message for every channel that hears of the news; ids of the new ones. Told twice, it is
        journalled once."""
        now, site = self.clock(), self.site()
        found = (*ways(news, self.settings(), site, now), *ways(news, self._drill, site, now))
        made = (self._put(news, way, now) for way in found)
        return tuple(name for name in made if name is not None)

    def drill(self, receiver: Settings) -> None:
        """A drill begins, with a receiver of its own; empty settings: it is over."""
        self._drill = receiver
        self.outbox.drill(receiver)

    def send(self, to: str, subject: str, text: str, key: str, drill: bool) -> str:
        """The playbooks' port: a text to a channel, or to a person's own channels. The id of the (first) message, the
        same for the same key; to somebody that nobody knows it is dead, where people will see it."""
        settings = self.settings()
        own = [channel.name for channel in settings.channels if channel.person == to]
        names = [to] if to in settings.by_name or not own else own
        about = Subject("run", key.partition(":")[0])
        told = {"subject": subject, "text": text}
        news = News("note", about, self.clock(), sequence=key, drill=drill, parameters=told)
        for name in names:
            self.outbox.put(news, name, PLAYBOOK, self.clock())
        return message_id(names[0], about, news.kind, key)

    def work(self) -> bool:
        """The worker's duty: digests that are due, then deliveries; whether there was anything to do."""
        gathered = self.gather()
        done = self.outbox.deliver()
        return bool(gathered or done.sent or done.failed or done.dead)

    def gather(self) -> int:
        """Makes every digest that is due; how many. Cut off anywhere and done again, nothing is counted twice."""
        now = self.clock()
        change = self.outbox.store.last_change()
        if self._quiet is not None and self._quiet[0] == change and now < self._quiet[1]:
            return 0
        waiting = groups(self.outbox.every({"state": "held"}))
        due = [group for group in waiting if group[3] <= now]
        for group in due:
            self._fold(group, waiting[group], now)
        if not due:
            self._quiet = (change, min((group[3] for group in waiting), default=now + HOUR))
        return len(due)

    def _fold(self, group: Group, held: list[Stored], now: int) -> None:
        channel, route = group[:2]
        news = digest_news(group, held)
        name = message_id(channel, news.subject, news.kind, news.sequence)
        marks = [Put(KIND, each.id, folded(each.body, name), each.etag) for each in held]
        try:
            self.outbox.store.record(KIND, name)  # cut off behind the first write, where a store writes one by one
            self.outbox.store.commit(marks)
        except NotFound:
            self.outbox.store.commit([Put(KIND, name, message_body(news, channel, route, now, now)), *marks])

    def _put(self, news: News, way: Way, now: int) -> str | None:
        why = None if news.kind in OWN else self._held(news, way, now)
        period = way.route.digest or way.channel.limit.per
        return self.outbox.put(news, way.channel.name, way.route.name, window_end(now, period) if why else now, why)

    def _held(self, news: News, way: Way, now: int) -> str | None:
        """Why news wait for a digest, None when they go at once."""
        if way.route.digest is not None:
            return "digest"
        if way.route.repeat is not None and news.thread is not None and self._repeats(news, way, now):
            return "repeat"
        return "limit" if self._full(way.channel, now) else None

    def _repeats(self, news: News, way: Way, now: int) -> bool:
        words = {"channel": way.channel.name, "subject": f"{THREAD}{news.thread}", "state": TOLD}
        start = now - (way.route.repeat or 0)
        return bool(self.outbox.store.records(RecordQuery(KIND, equals=words, start=start, limit=1)).items)

    def _full(self, channel: Channel, now: int) -> bool:
        limit = channel.limit
        words = {"channel": channel.name, "state": TOLD}
        query = RecordQuery(KIND, equals=words, start=now - limit.per + 1, limit=limit.messages)
        return len(self.outbox.store.records(query).items) >= limit.messages
