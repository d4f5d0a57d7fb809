"""Both stores: incidents follow their alerts step by step as all at once, and keep what people decided."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from detection.occurrence import Occurrence
from response.alerts import Alert, AlertChange
from response.incidents.desk import IncidentDesk
from response.incidents.follow import Incidents
from response.incidents.grouping import groups_of
from response.incidents.people import IncidentChange
from response.incidents.reach import Judges, decision_of, every
from response.incidents.record import measured, timeline
from response.incidents.steps import rule_steps
from response.ports import AlertQuery, Store
from response.records import Decide, Mark
from response.store_errors import Conflict, Invalid
from response.times import time_text
from tests.alert_cases import MATRIX, MINUTE, POLICY, act, rules
from tests.contract.store_cases import START, segment

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores"]

NOW = START + 1000 * MINUTE


def incidents(store: Store) -> Incidents:
    return Incidents(store, Judges(MATRIX, POLICY, None), rule_steps(rules()))


def take(store: Store, *occurrences: Occurrence, now: int = NOW) -> list[str]:
    """Writes a segment of each and follows it; gives the ids of the alerts."""
    for occurrence in occurrences:
        store.write(segment(occurrence.id, occurrence, sensor=occurrence.sensor))
        key = occurrence.rule, occurrence.dedup
        touched = [alert.id for alert in everything(store) if (alert.rule, alert.dedup) == key]
        incidents(store).update(touched, now)
    return [occurrence.id for occurrence in occurrences]


def everything(store: Store) -> Sequence[Alert]:
    return store.alerts(AlertQuery(triage=False, limit=5000)).items


def live(store: Store) -> dict[str, dict[str, Any]]:
    """Bodies of the incidents that have alerts."""
    return {stored.id: dict(stored.body) for stored in every(store, "incident") if stored.body["alerts"]}


def test_step_by_step_is_all_at_once(store: Store) -> None:
    chance = random.Random(7)
    hosts = [f"10.0.0.{n}" for n in range(1, 7)]
    tactics = [("T0855",), ("T0829",), ("T0846",), ("T0866",)]
    row = {}
    for _ in range(12):
        made = act(
            chance.randrange(240),
            chance.choice(hosts),
            chance.choice(hosts),
            chance.choice(["MB01", "MB03", "G24"]),
            techniques=chance.choice(tactics),
            severity=chance.choice(["medium", "high"]),
        )
        row[made.id] = made
    take(store, *chance.sample(list(row.values()), len(row)))
    whole = groups_of(everything(store), MATRIX, POLICY, None)
    assert live(store).keys() == {group.id for group in whole}
    for group in whole:
        assert live(store)[group.id]["alerts"] == [alert.id for alert in group.alerts]
    marks = {alert.id: alert.incident for alert in everything(store)}
    assert marks == {a.id: None for a in everything(store)} | {a.id: g.id for g in whole for a in g.alerts}


@pytest.mark.parametrize("seed", range(12))
def test_any_arrival_and_any_decisions_come_to_the_same(embedded: Store, seed: int) -> None:
    """Alerts in segments of any size and order, people splitting and merging in between."""
    chance = random.Random(seed)
    hosts = [f"10.0.0.{n}" for n in range(1, 6)]
    row = {}
    for _ in range(30):
        made = act(
            chance.randrange(600),
            chance.choice(hosts),
            chance.choice(hosts),
            chance.choice(["MB01", "MB03", "G24", "G04"]),
            techniques=chance.choice([("T0855",), ("T0829",), ("T0846",), ("T0866",)]),
            severity=chance.choice(["medium", "high"]),
        )
        row[made.id] = made
    waiting, at = chance.sample(list(row.values()), len(row)), NOW
    desk = IncidentDesk(incidents(embedded))
    while waiting:
        some, waiting = waiting[:3], waiting[3:]
        embedded.write(segment(some[0].id, *some))
        mine = {occurrence.id for occurrence in some}
        touched = [a.id for a in everything(embedded) if mine & {o.id for o in embedded.occurrences(a.id)}]
        incidents(embedded).update(touched, at)
        at += 1
        there = live(embedded)
        name = chance.choice(sorted(there)) if there else ""
        if len(there) > 1 and chance.random() < 0.2:
            desk.merge(chance.sample(sorted(there), 2), at, "li", "one cause")
        elif name and len(there[name]["alerts"]) > 1 and chance.random() < 0.3:
            cut = chance.randrange(1, len(there[name]["alerts"]))
            desk.split(name, chance.sample(there[name]["alerts"], cut), at, "li", "two causes")
    decisions = [d for stored in every(embedded, "incident_decision") if (d := decision_of(stored)) is not None]
    whole = groups_of(everything(embedded), MATRIX, POLICY, None, decisions)
    assert {name: body["alerts"] for name, body in live(embedded).items()} == {
        group.id: [alert.id for alert in group.alerts] for group in whole
    }
    marks = {alert.id: alert.incident for alert in everything(embedded)}
    assert marks == dict.fromkeys(marks) | {a.id: g.id for g in whole for a in g.alerts}


def test_following_twice_writes_nothing(store: Store) -> None:
    ids = take(store, act(0, "10.0.0.1", "10.0.0.9"), act(1, "10.0.0.1", "10.0.0.8"))
    before = store.last_change()
    assert incidents(store).update(ids, NOW + 1) == ()
    assert store.last_change() == before


def test_an_incident_says_what_it_is_made_of(store: Store) -> None:
    ids = take(
        store,
        act(0, "10.0.0.1", "10.0.0.9", "G04", techniques=("T0846",)),
        act(2, "10.0.0.1", "10.0.0.9", "MB01", severity="high"),
    )
    ((name, body),) = live(store).items()
    assert body["alerts"] == ids
    assert body["title"]["code"] == "incident.title.one"
    assert (body["assets"], body["zones"]) == (["10.0.0.1", "10.0.0.9"], ["cell"])
    assert (body["techniques"], body["tactics"]) == (["T0846", "T0855"], ["TA0102", "TA0106"])
    assert [member["why"]["code"] for member in body["members"]] == ["incident.why.first", "incident.why.channel"]
    risk = body["risk"]
    assert risk["score"] == round(100 * risk["impact"]["value"] * risk["confidence"]["value"] * 1.0)
    assert risk["impact"]["operation"] == {"value": 1.0, "tactic": "TA0106"}
    assert [task["parameters"]["number"] for task in body["tasks"]] == list(range(1, len(body["tasks"]) + 1))
    assert store.alert(ids[0]).incident == name


def test_measures_are_those_of_thehive(store: Store) -> None:
    take(store, act(0, "10.0.0.1", "10.0.0.9"))
    ((name, _),) = live(store).items()
    desk = IncidentDesk(incidents(store))
    desk.change(name, IncidentChange(NOW + 5 * MINUTE, "li", status="in_progress"), 1)
    change = IncidentChange(NOW + 25 * MINUTE, "li", status="closed", resolution="true_positive", reason="contained")
    body = desk.change(name, change, 2).body
    assert measured(body) == {
        "ttd": NOW - START,
        "ttt": 5 * MINUTE,
        "tta": NOW + 5 * MINUTE - START,
        "ttq": 25 * MINUTE,
        "ttr": 20 * MINUTE,
    }
    assert [line["kind"] for line in timeline(body)] == ["alert", "created", "history", "history", "history"]
    assert [line.deed.what for line in store.audit()] == ["incident.change", "incident.change"]


def test_people_and_machine_do_not_disturb_each_other(store: Store) -> None:
    take(store, act(0, "10.0.0.1", "10.0.0.9"))
    ((name, body),) = live(store).items()
    desk = IncidentDesk(incidents(store))
    desk.change(name, IncidentChange(NOW, "li", assignee="wang", ticks={body["tasks"][0]["id"]: True}), 1)
    take(store, act(1, "10.0.0.1", "10.0.0.8"))
    after = live(store)[name]
    assert (after["assignee"], after["revision"], len(after["alerts"])) == ("wang", 2, 2)
    assert after["ticks"][body["tasks"][0]["id"]]["who"] == "li"
    with pytest.raises(Conflict):
        desk.change(name, IncidentChange(NOW, "zhao", assignee="zhao"), 1)
    for wrong in (
        IncidentChange(NOW, "li", status="closed", resolution="true_positive"),
        IncidentChange(NOW, "li", status="closed", reason="so"),
        IncidentChange(NOW, "", reason="so"),
        IncidentChange(NOW, "li", ticks={"nonsense": True}),
    ):
        with pytest.raises(Invalid):
            desk.change(name, wrong, 2)


def test_an_alert_that_joins_a_closed_incident_opens_it_again(store: Store) -> None:
    take(store, act(0, "10.0.0.1", "10.0.0.9"))
    ((name, _),) = live(store).items()
    closed = IncidentChange(NOW, "li", status="closed", resolution="benign_trigger", reason="test of the line")
    IncidentDesk(incidents(store)).change(name, closed, 1)
    take(store, act(1, "10.0.0.1", "10.0.0.8"), now=NOW + MINUTE)
    body = live(store)[name]
    assert (body["status"], body["history"][-1]["code"], body["revision"]) == ("new", "joined", 2)


def test_an_earlier_alert_takes_the_incident_with_what_people_said(store: Store) -> None:
    take(store, act(10, "10.0.0.1", "10.0.0.9"))
    ((old, _),) = live(store).items()
    IncidentDesk(incidents(store)).change(old, IncidentChange(NOW, "li", status="in_progress", reason="mine"), 1)
    (earlier,) = take(store, act(2, "10.0.0.1", "10.0.0.8"))
    ((new, body),) = live(store).items()
    assert new != old
    assert (body["status"], body["history"][0]["reason"], body["alerts"][0]) == ("in_progress", "mine", earlier)
    gone = store.record("incident", old).body
    assert (gone["status"], gone["resolution"], gone["merged_into"]) == ("closed", "duplicate", new)


def test_split_merge_and_undo_outlive_the_machine(store: Store) -> None:
    one, two = take(store, act(0, "10.0.0.1", "10.0.0.9"), act(5, "10.0.0.1", "10.0.0.8"))
    ((name, _),) = live(store).items()
    desk = IncidentDesk(incidents(store))
    with pytest.raises(Invalid):
        desk.split(name, [one, two], NOW, "li", "all of them")
    decision = desk.split(name, [two], NOW, "li", "another shift")
    assert sorted(body["alerts"] for body in live(store).values()) == sorted([[one], [two]])
    (three,) = take(store, act(6, "10.0.0.1", "10.0.0.8", "MB03"))
    assert sorted(body["alerts"] for body in live(store).values()) == sorted([[one], [two, three]])
    desk.merge(list(live(store)), NOW + 1, "wang", "one visit of the integrator")
    ((_, body),) = live(store).items()
    assert set(body["alerts"]) == {one, two, three}
    desk.undo(decision, NOW + 2, "wang")
    with pytest.raises(Invalid):
        desk.undo(decision, NOW + 2, "wang")
    assert [line.deed.what for line in store.audit()] == ["incident.split", "incident.merge", "incident.undo"]


def test_what_cannot_be_merged(store: Store) -> None:
    take(store, act(0, "10.0.0.1", "10.0.0.9"), act(0, "10.0.0.2", "10.0.0.8", drill=True))
    one, other = live(store)
    desk = IncidentDesk(incidents(store))
    for names, who, reason in (
        ([one, other], "li", "a drill"),
        ([one], "li", "alone"),
        ([one, one], "li", "twice"),
        ([one, other], "", "nobody"),
    ):
        with pytest.raises(Invalid):
            desk.merge(names, NOW, who, reason)


def test_what_is_held_back_alone_opens_nothing(store: Store) -> None:
    (one,) = take(store, act(0, "10.0.0.1", "10.0.0.9"))
    ((name, _),) = live(store).items()
    store.commit([Mark(one, suppressed_by="mute-1")])
    incidents(store).update([one], NOW)
    assert live(store) == {}
    assert store.record("incident", name).body["resolution"] == "benign_trigger"
    store.commit([Mark(one, suppressed_by="")])
    incidents(store).update([one], NOW)
    assert live(store)[name]["status"] == "new"


def test_closing_an_alert_leaves_it_in_its_incident(store: Store) -> None:
    one, _ = take(store, act(0, "10.0.0.1", "10.0.0.9"), act(1, "10.0.0.1", "10.0.0.8"))
    change = AlertChange(NOW, "li", status="closed", resolution="true_positive", reason="seen")
    store.commit([Decide(one, change, store.alert(one).etag)])
    again = replace(
        act(0, "10.0.0.1", "10.0.0.9"), id="later", first_seen=START + 3 * MINUTE, last_seen=START + 3 * MINUTE
    )
    take(store, again)
    ((_, body),) = live(store).items()
    assert len(body["alerts"]) == 3
    assert body["risk"]["novelty"]["seen_before"] == 1
    assert body["last_seen"] == time_text(START + 3 * MINUTE)
