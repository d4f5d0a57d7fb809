"""Records of people's work (incidents, runs, mutes, users, …): one generic form behind the Store port.

A record is a JSON object of a declared `Kind` with an id and an etag. `Store.commit` applies several writes, the line
of the audit log and the changes that clients follow. The embedded store does all of it in one transaction;
Elasticsearch writes the audit line first, then each record by compare-and-set, so that a change never lacks its line.
Times in a body are ISO text (`response.times`), so that the same object is an API answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import rfc8785

from response.alerts import AlertChange
from response.times import time_text

Body = Mapping[str, Any]
Scalar = str | int | float | bool | None
GENESIS = "0" * 64


@dataclass(frozen=True)
class Kind:
    """A kind of record: `time` names the field of its body that it is sorted by, `words` those it is found by.

    A word is text, a whole number or a truth value, or a list of these; a body may lack any of them.
    """

    name: str
    time: str
    words: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("incident", "last_seen", ("status", "assignee", "alerts", "assets", "severity", "drill", "held")),
        Kind("incident_decision", "at", ("incident",)),
        Kind("ticks", "at"),
        Kind("mute", "at", ("state", "rule", "by")),
        Kind("learned", "at", ("state", "kind", "rule", "by")),
        Kind("baseline", "at", ("state", "kind", "entity")),
        Kind("job", "at", ("state", "what", "by")),
        Kind("run", "at", ("state", "playbook", "alert", "incident", "waiting", "drill")),
        Kind("message", "at", ("state", "channel", "subject", "drill")),
        Kind("ticket", "at", ("state", "subject")),
        Kind("assessment", "made_at", ("name",)),
        Kind("judgement", "at", ("control", "framework")),
        Kind("report", "at", ("assessment",)),
        Kind("drill", "at", ("state", "rule")),
        Kind("user", "at", ("name", "state", "subject")),
        Kind("session", "at", ("user",)),
        Kind("sign_on", "at"),
        Kind("token", "at", ("user", "state", "digest")),
        Kind("view", "at", ("owner", "screen", "shared")),
        Kind("setting", "at"),
        Kind("retention", "at"),
        Kind("hold", "at", ("state",)),
        Kind("sensor", "last_seen", ("state",)),
        Kind("chain", "at", ("sensor", "state")),
        Kind("certificate", "at", ("of", "name")),
        Kind("idempotency", "at"),
        Kind("lease", "at"),
    )
}


@dataclass(frozen=True)
class Stored:
    """A record as it is stored. `etag` counts its versions from 1."""

    kind: str
    id: str
    etag: str
    body: Body


@dataclass(frozen=True)
class Put:
    """Write a record: a new one when `etag` is None (Conflict when it is there), else in the place of that version."""

    kind: str
    id: str
    body: Body
    etag: str | None = None


@dataclass(frozen=True)
class Delete:
    """Remove a version of a record."""

    kind: str
    id: str
    etag: str


@dataclass(frozen=True)
class Decide:
    """What a person decides about an alert. Conflict when `etag` is not the alert's."""

    alert: str
    change: AlertChange
    etag: str


@dataclass(frozen=True)
class Mark:
    """What the machine notes on an alert, without touching the etag of what people do: the incident it belongs to, the
    record that suppresses it. None leaves as it is, "" clears."""

    alert: str
    incident: str | None = None
    suppressed_by: str | None = None


Write = Put | Delete | Decide | Mark


@dataclass(frozen=True)
class Deed:
    """Who did what, for the audit log. `what` is a code (`alert.close`), `parameters` what to fill in; no secrets."""

    at: int
    who: str
    what: str
    kind: str | None = None
    id: str | None = None
    parameters: Body = field(default_factory=dict)


@dataclass(frozen=True)
class AuditLine:
    """A deed in the log: `number` from 1, `previous` the hash of the line before (`GENESIS` first), `hash` its own."""

    number: int
    deed: Deed
    previous: str
    hash: str


@dataclass(frozen=True)
class Change:
    """That something changed: `number` grows for ever; `etag` None means it is gone. Alerts are of kind `alert`."""

    number: int
    kind: str
    id: str
    etag: str | None


@dataclass(frozen=True)
class RecordQuery:
    """Records of a kind: each word of `equals` equal to the value, or one of the values (of a list: holds it), the
    kind's time in `start` <= time < `end` (ns); newest first unless `descending` is False, then by id."""

    kind: str
    equals: Mapping[str, Scalar | Sequence[Scalar]] = field(default_factory=dict)
    start: int | None = None
    end: int | None = None
    descending: bool = True
    limit: int = 100
    cursor: str | None = None


def line_record(number: int, deed: Deed, previous: str) -> dict[str, Any]:
    """A line of the audit log as the JSON object that is hashed."""
    return {
        "number": number,
        "at": time_text(deed.at),
        "who": deed.who,
        "what": deed.what,
        "kind": deed.kind,
        "id": deed.id,
        "parameters": dict(deed.parameters),
        "previous": previous,
    }


def line_hash(record: Mapping[str, Any]) -> str:
    """SHA-256 of a line's canonical JSON (RFC 8785), without its own hash."""
    return hashlib.sha256(rfc8785.dumps({k: v for k, v in record.items() if k != "hash"})).hexdigest()


def next_line(last: AuditLine | None, deed: Deed) -> AuditLine:
    """The line that follows `last`."""
    number, previous = (last.number + 1, last.hash) if last else (1, GENESIS)
    return AuditLine(number, deed, previous, line_hash(line_record(number, deed, previous)))


def first_broken(lines: Iterable[AuditLine], after: AuditLine | None = None) -> int | None:
    """The number of the first line that does not follow from the one before, None when the chain holds."""
    for line in lines:
        if line != next_line(after, line.deed):
            return (after.number + 1) if after else 1
        after = line
    return None


def words_of_body(kind: Kind, body: Body) -> list[tuple[str, str]]:
    """(field, value as text) of every word that a record is found by."""
    found = []
    for name in kind.words:
        value = body.get(name)
        values = value if isinstance(value, (list, tuple)) else [value]
        found += [(name, word_text(each)) for each in values if each is not None]
    return list(dict.fromkeys(found))


def word_text(value: Any) -> str:
    """A word as it is compared: truth values as `true` and `false`."""
    return str(value).lower() if isinstance(value, bool) else str(value)
