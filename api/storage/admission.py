"""Looks at what is to be stored: rows and occurrences that break the vocabulary become dead letters, never vanish.

Both stores admit the same, so that a store may be exchanged for the other. What passes has exactly the stored columns
of its dataset (event, own and context columns), finite numbers, and each event.id once.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import polars as pl

from api.storage.admissible import IPV4, LONGEST_ID, is_admissible
from api.storage.records import dumps
from detection.occurrence import Occurrence, text_id
from response.alerts import CLASSES, SEVERITIES
from response.ports import DeadLetter
from sensors.fields import polars_type, vocabulary

LATEST = 2**63 - 1

_FLOATS = (pl.Float32(), pl.Float64())
_IPV4 = f"^{IPV4}$"


@dataclass(frozen=True)
class Admitted:
    """Rows that may be stored, how many were the same again, and the dead letters."""

    frame: pl.DataFrame
    repeated: int
    dead: tuple[DeadLetter, ...]


@cache
def stored_schema(dataset: str) -> dict[str, pl.DataType]:
    """Columns and types that a stored dataset has: event, own and context columns, but not those in memory only."""
    words = vocabulary()
    fields = {f.name: f for f in (*words.datasets[dataset].fields, *words.context)}
    return {f.name: polars_type(f.type) for f in fields.values() if f.stored}


def stored_datasets() -> tuple[str, ...]:
    """Names of the datasets that are stored, in the order of the vocabulary."""
    return tuple(d.name for d in vocabulary().datasets.values() if d.stored)


@cache
def _known_columns(dataset: str) -> frozenset[str]:
    return frozenset(vocabulary().schema(dataset, context=True))


@cache
def _named(dataset: str, kind: str) -> tuple[str, ...]:
    """Columns of a dataset that hold addresses (`ip`) or JSON objects (`details`)."""
    suffix = {"ip": ".ip", "details": ".details"}[kind]
    return tuple(name for name in stored_schema(dataset) if name.endswith(suffix))


def admit(segment: str, dataset: str, frame: pl.DataFrame) -> Admitted:
    """Sort the rows of one dataset of a segment into those that may be stored and dead letters."""
    if dataset not in vocabulary().datasets:
        codes = ["unknown_dataset"] * frame.height
        return Admitted(pl.DataFrame(), 0, _letters(segment, dataset, frame, codes, f"there is no dataset {dataset}"))
    unknown = set(frame.columns) - _known_columns(dataset)
    dead = tuple(_column_letter(segment, dataset, name) for name in sorted(unknown))
    cast, is_typed = _cast(dataset, frame)
    if is_typed and is_admissible(dataset, cast):
        return Admitted(cast, 0, dead)
    reasons = _reasons(dataset, frame, cast)
    bad = reasons.is_not_null()
    if bad.any():
        text = f"the row breaks the vocabulary of {dataset}"
        dead += _letters(segment, dataset, frame.filter(bad), reasons.drop_nulls().to_list(), text)
        cast = cast.filter(~bad)
    good = _finite(cast)
    unique = _each_once(good)
    return Admitted(unique, good.height - unique.height, dead)


def _each_once(frame: pl.DataFrame) -> pl.DataFrame:
    """The first row of each event.id. Nearly always that is every row, which is found out without copying them."""
    if frame["event.id"].n_unique() == frame.height:
        return frame
    return frame.unique("event.id", keep="first", maintain_order=True)


def _cast(dataset: str, frame: pl.DataFrame) -> tuple[pl.DataFrame, bool]:
    """The stored columns in their types, and whether those that were given had them."""
    schema, given = stored_schema(dataset), {each.name: each.dtype for each in frame.get_columns()}
    if all(given.get(name) == kind for name, kind in schema.items()):
        return frame[list(schema)], True
    changes = []
    for name, kind in schema.items():
        if name not in given:
            changes.append(pl.lit(None, dtype=kind).alias(name))
        elif given[name] != kind:
            changes.append(_to_type(given[name], kind, name))
    is_typed = all(given[name] == kind for name, kind in schema.items() if name in given)
    return frame.with_columns(changes).select(schema.keys()), is_typed


def _to_type(given: pl.DataType, kind: pl.DataType, name: str) -> pl.Expr:
    """Cast that gives null where it cannot be done; a type that never can be gives null throughout."""
    if given.is_nested() != kind.is_nested() or given == pl.Object():
        return pl.lit(None, dtype=kind).alias(name)
    return pl.col(name).cast(kind, strict=False)


def _reasons(dataset: str, frame: pl.DataFrame, cast: pl.DataFrame) -> pl.Series:
    """Why each row cannot be stored, null where it can."""
    tests = [
        ("no_time", pl.col("@timestamp").is_null()),
        ("time_before_1970", pl.col("@timestamp").dt.epoch("ns") < 0),
        ("no_id", pl.col("event.id").is_null() | (pl.col("event.id").str.len_bytes() == 0)),
        ("id_too_long", pl.col("event.id").str.len_bytes() > LONGEST_ID),
        ("wrong_dataset", pl.col("event.dataset").cast(pl.String()) != dataset),
    ]
    for name, wrong in _not_objects(dataset, cast).items():
        tests.append((f"not_an_object:{name}", pl.col(name).is_in(wrong)))
    for name, wrong in _not_addresses(dataset, cast).items():
        tests.append((f"not_an_address:{name}", pl.col(name).cast(pl.String()).is_in(wrong)))
    reasons = cast.select(pl.coalesce(pl.when(test).then(pl.lit(code)) for code, test in tests)).to_series()
    given = frame.schema
    for name, kind in stored_schema(dataset).items():
        if name in given and given[name] != kind:
            lost = cast[name].is_null() & frame[name].is_not_null() & reasons.is_null()
            reasons = pl.select(pl.when(lost).then(pl.lit(f"wrong_type:{name}")).otherwise(reasons)).to_series()
    return reasons


def _not_addresses(dataset: str, frame: pl.DataFrame) -> dict[str, list[str]]:
    """Texts in the address columns that are no address, by column."""
    wrong = {}
    for name in _named(dataset, "ip"):
        texts = frame[name].unique().drop_nulls().cast(pl.String())
        # Nearly all are plain IPv4, which a pattern tells in bulk.
        others = texts.filter(~texts.str.contains(_IPV4))
        wrong[name] = [text for text in others if not is_address(text)]
    return {name: texts for name, texts in wrong.items() if texts}


def _not_objects(dataset: str, frame: pl.DataFrame) -> dict[str, list[str]]:
    """Texts in the columns of details that are no JSON object, by column."""
    wrong = {}
    for name in _named(dataset, "details"):
        texts = frame[name].drop_nulls().unique()
        is_object = texts.str.strip_chars().str.starts_with("{") & texts.str.json_path_match("$").is_not_null()
        wrong[name] = texts.filter(~is_object).to_list()
    return {name: texts for name, texts in wrong.items() if texts}


@lru_cache(maxsize=65_536)
def is_address(text: str) -> bool:
    """Whether a text is an IPv4 or IPv6 address, without a zone id."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def _finite(frame: pl.DataFrame) -> pl.DataFrame:
    """NaN and infinity become null; of a point's number the text keeps which (vocabulary, types)."""
    schema = frame.schema
    floats = [pl.col(name).is_finite().all() for name, kind in schema.items() if kind in _FLOATS]
    lists = [pl.col(name).explode().is_finite().all() for name, kind in schema.items() if kind == pl.List(pl.Float64())]
    odd = [name for name, fine in _row(frame, *floats, *lists).items() if not fine]
    changes: list[pl.Expr] = []
    for name in odd:
        column, element = pl.col(name), pl.element()
        if schema[name] not in _FLOATS:
            changes.append(column.list.eval(pl.when(element.is_finite()).then(element)))
            continue
        changes.append(pl.when(column.is_finite()).then(column).alias(name))
        if name == "ot.value.number":
            changes.append(pl.coalesce("ot.value.text", pl.when(~column.is_finite()).then(column.cast(pl.String()))))
    return frame.with_columns(changes) if changes else frame


def _row(frame: pl.DataFrame, *columns: pl.Expr) -> dict[str, Any]:
    """The one row that these aggregates make, empty for none."""
    return frame.select(columns).row(0, named=True) if columns else {}


def _letters(segment: str, dataset: str, frame: pl.DataFrame, reasons: list[str], text: str) -> tuple[DeadLetter, ...]:
    rows = [{k: v for k, v in row.items() if v is not None} for row in frame.iter_rows(named=True)]
    return tuple(
        dead_letter(segment, "event", dataset, reason, f"{text}: {reason}", row)
        for reason, row in zip(reasons, rows, strict=True)
    )


def _column_letter(segment: str, dataset: str, name: str) -> DeadLetter:
    text = f"dataset {dataset} has no column {name}; its values are not stored, the rest of each row is"
    return dead_letter(segment, "column", dataset, "unknown_column", text, {"column": name})


def dead_letter(
    segment: str, kind: str, dataset: str | None, reason: str, text: str, record: dict[str, Any]
) -> DeadLetter:
    """A dead letter whose id follows from its content alone, so that the same record is kept once."""
    return DeadLetter(
        text_id("dead", kind, dataset or "", reason, dumps(record)), segment, kind, dataset, reason, text, record
    )


def refusal(o: Occurrence) -> str | None:
    """Why an occurrence cannot be stored, as a code; None when it can."""
    checks = (
        ("bad_id", bool(o.id) and len(o.id.encode("utf-8", "replace")) <= LONGEST_ID),
        ("unknown_severity", o.severity in SEVERITIES),
        ("unknown_class", o.rule_class in CLASSES),
        ("bad_count", 1 <= o.count <= LATEST),
        ("bad_time", 0 <= o.first_seen <= o.last_seen <= LATEST),
    )
    return next((code for code, fine in checks if not fine), None)
