"""Both stores: messages are journalled, retried, given up, sent again and folded; followed from where one stood."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from response.notify.follow import SOURCES, Follower
from response.notify.model import Channel, Limit, Route, Settings
from response.ports import Store
from tests.contract.store_cases import occurrence, segment
from tests.integration.notify.posts import Post, Recorder, post_with
from tests.unit.notify.cases import MINUTE, news, rule_texts

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores"]


def desk_over(store: Store, **route: Any) -> tuple[Post, Recorder]:
    channel = Channel("c", "syslog", "c", limit=Limit(3, MINUTE))
    settings = Settings((channel,), (replace(Route("r", ("c",)), **route),), attempts=2)
    recorder = Recorder(lambda: desk.clock)
    desk = post_with(store, settings, {"syslog": recorder.sender("syslog")})
    return desk, recorder


def test_a_message_until_it_is_dead_and_again(store: Store) -> None:
    desk, recorder = desk_over(store)
    recorder.fail = {"c"}
    [name] = desk.messenger.tell(news())
    assert desk.messenger.tell(news()) == ()
    for _ in range(3):
        desk.messenger.work()
        desk.clock.pass_(MINUTE)
    assert [(m.id, m.body["attempts"]) for m in desk.messages(state="dead")] == [(name, 2)]
    recorder.fail = set()
    desk.messenger.outbox.resend(name, "li")
    assert desk.messenger.work()
    assert [letter.id for letter in recorder.letters] == [name] * 3
    assert desk.states() == ["sent"]


def test_too_many_and_repeats_become_one(store: Store) -> None:
    desk, recorder = desk_over(store, repeat=60 * MINUTE)
    for n in range(5):
        desk.messenger.tell(news(f"a{n}"))
    desk.messenger.tell(news("b1", thread="t"))
    desk.clock.pass_(MINUTE)
    desk.messenger.tell(news("b2", thread="u"))
    desk.messenger.tell(news("b3", thread="u"))
    desk.messenger.work()
    assert sorted(desk.states()) == ["folded"] * 3 + ["held"] + ["sent"] * 5
    assert [letter.facts["count"] for letter in recorder.letters if letter.kind == "digest"] == [3]


def test_changes_are_followed_from_where_one_stood(store: Store) -> None:
    desk, recorder = desk_over(store)

    def follow() -> bool:
        return Follower(store, desk.messenger, rule_texts, desk.clock, SOURCES).work()

    store.write(segment("s1", occurrence(0, rule="MB02")))
    assert not follow()
    store.write(segment("s2", occurrence(0)))
    assert follow()
    assert not follow()
    desk.messenger.work()
    assert [letter.about.id for letter in recorder.letters] == [occurrence(0).id]
