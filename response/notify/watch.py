"""What nobody does and time brings about: promised terms that go by. Looked for at times."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from detection.site import Site
from response.alerts import Alert
from response.notify.messenger import Messenger
from response.notify.news import News
from response.notify.sources import FRESH, term_news
from response.notify.wording import RuleTexts
from response.ports import AlertQuery, Store
from response.times import SECOND
from response.triage.policy import Policy
from response.triage.sla import LATE, terms_of

EVERY = 60 * SECOND
OPEN = ("new", "in_progress")


@dataclass
class Watch:
    """Tells of late alerts, once each: what is told again is the same message."""

    store: Store
    messenger: Messenger
    policy: Policy
    site: Callable[[], Site | None]
    rules: Callable[[], RuleTexts]
    _next: int = field(default=0, init=False)

    def work(self, now: int) -> bool:
        """The worker's duty: looks once a minute; whether there was news."""
        if now < self._next:
            return False
        self._next = now + EVERY
        made = [name for news in self._late(now) for name in self.messenger.tell(news)]
        return bool(made)

    def _late(self, now: int) -> Iterator[News]:
        site = self.site()
        for alert in self._open():
            terms = terms_of(alert, self.policy, site, now)
            if terms is None:
                continue
            for name, term in (("acknowledge", terms.acknowledge), ("resolve", terms.resolve)):
                # What went by longer ago is no news: a store that is read again says nothing of last year.
                if term.state == LATE and term.done is None and now - term.by < FRESH:
                    yield term_news(alert, self.rules(), name, term.by)

    def _open(self) -> Iterator[Alert]:
        query = AlertQuery(statuses=OPEN, suppressed=False, drill=False, limit=500)
        while True:
            page = self.store.alerts(query)
            yield from page.items
            if page.cursor is None:
                return
            query = replace(query, cursor=page.cursor)
