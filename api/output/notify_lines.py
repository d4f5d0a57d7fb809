"""Channels, routes and messages of notifications, for people and for programs. Secrets are in neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from api.output.documents import Json, plain
from api.output.moments import clock
from api.output.page import Page
from api.output.parameters import shown_parameters
from api.output.told import safe
from api.texts import Texts
from response.notify.model import MINUTE, Channel, Route, Settings
from response.notify.reading import BY_TYPE
from response.notify.sender import Receipt
from response.records import Stored
from response.times import SECOND, time_ns

USUAL: tuple[Json, ...] = (None, [], "real")
"""What a route says when it says nothing of it."""


def receipt_told(receipt: Receipt, words: Texts) -> str:
    """What the receiver answered."""
    return safe(words.get(f"notify.receipt.{receipt.code}", **shown_parameters(receipt.parameters, words)))


def failure_told(code: str, parameters: Mapping[str, Any], words: Texts) -> str:
    """Why a message did not arrive, and how to mend it."""
    return safe(words.get(f"notify.failure.{code}", **shown_parameters(parameters, words)))


def answer_document(channel: str, receipt: Receipt, told: str) -> dict[str, Json]:
    """The answer to a test."""
    return {"channel": channel, "code": receipt.code, "parameters": plain(receipt.parameters), "text": told}


def channel_document(channel: Channel) -> dict[str, Json]:
    """A channel; `place` says where it leads without its secrets."""
    return {
        "channel": channel.name,
        "type": channel.type,
        "place": place_of(channel),
        "lang": channel.lang,
        "person": channel.person,
        "limit": {"messages": channel.limit.messages, "seconds": channel.limit.per // SECOND},
    }


def route_document(route: Route) -> dict[str, Json]:
    """A route."""
    hours = route.hours and {"begin": f"{route.hours.begin:%H:%M}", "end": f"{route.hours.end:%H:%M}"}
    return {
        "route": route.name,
        "to": list(route.to),
        "kinds": list(route.kinds),
        "severity": route.severity,
        "classes": list(route.classes),
        "zones": list(route.zones),
        "rules": list(route.rules),
        "when": list(route.times),
        "hours": plain(hours),
        "drill": route.drill,
        "digest": None if route.digest is None else route.digest // SECOND,
        "repeat": None if route.repeat is None else route.repeat // SECOND,
    }


def message_document(message: Stored, words: Texts) -> dict[str, Json]:
    """A message: codes and parameters, and why it did not arrive in words."""
    failure = message.body["failure"]
    why = failure_told(failure["code"], failure["parameters"], words) if failure else None
    return {"id": message.id, "etag": message.etag, **{k: plain(v) for k, v in message.body.items()}, "why_text": why}


def place_of(channel: Channel) -> str:
    """Where a channel leads, without secrets."""
    return BY_TYPE[channel.type].shown(channel.options)


def settings_page(page: Page, settings: Settings, words: Texts) -> None:
    """Channels and routes, a line each."""
    for channel in settings.channels:
        told = words.get(
            "notify.list.channel", name=channel.name, type=channel.type, place=place_of(channel), lang=channel.lang
        )
        more = [words.get("notify.list.person", person=channel.person)] if channel.person else []
        limit = channel.limit
        more.append(words.get("notify.list.limit", messages=limit.messages, minutes=f"{limit.per / MINUTE:g}"))
        page.line(safe(" · ".join([told, *more])))
    for route in settings.routes:
        told = words.get("notify.list.route", name=route.name, to=words.get("alert.joint").join(route.to))
        chosen = {k: v for k, v in route_document(route).items() if k not in ("route", "to") and v not in USUAL}
        page.line(safe(" · ".join([told, *(f"{name} {_value(value)}" for name, value in chosen.items())])))


def _value(value: Json) -> str:
    if isinstance(value, int):
        return f"{value // 60}m" if value % 60 == 0 else f"{value}s"
    if isinstance(value, dict):
        return "-".join(map(str, value.values()))
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def messages_page(page: Page, messages: Sequence[Stored], words: Texts, zone: tzinfo) -> None:
    """Messages that were given up, two lines each."""
    for message in messages:
        body = message.body
        kind = words.word("notify.kind", body["kind"])
        head = [message.id, clock(time_ns(body["at"]), zone), body["channel"], kind, body["subject"][0]]
        page.line(safe(" · ".join(head)))
        why = failure_told(body["failure"]["code"], body["failure"]["parameters"], words)
        page.line(safe(words.get("notify.list.dead", attempts=body["attempts"], why=why)), indent=2)
