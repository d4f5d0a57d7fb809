"""Records become news. Pure; called again for the same record it gives the same news, whose messages exist already."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from detection.occurrence import text_id
from response.alerts import Alert, Entry
from response.notify.news import RAISED, News, Subject, Value, raised_kind
from response.notify.wording import RuleTexts
from response.playbooks.run import run_of
from response.times import time_ns, time_text

MENTION = re.compile(r"(?<![\w.@])@([A-Za-z0-9][\w.-]*\w|[A-Za-z0-9])")
FRESH = 24 * 3600 * 1_000_000_000
"""What people did longer ago is no news: a channel made today does not hear of last year's assignments."""
ENDS = ("ip", "mac", "port", "asset", "zone")
UNKNOWN = "unknown"
ASSETS_NAMED = 5
APPROVAL = "approval"


def alert_news(alert: Alert, rules: RuleTexts, now: int) -> Iterator[News]:
    """What an alert gives to hear: that it was raised (while nobody has taken it up), who was assigned or mentioned.
    An alert that a mute or a learned entry holds back gives nothing."""
    if alert.suppressed_by is not None:
        return
    if alert.status == "new":
        yield _of_alert(raised_kind(alert.rule_class), alert, rules, alert.first_seen)
    for entry in alert.history:
        if now - entry.at > FRESH:
            continue
        if entry.what == "assignee" and entry.after and entry.after != entry.who:
            told = {"who": entry.who, "assignee": entry.after}
            yield _of_alert("assigned", alert, rules, entry.at, str(entry.at), (entry.after,), told)
        if named := mentioned(entry):
            told = {"who": entry.who, "comment": entry.reason or ""}
            yield _of_alert("mention", alert, rules, entry.at, str(entry.at), named, told)


def mentioned(entry: Entry) -> tuple[str, ...]:
    """The people that a comment names by @, without its author."""
    names = dict.fromkeys(MENTION.findall(entry.reason or ""))
    return tuple(name for name in names if name != entry.who)


def term_news(alert: Alert, rules: RuleTexts, term: str, by: int) -> News:
    """A promised moment went by: `term` acknowledge or resolve, `by` in ns."""
    return _of_alert("sla_breached", alert, rules, by, term, told={"term": term, "by": time_text(by)})


def incident_news(incident_id: str, body: Mapping[str, Any]) -> Iterator[News]:
    """That an incident was opened, while nobody has taken it up."""
    if body["status"] != "new" or body.get("merged_into") or not body["alerts"]:
        return
    zones = tuple(map(str, body.get("zones", ())))
    yield News(
        "incident_opened",
        Subject("incident", incident_id),
        time_ns(body["first_seen"]),
        severity=body["severity"],
        zones=zones,
        drill=bool(body.get("drill")),
        parameters={
            "alerts": len(body["alerts"]),
            "assets": list(body.get("assets", ()))[:ASSETS_NAMED],
            "sensor": body.get("sensor", ""),
            "first_seen": body["first_seen"],
        },
        facts=_facts({"observer.name": body.get("sensor"), "zones": list(zones), "count": len(body["alerts"])}),
    )


def run_news(run_id: str, body: Mapping[str, Any]) -> Iterator[News]:
    """Every step of a run that waits for a named person; a dry run waits for nobody."""
    if body["dry"] or APPROVAL not in body["waiting"]:
        return
    run = run_of(run_id, body)
    playbooks = run.playbooks
    for thread in run.threads:
        if thread.phase != APPROVAL:
            continue
        playbook = playbooks[thread.playbook]
        step = playbook.steps[thread.step]
        yield News(
            "approval_asked",
            Subject("run", run_id),
            run.at if thread.since is None else thread.since,
            sequence=f"{thread.id}:{thread.visit}",
            drill=run.drill,
            parameters={"playbook": dict(playbook.name), "step": dict(step.name), "effect": step.effect},
            facts=_facts({"playbook": playbook.slug, "step": step.id, "effect": step.effect, "alert": run.alert}),
        )


def _of_alert(
    kind: str,
    alert: Alert,
    rules: RuleTexts,
    at: int,
    sequence: str = "",
    persons: Iterable[str] = (),
    told: Mapping[str, Any] | None = None,
) -> News:
    named = rules.named(alert.rule)
    reality = "drill" if alert.drill else "real"
    return News(
        kind,
        Subject("alert", alert.id),
        at,
        sequence,
        severity=alert.severity,
        rule=alert.rule,
        rule_class=alert.rule_class,
        zones=_zones(alert),
        drill=alert.drill,
        persons=tuple(persons),
        thread=text_id("thread", alert.sensor, alert.rule, reality, *alert.dedup) if kind in RAISED else None,
        parameters={
            "sensor": alert.sensor,
            "first_seen": time_text(alert.first_seen),
            "values": {name: value for name, value in alert.parameters.items() if name in named},
            **(told or {}),
        },
        facts=_alert_facts(alert),
    )


def _zones(alert: Alert) -> tuple[str, ...]:
    found = [end.get("zone") for end in (alert.source, alert.destination)]
    return tuple(dict.fromkeys(str(zone) for zone in found if zone and zone != UNKNOWN))


def _alert_facts(alert: Alert) -> Mapping[str, Value]:
    ends = {
        f"{side}.{name}": end.get(name)
        for side, end in (("source", alert.source), ("destination", alert.destination))
        for name in ENDS
        if end.get(name) != UNKNOWN
    }
    return _facts(
        {
            "rule.name": alert.rule,
            "rule.id": alert.rule_id,
            "class": alert.rule_class,
            "network.protocol": alert.protocol,
            "observer.name": alert.sensor,
            **ends,
            "threat.technique.id": list(alert.techniques),
            "incident": alert.incident,
            "playbook": alert.playbook,
        }
    )


def _facts(found: Mapping[str, Any]) -> dict[str, Value]:
    return {name: value for name, value in found.items() if value not in (None, "", [])}
