"""An incident as it is stored: what the machine computes anew each time, beside what people decided. Pure.

Two parts of one JSON object. `MACHINE` fields follow from the alerts; `PEOPLE` fields are carried along, also when
incidents become one. `revision` counts the changes of people: machine updates never change it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from response.alerts import SEVERITIES, Alert
from response.incidents.ends import UNKNOWN, link_layer, name_of
from response.incidents.grouping import Group
from response.incidents.killchain import Matrix
from response.incidents.links import Link
from response.incidents.measures import measures, moments
from response.incidents.risk import risk_of
from response.times import time_ns, time_text
from response.triage.policy import Policy

PEOPLE = ("status", "resolution", "assignee", "ticks", "history", "revision", "created_at", "held")
MACHINE_NAME = "bittern"
"""Who the history names for what the machine did."""


@dataclass(frozen=True)
class Step:
    """A task that an alert brings: an id that stays, and a code with parameters for its text."""

    id: str
    code: str
    parameters: Mapping[str, Any]


Steps = Callable[[Alert], Sequence[Step]]


def machine_part(group: Group, matrix: Matrix, policy: Policy, steps: Steps) -> dict[str, Any]:
    """Everything that follows from the alerts of a group."""
    alerts = group.alerts
    ends = [end for alert in alerts for end in (alert.source, alert.destination)]
    stages = sorted({stage for a in alerts if (stage := matrix.stage(a))}, key=matrix.rank)
    return {
        "title": _title(group, stages),
        "sensor": group.first.sensor,
        "drill": group.first.drill,
        "severity": max((a.severity for a in alerts), key=SEVERITIES.index),
        "alerts": [alert.id for alert in alerts],
        "members": [_member(alert, group, matrix) for alert in alerts],
        "count": sum(alert.count for alert in alerts),
        "assets": sorted({name for end in ends if (name := name_of(end))}),
        "zones": sorted({str(end["zone"]) for end in ends if end.get("zone", UNKNOWN) != UNKNOWN}),
        "techniques": sorted({technique for alert in alerts for technique in alert.techniques}),
        "tactics": stages,
        "first_seen": time_text(group.first.first_seen),
        "last_seen": time_text(max(alert.last_seen for alert in alerts)),
        "risk": risk_of(alerts, matrix, policy),
        "tasks": _tasks(alerts, steps),
    }


def fresh(now: int) -> dict[str, Any]:
    """What people decided about an incident that nobody has seen yet; made a record at `now` (ns)."""
    return {
        "status": "new",
        "resolution": None,
        "assignee": None,
        "ticks": {},
        "history": [],
        "revision": 1,
        "created_at": time_text(now),
        "held": False,
    }


def together(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What people decided about several incidents that are one now; the first leads, nothing that was said is lost."""
    lead = {name: parts[0][name] for name in PEOPLE if name != "held"}
    lead["held"] = any(is_held(part) for part in parts)  # a hold is never lost by becoming one
    for other in parts[1:]:
        lead["ticks"] = {**other["ticks"], **lead["ticks"]}
        lead["assignee"] = lead["assignee"] or other["assignee"]
        lead["created_at"] = min(lead["created_at"], other["created_at"])
        lead["revision"] = max(lead["revision"], other["revision"])
        lines = [*lead["history"], *(line for line in other["history"] if line not in lead["history"])]
        lead["history"] = sorted(lines, key=lambda line: str(line["at"]))
        if other["status"] == "in_progress" and lead["status"] != "in_progress":
            lead |= {"status": "in_progress", "resolution": None}
    return lead


def is_held(body: Mapping[str, Any]) -> bool:
    """Whether an incident keeps its evidence although retention would remove it; earlier records do not say."""
    return bool(body.get("held"))


def reopened(people: Mapping[str, Any], joined: Iterable[str], now: int) -> dict[str, Any]:
    """A closed incident that open alerts joined: it is new again, and its history says by what."""
    named = ", ".join(sorted(joined))
    line = history_line(now, MACHINE_NAME, "status", "closed", "new", None) | {"code": "joined", "alerts": named}
    return {**people, "status": "new", "resolution": None, "history": [*people["history"], line]}


def history_line(at: int, who: str, what: str, before: Any, after: Any, reason: str | None) -> dict[str, Any]:
    """One line of an incident's history."""
    return {"at": time_text(at), "who": who, "what": what, "from": before, "to": after, "reason": reason}


def measured(body: Mapping[str, Any]) -> dict[str, int | None]:
    """TTD, TTT, TTA, TTQ and TTR of a stored incident, in ns."""
    steps = [(time_ns(line["at"]), str(line["to"])) for line in body["history"] if line["what"] == "status"]
    return dict(measures(moments(time_ns(body["first_seen"]), time_ns(body["created_at"]), steps)))


def timeline(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What happened and what was done, in order of time: alerts by first packet, then the history."""
    seen = [{"at": m["first_seen"], "kind": "alert", **m} for m in body["members"]]
    done = [{"kind": "history", **line} for line in body["history"]]
    made = [{"at": body["created_at"], "kind": "created"}]
    return sorted([*seen, *made, *done], key=lambda each: str(each["at"]))


def _actor(group: Group) -> str:
    """Who acts, by the first alert that can say it. Frames only claim an address: then it is their MAC."""
    alerts = (group.first, *group.alerts)
    named = (name for a in alerts if not link_layer(a) and (name := name_of(a.source)))
    stations = (str(mac) for a in alerts if (mac := a.source.get("mac")))
    return next(chain(named, stations, filter(None, (name_of(a.source) for a in alerts))), UNKNOWN)


def _title(group: Group, stages: Sequence[str]) -> dict[str, Any]:
    """`incident.title.*`: who against whom, and how far it went."""
    actor = _actor(group)
    in_time = sorted(group.alerts, key=lambda a: (a.first_seen, a.id))
    victims = list(dict.fromkeys(name for a in in_time if (name := name_of(a.destination))))
    victim = max(victims, key=lambda v: sum(name_of(a.destination) == v for a in in_time), default=UNKNOWN)
    parameters = {"actor": actor, "victim": victim, "tactic": stages[-1] if stages else UNKNOWN}
    if len(victims) <= 1:
        return {"code": "incident.title.one", "parameters": parameters}
    return {"code": "incident.title.several", "parameters": {**parameters, "others": len(victims) - 1}}


def _member(alert: Alert, group: Group, matrix: Matrix) -> dict[str, Any]:
    link = group.reasons.get(alert.id)
    parameters = {} if link is None else {**link.parameters, "alert": _other(link, alert.id)}
    return {
        "alert": alert.id,
        "rule": alert.rule,
        "severity": alert.severity,
        "tactic": matrix.stage(alert),
        "first_seen": time_text(alert.first_seen),
        "last_seen": time_text(alert.last_seen),
        "count": alert.count,
        "suppressed_by": alert.suppressed_by,
        "why": {"code": f"incident.why.{link.why if link else 'first'}", "parameters": parameters},
    }


def _other(link: Link, alert: str) -> str:
    return link.other if link.one == alert else link.one


def _tasks(alerts: Sequence[Alert], steps: Steps) -> list[dict[str, Any]]:
    """Steps of each playbook once, of the first alert that names it."""
    tasks: list[dict[str, Any]] = []
    named: set[str] = set()
    for alert in alerts:
        subject = alert.playbook or alert.rule
        if subject in named:
            continue
        named.add(subject)
        tasks += [
            {"id": step.id, "code": step.code, "parameters": dict(step.parameters), "playbook": alert.playbook}
            for step in steps(alert)
        ]
    return tasks
