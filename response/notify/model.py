"""The settings of notifications: channels (to whom) and routes (what, when). `reading` makes them from text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any, TypeAlias

Language: TypeAlias = str
MINUTE = 60_000_000_000
MATCHES = ("all", "first")
DRILLS = ("real", "drill", "both")
TIMES = ("working", "off", "holiday")


@dataclass(frozen=True)
class Limit:
    """At most so many `messages` `per` nanoseconds; what is more is folded into a digest."""

    messages: int = 30
    per: int = 10 * MINUTE


@dataclass(frozen=True)
class Channel:
    """One receiver. `options` belong to the sender of its `type` and may hold secrets: they are never shown.

    `person` names the user whose own channel it is. `secrets` are texts that no log, record or answer may hold.
    """

    name: str
    type: str
    options: Any = field(repr=False)
    lang: Language = "en"
    person: str | None = None
    limit: Limit = Limit()
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def scrubbed(self, text: str) -> str:
        """`text` (what a receiver or a library said) without the secrets of this channel."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, "***")
        return text


@dataclass(frozen=True)
class Hours:
    """Times of day in the site's time zone, `begin` <= time < `end`; over midnight where `end` is not behind `begin`.
    `days` are weekdays (0 is Monday) on which the span begins, all where empty."""

    begin: time = time(0)
    end: time = time(0)
    days: tuple[int, ...] = ()


@dataclass(frozen=True)
class Route:
    """Which news go to which channels. An empty tuple or None does not restrict.

    `severity` is the least one; `times` are words of `TIMES`; `drill` one of `DRILLS`. `digest` (ns) gathers news and
    sends one message with counts; `repeat` (ns): what repeats an earlier message of its thread within that span is
    only counted.
    """

    name: str
    to: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    severity: str | None = None
    classes: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    hours: Hours | None = None
    drill: str = "real"
    digest: int | None = None
    repeat: int | None = None


@dataclass(frozen=True)
class Settings:
    """Everything that the settings of notifications say. `match` first: the first route that fits is the only one."""

    channels: tuple[Channel, ...] = ()
    routes: tuple[Route, ...] = ()
    match: str = "all"
    base_url: str = ""
    attempts: int = 30

    @property
    def by_name(self) -> Mapping[str, Channel]:
        """Channels by name."""
        return {channel.name: channel for channel in self.channels}
