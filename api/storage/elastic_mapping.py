"""Elasticsearch templates and mappings, generated from the vocabulary (`sensors/fields`).

Only what the stripped test server also knows is used: keyword, ip, numbers, boolean, date_nanos, flattened, object.
"""

from __future__ import annotations

from typing import Any

from detection.occurrence import text_id
from response.ports import MOST_PER_PAGE
from sensors.fields import Field, vocabulary

SCHEMA = 2
PRIORITY = 500
LONGEST_KEYWORD = 8_191
"""Letters: 8,191 of four bytes each are the 32,766 bytes that an indexed keyword may have."""
_IGNORE = {"ignore_above": LONGEST_KEYWORD}

FIELD_TYPES: dict[str, dict[str, Any]] = {
    # date_nanos and not date: packet times are nanoseconds, and rows of one millisecond keep their order when sorted.
    "ts": {"type": "date_nanos"},
    "dict": {"type": "keyword", **_IGNORE},
    "utf8": {"type": "keyword", **_IGNORE},
    "json": {"type": "keyword", "index": False, "doc_values": False},
    "key": {"type": "long"},
    "i64": {"type": "long"},
    "u16": {"type": "integer"},
    "u32": {"type": "long"},
    "f32": {"type": "float"},
    "f64": {"type": "double"},
    "bool": {"type": "boolean"},
    "list<f64>": {"type": "double"},
    "list<utf8>": {"type": "keyword", **_IGNORE},
    "list<dict>": {"type": "keyword", **_IGNORE},
}
DETAILS = {"type": "flattened", **_IGNORE}
ADDRESS = {"type": "ip"}
_WORD = {"type": "keyword", **_IGNORE}
_TIME = {"type": "date_nanos"}
_LONG = {"type": "long"}
_CLOSED = {"type": "object", "enabled": False}
_LENIENT_ADDRESS = {"type": "ip", "ignore_malformed": True}

RECORDS: dict[str, dict[str, Any]] = {
    "segments": {"sensor": _WORD, "state": _WORD, "first": _TIME, "last": _TIME, "counters": _CLOSED},
    "threads": {"alerts": {**_WORD, "index": False, "doc_values": False}},
    "occurrences": {
        "id": _WORD,
        "alert": _WORD,
        "first_seen": _TIME,
        "last_seen": _TIME,
        "count": _LONG,
        "rule.name": _WORD,
        "sensor": _WORD,
        "parameters": _CLOSED,
        "explanation": _CLOSED,
        "packets": _CLOSED,
    },
    "alerts": {
        "id": _WORD,
        "thread": _WORD,
        "status": _WORD,
        "class": _WORD,
        "severity": _WORD,
        "rank": {"type": "byte"},
        "rule.name": _WORD,
        "rule.id": _WORD,
        "sensor": _WORD,
        "source.ip": _LENIENT_ADDRESS,
        "destination.ip": _LENIENT_ADDRESS,
        **{f"{end}.{part}": _WORD for end in ("source", "destination") for part in ("zone", "asset")},
        "network.protocol": _WORD,
        "threat.technique.id": _WORD,
        "assignee": _WORD,
        "resolution": _WORD,
        "incident": _WORD,
        "suppressed_by": _WORD,
        "drill": {"type": "boolean"},
        "first_seen": _TIME,
        "last_seen": _TIME,
        "count": _LONG,
        "words": _WORD,
        "parameters": _CLOSED,
        "explanation": _CLOSED,
        "packets": _CLOSED,
        "history": _CLOSED,
    },
    "assets": {"key": _WORD, "segment": _WORD, "roles": _WORD, "first_seen": _TIME, "last_seen": _TIME}
    | {"attributes": _CLOSED},
    "records": {"kind": _WORD, "id": _WORD, "time": _TIME, "words": _WORD}
    | {"body": {"type": "keyword", "index": False, "doc_values": False}},
    "changes": {"number": _LONG},
    "audit": {"number": _LONG, "line": {"type": "keyword", "index": False, "doc_values": False}},
    "dead-letters": {
        "id": _WORD,
        "segment": _WORD,
        "kind": _WORD,
        "dataset": _WORD,
        "reason": _WORD,
        "record": {"type": "keyword", "index": False, "doc_values": False},
    },
}
"""Indexed fields of the plain indices, by the index's name after the prefix."""


def field_mapping(field: Field) -> dict[str, Any]:
    """How Elasticsearch keeps a field of the vocabulary."""
    if field.name.endswith(".ip"):
        return ADDRESS
    if field.name.endswith(".details"):
        return DETAILS
    return FIELD_TYPES[field.type]


def event_mappings(dataset: str) -> dict[str, Any]:
    """Mappings of a dataset: its stored fields and the context, nothing dynamic."""
    words = vocabulary()
    fields = {f.name: f for f in (*words.datasets[dataset].fields, *words.context) if f.stored}
    properties = {name: field_mapping(f) for name, f in fields.items()}
    return _mappings(properties)


def index_template(dataset: str, prefix: str = "bittern") -> dict[str, Any]:
    """The index template of a dataset's data stream `<prefix>-<dataset>`. Raises KeyError for an unknown dataset."""
    return {
        "index_patterns": [f"{prefix}-{dataset}"],
        "data_stream": {},
        "priority": PRIORITY,
        "version": SCHEMA,
        "template": {"settings": _settings() | {"codec": "best_compression"}, "mappings": event_mappings(dataset)},
    }


def record_index(name: str) -> dict[str, Any]:
    """Settings and mappings of one of the plain indices in `RECORDS`."""
    return {"settings": _settings(), "mappings": _mappings(RECORDS[name])}


def _settings() -> dict[str, Any]:
    # One more than the longest page is asked for, to know whether another follows.
    return {"number_of_shards": 1, "auto_expand_replicas": "0-1", "max_result_window": MOST_PER_PAGE + 1}


def _mappings(properties: dict[str, Any]) -> dict[str, Any]:
    digest = text_id("mapping", repr(sorted(properties.items())))
    return {"dynamic": False, "_meta": {"schema": SCHEMA, "fields": digest}, "properties": properties}
