"""Reads the settings of notifications. Every error says line, what is wrong and how to mend it; all are told at once.

No secret stands in an error.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import time
from typing import Any
from urllib.parse import urlsplit

from detection.sigma.document import read_documents
from detection.sigma.model import Issue, Step
from detection.sigma.reading import Reading, dotted
from detection.sigma.wrong import unlisted, wrong
from detection.site_reading import DAYS
from detection.site_values import SiteValues
from response.alerts import CLASSES, SEVERITIES
from response.notify.model import DRILLS, MATCHES, TIMES, Channel, Hours, Limit, Route, Settings
from response.notify.news import PERSONAL, TEAM
from response.notify.sealing import MARK, secret_parts
from response.notify.senders import SENDERS
from response.times import SECOND

TOP = ("base_url", "match", "attempts", "channels", "routes")
CHANNEL = ("name", "type", "lang", "person", "limit")
LIMIT = ("messages", "per")
ROUTE = (
    "name",
    "to",
    "kinds",
    "severity",
    "classes",
    "zones",
    "rules",
    "when",
    "hours",
    "days",
    "drill",
    "digest",
    "repeat",
)
LANGUAGES = ("en", "zh")
ROUTED = (*TEAM, *PERSONAL)
MOST_ATTEMPTS, MOST_MESSAGES = 1000, 1000
BY_TYPE = {sender.type: sender for sender in SENDERS}


def unknown_mask(file: str, line: int) -> Issue:
    """That a mask came back for which no secret is kept."""
    return Issue(file, line, wrong("unknown_mask"))


class BadNotify(ValueError):
    """Settings that cannot be used; `issues` says where and why."""

    def __init__(self, issues: list[Issue]) -> None:
        super().__init__("\n".join(str(issue) for issue in issues))
        self.issues = issues


def read_settings(file: str, text: str, zones: Collection[str] = (), rules: Collection[str] = ()) -> Settings:
    """Reads settings from YAML or JSON; `file` is the name that issues give. `zones` and `rules` are those that there
    are: a route that names another one is an error (empty: not checked). Raises BadNotify."""
    documents, issues = read_documents(file, text)
    if not issues and not documents:
        return Settings()
    if issues or len(documents) != 1:
        raise BadNotify(issues or [Issue(file, 1, wrong("one_settings"))])
    reader = _Settings(Reading(documents[0]), zones, rules)
    settings = reader.read()
    if reader.reading.issues:
        raise BadNotify(sorted(reader.reading.issues, key=lambda issue: issue.line))
    return settings


class _Settings:
    """Reads one document; what is wrong goes to `reading.issues`."""

    def __init__(self, reading: Reading, zones: Collection[str], rules: Collection[str]) -> None:
        self.reading = reading
        self.reading.rule = None
        self.values = SiteValues(reading)
        self.zones = zones
        self.rules = rules

    def read(self) -> Settings:
        self.reading.known(keys=TOP)
        channels = tuple(self._channel(("channels", i)) for i in self._entries("channels"))
        names = self._unique("channels")
        routes = tuple(self._route(("routes", i), names) for i in self._entries("routes"))
        self._unique("routes")
        return Settings(
            channels=channels,
            routes=routes,
            match=self.reading.word("match", among=MATCHES, required=False, default="all"),
            base_url=self._base_url(),
            attempts=self._whole(("attempts",), 30, MOST_ATTEMPTS),
        )

    def _entries(self, key: str) -> range:
        found = self.reading.value(key)
        if found is not None and not isinstance(found, list):
            self.reading.complain((key,), wrong("not_list", path=key))
        return self.values.places(key)

    def _unique(self, key: str) -> list[str]:
        """The names in a list, each once."""
        names: list[str] = []
        for i in self.values.places(key):
            name = self.reading.value(key, i, "name")
            if isinstance(name, str) and name in names:
                self.reading.complain((key, i, "name"), wrong("name_twice", name=name))
            names += [name] if isinstance(name, str) else []
        return names

    def _channel(self, at: tuple[Step, ...]) -> Channel:
        name = self.reading.text(*at, "name")
        kind = self.reading.word(*at, "type", among=tuple(BY_TYPE))
        sender = BY_TYPE.get(kind)
        options: Any = None
        secrets: list[str] = []
        if sender is not None:
            self.reading.known(*at, keys=(*CHANNEL, *sender.keys))
            secrets = self._secrets(at, sender.secret)
            options = sender.read(self.reading, at) if not any(s.startswith(MARK) for s in secrets) else None
        return Channel(
            name=name,
            type=kind,
            options=options,
            lang=self.reading.word(*at, "lang", among=LANGUAGES, required=False, default="en"),
            person=self.reading.text(*at, "person", required=False) or None,
            limit=self._limit((*at, "limit")),
            secrets=tuple(dict.fromkeys(part for secret in secrets for part in secret_parts(secret))),
        )

    def _secrets(self, at: tuple[Step, ...], keys: tuple[str, ...]) -> list[str]:
        """The secret values of a channel; one that is still sealed is an error."""
        found: list[str] = []
        for key in keys:
            value = self.reading.value(*at, key)
            texts = [v for v in (value if isinstance(value, list) else [value]) if isinstance(v, str)]
            if any(text.startswith(MARK) for text in texts):
                self.reading.complain((*at, key), wrong("still_sealed", path=dotted((*at, key))))
            found += texts
        return found

    def _limit(self, at: tuple[Step, ...]) -> Limit:
        if not self.reading.table(*at, required=False):
            return Limit()
        self.reading.known(*at, keys=LIMIT)
        usual = Limit()
        return Limit(
            self._whole((*at, "messages"), usual.messages, MOST_MESSAGES), self._span((*at, "per")) or usual.per
        )

    def _route(self, at: tuple[Step, ...], channels: list[str]) -> Route:
        self.reading.known(*at, keys=ROUTE)
        return Route(
            name=self.reading.text(*at, "name"),
            to=self._among((*at, "to"), channels, required=True),
            kinds=self._among((*at, "kinds"), ROUTED),
            severity=self.reading.word(*at, "severity", among=SEVERITIES, required=False) or None,
            classes=self._among((*at, "classes"), CLASSES),
            zones=self._among((*at, "zones"), self.zones),
            rules=self._among((*at, "rules"), self.rules),
            times=self._times((*at, "when")),
            hours=self._hours(at),
            drill=self.reading.word(*at, "drill", among=DRILLS, required=False, default="real"),
            digest=self._span((*at, "digest")),
            repeat=self._span((*at, "repeat")),
        )

    def _among(self, at: tuple[Step, ...], among: Collection[str], required: bool = False) -> tuple[str, ...]:
        """A list of words out of a closed list (empty: any word)."""
        found = self.reading.words(*at, required=required)
        for word in found if among or required else ():
            if word not in among:
                self.reading.complain(at, unlisted("unknown_word", word, among, path=dotted(at), value=word))
        return found

    def _times(self, at: tuple[Step, ...]) -> tuple[str, ...]:
        """Words of the calendar. YAML takes a bare `off` for a truth value."""
        value = self.reading.value(*at)
        words = ["off" if each is False else each for each in (value if isinstance(value, list) else [value])]
        if value is None:
            return ()
        found = tuple(word for word in words if isinstance(word, str))
        if len(found) != len(words):
            self.reading.complain(at, wrong("not_texts", path=dotted(at)))
        for word in found:
            if word not in TIMES:
                self.reading.complain(at, unlisted("unknown_word", word, TIMES, path=dotted(at), value=word))
        return found

    def _hours(self, at: tuple[Step, ...]) -> Hours | None:
        text = self.reading.text(*at, "hours", required=False)
        days = self._among((*at, "days"), DAYS)
        numbers = tuple(DAYS.index(day) for day in days if day in DAYS)
        if not text:
            return Hours(days=numbers) if numbers else None
        try:
            begin, end = (time.fromisoformat(part.strip()) for part in text.split("-"))
        except ValueError:
            self.reading.complain((*at, "hours"), wrong("not_hours", value=text))
            return None
        return Hours(begin, end, numbers)

    def _span(self, at: tuple[Step, ...]) -> int | None:
        """A span such as 15m, in ns."""
        return self.reading.seconds(*at, required=False) * SECOND or None

    def _whole(self, at: tuple[Step, ...], usual: int, most: int) -> int:
        found = self.values.whole(*at)
        if found is None:
            return usual
        if not 1 <= found <= most:
            self.reading.complain(at, wrong("not_between", path=dotted(at), least=1, most=most, value=found))
            return usual
        return found

    def _base_url(self) -> str:
        url = self.reading.text("base_url", required=False)
        if url and not _web_address(url):
            self.reading.complain(("base_url",), wrong("not_base_url", value=url))
        return url


def _web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    extra = parts.username or parts.password or parts.query or parts.fragment
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not extra
