"""Both stores: learning, muting, their previews and their undoing; what is held back never vanishes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from detection.occurrence import Occurrence
from response.alerts import Alert, AlertChange
from response.incidents.follow import Incidents
from response.incidents.reach import Judges
from response.incidents.steps import rule_steps
from response.ports import AlertQuery, Store
from response.records import Put
from response.store_errors import Conflict, Invalid
from response.times import time_text
from response.triage.desk import By, Learning, TriageDesk
from response.triage.follow import Follower
from response.triage.precedent import accuracy, precedent_of
from response.triage.scope import Scope
from tests.alert_cases import MATRIX, MINUTE, POLICY, act, alerts, rules
from tests.contract.store_cases import START, segment

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores"]

DAY = 1440 * MINUTE
NOW = START + 600 * MINUTE
LI, WANG = By("li", NOW, "the new station of line 2"), By("wang", NOW + 1, "seen in the field")
YES, APPROVAL, NEVER = "MB05", "MB01", "MB10"
"""Rules by how they can be learned."""


def desk(store: Store) -> TriageDesk:
    return TriageDesk(store, rules(), POLICY)


def follower(store: Store) -> Follower:
    return Follower(store, Incidents(store, Judges(MATRIX, POLICY, None), rule_steps(rules())))


def take(store: Store, *occurrences: Occurrence) -> list[Alert]:
    for occurrence in occurrences:
        store.write(segment(occurrence.id, occurrence))
    return [store.alert(o.id) for o in occurrences if o.id in {a.id for a in everything(store)}]


def everything(store: Store) -> list[Alert]:
    return list(store.alerts(AlertQuery(triage=False, limit=1000)).items)


def queue(store: Store) -> list[str]:
    return sorted(a.id for a in everything(store) if not a.suppressed_by and a.status != "closed")


def again(occurrence: Occurrence, minutes: int, **changes: Any) -> Occurrence:
    when = occurrence.first_seen + minutes * MINUTE
    moved = {"id": f"{occurrence.id}-{minutes}", "first_seen": when, "last_seen": when, "minute": when}
    return replace(occurrence, **{**moved, **changes})


def test_what_is_learned_closes_its_alert_and_holds_back_its_like(store: Store) -> None:
    row = act(0, "10.0.0.1", "10.0.0.9", YES)
    mine, other = take(store, row, act(0, "10.0.0.2", "10.0.0.9", YES))
    learned = desk(store).learn(mine.id, mine.etag, Learning(), LI)
    assert learned.body["state"] == "active"
    closed = store.alert(mine.id)
    assert (closed.status, closed.resolution, closed.suppressed_by) == ("closed", "benign_trigger", None)
    store.write(segment("later", again(row, 5)))
    follower(store).turn(NOW)
    late = next(a for a in everything(store) if a.precedent == mine.id)
    assert (late.status, late.suppressed_by) == ("new", learned.id)
    assert queue(store) == [other.id]
    store.write(segment("later still", again(row, 7)))
    follower(store).turn(NOW)
    assert store.alert(late.id).count == 2, "held back, it is still counted"
    assert [line.deed.what for line in store.audit()] == ["alert.learn"]


def test_undoing_gives_everything_back(store: Store) -> None:
    row = act(0, "10.0.0.1", "10.0.0.9", YES)
    (mine,) = take(store, row)
    learned = desk(store).learn(mine.id, mine.etag, Learning(), LI)
    store.write(segment("later", again(row, 5)))
    follower(store).turn(NOW)
    assert queue(store) == []
    assert desk(store).undo("learned", learned.id, WANG) == []
    assert len(queue(store)) == 2
    assert store.record("learned", learned.id).body["state"] == "undone"
    with pytest.raises(Invalid):
        desk(store).undo("learned", learned.id, WANG)
    follower(store).turn(NOW)
    assert len(queue(store)) == 2


def test_undoing_overwrites_nobody(store: Store) -> None:
    (mine,) = take(store, act(0, "10.0.0.1", "10.0.0.9", YES))
    learned = desk(store).learn(mine.id, mine.etag, Learning(), LI)
    known = store.alert(mine.id)
    desk(store).decide(mine.id, AlertChange(NOW, "zhao", resolution="maintenance", reason="ours"), known.etag)
    assert desk(store).undo("learned", learned.id, WANG) == [mine.id]
    assert store.alert(mine.id).resolution == "maintenance"


def test_approval_needs_a_second_person_and_never_is_never(store: Store) -> None:
    mine, grave = take(store, act(0, "10.0.0.1", "10.0.0.9", APPROVAL), act(0, "10.0.0.1", "10.0.0.9", NEVER))
    proposed = desk(store).learn(mine.id, mine.etag, Learning(), LI)
    assert (proposed.body["state"], store.alert(mine.id).status) == ("proposed", "new")
    with pytest.raises(Invalid):
        desk(store).approve(proposed.id, LI)
    assert desk(store).approve(proposed.id, WANG).body["approved_by"] == "wang"
    assert store.alert(mine.id).resolution == "benign_trigger"
    with pytest.raises(Invalid):
        desk(store).approve(proposed.id, WANG)
    with pytest.raises(Invalid):
        desk(store).learn(grave.id, grave.etag, Learning(), LI)
    with pytest.raises(Invalid):
        desk(store).learn(grave.id, grave.etag, Learning(form="role"), LI)


def test_a_refused_proposal_holds_nothing_back(store: Store) -> None:
    (mine,) = take(store, act(0, "10.0.0.1", "10.0.0.9", APPROVAL))
    proposed = desk(store).learn(mine.id, mine.etag, Learning(), LI)
    assert desk(store).refuse(proposed.id, WANG).body["state"] == "refused"
    follower(store).turn(NOW)
    assert queue(store) == [mine.id]


def test_two_people_learn_at_once(store: Store) -> None:
    (mine,) = take(store, act(0, "10.0.0.1", "10.0.0.9", YES))
    desk(store).decide(mine.id, AlertChange(NOW, "zhao", assignee="zhao"), mine.etag)
    with pytest.raises(Conflict):
        desk(store).learn(mine.id, mine.etag, Learning(), LI)
    assert store.audit()[-1].deed.what == "alert.decide"


def test_a_range_holds_back_only_what_lies_wholly_inside(store: Store) -> None:
    def touching(address: str, host: str = "10.0.0.1", count: int = 1) -> Occurrence:
        made = act(0, host, "10.0.0.9", YES, parameters={"ot.object.address": address}, count=count)
        return replace(made, id=f"{host}{address}{count}", dedup=(host, address, str(count)))

    inside, edge, outside, kind, many, foreign = take(
        store,
        touching("holding:10-19"),
        touching("holding:99"),
        touching("holding:95-104"),
        touching("coil:10"),
        replace(touching("holding:20", count=7), dedup=("no", "object")),
        touching("holding:10-19", "10.0.0.2"),
    )
    learned = desk(store).learn(inside.id, inside.etag, Learning("range", objects=("holding", 0, 99)), LI)
    held = {alert.id: alert.suppressed_by for alert in everything(store)}
    assert held[edge.id] == learned.id
    assert [held[each.id] for each in (outside, kind, many, foreign)] == [None] * 4


@pytest.mark.parametrize(
    ("value", "count", "fits"), [(2500.0, 1, True), (4000.0, 1, True), (4001.0, 1, False), (2500.0, 2, False)]
)
def test_values_fit_a_range_when_every_one_is_known(value: float, count: int, fits: bool) -> None:
    made = act(0, "10.0.0.1", "10.0.0.9", "MB03", explanation={"observed": {"value": value}}, count=count)
    (alert,) = alerts(made)
    assert Scope(rule="MB03", values=(1000.0, 4000.0)).fits(alert, [made]) is fits


def test_a_role_is_learned_for_every_host_that_has_it(store: Store) -> None:
    def ends(*roles: str) -> dict[str, Any]:
        return {"ip": "10.0.0.1", "asset": "10.0.0.1", "roles": list(roles)}

    row = act(0, "10.0.0.1", "10.0.0.9", YES)
    mine = replace(row, source=ends("engineering", "programmer"))
    like = replace(act(0, "10.0.0.2", "10.0.0.9", YES), source=ends("engineering", "hmi", "programmer"))
    unlike = replace(act(0, "10.0.0.3", "10.0.0.9", YES), source=ends("hmi"))
    nobody = replace(act(0, "10.0.0.4", "10.0.0.9", YES), source=ends("unknown"))
    first, same, other, unknown = take(store, mine, like, unlike, nobody)
    learned = desk(store).learn(first.id, first.etag, Learning("role"), LI)
    marks = {alert.id: alert.suppressed_by for alert in everything(store)}
    assert (marks[same.id], marks[other.id]) == (learned.id, None)
    with pytest.raises(Invalid):
        desk(store).learn(unknown.id, unknown.etag, Learning("role"), LI)


def test_a_mute_holds_back_until_its_time_and_says_so(store: Store) -> None:
    row = act(0, "10.0.0.1", "10.0.0.9")
    mine, other = take(store, row, act(0, "10.0.0.3", "10.0.0.8"))
    by = By("li", START + MINUTE, "works on line 1")
    mute = desk(store).mute(Scope(source="10.0.0.1", destination="10.0.0.9"), START + 60 * MINUTE, by)
    assert store.alert(mine.id).suppressed_by == mute.id
    assert queue(store) == [other.id]
    follower(store).turn(START + 2 * MINUTE)
    store.write(segment("after", again(row, 61)))
    follower(store).turn(START + 62 * MINUTE)
    assert mine.id in queue(store), "it went on behind the end of the mute"
    assert store.record("mute", mute.id).body["state"] == "over"


def test_a_mute_that_is_over_gives_back_what_is_seen_no_more(store: Store) -> None:
    (mine,) = take(store, act(0, "10.0.0.1", "10.0.0.9"))
    desk(store).mute(Scope(zone="cell"), START + 60 * MINUTE, By("li", START + MINUTE, "works"))
    assert follower(store).turn(START + 59 * MINUTE).ended == 0
    assert queue(store) == []
    assert follower(store).turn(START + 60 * MINUTE).ended == 1
    assert queue(store) == [mine.id]


def test_what_a_mute_must_have(store: Store) -> None:
    year = NOW + 365 * DAY
    for scope, until, by in (
        (Scope(), NOW + DAY, LI),
        (Scope(rule="MB01"), NOW, LI),
        (Scope(rule="MB01"), year + 1, LI),
        (Scope(rule="MB01"), NOW + DAY, By("li", NOW, "")),
        (Scope(rule="MB01"), NOW + DAY, By("", NOW, "works")),
    ):
        with pytest.raises(Invalid):
            desk(store).mute(scope, until, by)


def test_drills_are_never_held_back(store: Store) -> None:
    (drill,) = take(store, act(0, "10.0.0.1", "10.0.0.9", drill=True))
    desk(store).mute(Scope(rule="MB01"), NOW + DAY, LI)
    follower(store).turn(NOW)
    assert queue(store) == [drill.id]


def test_a_preview_tells_what_will_be_done_and_does_nothing(store: Store) -> None:
    rows = [act(n, "10.0.0.1", f"10.0.0.{20 + n}") for n in range(4)]
    one, two, _, _ = take(store, *rows, act(0, "10.0.0.2", "10.0.0.30", "MB03"))[:4]
    desk(store).decide(one.id, AlertChange(NOW, "li", "closed", "true_positive", None, "it was"), one.etag)
    desk(store).decide(two.id, AlertChange(NOW, "li", status="in_progress"), two.etag)
    before = store.last_change()
    effect = desk(store).preview(Scope(rule="MB01"), NOW)
    told = effect.record()
    assert store.last_change() == before
    assert (told["open"], told["recent"], told["true_positives"], told["taken"]) == (3, 4, 1, 1)
    assert told["true_positive_alerts"] == [one.id]
    assert effect.warns
    assert [w["code"] for w in told["warnings"]] == ["triage.warning.true_positives", "triage.warning.taken"]
    mute = desk(store).mute(Scope(rule="MB01"), NOW + DAY, LI)
    assert sorted(a.id for a in everything(store) if a.suppressed_by == mute.id) == sorted(effect.open)
    assert desk(store).preview(Scope(rule="MB01"), NOW + 60 * DAY).recent == 0


def test_a_turn_that_died_behind_the_record_is_made_up_for(store: Store) -> None:
    (mine,) = take(store, act(0, "10.0.0.1", "10.0.0.9"))
    follower(store).turn(NOW)
    body = {
        "at": time_text(NOW), "state": "active", "rule": "MB01", "by": "li", "reason": "works",
        "scope": {"rule": "MB01"}, "until": time_text(NOW + DAY),
    }  # fmt: skip
    store.commit([Put("mute", "m1", body)])
    turn = follower(store).turn(NOW)
    assert (store.alert(mine.id).suppressed_by, turn.marked) == ("m1", 1)
    follower(store).turn(NOW)
    end = store.last_change()
    assert follower(store).turn(NOW).marked == 0
    assert store.last_change() == end, "a follower does not follow itself"


def test_closing_needs_a_reason(store: Store) -> None:
    (mine,) = take(store, act(0, "10.0.0.1", "10.0.0.9"))
    with pytest.raises(Invalid):
        desk(store).decide(mine.id, AlertChange(NOW, "li", "closed", "true_positive"), mine.etag)


def test_precedent_and_accuracy(store: Store) -> None:
    row = act(0, "10.0.0.1", "10.0.0.9")
    for number, resolution in enumerate(("false_positive", "benign_trigger", "false_positive")):
        store.write(segment(f"s{number}", again(row, number)))
        (alert,) = store.alerts(AlertQuery(statuses=("new",))).items
        change = AlertChange(NOW + number, ("li", "wang", "zhao")[number], "closed", resolution, None, f"why {number}")
        desk(store).decide(alert.id, change, alert.etag)
    store.write(segment("s9", again(row, 9)))
    (alert,) = store.alerts(AlertQuery(statuses=("new",))).items
    before = precedent_of(alert, store.alert)
    assert before is not None
    assert (before.times, dict(before.resolutions)) == (3, {"false_positive": 2, "benign_trigger": 1})
    assert (before.who, before.at, before.resolution, before.reason) == ("zhao", NOW + 2, "false_positive", "why 2")
    (told,) = accuracy(everything(store))
    assert (told.rule, told.closed, told.false_positives) == ("MB01", 3, 2 / 3)
    assert precedent_of(take(store, act(0, "10.0.0.7", "10.0.0.9"))[0], store.alert) is None
