"""Whether a field test makes sense: modifiers suit the field's type, values fit it, closed words are in their list."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator

import polars as pl

from detection.sigma.addresses import parse_network
from detection.sigma.fields import FLOAT_TYPES, INTEGER_RANGES, NUMBER_TYPES, TEXT_TYPES, Target
from detection.sigma.model import Item, Scalar
from detection.sigma.pattern import pattern_regex, plain_text, regex_problem
from detection.sigma.reading import closest
from sensors.fields import vocabulary

Trouble = tuple[str, str]
"""What is wrong and how to mend it."""

TESTS = ("contains", "startswith", "endswith", "re", "cidr", "gt", "gte", "lt", "lte", "exists", "fieldref")
TEXT_TESTS = frozenset(TESTS[:5])
COMPARISONS = frozenset({"gt", "gte", "lt", "lte"})


def item_troubles(item: Item, target: Target, find: Callable[[str], Target]) -> list[Trouble]:
    """Everything wrong with `item` on `target`; `find` gives a referenced field's target or raises FieldError."""
    troubles = list(_modifier_troubles(item, target))
    if troubles:
        return troubles
    if "exists" in item.modifiers:
        return list(_exists_troubles(item))
    for value in item.values:
        if value is None:
            troubles += _null_troubles(item)
        elif "fieldref" in item.modifiers:
            troubles += _reference_troubles(item, target, value, find)
        else:
            troubles += _value_troubles(item, target, value)
    return troubles


def _modifier_troubles(item: Item, target: Target) -> Iterator[Trouble]:
    tests = [modifier for modifier in item.modifiers if modifier in TESTS]
    if len(tests) > 1:
        yield f"modifiers {' and '.join(tests)} do not go together", "keep one of them"
    for test in tests:
        if test in TEXT_TESTS and not target.is_text:
            yield f"{test} is about text, and {item.field} is {target.type}", "take the modifier away"
        if test in COMPARISONS and target.type not in NUMBER_TYPES | {"list<f64>"}:
            yield f"{test} is about numbers, and {item.field} is {target.type}", "name a field that holds numbers"
        if test == "fieldref" and target.is_list:
            yield f"fieldref compares single values, and {item.field} is {target.type}", "name a field without list"
    if "cased" in item.modifiers and (not target.is_text or set(tests) & {"re", "cidr", "exists", "fieldref"}):
        yield "cased is about plain text, contains, startswith and endswith", "take cased away"
    if item.match_all and len(item.values) < 2:
        yield "all needs several values", "take all away, or list the values"
    elif item.match_all and not target.is_list and not set(tests) & {"contains", "startswith", "endswith", "re"}:
        yield f"{item.field} holds one value, so that it never equals all", "use |contains|all, or take all away"


def _exists_troubles(item: Item) -> Iterator[Trouble]:
    if len(item.values) != 1 or not isinstance(item.values[0], bool):
        yield "exists takes true or false", "write true or false"


def _null_troubles(item: Item) -> Iterator[Trouble]:
    if set(item.modifiers):
        yield "null goes with no modifier", "write `field: null` as a test of its own"


def _reference_troubles(item: Item, target: Target, value: Scalar, find: Callable[[str], Target]) -> Iterator[Trouble]:
    if not isinstance(value, str):
        yield f"fieldref takes a field's name, not {value!r}", "write the name of the other field"
        return
    other = find(value)
    if _family(target.type) != _family(other.type):
        yield f"{item.field} is {target.type} and {value} is {other.type}", "compare fields of one type"


def _family(kind: str) -> str:
    if kind in TEXT_TYPES:
        return "text"
    return "number" if kind in NUMBER_TYPES else kind


def _value_troubles(item: Item, target: Target, value: Scalar) -> Iterator[Trouble]:
    if target.is_text:
        yield from _text_troubles(item, target, value)
    elif target.type == "bool":
        if not isinstance(value, bool):
            yield f"{item.field} is true or false, not {value!r}", "write true or false without quotes"
    elif target.type == "ts":
        yield f"{item.field} is a time, which no fixed value equals", "use |exists, |fieldref or a null value"
    else:
        yield from _number_troubles(item, target, value)


def _number_troubles(item: Item, target: Target, value: Scalar) -> Iterator[Trouble]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield f"{item.field} is {target.type}, not {value!r}", "write a number without quotes"
    elif not math.isfinite(value):
        yield f"{item.field} never holds {value!r}", "write a finite number"
    elif target.type in FLOAT_TYPES or target.is_list:
        return
    elif isinstance(value, float):
        yield f"{item.field} is {target.type}, not {value!r}", "write a whole number"
    else:
        least, most = INTEGER_RANGES[target.type]
        if not least <= value <= most:
            yield f"{value} does not fit {item.field} ({target.type})", f"write {least} to {most}"


def _text_troubles(item: Item, target: Target, value: Scalar) -> Iterator[Trouble]:
    if not isinstance(value, str):
        yield f"{item.field} is text, not {value!r}", "put the value in quotes"
    elif "cidr" in item.modifiers:
        try:
            parse_network(value)
        except ValueError as error:
            yield f"{value!r} is no network: {error}", "write one such as 10.0.0.0/8 or fe80::/10"
    elif "re" in item.modifiers:
        if problem := regex_problem(f"(?:{value})"):
            yield f"{value!r} is no regular expression: {problem}", "mind that look-around and \\1 do not exist"
    elif words := _closed_list(target.name):
        yield from _word_troubles(item, value, words)


def _closed_list(field: str) -> Collection[str]:
    known = vocabulary()
    lists: dict[str, Collection[str]] = {
        "ot.operation": known.operations,
        "ot.flag": known.flags,
        "ot.finding": known.findings,
        "event.dataset": known.datasets,
    }
    return lists.get(field, ())


def _word_troubles(item: Item, value: str, words: Collection[str]) -> Iterator[Trouble]:
    plain = plain_text(value)
    if plain is not None and not item.modifiers:
        if plain not in words:
            yield f"{plain!r} is no word of {item.field}", closest(plain, words)
    elif not pl.Series(sorted(words)).str.contains(pattern_regex(value, item.modifiers)).any():
        yield f"{value!r} fits no word of {item.field}", "see its closed list"
