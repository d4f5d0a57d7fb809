"""Elasticsearch behind a network that fails: nothing is lost, nothing is there twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from api.storage import open_store
from response.alerts import AlertChange, fold
from response.ports import AlertQuery, EventQuery, Segment, Store, Written
from response.store_errors import Unreachable
from tests.contract.elastic_server import Server
from tests.contract.store_cases import START, occurrence, rows, segment
from tests.contract.store_proxy import Answer, Plan, Request, error_answer, hand_on, proxy
from tests.contract.stores import elastic_url

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores"]
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def raw(elastic_server: Server) -> Iterator[Elasticsearch]:
    """A plain client of the server."""
    with Elasticsearch(elastic_server.url, request_timeout=60) as client:
        yield client


def prefix_of(url: str) -> str:
    return url.partition("prefix=")[2].partition("&")[0]


def ids(store: Store) -> list[str]:
    return store.events(EventQuery("transaction", limit=5_000)).frame["event.id"].to_list()


def check_once(store: Store, *made: Segment) -> None:
    """The store holds the transactions and alerts of these segments, each once."""
    expected = {i for s in made if "transaction" in s.datasets for i in s.datasets["transaction"]["event.id"]}
    found = ids(store)
    assert (len(found), set(found)) == (len(expected), expected)
    assert store.count("transaction") == len(expected)
    alerts = {a.id: a for a in store.alerts(AlertQuery()).items}
    assert alerts == {a.id: a for a in fold(o for s in made for o in s.occurrences)}


ONE = segment("one", occurrence(0), occurrence(0, part=1), transaction=rows("transaction", 1500))
TWO = segment("two", occurrence(1), transaction=rows("transaction", 900, begin=1200))


def through(server: Server, plan: Plan, patience: float = 20) -> Any:
    """A store behind a misbehaving proxy, and its address without the proxy."""
    direct = elastic_url(server, patience)

    class Opened:
        def __enter__(self) -> Store:
            self.proxy = proxy(server.url, plan)
            self.store = open_store(direct.replace(server.url, self.proxy.__enter__()))
            return self.store

        def __exit__(self, *error: object) -> None:
            self.store.close()
            self.proxy.__exit__(None, None, None)

    return Opened(), direct


def every_other(plan: Plan, matches: str) -> Plan:
    """Apply a plan to the 1st, 3rd, 5th… request to a path that has this in it."""
    numbers = count()
    return lambda r: plan(r) if matches in r.path and next(numbers) % 2 == 0 else hand_on(r)


def lose_answer(request: Request) -> Answer:
    request.forward(request.body)
    return None


def fail_half_way(request: Request) -> Answer:
    """Store the first half of the documents, then answer that the server is not available."""
    lines = request.body.split(b"\n")
    request.forward(b"\n".join(lines[: len(lines) // 4 * 2]) + b"\n")
    return error_answer(503, "no_shard_available_action_exception")


def reject_some(request: Request) -> Answer:
    """Hand on every other document; the rest is refused because the queue is full."""
    pairs = request.body.rstrip(b"\n").split(b"\n")
    kept = [line for n in range(0, len(pairs), 4) for line in pairs[n : n + 2]]
    status, text = request.forward(b"\n".join(kept) + b"\n")
    stored = iter(json.loads(text)["items"])
    full = {"status": 429, "error": {"type": "es_rejected_execution_exception", "reason": "queue"}}
    items = [next(stored) if n % 2 == 0 else {"create": full} for n in range(len(pairs) // 2)]
    return status, json.dumps({"errors": True, "items": items}).encode()


@pytest.mark.parametrize(
    ("plan", "where"),
    [
        (lose_answer, "-transaction/_bulk"),
        (lose_answer, "/_bulk"),
        (lambda r: None, "/_bulk"),
        (fail_half_way, "-transaction/_bulk"),
        (reject_some, "-transaction/_bulk"),
        (lambda r: error_answer(429, "es_rejected_execution_exception"), "/_bulk"),
        (lambda r: error_answer(503, "x"), "_m"),
        (lambda r: error_answer(502, "x"), "_refresh"),
    ],
    ids=["lost-events", "lost", "cut", "half", "rejected", "overloaded", "no-answer-to-reads", "no-refresh"],
)
def test_faults_of_the_network_lose_nothing_and_repeat_nothing(elastic_server: Server, plan: Plan, where: str) -> None:
    opened, _ = through(elastic_server, every_other(plan, where))
    with opened as store:
        assert store.write(ONE).alerts_new <= 1
        assert store.write(TWO).events_new <= 600
        assert store.write(ONE) == Written(events_known=1500)
        check_once(store, ONE, TWO)
        assert store.dead_letters() == ()


def test_a_decision_whose_answer_is_lost_is_made_once(elastic_server: Server) -> None:
    opened, _ = through(elastic_server, every_other(lose_answer, "-alerts/_bulk"))
    with opened as store:
        store.write(segment("one", occurrence(0)))
        alert_id = occurrence(0).id
        for n in range(4):
            alert = store.alert(alert_id)
            changed = store.update_alert(alert_id, AlertChange(START + n, "li", reason=f"{n}"), alert.etag)
            assert [e.reason for e in changed.history] == [str(m) for m in range(n + 1)]
        assert store.alert(alert_id).etag == "5"


def test_when_patience_ends_the_error_says_so_and_the_segment_can_be_written_again(elastic_server: Server) -> None:
    away = [True]

    def plan(request: Request) -> Answer:
        if away[0] and "-transaction/_bulk" in request.path:
            return fail_half_way(request)
        return hand_on(request)

    opened, _ = through(elastic_server, plan, patience=0.3)
    with opened as store:
        with pytest.raises(Unreachable):
            store.write(ONE)
        assert store.alerts(AlertQuery()).items == ()
        away[0] = False
        store.write(ONE)
        check_once(store, ONE)


def test_a_rollover_between_a_lost_answer_and_the_next_try(elastic_server: Server, raw: Elasticsearch) -> None:
    """Ids are unique per backing index only, so a batch that is sent again blindly would be there twice."""
    rolled: list[object] = []

    def plan(request: Request) -> Answer:
        if "-transaction/_bulk" in request.path and not rolled:
            request.forward(request.body)
            rolled.append(raw.indices.rollover(alias=request.path.split("/")[1]))
            return None
        return hand_on(request)

    opened, _ = through(elastic_server, plan)
    with opened as store:
        store.write(ONE)
        assert rolled
        check_once(store, ONE)


def test_segments_that_overlap_over_a_rollover(elastic_server: Server, raw: Elasticsearch) -> None:
    url = elastic_url(elastic_server)
    with open_store(url) as store:
        store.write(ONE)
        raw.indices.rollover(alias=f"{prefix_of(url)}-transaction")
        assert store.write(TWO).events_new == 600
        check_once(store, ONE, TWO)


def test_a_request_that_is_too_large_is_halved(elastic_server: Server) -> None:
    sizes: list[int] = []

    def plan(request: Request) -> Answer:
        if "-transaction/_bulk" in request.path:
            sizes.append(len(request.body))
            if len(request.body) > 100_000:
                return error_answer(413, "too_large")
        return hand_on(request)

    opened, _ = through(elastic_server, plan)
    with opened as store:
        assert store.write(ONE).events_new == 1500
        check_once(store, ONE)
    assert min(sizes) <= 100_000 < max(sizes)


def test_a_document_that_is_too_large_alone_is_a_dead_letter(elastic_server: Server) -> None:
    def plan(request: Request) -> Answer:
        if "-transaction/_bulk" in request.path and b"x" * 5_000 in request.body:
            return error_answer(413, "too_large")
        return hand_on(request)

    frame = rows("transaction", 20, ot__value__text=["x" * 5_000 if n == 7 else "x" for n in range(20)])
    opened, _ = through(elastic_server, plan)
    with opened as store:
        assert store.write(segment("one", transaction=frame)) == Written(events_new=19, dead_letters=1)
        [letter] = store.dead_letters()
        assert (letter.reason, letter.record["event.id"]) == ("refused", frame["event.id"][7])
        assert "413" in letter.text
