"""Both stores: occurrences become alerts, people decide about them, and neither gets in the other's way."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from response.alerts import Alert, AlertChange, Entry, fold
from response.ports import AlertQuery, Store, Written
from response.store_errors import Conflict, Invalid, NotFound
from tests.contract.store_cases import START, occurrence, segment

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores"]

CLOSE = AlertChange(at=START, who="li", status="closed", resolution="benign_trigger", reason="planned")
_segments = itertools.count()


def write(store: Store, *occurrences: object) -> Written:
    return store.write(segment(f"segment-{next(_segments)}", *occurrences))  # type: ignore[arg-type]


def only(store: Store) -> Alert:
    [alert] = store.alerts(AlertQuery(triage=False)).items
    return alert


def test_an_alert_is_the_row_of_occurrences_of_one_rule_and_key(store: Store) -> None:
    first, rest, later = occurrence(0), occurrence(0, part=1), occurrence(7)
    other = occurrence(0, dedup=("10.0.1.99", "10.0.2.11", "1"))
    assert write(store, first, other) == Written(0, 0, 2, 2, 0, 0)
    assert write(store, rest, later) == Written(0, 0, 2, 0, 1, 0)
    alert = store.alert(first.id)
    assert alert == next(a for a in fold([first, rest, later, other]) if a.id == first.id)
    assert (alert.count, alert.occurrences) == (9, 3)
    assert (alert.first_seen, alert.last_seen) == (first.first_seen, later.last_seen)
    assert alert.parameters == first.parameters
    assert store.occurrences(alert.id) == (first, rest, later)


def test_what_happened_comes_from_the_first_and_the_judgement_from_the_latest(store: Store) -> None:
    first = occurrence(0)
    latest = occurrence(5, rule_version="2", severity="low", playbook=None, techniques=("T0836",))
    write(store, latest)
    write(store, first)
    alert = only(store)
    assert alert.id == latest.id
    assert (alert.first_seen, alert.parameters, alert.packets[0]) == (
        first.first_seen,
        first.parameters,
        first.packets[0],
    )
    assert (alert.rule_version, alert.severity, alert.playbook, alert.techniques) == ("2", "low", None, ("T0836",))


def test_a_long_alert_is_the_same_however_its_occurrences_came(store: Store) -> None:
    """Behind its first fifty occurrences an alert is continued, not made anew: late ones among the first must show."""
    many = [occurrence(number) for number in range(0, 160, 2)]
    late = [occurrence(5), occurrence(131)]
    latest = occurrence(200, rule_version="2", severity="low")
    for some in (many[:70], [many[70]], late[1:], many[71:], [latest], late[:1]):
        write(store, *some)
    assert only(store) == fold([*many, *late, latest])[0]


def test_a_late_earlier_occurrence_moves_first_seen_never_the_id(store: Store) -> None:
    write(store, occurrence(10))
    write(store, occurrence(3))
    alert = only(store)
    assert alert.id == occurrence(10).id
    assert (alert.first_seen, alert.last_seen) == (occurrence(3).first_seen, occurrence(10).last_seen)


def test_after_closing_the_next_one_opens_an_alert_that_names_its_precedent(store: Store) -> None:
    write(store, occurrence(0))
    store.update_alert(occurrence(0).id, CLOSE, "1")
    assert write(store, occurrence(1), occurrence(1, part=1)) == Written(0, 0, 2, 1, 0, 0)
    assert write(store, occurrence(2)) == Written(0, 0, 1, 0, 1, 0)
    old, new = store.alert(occurrence(0).id), store.alert(occurrence(1).id)
    assert (old.status, old.occurrences, old.precedent) == ("closed", 1, None)
    assert (new.status, new.occurrences, new.precedent) == ("new", 3, old.id)
    store.update_alert(new.id, CLOSE, "1")
    write(store, occurrence(3))
    assert store.alert(occurrence(3).id).precedent == new.id
    assert store.alert(new.id).precedent == old.id


def test_a_reopened_alert_takes_occurrences_again(store: Store) -> None:
    write(store, occurrence(0))
    closed = store.update_alert(occurrence(0).id, CLOSE, "1")
    store.update_alert(closed.id, AlertChange(START, "li", status="in_progress"), closed.etag)
    write(store, occurrence(1))
    assert (only(store).occurrences, only(store).resolution) == (2, None)


def test_an_occurrence_keeps_its_alert_when_it_comes_again_after_closing(store: Store) -> None:
    write(store, occurrence(0))
    store.update_alert(occurrence(0).id, CLOSE, "1")
    assert write(store, occurrence(0)) == Written()
    assert only(store).status == "closed"


def test_sensors_and_drills_have_alerts_of_their_own(store: Store) -> None:
    write(store, occurrence(0), occurrence(0, sensor="sensor-2"), occurrence(0, drill=True, id="drill"))
    assert len(store.alerts(AlertQuery()).items) == 3
    assert [a.drill for a in store.alerts(AlertQuery(drill=True)).items] == [True]
    assert [a.drill for a in store.alerts(AlertQuery(drill=False)).items] == [False, False]


def test_evidence_is_bounded_and_the_sums_are_not(store: Store) -> None:
    write(store, *(occurrence(n) for n in range(120)))
    alert = only(store)
    assert (alert.count, alert.occurrences) == (120, 120)
    assert alert.events == tuple(occurrence(n).events[0] for n in range(50))
    assert alert.packets == tuple(occurrence(n).packets[0] for n in range(50))
    assert len(store.occurrences(alert.id)) == 120


def test_any_way_to_cut_occurrences_into_segments_gives_the_same_alerts(store: Store) -> None:
    keys = [(f"10.0.1.{k}", "10.0.2.11", "1") for k in range(4)]
    whole = [occurrence(n, dedup=key, part=part) for n in range(5) for key in keys for part in (0, 1)]
    for cut in (whole[:3], whole[3:11], whole[2:20], whole[20:], whole):
        write(store, *cut)
    assert sorted(store.alerts(AlertQuery(limit=100)).items, key=lambda a: a.id) == sorted(
        fold(whole), key=lambda a: a.id
    )


def test_a_decision_is_kept_with_its_history(store: Store) -> None:
    write(store, occurrence(0))
    alert_id = occurrence(0).id
    one = store.update_alert(alert_id, AlertChange(START + 1, "li", status="in_progress", assignee="li"), "1")
    two = store.update_alert(alert_id, AlertChange(START + 2, "王", reason="看起来像计划内维护"), one.etag)
    three = store.update_alert(alert_id, replace(CLOSE, at=START + 3), two.etag)
    assert (three.status, three.resolution, three.assignee) == ("closed", "benign_trigger", "li")
    assert three.history == (
        Entry(START + 1, "li", "status", "new", "in_progress", None),
        Entry(START + 1, "li", "assignee", None, "li", None),
        Entry(START + 2, "王", "comment", None, None, "看起来像计划内维护"),
        Entry(START + 3, "li", "status", "in_progress", "closed", "planned"),
        Entry(START + 3, "li", "resolution", None, "benign_trigger", "planned"),
    )
    assert len({one.etag, two.etag, three.etag, "1"}) == 4
    assert store.alert(alert_id) == three
    assert store.update_alert(alert_id, AlertChange(START, "li", assignee=""), three.etag).assignee is None


def test_a_stale_etag_is_a_conflict_and_changes_nothing(store: Store) -> None:
    write(store, occurrence(0))
    alert_id = occurrence(0).id
    first = store.update_alert(alert_id, AlertChange(START, "li", assignee="li"), "1")
    with pytest.raises(Conflict) as caught:
        store.update_alert(alert_id, AlertChange(START, "wang", assignee="wang"), "1")
    assert caught.value.parameters["etag"] == first.etag
    assert store.alert(alert_id) == first


def test_a_machine_update_changes_neither_the_etag_nor_what_people_decided(store: Store) -> None:
    write(store, occurrence(0))
    decided = store.update_alert(occurrence(0).id, AlertChange(START, "li", status="in_progress", assignee="li"), "1")
    write(store, occurrence(1))
    alert = store.alert(decided.id)
    assert (alert.count, alert.etag, alert.history, alert.assignee) == (2, decided.etag, decided.history, "li")
    assert store.update_alert(alert.id, CLOSE, decided.etag).count == 2


def test_a_change_that_changes_nothing_keeps_the_etag(store: Store) -> None:
    write(store, occurrence(0))
    same = store.update_alert(occurrence(0).id, AlertChange(START, "li", status="new"), "1")
    assert (same.etag, same.history) == ("1", ())


@pytest.mark.parametrize(
    "change",
    [
        AlertChange(START, "li", status="done"),
        AlertChange(START, "li", status="closed"),
        AlertChange(START, "li", status="closed", resolution="whatever"),
        AlertChange(START, "li", resolution="duplicate"),
        AlertChange(START, "", status="in_progress"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(embedded: Store, change: AlertChange) -> None:
    write(embedded, occurrence(0))
    with pytest.raises(Invalid):
        embedded.update_alert(occurrence(0).id, change, "1")
    assert only(embedded).history == ()


def test_what_is_not_there_is_not_found(store: Store) -> None:
    for ask in (
        lambda: store.alert("nothing"),
        lambda: store.occurrences("nothing"),
        lambda: store.update_alert("nothing", CLOSE, "1"),
        lambda: store.alert(""),
        lambda: store.asset("nothing"),
    ):
        with pytest.raises(NotFound):
            ask()
    assert store.alerts(AlertQuery()).items == ()
