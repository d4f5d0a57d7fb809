"""Messages over a real store to receivers that listen: journal, retries, dead letters, digests, limits, repeats."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from api.storage import open_store
from response.alerts import AlertChange
from response.notify.follow import SOURCES, Follower
from response.notify.messenger import Messenger
from response.notify.model import Settings
from response.notify.news import News, Subject
from response.notify.outbox import Delivered, Outbox
from response.notify.reading import BY_TYPE, read_settings
from response.notify.sender import Letter, Receipt, Sender, Surroundings, Undelivered
from response.ports import Store
from response.records import Decide, RecordQuery, Stored
from response.store_errors import Invalid, NotFound
from tests.contract.store_cases import occurrence, segment
from tests.integration.notify.receivers import Answer, Pair, certified, http, smtp, udp
from tests.unit.notify.cases import MINUTE, SECOND, Clock, news, renderer, rule_texts, site
from tests.unit.notify.parsed import read_syslog

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pair:
    made = certified(tmp_path / "tls")
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    return made


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"embedded:{tmp_path}/store") as opened:
        yield opened


@dataclass
class Post:
    """A messenger over a store, with a clock that the test moves."""

    messenger: Messenger
    clock: Clock
    store: Store

    def messages(self, **words: Any) -> list[Stored]:
        return list(self.store.records(RecordQuery("message", equals=words, descending=False)).items)

    def states(self) -> list[str]:
        return [message.body["state"] for message in self.messages()]


def post(store: Store, channels: list[dict[str, Any]], routes: list[dict[str, Any]], **top: Any) -> Post:
    settings = read_settings("n.yml", json.dumps({"channels": channels, "routes": routes, **top}))
    return post_with(store, settings, BY_TYPE)


def post_with(store: Store, settings: Settings, senders: dict[str, Sender]) -> Post:
    clock = Clock()
    outbox = Outbox(store, lambda: settings, renderer, senders, clock, lambda: 0.5, "box", "1")
    return Post(Messenger(outbox, lambda: settings, site, clock), clock, store)


def webhook(port: int, **keys: Any) -> dict[str, Any]:
    url = f"http://127.0.0.1:{port}/"
    return {"name": "soar", "type": "webhook", "url": url, "secrets": [SECRET], "allow": ["127.0.0.0/8"], **keys}


ROUTE = {"name": "all", "to": ["soar"]}


def test_told_twice_is_sent_once(store: Store) -> None:
    with http((SECRET,), Answer()) as found:
        desk = post(store, [webhook(found.port)], [ROUTE])
        [name] = desk.messenger.tell(news())
        assert desk.messenger.tell(news()) == ()
        assert desk.messenger.work()
        assert not desk.messenger.work()
        assert desk.messenger.tell(news()) == ()
        assert not desk.messenger.work()
        [posted] = found.wait(1)
        assert len(found.items) == 1
    assert posted.headers["webhook-id"] == name
    assert posted.signed == (True,)
    [message] = desk.messages(state="sent", channel="soar", subject="alert:a1")
    assert message.body["receipt"] == {"code": "answered", "parameters": {"status": 200, "text": "taken"}}
    assert SECRET not in str(message.body)


def test_a_receiver_that_is_down_gets_the_same_id_later(store: Store) -> None:
    with http((SECRET,), Answer()) as found:
        found.refuse = 3
        desk = post(store, [webhook(found.port)], [ROUTE])
        desk.messenger.tell(news())
        waits = []
        while desk.states() == ["pending"]:
            desk.messenger.outbox.deliver()
            [message] = desk.messages()
            if message.body["state"] == "pending":
                before = len(found.items)
                desk.messenger.outbox.deliver()
                assert len(found.items) == before, "tried before it was due"
                due = int(message.body["due"][17:19]) * SECOND + int(message.body["due"][20:29])
                waits.append(due - desk.clock.now % MINUTE)
                desk.clock.pass_(waits[-1])
        posted = found.wait(4)
    assert [wait / SECOND for wait in waits] == [0.375, 0.75, 1.5]
    assert len({each.headers["webhook-id"] for each in posted}) == 1
    assert len({each.headers["webhook-timestamp"] for each in posted}) > 1
    assert all(each.signed == (True,) for each in posted)
    assert desk.messages()[0].body["attempts"] == 4


def test_a_dead_letter_has_its_reason_and_is_sent_again_by_a_person(store: Store) -> None:
    with http((SECRET,), Answer()) as found:
        found.refuse = 2
        desk = post(store, [webhook(found.port)], [ROUTE], attempts=2)
        [name] = desk.messenger.tell(news())
        for _ in range(3):
            desk.messenger.work()
            desk.clock.pass_(MINUTE)
        [dead] = desk.messages(state="dead")
        assert (dead.body["attempts"], dead.body["failure"]["code"]) == (2, "refused")
        assert dead.body["failure"]["parameters"]["status"] == 503
        again = desk.messenger.outbox.resend(name, "li")
        assert again.body["state"] == "pending"
        assert desk.messenger.outbox.deliver() == Delivered(sent=1)
        assert [each.headers["webhook-id"] for each in found.wait(3)] == [name] * 3
    [line] = [line for line in store.audit() if line.deed.what == "message.resend"]
    assert (line.deed.who, line.deed.id) == ("li", name)
    [sent] = desk.messages()
    assert [each["who"] for each in sent.body["resent"]] == ["li"]
    assert sent.body["failure"] is None


def test_what_will_never_work_is_dead_at_once(store: Store) -> None:
    with http((SECRET,), Answer(410)) as found:
        desk = post(store, [webhook(found.port)], [ROUTE])
        desk.messenger.tell(news())
        assert desk.messenger.outbox.deliver() == Delivered(dead=1)
    assert desk.messages()[0].body["failure"]["lasting"]


def test_only_what_is_dead_or_sent_is_sent_again(store: Store) -> None:
    desk = post(store, [webhook(1)], [ROUTE])
    [name] = desk.messenger.tell(news())
    with pytest.raises(Invalid):
        desk.messenger.outbox.resend(name, "li")
    with pytest.raises(NotFound):
        desk.messenger.outbox.resend("msg_none", "li")


class Recorder:
    """A sender of the test, which notes letters and fails as it is told."""

    def __init__(self, clock: Callable[[], Clock]) -> None:
        self.letters: list[Letter] = []
        self.fail: set[str] = set()
        self.clock = clock
        self.takes = 0

    def sender(self, kind: str) -> Sender:
        def send(options: Any, letter: Letter, around: Surroundings) -> Receipt:
            self.letters.append(letter)
            self.clock().pass_(self.takes)
            if options in self.fail:
                raise Undelivered("connection", {"host": "h", "port": 1, "errno": 111, "message": "refused"})
            return Receipt("closed", {"host": "h"})

        return Sender(kind, (), (), lambda *_: None, str, send)


def recorded(store: Store, *names: str, **changes: Any) -> tuple[Post, Recorder]:
    """A messenger whose channels lead to a recorder: for time, which no real receiver may take."""
    channels = [{"name": name, "type": "syslog", "address": "h"} for name in names]
    routes = [{"name": "all", "to": list(names)}]
    settings = read_settings("n.yml", json.dumps({"channels": channels, "routes": routes, **changes}))
    named = tuple(replace(channel, options=channel.name) for channel in settings.channels)
    recorder = Recorder(lambda: desk.clock)
    desk = post_with(store, replace(settings, channels=named), {"syslog": recorder.sender("syslog")})
    return desk, recorder


def test_a_dead_receiver_holds_up_no_other_and_is_tried_once_for_all(store: Store) -> None:
    desk, recorder = recorded(store, "bad", "good")
    recorder.fail = {"bad"}
    for n in range(20):
        desk.messenger.tell(news(f"a{n}"))
    assert desk.messenger.outbox.deliver() == Delivered(sent=20, failed=1, waiting=19)
    assert desk.messenger.outbox.deliver() == Delivered(waiting=19)
    desk.clock.pass_(SECOND)
    assert desk.messenger.outbox.deliver() == Delivered(failed=1, waiting=19)
    recorder.fail = set()
    desk.clock.pass_(MINUTE)
    assert desk.messenger.outbox.deliver() == Delivered(sent=20)


def test_a_slow_receiver_ends_the_round(store: Store) -> None:
    desk, recorder = recorded(store, "slow")
    recorder.takes = 2 * SECOND
    for n in range(5):
        desk.messenger.tell(news(f"a{n}"))
    assert desk.messenger.outbox.deliver() == Delivered(sent=3, waiting=2)
    assert desk.messenger.outbox.deliver() == Delivered(sent=2)


def test_back_off_until_dead(store: Store) -> None:
    desk, recorder = recorded(store, "bad", attempts=14)
    recorder.fail = {"bad"}
    desk.messenger.tell(news())
    times = []
    while desk.states() == ["pending"]:
        if desk.messenger.outbox.deliver().failed:
            times.append(desk.clock.now)
        desk.clock.pass_(SECOND // 8)
        if len(times) > 6:
            desk.clock.pass_(10 * SECOND)
    gaps = [(b - a) / SECOND for a, b in pairwise(times)]
    assert gaps[:5] == [0.375, 0.75, 1.5, 3, 6]
    assert len(recorder.letters) == 14
    assert {letter.id for letter in recorder.letters} == {desk.messages()[0].id}


def test_a_digest_is_one_message_with_counts(store: Store) -> None:
    routes = [{"name": "quiet", "to": ["c"], "digest": "15m"}]
    desk, recorder = recorded(store, "c", routes=routes)
    for n in range(7):
        desk.messenger.tell(news(f"a{n}", severity="high" if n else "critical"))
    assert not desk.messenger.work()
    desk.clock.pass_(15 * MINUTE)
    assert desk.messenger.work()
    assert not desk.messenger.work()
    [letter] = recorder.letters
    assert (letter.kind, letter.severity) == ("digest", "critical")
    assert "Critical: 1, High: 6" in letter.text
    assert "MB01" in letter.text
    assert {m.body["digest"] for m in desk.messages(state="folded")} == {letter.id}
    assert len(desk.messages(state="folded")) == 7
    assert desk.messenger.tell(news("a3")) == ()


def test_a_digest_that_was_cut_off_counts_nothing_twice(store: Store) -> None:
    """As a store leaves it that writes one record after the other: the digest is there, its members are not marked."""
    routes = [{"name": "quiet", "to": ["c"], "digest": "15m"}]
    desk, recorder = recorded(store, "c", routes=routes)
    for n in range(3):
        desk.messenger.tell(news(f"a{n}"))
    desk.clock.pass_(15 * MINUTE)
    real, done = store.commit, []

    def cut(writes: Any, deed: Any = None) -> Any:
        done.append(real(writes[:1], deed))
        raise KeyboardInterrupt

    desk.messenger.outbox.store = Cut(store, cut)
    with pytest.raises(KeyboardInterrupt):
        desk.messenger.work()
    desk.messenger.outbox.store = store
    assert sorted(desk.states()) == ["held", "held", "held", "pending"]
    desk.messenger.work()
    assert sorted(desk.states()) == ["folded", "folded", "folded", "sent"]
    assert len(recorder.letters) == 1


class Cut:
    """A store whose commit is another."""

    def __init__(self, store: Store, commit: Any) -> None:
        self.commit = commit
        self.record, self.records, self.last_change = store.record, store.records, store.last_change


def test_beyond_the_limit_messages_are_folded(store: Store) -> None:
    channel = {"name": "c", "type": "syslog", "address": "h", "limit": {"messages": 3, "per": "1m"}}
    desk, recorder = recorded(store, "c", channels=[channel])
    for n in range(10):
        desk.messenger.tell(news(f"a{n}"))
    desk.messenger.work()
    assert len(recorder.letters) == 3
    desk.clock.pass_(MINUTE)
    desk.messenger.tell(news("later"))
    desk.messenger.work()
    kinds = [letter.kind for letter in recorder.letters]
    assert sorted(kinds) == ["alert_raised"] * 4 + ["digest"]
    digest = next(letter for letter in recorder.letters if letter.kind == "digest")
    assert "Beyond the limit of this channel: 7" in digest.text


def test_what_repeats_an_alert_is_only_counted(store: Store) -> None:
    routes = [{"name": "all", "to": ["c"], "repeat": "1h"}]
    desk, recorder = recorded(store, "c", routes=routes)
    desk.messenger.tell(news("a1", thread="t"))
    desk.messenger.tell(news("a2", thread="t"))
    desk.messenger.tell(news("a3", thread="other"))
    desk.messenger.work()
    assert {letter.about.id for letter in recorder.letters} == {"a1", "a3"}
    desk.clock.pass_(61 * MINUTE)
    desk.messenger.tell(news("a4", thread="t"))
    desk.messenger.work()
    later = {letter.about.id: letter.text for letter in recorder.letters[2:]}
    assert set(later) == {"all", "a4"}
    assert "Repeats of earlier alerts: 1" in later["all"]


def test_a_drill_never_mixes(store: Store) -> None:
    routes = [{"name": "r", "to": ["c"], "drill": "both", "digest": "1m"}]
    desk, recorder = recorded(store, "c", routes=routes)
    desk.messenger.tell(news("a1"))
    desk.messenger.tell(news("a2", drill=True))
    desk.clock.pass_(MINUTE)
    desk.messenger.work()
    assert sorted(letter.drill for letter in recorder.letters) == [False, True]
    assert [letter.subject.startswith("[DRILL]") for letter in recorder.letters if letter.drill] == [True]


def test_a_playbook_sends_to_a_channel_a_person_or_nobody(store: Store) -> None:
    channels = [
        {"name": "c", "type": "syslog", "address": "h"},
        {"name": "own", "type": "syslog", "address": "h", "person": "li", "lang": "zh"},
    ]
    desk, recorder = recorded(store, "c", "own", channels=channels)
    to_channel = desk.messenger.send("c", "Call", "Now", "run-1:t1:2", False)
    to_person = desk.messenger.send("li", "Call", "Now", "run-1:t1:3", False)
    nobody = desk.messenger.send("wang", "Call", "Now", "run-1:t1:4", False)
    assert desk.messenger.send("c", "Call", "Now", "run-1:t1:2", False) == to_channel
    assert len({to_channel, to_person, nobody}) == 3
    desk.messenger.work()
    assert {letter.id for letter in recorder.letters} == {to_channel, to_person}
    [dead] = desk.messages(state="dead")
    assert (dead.id, dead.body["failure"]["code"]) == (nobody, "no_channel")
    assert [letter.about for letter in recorder.letters] == [Subject("run", "run-1")] * 2


def test_the_test_button_gives_the_answer_and_keeps_nothing(store: Store) -> None:
    with smtp() as found:
        url = f"mailto://127.0.0.1:{found.port}/?from=bot@plant.example&to=a@plant.example&mode=insecure"
        desk = post(store, [{"name": "mail", "type": "apprise", "url": url, "lang": "zh"}], [])
        channel = desk.messenger.settings().by_name["mail"]
        assert desk.messenger.outbox.send_test(channel, "li").code == "accepted"
        assert found.wait(1)[0][2]["subject"] == "Bittern 测试消息"
        found.refuse = 1
        with pytest.raises(Undelivered):
            desk.messenger.outbox.send_test(channel, "li")
    assert desk.messages() == []


def test_no_secret_in_what_is_stored(store: Store, pair: Pair, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with smtp(pair.server()) as found:
        found.refuse = 1
        url = f"mailtos://bot:hunter2secret@localhost:{found.port}/?from=b@plant.example&to=a@plant.example"
        desk = post(store, [{"name": "mail", "type": "apprise", "url": url}], [{"name": "r", "to": ["mail"]}])
        desk.messenger.tell(news())
        desk.messenger.work()
    [message] = desk.messages()
    assert message.body["failure"]["code"] == "apprise"
    assert "451" in message.body["failure"]["parameters"]["why"]
    assert "bot:*** try later" in message.body["failure"]["parameters"]["why"]
    assert "hunter2secret" not in str(message.body) + str(store.audit())


def test_a_sender_that_breaks_is_a_failure_like_any_other(store: Store) -> None:
    def broken(*_: Any) -> Receipt:
        raise RuntimeError("of the test: topsecretvalue")

    settings = read_settings("n", "channels: [{name: c, type: syslog, address: h}]\nroutes: [{name: r, to: [c]}]")
    channel = replace(settings.channels[0], secrets=("topsecretvalue",))
    sender = replace(BY_TYPE["syslog"], send=broken)
    desk = post_with(store, replace(settings, channels=(channel,)), {"syslog": sender})
    desk.messenger.tell(news())
    assert desk.messenger.outbox.deliver().failed == 1
    told = desk.messages()[0].body["failure"]
    assert (told["code"], told["parameters"]["why"]) == ("unexpected", "of the test: ***")


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
