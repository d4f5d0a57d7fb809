"""A message as a record (kind `message`): its news, where it goes, and how far it has come. No text, no secret.

State: `pending` (to be sent when due) → `sent` | `dead`; `held` (counted until its digest is due) → `folded`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from response.notify.news import News, Subject
from response.notify.sender import Receipt, Undelivered
from response.times import time_ns, time_text

KIND = "message"
STATES = ("pending", "sent", "dead", "held", "folded")
WHYS = ("digest", "limit", "repeat")
"""Why a message is held: its route gathers, its channel has had enough, it repeats an earlier one."""
NEWS = ("kind", "sequence", "severity", "rule", "rule_class", "drill")
THREAD = "thread:"
Body = Mapping[str, Any]


def message_body(news: News, channel: str, route: str, now: int, due: int, why: str | None = None) -> dict[str, Any]:
    """The record of a new message; `why` (of `WHYS`) makes it a held one, whose digest is due then."""
    subject = [str(news.subject), *([f"{THREAD}{news.thread}"] if news.thread else [])]
    return {
        "at": time_text(now),
        "state": "held" if why else "pending",
        "channel": channel,
        "route": route,
        "subject": subject,
        "happened_at": time_text(news.at),
        **{name: getattr(news, name) for name in NEWS},
        "zones": list(news.zones),
        "persons": list(news.persons),
        "parameters": dict(news.parameters),
        "facts": dict(news.facts),
        "due": time_text(due),
        "why": why,
        "digest": None,
        "attempts": 0,
        "failure": None,
        "receipt": None,
        "sent_at": None,
        "resent": [],
    }


def news_from(body: Body) -> News:
    """The news that a message carries."""
    kind, _, name = body["subject"][0].partition(":")
    return News(
        subject=Subject(kind, name),
        at=time_ns(body["happened_at"]),
        zones=tuple(body["zones"]),
        persons=tuple(body["persons"]),
        parameters=body["parameters"],
        facts=body["facts"],
        **{name: body[name] for name in NEWS},
    )


def due_at(body: Body) -> int:
    """When it is to be sent or folded (ns)."""
    return time_ns(body["due"])


def after_success(body: Body, now: int, receipt: Receipt) -> dict[str, Any]:
    """The message after the receiver took it."""
    told = {"code": receipt.code, "parameters": dict(receipt.parameters)}
    done = {"state": "sent", "attempts": body["attempts"] + 1, "sent_at": time_text(now)}
    return {**body, **done, "receipt": told, "failure": None}


def after_failure(body: Body, now: int, error: Undelivered, due: int | None) -> dict[str, Any]:
    """The message after an attempt that failed: due again at `due` (ns), or dead when that is None."""
    told = {"at": time_text(now), "code": error.code, "parameters": dict(error.parameters), "lasting": error.lasting}
    changed = {"state": "dead"} if due is None else {"due": time_text(due)}
    return {**body, **changed, "attempts": body["attempts"] + 1, "failure": told}


def resent(body: Body, now: int, who: str) -> dict[str, Any]:
    """The message after a person asked for it again: as new, under its old id."""
    line = {"at": time_text(now), "who": who}
    fresh = {"state": "pending", "attempts": 0, "due": time_text(now), "receipt": None}
    return {**body, **fresh, "resent": [*body["resent"], line]}


def folded(body: Body, digest: str) -> dict[str, Any]:
    """A held message after its digest took it up."""
    return {**body, "state": "folded", "digest": digest}
