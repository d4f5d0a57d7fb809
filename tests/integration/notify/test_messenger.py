"""News to messages: digests, limits, repeats, drills, playbooks."""

from __future__ import annotations

from typing import Any

import pytest

from response.notify.news import Subject
from response.ports import Store
from tests.integration.notify.posts import recorded, store
from tests.unit.notify.cases import MINUTE, news

__all__ = ["store"]


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
