"""What a store learns is told: alerts, people's decisions, late terms, silent sensors; through to a receiver."""

from __future__ import annotations

import json
from pathlib import Path

from api.notifying import notifications_of
from api.triage import followed, policy
from response.alerts import AlertChange
from response.notify.follow import SOURCES, Follower
from response.notify.news import News, Subject
from response.notify.sealing import Seal
from response.notify.watch import Watch
from response.ports import Store
from response.records import Decide
from tests.contract.store_cases import START, occurrence, segment
from tests.integration.notify.posts import ROUTE, SECRET, post, recorded, store, webhook
from tests.integration.notify.receivers import Answer, http, udp
from tests.shipped import shipped_rule_set
from tests.unit.notify.cases import MINUTE, SECOND, Clock, rule_texts, site
from tests.unit.notify.parsed import read_syslog

__all__ = ["store"]


def test_from_a_segment_to_a_syslog_line(store: Store) -> None:
    """What a store learns is followed: an alert, an assignment and a mention; again after a restart, nothing twice."""
    with udp() as found:
        siem = {"name": "siem", "type": "syslog", "address": f"127.0.0.1:{found.port}"}
        own = {**siem, "name": "li", "person": "li"}
        desk = post(store, [siem, own], [{"name": "r", "to": ["siem"]}])

        def follower() -> Follower:
            return Follower(store, desk.messenger, rule_texts, desk.clock, SOURCES)

        store.write(segment("before", occurrence(0, rule="MB02")))
        assert not follower().work()
        store.write(segment("s1", occurrence(0)))
        follow = follower()
        assert follow.work()
        assert not follow.work()
        alert = occurrence(0).id
        store.commit([Decide(alert, AlertChange(desk.clock.now, "wang", assignee="li"), "1")])
        store.commit([Decide(alert, AlertChange(desk.clock.now, "wang", reason="@li see this"), "2")])
        assert follower().work()
        assert not follow.work()
        desk.messenger.work()
        lines = [read_syslog(raw) for raw in found.wait(3)]
    assert sorted(line.kind for line in lines) == ["alert_raised", "assigned", "mention"]
    assert len({dict(line.data["bittern@32473"])["id"] for line in lines}) == 3


def test_the_record_of_a_message_holds_what_its_rule_shows(store: Store) -> None:
    desk, _ = recorded(store, "c")
    desk.messenger.tell(
        News(
            "health",
            Subject("sensor", "s"),
            desk.clock.now,
            parameters={"sensor": "s", "since": "2026-11-01T08:00:00.000000000Z"},
        )
    )
    [message] = desk.messages()
    assert message.body["subject"] == ["sensor:s"]
    assert message.body["severity"] is None


def test_late_terms_are_told_once(store: Store) -> None:
    """By the shipped promises a high alert is taken up within the hour and closed within the day."""
    desk, recorder = recorded(store, "c", routes=[{"name": "r", "to": ["c"], "drill": "both"}])
    drilled = occurrence(1, drill=True)  # which nobody has promised to take up
    store.write(segment("s1", occurrence(0), occurrence(0, rule="MB02", severity="low"), drilled))
    watch = Watch(store, desk.messenger, policy(), lambda: None, rule_texts)

    def told(minutes: int) -> list[tuple[str, str]]:
        desk.clock.now = START + minutes * MINUTE
        watch.work(desk.clock.now)
        desk.messenger.work()
        found = [(letter.kind, letter.text.splitlines()[0]) for letter in recorder.letters]
        recorder.letters.clear()
        return found

    assert told(6) == []
    assert told(59) == []
    [(kind, text)] = told(62)
    assert (kind, text) == ("sla_breached", "Promised: taken up by 2026-11-01 17:00:00 +0800. It has not happened.")
    alert = occurrence(0).id
    store.commit([Decide(alert, AlertChange(desk.clock.now, "li", status="in_progress"), "1")])
    assert told(70) == []
    assert [kind for kind, _ in told(1441)] == ["sla_breached"] * 2
    assert told(1441) == []
    assert told(3 * 1440) == []


def test_notifications_of_a_store_by_the_settings_in_it(store: Store, tmp_path: Path) -> None:
    """As the worker has it: settings that come while it runs, an incident and an alert to a webhook."""
    clock = Clock()
    rules = shipped_rule_set()
    desk = notifications_of(store, Seal(b"k" * 32), rules, site, clock, "https://bittern.example")
    assert not desk.work(clock())
    with http((SECRET,), Answer()) as found:
        text = json.dumps({"channels": [webhook(found.port)], "routes": [ROUTE]})
        desk.settings.put(text, None, who="li", at=clock())
        store.write(segment("s1", occurrence(0)))
        assert followed(store, rules, site(), clock())
        while desk.work(clock()):
            clock.pass_(SECOND)
        posted = {json.loads(each.body)["type"]: each for each in found.wait(2)}
    assert set(posted) == {"bittern.alert_raised", "bittern.incident_opened"}
    assert all(each.signed == (True,) for each in posted.values())
    raised = json.loads(posted["bittern.alert_raised"].body)["data"]
    assert raised["link"] == f"https://bittern.example/alerts/{occurrence(0).id}"
    assert raised["facts"]["source.ip"] == "10.0.1.10"
    assert "holding:" in raised["text"]
