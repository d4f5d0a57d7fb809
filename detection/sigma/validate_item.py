"""Whether a field test makes sense: modifiers suit the field's type, values fit it, closed words are in their list."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator

import polars as pl

from detection.sigma.addresses import parse_network
from detection.sigma.fields import FLOAT_TYPES, INTEGER_RANGES, NUMBER_TYPES, TEXT_TYPES, Target
from detection.sigma.model import Item, Scalar
from detection.sigma.pattern import pattern_regex, plain_text, regex_problem
from detection.sigma.wrong import Wrong, unlisted, wrong
from sensors.fields import vocabulary

TESTS = ("contains", "startswith", "endswith", "re", "cidr", "gt", "gte", "lt", "lte", "exists", "fieldref")
TEXT_TESTS = frozenset(TESTS[:5])
COMPARISONS = frozenset({"gt", "gte", "lt", "lte"})


def item_troubles(item: Item, target: Target, find: Callable[[str], Target]) -> list[Wrong]:
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


def _modifier_troubles(item: Item, target: Target) -> Iterator[Wrong]:
    tests = [modifier for modifier in item.modifiers if modifier in TESTS]
    if len(tests) > 1:
        yield wrong("modifiers_together", modifiers=tuple(tests))
    for test in tests:
        if test in TEXT_TESTS and not target.is_text:
            yield wrong("text_modifier", modifier=test, field=item.field, type=target.type)
        if test in COMPARISONS and target.type not in NUMBER_TYPES | {"list<f64>"}:
            yield wrong("number_modifier", modifier=test, field=item.field, type=target.type)
        if test == "fieldref" and target.is_list:
            yield wrong("fieldref_list", field=item.field, type=target.type)
    if "cased" in item.modifiers and (not target.is_text or set(tests) & {"re", "cidr", "exists", "fieldref"}):
        yield wrong("cased_misplaced")
    if item.match_all and len(item.values) < 2:
        yield wrong("all_of_one")
    elif item.match_all and not target.is_list and not set(tests) & {"contains", "startswith", "endswith", "re"}:
        yield wrong("all_never_equal", field=item.field)


def _exists_troubles(item: Item) -> Iterator[Wrong]:
    if len(item.values) != 1 or not isinstance(item.values[0], bool):
        yield wrong("exists_value")


def _null_troubles(item: Item) -> Iterator[Wrong]:
    if set(item.modifiers):
        yield wrong("null_modifier")


def _reference_troubles(item: Item, target: Target, value: Scalar, find: Callable[[str], Target]) -> Iterator[Wrong]:
    if not isinstance(value, str):
        yield wrong("fieldref_value", value=value)
        return
    other = find(value)
    if _family(target.type) != _family(other.type):
        yield wrong("fieldref_types", field=item.field, type=target.type, other=value, other_type=other.type)


def _family(kind: str) -> str:
    if kind in TEXT_TYPES:
        return "text"
    return "number" if kind in NUMBER_TYPES else kind


def _value_troubles(item: Item, target: Target, value: Scalar) -> Iterator[Wrong]:
    if target.is_text:
        yield from _text_troubles(item, target, value)
    elif target.type == "bool":
        if not isinstance(value, bool):
            yield wrong("value_not_flag", field=item.field, value=value)
    elif target.type == "ts":
        yield wrong("value_for_time", field=item.field)
    else:
        yield from _number_troubles(item, target, value)


def _number_troubles(item: Item, target: Target, value: Scalar) -> Iterator[Wrong]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield wrong("value_not_number", field=item.field, type=target.type, value=value)
    elif not math.isfinite(value):
        yield wrong("value_not_finite", field=item.field, value=value)
    elif target.type in FLOAT_TYPES or target.is_list:
        return
    elif isinstance(value, float):
        yield wrong("value_not_whole", field=item.field, type=target.type, value=value)
    else:
        least, most = INTEGER_RANGES[target.type]
        if not least <= value <= most:
            yield wrong("value_out_of_range", field=item.field, type=target.type, value=value, least=least, most=most)


def _text_troubles(item: Item, target: Target, value: Scalar) -> Iterator[Wrong]:
    if not isinstance(value, str):
        yield wrong("value_not_text", field=item.field, value=value)
    elif "cidr" in item.modifiers:
        try:
            parse_network(value)
        except ValueError:
            yield wrong("not_network", value=value)
    elif "re" in item.modifiers:
        if problem := regex_problem(f"(?:{value})"):
            yield wrong("not_regex", value=value, problem=problem)
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


def _word_troubles(item: Item, value: str, words: Collection[str]) -> Iterator[Wrong]:
    plain = plain_text(value)
    if plain is not None and not item.modifiers:
        if plain not in words:
            yield unlisted("word_absent", plain, words, word=plain, field=item.field)
    elif not pl.Series(sorted(words)).str.contains(pattern_regex(value, item.modifiers)).any():
        yield wrong("pattern_fits_none", value=value, field=item.field)
