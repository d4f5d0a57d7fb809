"""What a condition on events means, checked against the vocabulary and the same for both stores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Any

import polars as pl

from api.storage.admission import is_address, stored_schema
from api.storage.triage import network_span, network_text
from response.conditions import Condition
from response.store_errors import Invalid
from sensors.fields import vocabulary

NUMBERS = ("u16", "u32", "i64", "key", "f32", "f64")
TEXTS = ("dict", "utf8", "list<dict>", "list<utf8>")
GROUPED = ("dict", "utf8", "u16", "u32", "i64", "key", "bool")
"""Types of fields that may be grouped by."""
SUMMED = ("u16", "u32", "i64")
"""Types of fields that may be summed."""
LONGEST_PREFIX = 500
"""Letters; Elasticsearch takes 1,000 half words (index.max_regex_length)."""
LEAST, MOST = -(2**63), 2**63 - 1
MOST_INTEGER = 2**31 - 1
"""Of Elasticsearch's type integer, which holds u16: it refuses to compare with more."""


def check_conditions(dataset: str, conditions: Iterable[Condition]) -> None:
    """Raises Invalid for a field that is not stored, or a value that it cannot have."""
    for condition in conditions:
        kind = kind_of(dataset, condition.field)
        allowed = _allowed(condition.field, kind)
        if condition.operator not in allowed:
            raise Invalid(condition.field, "not_by_operator", operator=condition.operator, type=kind)
        values_of(condition, kind)


def kind_of(dataset: str, name: str) -> str:
    """The type of a stored field. Raises Invalid for one that is not."""
    if name not in stored_schema(dataset):
        raise Invalid(name, "field_not_stored", dataset=dataset)
    return vocabulary().field(name).type


def _allowed(name: str, kind: str) -> tuple[str, ...]:
    if kind == "json" or kind == "list<f64>":
        return ("known",)
    if kind in NUMBERS:
        return ("one_of", "known", "at_least", "above", "below", "at_most")
    if kind == "ts":
        return ("known",)
    if kind == "bool":
        return ("one_of", "known")
    return ("one_of", "known", "network") if name.endswith(".ip") else ("one_of", "known", "prefix")


def values_of(condition: Condition, kind: str) -> list[Any]:
    """The values as the field's type. Raises Invalid."""
    return [_value(condition, kind, value) for value in condition.values]


def _value(condition: Condition, kind: str, text: str) -> Any:
    name = condition.field
    try:
        text.encode()
        if condition.operator == "network":
            return network_text(text)
        if kind == "bool":
            return {"true": True, "false": False}[text.lower()]
        if kind in NUMBERS:
            return _number(text, kind)
    except (ValueError, KeyError) as error:
        raise Invalid(name, "value_of_another_type", value=ascii(text[:64])[1:-1], type=kind) from error
    if condition.operator == "prefix" and len(text) > LONGEST_PREFIX:
        raise Invalid(name, "query_too_long", most=LONGEST_PREFIX)
    if name.endswith(".ip") and not is_address(text):
        raise Invalid(name, "not_an_address", value=text[:64])
    return text


def _number(text: str, kind: str) -> int | float:
    """Raises ValueError for what no store can compare with."""
    if kind in ("f32", "f64"):
        number = float(text)
        if not isfinite(number):
            raise ValueError(text)
        return number
    whole = int(text)
    if not LEAST <= whole <= MOST:
        raise ValueError(text)
    return whole


def expression(dataset: str, condition: Condition) -> pl.Expr:
    """A condition over frames; never null."""
    kind = kind_of(dataset, condition.field)
    test = _test(condition, kind, values_of(condition, kind)).fill_null(False)
    return ~test if condition.negated else test


def _test(condition: Condition, kind: str, values: list[Any]) -> pl.Expr:
    column = pl.col(condition.field)
    if condition.operator == "known":
        return column.is_not_null()
    if condition.field.endswith(".ip"):
        return within(column, values)
    if kind.startswith("list"):
        texts = column.cast(pl.List(pl.String))
        if condition.operator == "prefix":
            return texts.list.eval(pl.element().str.starts_with(values[0])).list.any()
        return pl.any_horizontal(*[texts.list.contains(value) for value in values])
    if kind in TEXTS:
        text = column.cast(pl.String)
        return text.str.starts_with(values[0]) if condition.operator == "prefix" else text.is_in(values)
    compared = {"at_least": "ge", "above": "gt", "below": "lt", "at_most": "le"}
    if condition.operator in compared:
        found: pl.Expr = getattr(column, compared[condition.operator])(values[0])
        return found
    return pl.any_horizontal(*[column == value for value in values])


def within(column: pl.Expr, networks: Sequence[Any]) -> pl.Expr:
    """Whether a column of addresses lies in one of these networks or is one of these addresses."""
    return column.cast(pl.String).map_batches(lambda c: _in_networks(c, networks), return_dtype=pl.Boolean)


def _in_networks(column: pl.Series, networks: Sequence[str]) -> pl.Series:
    """Each distinct address is looked at once."""
    spans = [network_span(network) for network in networks]
    inside = [address for address in column.unique().drop_nulls().to_list() if _held(address, spans)]
    return column.is_in(inside)


def _held(address: str, spans: list[tuple[bytes, bytes]]) -> bool:
    try:
        packed = network_span(address)[0]
    except ValueError:
        return False
    return any(first <= packed <= last for first, last in spans)


def elastic_filter(dataset: str, condition: Condition) -> dict[str, Any]:
    """A condition as a query of Elasticsearch."""
    kind = kind_of(dataset, condition.field)
    values = values_of(condition, kind)
    ranged = {"at_least": "gte", "above": "gt", "below": "lt", "at_most": "lte"}
    test: dict[str, Any]
    if condition.operator == "known":
        test = {"exists": {"field": condition.field}}
    elif condition.operator == "prefix":
        test = {"prefix": {condition.field: {"value": values[0]}}}
    elif condition.operator in ranged:
        bound = max(-MOST_INTEGER, min(values[0], MOST_INTEGER)) if kind == "u16" else values[0]
        test = {"range": {condition.field: {ranged[condition.operator]: bound}}}
    else:
        test = {"terms": {condition.field: [v for v in values if kind != "u16" or abs(v) <= MOST_INTEGER]}}
    return {"bool": {"must_not": [test]}} if condition.negated else test
