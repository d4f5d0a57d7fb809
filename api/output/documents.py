"""Records as JSON for programs: names of the vocabulary, times in UTC, texts beside their parameters."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from api.output.moments import iso
from api.output.told import Teller
from detection.occurrence import Packets
from response.alerts import Alert
from response.ports import AssetRecord

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"


def alert_document(alert: Alert, teller: Teller) -> dict[str, Json]:
    """An alert as programs get it. `text` is in the teller's language; `parameters` render it in another."""
    told = teller.tell(alert)
    return {
        "id": alert.id,
        "rule": alert.rule,
        "rule_id": alert.rule_id,
        "rule_version": alert.rule_version,
        "severity": alert.severity,
        "class": alert.rule_class,
        "status": alert.status,
        "resolution": alert.resolution,
        "assignee": alert.assignee,
        "title": told.title,
        "techniques": list(alert.techniques),
        "source": plain(alert.source),
        "destination": plain(alert.destination),
        "protocol": alert.protocol,
        "first_seen": iso(alert.first_seen),
        "last_seen": iso(alert.last_seen),
        "count": alert.count,
        "occurrences": alert.occurrences,
        "text": {"what": told.what, "why": told.why, "do": list(told.do), "safety": told.safety or None},
        "parameters": plain(alert.parameters),
        "explanation": _explanation(alert),
        "events": list(alert.events),
        "packets": _packets(alert.packets),
        "objects": list(alert.objects),
        "controls": list(alert.controls),
        "playbook": alert.playbook,
        "lacking": list(alert.lacking),
        "sensor": alert.sensor,
        "drill": alert.drill,
        "precedent": alert.precedent,
        "incident": alert.incident,
    }


def asset_document(asset: AssetRecord) -> dict[str, Json]:
    """An asset with every value of its attributes and the evidence for it."""
    attributes: dict[str, Json] = {}
    for name, values in sorted(asset.attributes.items()):
        attributes[name] = [
            {
                "value": v.value,
                "confidence": v.confidence,
                "evidence": v.evidence,
                "first_seen": iso(v.first_seen),
                "last_seen": iso(v.last_seen),
                "packets": _packets(v.packets),
            }
            for v in values
        ]
    return {
        "key": asset.key,
        "segment": asset.segment,
        "roles": list(asset.roles),
        "first_seen": iso(asset.first_seen),
        "last_seen": iso(asset.last_seen),
        "attributes": attributes,
    }


def listing(schema: str, data: Iterable[Json], **meta: Json) -> str:
    """`{"schema": …, "data": […], "meta": {…}}`, as every --json of a list prints it."""
    return dumps({"schema": schema, "data": list(data), "meta": meta})


def dumps(document: Json) -> str:
    """JSON for reading: indented, letters as they are, keys in the order of the document."""
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)


def line(document: Json) -> str:
    """JSON on one line."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def plain(value: object) -> Json:
    """Any value of a record as JSON; what JSON cannot hold becomes text, NaN and infinities null."""
    if isinstance(value, float):
        return value if value - value == 0 else None
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return str(value)


def _explanation(alert: Alert) -> Json:
    since = alert.explanation.get("since")
    told = plain(alert.explanation)
    if isinstance(told, dict) and isinstance(since, int):
        told["since"] = iso(since)
    return told


def _packets(packets: Iterable[Packets]) -> list[Json]:
    return [{"capture": p.capture, "first": p.first, "last": p.last} for p in packets]
