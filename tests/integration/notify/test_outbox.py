"""Messages over a real store to receivers that listen: journal, retries, dead letters; secrets stay inside."""

from __future__ import annotations

import logging
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from response.notify.outbox import Delivered
from response.notify.reading import BY_TYPE, read_settings
from response.notify.sender import Receipt, Undelivered
from response.ports import Store
from response.store_errors import Invalid, NotFound
from tests.integration.notify.posts import ROUTE, SECRET, post, post_with, recorded, store, webhook
from tests.integration.notify.receivers import Answer, Pair, certified, http, smtp
from tests.unit.notify.cases import MINUTE, SECOND, news

__all__ = ["store"]


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pair:
    made = certified(tmp_path / "tls")
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    return made


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
