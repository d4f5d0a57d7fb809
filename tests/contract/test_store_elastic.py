"""What only the Elasticsearch store has: templates from the vocabulary, faults of the network, rollover, refusals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from api.storage import open_store
from api.storage.admission import stored_datasets, stored_schema
from api.storage.elastic_mapping import event_mappings, index_template
from response.alerts import AlertChange, fold
from response.ports import AlertQuery, EventQuery, Segment, Store, Written
from response.store_errors import Unreachable
from sensors.fields import vocabulary
from tests.contract.elastic_server import Server
from tests.contract.store_cases import START, occurrence, rows, segment
from tests.contract.store_proxy import Answer, Plan, Request, error_answer, hand_on, proxy
from tests.contract.stores import elastic_url

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores"]
pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("dataset", stored_datasets())
def test_templates_are_the_vocabulary(dataset: str) -> None:
    template = index_template(dataset, "site")
    assert template["index_patterns"] == [f"site-{dataset}"]
    assert template["data_stream"] == {}
    mappings = template["template"]["mappings"]
    assert mappings["dynamic"] is False
    properties = mappings["properties"]
    assert properties.keys() == stored_schema(dataset).keys()
    words = vocabulary()
    for name, mapping in properties.items():
        expected = {"dict": "keyword", "utf8": "keyword", "ts": "date_nanos", "key": "long", "bool": "boolean"}
        kind = words.field(name).type
        if name.endswith(".ip"):
            assert mapping["type"] == "ip"
        elif name == "ot.details":
            assert mapping["type"] == "flattened"
        elif kind in expected:
            assert mapping["type"] == expected[kind]
        if mapping["type"] == "keyword" and mapping.get("index", True):
            assert mapping["ignore_above"] * 4 <= 32766


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


def test_what_the_server_refuses_is_a_dead_letter(elastic_server: Server, raw: Elasticsearch) -> None:
    url = elastic_url(elastic_server)
    template = index_template("transaction", prefix_of(url))
    template["template"]["mappings"]["properties"] |= {"ot.unit": {"type": "long"}}
    raw.indices.put_index_template(name=f"{prefix_of(url)}-transaction", **template)
    frame = rows("transaction", 5, ot__unit=["1", "rack 2", "3", None, "slot"])
    with open_store(url) as store:
        assert store.write(segment("one", transaction=frame)) == Written(events_new=3, dead_letters=2)
        assert store.write(segment("two", transaction=frame)) == Written(events_known=3)
        letters = store.dead_letters()
        assert {letter.record["ot.unit"] for letter in letters} == {"rack 2", "slot"}
        assert all(letter.reason == "refused" and "ot.unit" in letter.text for letter in letters)


def test_a_template_that_vanished_is_put_again(elastic_server: Server, raw: Elasticsearch) -> None:
    url = elastic_url(elastic_server)
    name = f"{prefix_of(url)}-transaction"
    raw.indices.put_index_template(name=name, **index_template("transaction", prefix_of(url)))
    with open_store(url) as store:
        raw.indices.delete_index_template(name=name)
        store.write(ONE)
        check_once(store, ONE)
    assert [s["name"] for s in raw.indices.resolve_index(name=name)["data_streams"]] == [name]


def test_fields_that_are_new_to_the_vocabulary_reach_an_old_stream(elastic_server: Server, raw: Elasticsearch) -> None:
    url = elastic_url(elastic_server)
    name = f"{prefix_of(url)}-transaction"
    old = index_template("transaction", prefix_of(url))
    del old["template"]["mappings"]["properties"]["ot.unit"]
    old["template"]["mappings"]["_meta"]["fields"] = "older"
    raw.indices.put_index_template(name=name, **old)
    raw.index(index=name, op_type="create", document={"@timestamp": "2026-11-01T08:00:00Z", "event.id": "old"})
    with open_store(url) as store:
        store.write(segment("one", transaction=rows("transaction", 4, ot__unit=["1", "2", "2", None])))
        assert store.events(EventQuery("transaction", equals={"ot.unit": "2"})).frame.height == 2
    mapping = next(iter(raw.indices.get_mapping(index=name).body.values()))["mappings"]
    assert mapping["_meta"] == event_mappings("transaction")["_meta"]


def test_documents_have_the_flat_names_of_the_vocabulary(elastic_server: Server, raw: Elasticsearch) -> None:
    url = elastic_url(elastic_server)
    with open_store(url) as store:
        store.write(segment("one", occurrence(0), transaction=rows("transaction", 1)))
    event = raw.search(index=f"{prefix_of(url)}-transaction")["hits"]["hits"][0]
    assert event["_id"] == event["_source"]["event.id"]
    assert event["_source"].keys() <= stored_schema("transaction").keys()
    assert event["_source"]["@timestamp"] == "2026-11-01T08:00:00.000000000Z"
    assert None not in event["_source"].values()
    alert = raw.get(index=f"{prefix_of(url)}-alerts", id=occurrence(0).id)["_source"]
    names = {"rule.id", "rule.version", "class", "severity", "source.ip", "destination.asset", "threat.technique.id"}
    assert names <= alert.keys()
