"""What only the Elasticsearch store has: templates from the vocabulary, documents, refusals."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from elasticsearch import Elasticsearch

from api.storage import open_store
from api.storage.admission import stored_datasets, stored_schema
from api.storage.elastic_mapping import event_mappings, index_template
from response.ports import EventQuery, Written
from sensors.fields import vocabulary
from tests.contract.elastic_server import Server
from tests.contract.store_cases import occurrence, rows, segment
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


ONE = segment("one", occurrence(0), occurrence(0, part=1), transaction=rows("transaction", 1500))


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
        assert store.count("transaction") == 1500
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
