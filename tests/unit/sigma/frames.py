"""Frames with a dataset's full schema, and rule texts, for the tests of this folder."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import polars as pl
import yaml

from detection.sigma import Evaluator, RuleSet
from sensors.fields import vocabulary

START = int(datetime(2026, 11, 1, 8, tzinfo=UTC).timestamp()) * 1_000_000_000
SECOND = 1_000_000_000

Row = Mapping[str, object]


def frame(dataset: str, rows: Sequence[Row]) -> pl.DataFrame:
    """Rows as a frame of `dataset` with context; times are ns, absent fields null but id, times and capture."""
    schema = vocabulary().schema(dataset, context=True)
    whole = [{**_header(dataset, number), **row} for number, row in enumerate(rows)]
    columns = {name: pl.Series(name, [row.get(name) for row in whole], dtype=kind) for name, kind in schema.items()}
    return pl.DataFrame(columns)


def _header(dataset: str, number: int) -> dict[str, object]:
    return {
        "event.dataset": dataset,
        "@timestamp": START,
        "ot.clock": START,
        "event.id": f"e{number:04}",
        "observer.name": "test",
        "ot.segment": "test",
        "ot.capture": "test.pcap",
        "ot.packet.first": number + 1,
        "ot.packet.last": number + 2,
    }


BITTERN: dict[str, object] = {
    "class": "threat",
    "learnable": "approval",
    "dedup": ["source.ip", "destination.ip"],
    "objects": ["control"],
    "controls": ["iec62443-3-3:SR-2.1"],
    "safety": {"en": "Do not block this address.", "zh": "请勿阻断该地址。"},
    "text": {
        "en": {
            "what": "{source} used {network.protocol} on {destination}.",
            "why": "It may not.",
            "do": ["Ask {source}."],
        },
        "zh": {
            "what": "{source} 对 {destination} 使用了 {network.protocol}。",
            "why": "未授权。",
            "do": ["询问 {source}。"],
        },
    },
    "proof": {"positive": ["modbus/a.pcap"], "benign": ["modbus/b.pcap"]},
}


def rule_data(
    name: str, detection: Mapping[str, object], dataset: str = "transaction", **more: object
) -> dict[str, object]:
    """A whole rule as data; `detection` has the blocks and the condition; `more` replaces or adds top-level keys."""
    data: dict[str, object] = {
        "title": f"Rule {name}",
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
        "name": name,
        "status": "stable",
        "logsource": {"product": "bittern", "category": dataset},
        "detection": dict(detection),
        "level": "high",
        "tags": ["attack.t0855"],
        "bittern": BITTERN,
    }
    return data | more


def correlation_data(name: str, correlation: Mapping[str, object], **more: object) -> dict[str, object]:
    """A whole correlation as data."""
    data = rule_data(name, {}, correlation=dict(correlation)) | more
    return {key: value for key, value in data.items() if key not in ("logsource", "detection")}


def yaml_text(*documents: Mapping[str, object]) -> str:
    """The documents as one YAML text."""
    return yaml.safe_dump_all([dict(each) for each in documents], allow_unicode=True, sort_keys=False, width=1000)


def ruleset(*documents: Mapping[str, object]) -> RuleSet:
    """A RuleSet of the documents, which must be without any issue."""
    found = RuleSet.from_texts({"rules.yml": yaml_text(*documents)})
    assert [str(issue) for issue in found.issues] == []
    return found


def matches(detection: Mapping[str, object], rows: Sequence[Row], dataset: str = "transaction") -> list[int]:
    """Positions of the rows that one rule with `detection` matches."""
    evaluator = Evaluator(ruleset(rule_data("T01", detection, dataset)))
    hits = evaluator.evaluate(dataset, frame(dataset, rows))
    assert evaluator.failures == {}
    return [int(event[1:]) for hit in hits for event in hit.rows["event.id"]]


def one_test(item: Mapping[str, object], rows: Sequence[Row], dataset: str = "transaction") -> list[int]:
    """Positions of the rows that one field test matches."""
    return matches({"one": dict(item), "condition": "one"}, rows, dataset)
