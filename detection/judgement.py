"""What a rule makes of a row: severity, texts' parameters, ends, explanation (codes and parameters, law 9)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from sys import intern
from typing import Any

import polars as pl

from detection.occurrence import Occurrence, Packets, occurrence_id
from detection.parties import BELOW_IP, PLAIN, named, party
from detection.sigma.model import LEVELS, Correlation, Rule
from detection.sigma.text import VALUE, placeholders
from sensors.fields import vocabulary

ENDS = ("mac", "ip", "port")
CONTEXT = ("asset", "roles", "zone", "criticality", "owner")
EXPLAINED = ("observed", "expected", "since", "support", "learner", "score", "p_value", "maturity")
VALUES = ("ot.value.exact", "ot.value.numbers", "ot.value.text")
SOURCE, DESTINATION = (
    {name: f"{end}.{name}" for name in ENDS} | {name: f"ot.{end}.{name}" for name in CONTEXT}
    for end in ("source", "destination")
)
EXPLANATION = {name: f"ot.{name}" for name in EXPLAINED}
ALWAYS = (
    "@timestamp", "event.id", "ot.clock", "ot.capture", "ot.packet.first", "ot.packet.last", "ot.drill", "ot.operation",
    "ot.details", "network.protocol", *VALUES, *EXPLANATION.values(), *SOURCE.values(), *DESTINATION.values(),
)  # fmt: skip
TOLD_OF_ROW = ("protocol", "source", "destination", "parameters", "explanation", "drill")
"""What an occurrence says of the row that was hit first; values of it are those of JSON."""
LACKING_LEVEL = "medium"
"""A rule that lacks what the site should declare is a policy reminder: never above this."""


@dataclass(frozen=True)
class Judgement:
    """A rule's fixed part, made once."""

    name: str
    rule: Rule | Correlation
    rule_class: str
    severity: str
    lacking: tuple[str, ...]
    parameters: tuple[str, ...]
    techniques: tuple[str, ...]
    dedup: tuple[str, ...]
    columns: frozenset[str]
    """What an occurrence is made of."""

    @property
    def key_names(self) -> list[str]:
        return [f"key{i}" for i in range(len(self.dedup))] or ["key0"]

    def dedup_columns(self, rows: pl.DataFrame) -> list[pl.Expr]:
        """Dedup values of rows as text, "" for null."""
        if not self.dedup:
            return [pl.lit("").alias("key0")]
        return [party(name, rows).fill_null("").alias(f"key{i}") for i, name in enumerate(self.dedup)]

    def has_plain_key(self, frame: pl.DataFrame) -> bool:
        """Whether `key` may be asked: text and whole numbers are written alike by Polars and by Python."""
        return all(isinstance(frame.get_column(name).dtype, PLAIN) for name in self.dedup)

    def key(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The dedup key of one row, of which `values` are those that `values` gives."""
        found = (named(name, values) for name in self.dedup)
        return tuple("" if value is None else intern(str(value)) for value in found) or ("",)

    def keys_of(self, frame: pl.DataFrame, places: list[int]) -> list[tuple[str, ...]]:
        """The dedup keys of the rows at `places`."""
        rows = frame[places]
        # Of a rule without a key, one for each row all the same.
        keyed = rows.select("event.id", *self.dedup_columns(rows))
        return [tuple(intern(str(value)) for value in key) for _, *key in keyed.iter_rows()]

    def values(self, frame: pl.DataFrame, places: list[int]) -> list[dict[str, Any]]:
        """What `occurrence` and `key` need of the rows at `places`, by field name; times are ns since the epoch."""
        # A row has many more columns than are told of it, and taking a value out costs more than finding it.
        names = [name for name in frame.columns if name in self.columns]
        told = frame[names][places]
        for place, name in enumerate(names):
            if name in _times():
                told.replace_column(place, told.to_series(place).cast(pl.Int64))
        return [dict(zip(names, row, strict=True)) for row in told.rows()]

    def occurrence(
        self,
        sensor: str,
        values: Mapping[str, Any],
        key: tuple[str, ...],
        minute: int,
        count: int | None = None,
        group: Mapping[str, object] | None = None,
    ) -> Occurrence:
        """Part 0: the first hit of a minute. `values` are those of its row; `count` and `group` a correlation's."""
        source, destination = _told(values, SOURCE), _told(values, DESTINATION)
        below = {name: named(name, values) for name in BELOW_IP if name in values}
        readable = {**values, **below, **_details(values), VALUE: _value(values)}
        parameters = {name: _shared(_plain(readable[name], name)) for name in self.parameters if name in readable}
        parameters |= {"source": label(source), "destination": label(destination)}
        if count is not None:
            parameters["count"] = count
            parameters |= {name: _plain(value) for name, value in (group or {}).items()}
        first = values.get("ot.packet.first")
        packets = (
            (Packets(intern(values.get("ot.capture") or ""), first, values.get("ot.packet.last") or first),)
            if first
            else ()
        )
        return Occurrence(
            **self._fixed(sensor, key, minute, 0),
            count=1,
            first_seen=values["@timestamp"],
            last_seen=values["@timestamp"],
            events=(values["event.id"],),
            packets=packets,
            protocol=values.get("network.protocol"),
            source=source,
            destination=destination,
            parameters=parameters,
            explanation=_explanation(values),
            drill=bool(values.get("ot.drill")),
        )

    def rest(self, sensor: str, key: tuple[str, ...], minute: int, told: Mapping[str, Any], **hits: Any) -> Occurrence:
        """Part 1: `hits` are those of the minute after the first one, which `told` what is in `TOLD_OF_ROW`."""
        return Occurrence(**self._fixed(sensor, key, minute, 1), **told, **hits)

    def _fixed(self, sensor: str, key: tuple[str, ...], minute: int, part: int) -> dict[str, Any]:
        """What is the same whatever row was hit."""
        bittern = self.rule.bittern
        assert bittern is not None
        return {
            "id": occurrence_id(sensor, self.name, key, minute, part),
            "sensor": sensor,
            "rule": self.name,
            "rule_id": self.rule.id,
            "rule_version": self.rule.version,
            "rule_class": self.rule_class,
            "severity": self.severity,
            "dedup": key,
            "minute": minute,
            "part": part,
            "techniques": self.techniques,
            "controls": bittern.controls,
            "objects": bittern.objects,
            "playbook": bittern.playbook,
            "lacking": self.lacking,
        }


def judgement(rule: Rule | Correlation, lacking: tuple[str, ...]) -> Judgement:
    """The fixed part of a rule that has texts."""
    bittern = rule.bittern
    assert bittern is not None
    names: dict[str, None] = {}
    for text in bittern.text.values():
        for template in (text.what, text.why, *text.do):
            names |= dict.fromkeys(placeholders(template))
    for template in bittern.safety.values():
        names |= dict.fromkeys(placeholders(template))
    severity = min(rule.level, LACKING_LEVEL, key=LEVELS.index) if lacking else rule.level
    return Judgement(
        name=rule.name,
        rule=rule,
        rule_class="policy" if lacking and bittern.rule_class == "threat" else bittern.rule_class,
        severity=severity,
        lacking=lacking,
        parameters=tuple(names),
        techniques=rule.techniques,
        dedup=bittern.dedup,
        columns=frozenset({*names, *ALWAYS, *bittern.dedup}),
    )


def label(end: Mapping[str, Any]) -> str | None:
    """How a sentence names one end: `hmi-1 (10.0.1.10)`, the address alone, or the MAC."""
    address = end.get("ip") or end.get("mac")
    asset = end.get("asset")
    return f"{asset} ({address})" if asset and address and asset != address else address


def _told(values: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    """Those of the columns that have a value, by the names they have here."""
    found = ((name, values.get(column)) for name, column in columns.items())
    return {name: _shared(value) for name, value in found if value is not None}


def _shared(value: object) -> object:
    """A text as the one that other occurrences hold: thousands are open while an attack goes on."""
    return intern(value) if type(value) is str else value


def _value(values: Mapping[str, Any]) -> object:
    """The value of the row, from the first column that has one."""
    return next((value for name in VALUES if (value := values.get(name)) not in (None, [], "")), None)


def _explanation(values: Mapping[str, Any]) -> dict[str, Any]:
    told = _told(values, EXPLANATION)
    for name in ("observed", "expected"):
        if isinstance(told.get(name), str):
            told[name] = json.loads(told[name])
    return told


def _details(values: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of `ot.details` by the names texts use."""
    text = values.get("ot.details")
    return {f"ot.details.{key}": value for key, value in json.loads(text).items()} if text else {}


@cache
def _times() -> frozenset[str]:
    """Fields that are a time."""
    return frozenset(field.name for field in vocabulary().all_fields().values() if field.type == "ts")


def _moment(nanoseconds: int) -> str:
    """A time as texts show it."""
    return datetime.fromtimestamp(nanoseconds // 1_000_000_000, UTC).isoformat().replace("+00:00", "Z")


def _plain(value: object, name: str = "") -> object:
    if name in _times() and isinstance(value, int):
        return _moment(value)
    if name in ("ot.observed", "ot.expected") and isinstance(value, str):
        return ", ".join(f"{key}={each}" for key, each in json.loads(value).items())
    return value if isinstance(value, str | int | float | bool | list) or value is None else str(value)
