"""An incident as lines for people, and as JSON: its codes filled in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from api.output.alert_lines import technique_names
from api.output.attack import attack
from api.output.documents import Json, plain
from api.output.hold_lines import hold_line
from api.output.moments import clock, duration, span
from api.output.page import Page
from api.output.told import Teller, safe
from api.texts import Texts
from response.alerts import Alert
from response.incidents.measures import NAMES
from response.incidents.record import is_held, measured
from response.records import Stored
from response.times import time_ns

SHORT = 8
"""Letters of an id that name an alert among those of one incident."""


def incident_document(stored: Stored, words: Texts) -> dict[str, Json]:
    """The record with its id, its title in words and its measures in ns."""
    body = plain(dict(stored.body))
    assert isinstance(body, dict)
    told: dict[str, Json] = {"id": stored.id, "text": incident_title(stored.body, words)}
    measures: dict[str, Json] = dict(measured(stored.body))
    return {**told, **body, "measures": measures}


def incident_title(body: Mapping[str, Any], words: Texts) -> str:
    """Who against whom, and how far it went."""
    title = body["title"]
    return words.get(title["code"], **{name: _named(name, value, words) for name, value in title["parameters"].items()})


def why_line(why: Mapping[str, Any], words: Texts) -> str:
    """Why an alert belongs to its incident."""
    parameters = dict(why["parameters"])
    if "alert" in parameters:
        parameters["alert"] = str(parameters["alert"])[:SHORT]
    return words.get(str(why["code"]), **{name: safe(value) for name, value in parameters.items()})


def incident_block(page: Page, stored: Stored, teller: Teller, zone: tzinfo) -> None:
    """An incident in a list."""
    body, words = stored.body, teller.texts
    _head(page, stored, teller, zone)
    page.line((incident_title(body, words), "strong"), indent=2)
    page.line(" → ".join(_tactic(tactic) for tactic in body["tactics"]), indent=2)
    names = words.get("alert.joint").join(safe(name) for name in body["assets"])
    page.line((f"{names} · id {stored.id}", "faint"), indent=2)


def incident_page(
    page: Page,
    stored: Stored,
    alerts: Sequence[Alert],
    teller: Teller,
    zone: tzinfo,
    hold: Mapping[str, Any] | None = None,
) -> None:
    """Everything about an incident; `alerts` are those of its members that there still are, `hold` what keeps its
    packets."""
    body, words = stored.body, teller.texts
    incident_block(page, stored, teller, zone)
    if body["merged_into"]:
        page.line((words.get("incident.merged", incident=body["merged_into"]), "warn"), indent=2)
    known = {alert.id: alert for alert in alerts}
    _section(page, "chain", words)
    for member in body["members"]:
        _member(page, member, known.get(member["alert"]), teller, zone)
    sections = [
        ("risk", risk_lines(body["risk"], words)),
        ("tasks", task_lines(body, known, teller)),
        ("where", _where(body, words)),
        ("measures", _measures(body, words)),
        ("timeline", _history(body, zone)),
        ("hold", [hold_line(hold, words, zone)] if hold else []),
    ]
    for name, lines in sections:
        if found := list(lines):
            _section(page, name, words)
            for text in found:
                page.line(safe(text), indent=4, hang=2)


def risk_lines(risk: Mapping[str, Any], words: Texts) -> Iterator[str]:
    """The score and every term that it is made of."""
    impact, confidence, novelty = risk["impact"], risk["confidence"], risk["novelty"]
    values = {"impact": impact["value"], "confidence": confidence["value"], "novelty": novelty["value"]}
    yield words.get("incident.risk", score=risk["score"], **values)
    critical, operation = impact["criticality"], impact["operation"]
    yield words.get(
        "incident.impact",
        asset=critical["asset"] or "–",
        criticality=words.word("severity", critical["word"]),
        weight=critical["value"],
        tactic=_tactic(operation["tactic"]),
        operation=operation["value"],
    )
    rules = ", ".join(f"{rule} {sure:g}" for rule, sure in confidence["rules"].items())
    yield words.get("incident.confidence", rules=rules)
    yield words.get("incident.novelty", seen=novelty["seen_before"], alerts=novelty["alerts"])


def task_lines(body: Mapping[str, Any], known: Mapping[str, Alert], teller: Teller) -> Iterator[str]:
    """Tasks by number, with a tick where they are done; texts come from the rule and the alert that brought them."""
    for place, task in enumerate(body["tasks"], 1):
        tick = body["ticks"].get(task["id"], {})
        who = f" ({tick['who']})" if tick.get("done") else ""
        alert = known.get(task["parameters"].get("alert", ""))
        steps = teller.tell(alert).do if alert is not None and task["code"] == "rule.step" else ()
        number = int(task["parameters"].get("number", 0))
        text = steps[number - 1] if 0 < number <= len(steps) else task["id"]
        yield f"{place:>2} [{'x' if tick.get('done') else ' '}] {text}{who}"


def _head(page: Page, stored: Stored, teller: Teller, zone: tzinfo) -> None:
    body, words = stored.body, teller.texts
    state = [words.word("status", body["status"]), words.word("resolution", body["resolution"] or "")]
    state.append(safe(body["assignee"] or ""))
    when = span(time_ns(body["first_seen"]), time_ns(body["last_seen"]), zone)
    parts = [
        ", ".join(filter(None, state)),
        words.get("incident.alerts", count=len(body["alerts"])),
        f"{words.get('incident.label.risk')} {body['risk']['score']}",
        when,
        *([words.get("alert.drill")] if body["drill"] else []),
        *([words.get("incident.held")] if is_held(body) else []),
    ]
    severity = words.word("severity", body["severity"])
    page.line((f" {severity} ", body["severity"]), " " + " · ".join(parts))


def _member(page: Page, member: Mapping[str, Any], alert: Alert | None, teller: Teller, zone: tzinfo) -> None:
    words = teller.texts
    what = teller.tell(alert).what if alert is not None else teller.title(member["rule"])
    when, tactic = clock(time_ns(member["first_seen"]), zone), _tactic(member["tactic"])
    head = f"{when} {tactic} · {member['rule']} ×{member['count']}"
    page.line((words.word("severity", member["severity"]), member["severity"]), f" {head}", indent=4)
    page.line(safe(what), indent=6)
    held = f" · {words.get('story.held_back', record=member['suppressed_by'])}" if member["suppressed_by"] else ""
    page.line((f"{member['alert'][:SHORT]} · {why_line(member['why'], words)}{held}", "faint"), indent=6)


def _section(page: Page, name: str, words: Texts) -> None:
    page.line((words.get(f"incident.label.{name}"), "faint"), indent=2)


def _where(body: Mapping[str, Any], words: Texts) -> Iterator[str]:
    joint = words.get("alert.joint")
    yield joint.join(body["assets"])
    if body["zones"]:
        yield f"{words.get('end.zone')} {joint.join(body['zones'])}"
    yield joint.join(technique_names(body["techniques"]))


def _measures(body: Mapping[str, Any], words: Texts) -> Iterator[str]:
    found = measured(body)
    for name in NAMES:
        value = found[name]
        if value is not None:
            yield f"{name.upper()} {words.get(f'measure.{name}')}: {duration(value)}"


def _history(body: Mapping[str, Any], zone: tzinfo) -> Iterator[str]:
    for entry in body["history"]:
        change = "" if entry["what"] == "comment" else f" {entry['what']} {entry['from'] or '–'} → {entry['to'] or '–'}"
        yield f"{clock(time_ns(entry['at']), zone)} {entry['who']}:{change} {entry['reason'] or ''}".rstrip()


def _named(name: str, value: Any, words: Texts) -> str:
    return _tactic(value) if name == "tactic" else safe(value)


def _tactic(tactic: str | None) -> str:
    found = attack().tactics.get(tactic or "")
    return found.name if found else "–"
