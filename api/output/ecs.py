"""An alert as an Elastic Common Schema 9 document; what ECS has no name for stands under `ot.` (vocabulary)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from api.output.attack import attack
from api.output.documents import Json, line, plain
from api.output.moments import iso
from api.output.told import Teller
from response.alerts import Alert

ECS_VERSION = "9.0.0"
SEVERITY = {"informational": 0, "low": 21, "medium": 47, "high": 73, "critical": 99}
"""`event.severity`: the steps that Elastic's own detection rules use."""


def render_ecs(alerts: Iterable[Alert], teller: Teller) -> str:
    """One document a line, in the order given."""
    return "".join(line(ecs_document(alert, teller)) + "\n" for alert in alerts)


def ecs_document(alert: Alert, teller: Teller) -> dict[str, Json]:
    """The document, nested, without empty fields. `@timestamp` is when the alert was first seen."""
    told = teller.tell(alert)
    fields: dict[str, Json] = {
        "@timestamp": iso(alert.first_seen),
        "ecs.version": ECS_VERSION,
        "message": told.what,
        "event.kind": "alert",
        "event.category": ["intrusion_detection"],
        "event.type": ["info"],
        "event.module": "bittern",
        "event.dataset": "bittern.alert",
        "event.id": alert.id,
        "event.code": alert.rule,
        "event.severity": SEVERITY[alert.severity],
        "event.start": iso(alert.first_seen),
        "event.end": iso(alert.last_seen),
        "event.reason": told.why,
        "rule.id": alert.rule_id,
        "rule.name": alert.rule,
        "rule.version": alert.rule_version,
        "rule.category": alert.rule_class,
        "rule.description": told.title,
        "rule.ruleset": "bittern",
        "network.protocol": alert.protocol,
        "observer.name": alert.sensor,
        "observer.type": "ids",
        "observer.vendor": "Bittern",
        "observer.product": "Bittern",
        "related.ip": sorted({end["ip"] for end in (alert.source, alert.destination) if end.get("ip")}),
    }
    fields |= _threat(alert) | _end("source", alert.source) | _end("destination", alert.destination)
    fields |= {f"ot.alert.{name}": value for name, value in _rest(alert, told.do, told.safety).items()}
    return _nested({name: value for name, value in fields.items() if value not in (None, "", [], {})})


def _threat(alert: Alert) -> dict[str, Json]:
    if not alert.techniques:
        return {}
    known = [attack().techniques[t] for t in alert.techniques if t in attack().techniques]
    tactics = list(dict.fromkeys(tactic for technique in known for tactic in technique.tactics))
    return {
        "threat.framework": "MITRE ATT&CK for ICS",
        "threat.technique.id": [t.id for t in known],
        "threat.technique.name": [t.name for t in known],
        "threat.tactic.id": list[Json](tactics),
        "threat.tactic.name": [attack().tactics[t].name for t in tactics if t in attack().tactics],
    }


def _end(side: str, end: Mapping[str, object]) -> dict[str, Json]:
    ecs: dict[str, Json] = {f"{side}.{name}": plain(end.get(name)) for name in ("ip", "port", "mac")}
    ecs[f"{side}.address"] = plain(end.get("ip") or end.get("mac"))
    rest: dict[str, Json] = {
        f"ot.{side}.{name}": plain(value) for name, value in end.items() if name not in ("ip", "port", "mac")
    }
    return ecs | rest


def _rest(alert: Alert, do: tuple[str, ...], safety: str) -> dict[str, Json]:
    return {
        "severity": alert.severity,
        "class": alert.rule_class,
        "status": alert.status,
        "resolution": alert.resolution,
        "count": alert.count,
        "occurrences": alert.occurrences,
        "do": list(do),
        "safety": safety,
        "objects": list(alert.objects),
        "controls": list(alert.controls),
        "playbook": alert.playbook,
        "lacking": list(alert.lacking),
        "drill": alert.drill,
        "precedent": alert.precedent,
        "incident": alert.incident,
        "events": list(alert.events),
        "packets": [f"{p.capture}:{p.first}-{p.last}" for p in alert.packets],
        # Free in form, so as text: parameters are named by rules, and must not become fields of an index.
        "parameters": line(plain(alert.parameters)),
        "explanation": line(plain(alert.explanation)) if alert.explanation else None,
    }


def _nested(fields: Mapping[str, Json]) -> dict[str, Json]:
    """`{"a.b": 1}` as `{"a": {"b": 1}}`; no name is another's prefix."""
    tree: dict[str, Json] = {}
    for name, value in fields.items():
        *path, last = name.split(".")
        branch = tree
        for step in path:
            below = branch.setdefault(step, {})
            assert isinstance(below, dict)
            branch = below
        branch[last] = value
    return tree
