"""Records as JSON objects with the vocabulary's flat names, and back: one form for both stores.

Times are ISO text with nanoseconds, so that the same object is an Elasticsearch document and a row's body in SQLite.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from detection.occurrence import Occurrence, Packets
from response.alerts import Alert, Entry
from response.ports import AssetRecord, AttributeValue, DeadLetter
from response.times import time_ns, time_text

Record = dict[str, Any]


def dumps(value: Any) -> str:
    """Compact JSON: no NaN (null instead), ASCII only (a lone surrogate stays an escape), foreign types as text."""
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False, default=_plain)
    except ValueError:
        return json.dumps(_finite(value), separators=(",", ":"), allow_nan=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, (set, frozenset, tuple)):
        return sorted(value, key=str)
    return value.hex() if isinstance(value, bytes) else str(value)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(k): _finite(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(v) for v in value]
    return value


def occurrence_record(o: Occurrence) -> Record:
    """An occurrence as a JSON object."""
    return {
        "id": o.id,
        "sensor": o.sensor,
        "dedup": list(o.dedup),
        "minute": o.minute,
        "part": o.part,
        "count": o.count,
        **_judgement(o),
        **_happening(o),
    }


def occurrence_from(r: Record) -> Occurrence:
    """The occurrence that `occurrence_record` wrote."""
    return Occurrence(minute=r["minute"], part=r["part"], **_common(r))


def alert_record(a: Alert) -> Record:
    """An alert as a JSON object with the names of the vocabulary's Record."""
    return {
        "id": a.id,
        "precedent": a.precedent,
        "sensor": a.sensor,
        "dedup": list(a.dedup),
        "count": a.count,
        "occurrences": a.occurrences,
        **_judgement(a),
        **_happening(a),
        "status": a.status,
        "resolution": a.resolution,
        "assignee": a.assignee,
        "incident": a.incident,
        "suppressed_by": a.suppressed_by,
        "etag": a.etag,
        "history": [_entry_record(e) for e in a.history],
    }


def alert_from(r: Record) -> Alert:
    """The alert that `alert_record` wrote."""
    return Alert(
        precedent=r["precedent"],
        occurrences=r["occurrences"],
        status=r["status"],
        resolution=r["resolution"],
        assignee=r["assignee"],
        incident=r["incident"],
        suppressed_by=r.get("suppressed_by"),
        etag=r["etag"],
        history=tuple(_entry_from(e) for e in r["history"]),
        **_common(r),
    )


def _judgement(o: Occurrence | Alert) -> Record:
    return {
        "rule.name": o.rule,
        "rule.id": o.rule_id,
        "rule.version": o.rule_version,
        "class": o.rule_class,
        "severity": o.severity,
        "threat.technique.id": list(o.techniques),
        "controls": list(o.controls),
        "objects": list(o.objects),
        "playbook": o.playbook,
        "lacking": list(o.lacking),
    }


def _happening(o: Occurrence | Alert) -> Record:
    return {
        "first_seen": time_text(o.first_seen),
        "last_seen": time_text(o.last_seen),
        "events": list(o.events),
        "packets": packets_record(o.packets),
        "network.protocol": o.protocol,
        **{f"source.{name}": value for name, value in o.source.items()},
        **{f"destination.{name}": value for name, value in o.destination.items()},
        "parameters": o.parameters,
        "explanation": o.explanation,
        "drill": o.drill,
    }


def _common(r: Record) -> Record:
    return {
        "id": r["id"],
        "sensor": r["sensor"],
        "dedup": tuple(r["dedup"]),
        "count": r["count"],
        "rule": r["rule.name"],
        "rule_id": r["rule.id"],
        "rule_version": r["rule.version"],
        "rule_class": r["class"],
        "severity": r["severity"],
        "techniques": tuple(r["threat.technique.id"]),
        "controls": tuple(r["controls"]),
        "objects": tuple(r["objects"]),
        "playbook": r["playbook"],
        "lacking": tuple(r["lacking"]),
        "first_seen": time_ns(r["first_seen"]),
        "last_seen": time_ns(r["last_seen"]),
        "events": tuple(r["events"]),
        "packets": packets_from(r["packets"]),
        "protocol": r["network.protocol"],
        "source": {k.removeprefix("source."): v for k, v in r.items() if k.startswith("source.")},
        "destination": {k.removeprefix("destination."): v for k, v in r.items() if k.startswith("destination.")},
        "parameters": r["parameters"],
        "explanation": r["explanation"],
        "drill": r["drill"],
    }


def packets_record(packets: Iterable[Packets]) -> list[Record]:
    return [{"capture": p.capture, "first": p.first, "last": p.last} for p in packets]


def packets_from(records: Iterable[Record]) -> tuple[Packets, ...]:
    return tuple(Packets(**r) for r in records)


def _entry_record(e: Entry) -> Record:
    return {"at": time_text(e.at), "who": e.who, "what": e.what, "from": e.before, "to": e.after, "reason": e.reason}


def _entry_from(r: Record) -> Entry:
    return Entry(time_ns(r["at"]), r["who"], r["what"], r["from"], r["to"], r["reason"])


def asset_record(a: AssetRecord) -> Record:
    """An asset as a JSON object."""
    return {
        "key": a.key,
        "first_seen": time_text(a.first_seen),
        "last_seen": time_text(a.last_seen),
        "roles": list(a.roles),
        "segment": a.segment,
        "attributes": {name: [_value_record(v) for v in values] for name, values in a.attributes.items()},
    }


def asset_from(r: Record) -> AssetRecord:
    """The asset that `asset_record` wrote."""
    attributes = {name: tuple(_value_from(v) for v in values) for name, values in r["attributes"].items()}
    return AssetRecord(
        r["key"], attributes, time_ns(r["first_seen"]), time_ns(r["last_seen"]), tuple(r["roles"]), r["segment"]
    )


def _value_record(v: AttributeValue) -> Record:
    span = {"first_seen": time_text(v.first_seen), "last_seen": time_text(v.last_seen)}
    return {**vars(v), **span, "packets": packets_record(v.packets)}


def _value_from(r: Record) -> AttributeValue:
    span = {"first_seen": time_ns(r["first_seen"]), "last_seen": time_ns(r["last_seen"])}
    return AttributeValue(**{**r, **span, "packets": packets_from(r["packets"])})


def dead_letter_record(d: DeadLetter) -> Record:
    """A dead letter as a JSON object; the record itself as JSON text, for it may be anything."""
    return {**vars(d), "record": dumps(d.record)}


def dead_letter_from(r: Record) -> DeadLetter:
    """The dead letter that `dead_letter_record` wrote."""
    return DeadLetter(**{**r, "record": json.loads(r["record"])})
