"""Contract of the vocabulary: one name, one type, both languages, examples that fit, ECS names that are ECS's."""

from __future__ import annotations

import csv
import json
import re
from datetime import datetime
from typing import Any

import polars as pl
import pytest
import yaml

from sensors._core import PROTOCOLS
from sensors.fields import Detail, Field, Operation, Protocol, Term, core_protocols, protocols, vocabulary
from sensors.fields.vocabulary import DATASETS, POLARS_TYPES
from tests.needs import PROJECT, shared

VOCABULARY = vocabulary()
FIELDS = list(VOCABULARY.all_fields().values())
NAME = re.compile(r"@timestamp|[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
CHINESE_PUNCTUATION = re.compile(r"[\u3000-\u303f\uff00-\uffef]")
DETAIL_TYPES = {"bool", "i64", "f64", "utf8", "list<utf8>"}
ACTIVITIES = {"interrogate", "inform", "command", "action", "confirmation"}

# What the delta filter passes on only when it is news (reference vocabulary, section 3).
QUIET = re.compile(
    r"read(\..*)?|publish|notify|browse|session\.keepalive|time\.read|diagnose\.read|diagnose\.echo"
    r"|identify\..*|subscribe\..*|name\.resolve|query"
)

WHOLE_NUMBERS = {"u16": 2**16, "u32": 2**32, "i64": 2**63, "key": 2**63}


def defined_fields() -> list[tuple[str, dict[str, Any]]]:
    """Every field definition as written in the files (not the uses), with its file."""
    found = []
    for path in sorted((PROJECT / "sensors" / "fields").glob("*.yml")):
        page = yaml.safe_load(path.read_text(encoding="utf-8"))
        found += [(path.name, entry) for entry in page.get("fields", []) if "name" in entry]
    return found


def texts() -> list[tuple[str, str, str]]:
    """(what, English, Chinese) of everything that has a text."""
    details = [detail for keys in VOCABULARY.details.values() for detail in keys.values()]
    words: list[Field | Operation | Term | Detail] = [
        *FIELDS,
        *VOCABULARY.operations.values(),
        *VOCABULARY.flags.values(),
        *VOCABULARY.findings.values(),
        *details,
    ]
    datasets = [(f"dataset {each.name}", each.en, each.zh) for each in VOCABULARY.datasets.values()]
    return [*datasets, *((f"{type(each).__name__.lower()} {each.name}", each.en, each.zh) for each in words)]


def fits(value: Any, kind: str) -> bool:
    """Whether an example is a value of the vocabulary type `kind`."""
    if kind.startswith("list<"):
        return isinstance(value, list) and all(fits(each, kind[5:-1]) for each in value)
    if kind in WHOLE_NUMBERS:
        return type(value) is int and -WHOLE_NUMBERS[kind] < value < WHOLE_NUMBERS[kind]
    if kind in ("f32", "f64"):
        return type(value) is float
    if kind == "bool":
        return type(value) is bool
    if kind == "json":
        return isinstance(value, str) and isinstance(json.loads(value), dict | list | str | int | float)
    if kind == "ts":
        return (
            isinstance(value, str)
            and value.endswith("Z")
            and datetime.fromisoformat(value[:26].rstrip("Z")) is not None
        )
    return kind in ("dict", "utf8") and isinstance(value, str) and value != ""


def test_every_file_of_the_folder_is_loaded() -> None:
    files = {path.stem for path in (PROJECT / "sensors" / "fields").glob("*.yml")}
    assert files == {*DATASETS, "event", "context", "operations", "flags", "findings", "details"}


def test_no_name_is_the_beginning_of_another() -> None:
    names = [field.name for field in FIELDS]
    assert [(a, b) for a in names for b in names if b.startswith(f"{a}.")] == []


def test_a_field_is_defined_once() -> None:
    places: dict[str, list[str]] = {}
    for file, entry in defined_fields():
        places.setdefault(entry["name"], []).append(file)
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


def test_a_name_has_one_type_in_every_dataset() -> None:
    kinds: dict[str, set[str]] = {}
    for dataset in VOCABULARY.datasets.values():
        for field in (*dataset.fields, *VOCABULARY.context):
            kinds.setdefault(field.name, set()).add(field.type)
    assert {name: found for name, found in kinds.items() if len(found) > 1} == {}


def test_names_are_well_formed() -> None:
    assert [field.name for field in FIELDS if not NAME.fullmatch(field.name)] == []


def test_own_names_begin_with_ot_and_ecs_names_do_not() -> None:
    assert [field.name for field in FIELDS if field.ecs == field.name.startswith("ot.")] == []


def test_ecs_names_exist_in_ecs() -> None:
    with shared("standards", "ecs", "fields.csv").open(encoding="utf-8", newline="") as file:
        known = {row["Field"] for row in csv.DictReader(file)}
    assert [field.name for field in FIELDS if field.ecs and field.name not in known] == []


@pytest.mark.parametrize("dataset", DATASETS)
def test_a_dataset_carries_the_columns_of_every_event_and_no_column_twice(dataset: str) -> None:
    names = [field.name for field in VOCABULARY.datasets[dataset].fields]
    assert len(names) == len(set(names))
    assert {field.name for field in VOCABULARY.event} <= set(names)


def test_every_text_is_there_in_both_languages() -> None:
    assert [what for what, en, zh in texts() if not en.strip() or not zh.strip()] == []


def test_chinese_texts_are_chinese_and_english_ones_hold_none() -> None:
    assert [what for what, _, zh in texts() if not CHINESE.search(zh)] == []
    assert [what for what, en, _ in texts() if CHINESE.search(en) or CHINESE_PUNCTUATION.search(en)] == []


def test_examples_fit_their_types() -> None:
    assert [(each.name, each.type, each.example) for each in FIELDS if not fits(each.example, each.type)] == []


def test_examples_go_into_a_frame_of_the_schema() -> None:
    for field in FIELDS:
        kind = POLARS_TYPES[field.type]
        value = pl.Series([field.example])
        series = value.str.to_datetime(time_unit="ns", time_zone="UTC") if field.type == "ts" else value.cast(kind)
        assert series.dtype == kind, field.name
        assert series.null_count() == 0, field.name


def test_examples_of_closed_lists_are_words_of_them() -> None:
    assert VOCABULARY.field("ot.operation").example in VOCABULARY.operations
    assert VOCABULARY.field("ot.flag").example in VOCABULARY.flags
    assert VOCABULARY.field("ot.finding").example in VOCABULARY.findings
    assert VOCABULARY.field("event.dataset").example in VOCABULARY.datasets


def test_quiet_operations_are_those_of_the_delta_filter() -> None:
    wrong = [each.name for each in VOCABULARY.operations.values() if each.quiet != bool(QUIET.fullmatch(each.name))]
    assert wrong == []


def test_operations_have_a_neutral_verb() -> None:
    assert {each.activity for each in VOCABULARY.operations.values()} <= ACTIVITIES


def test_flags_and_findings_say_where_they_come_from() -> None:
    terms = [*VOCABULARY.flags.values(), *VOCABULARY.findings.values()]
    assert [each.name for each in terms if not each.source.strip()] == []


def test_details_have_types_and_well_formed_keys() -> None:
    details = [each for keys in VOCABULARY.details.values() for each in keys.values()]
    assert [each.name for each in details if each.type not in DETAIL_TYPES or not NAME.fullmatch(each.name)] == []


@pytest.mark.parametrize("name", ["operations", "flags", "findings"])
def test_a_closed_list_names_a_word_once(name: str) -> None:
    page = yaml.safe_load((PROJECT / "sensors" / "fields" / f"{name}.yml").read_text(encoding="utf-8"))
    words = [entry["name"] for entry in page[name]]
    assert len(words) == len(set(words))


def test_schemas_take_empty_frames() -> None:
    for dataset in DATASETS:
        frame = pl.DataFrame(schema=VOCABULARY.schema(dataset, context=True))
        assert frame.columns[0] == "event.dataset"
        assert {field.name for field in VOCABULARY.context} <= set(frame.columns)


def test_an_unknown_name_is_a_key_error() -> None:
    with pytest.raises(KeyError, match=r"ot\.nothing"):
        VOCABULARY.field("ot.nothing")


def test_every_protocol_of_the_core_is_described_and_no_other() -> None:
    assert set(core_protocols()) == set(PROTOCOLS)


@pytest.mark.parametrize("protocol", protocols().values(), ids=list(protocols()))
def test_a_protocol_says_what_it_is_in_both_languages(protocol: Protocol) -> None:
    assert set(protocol.title) == {"en", "zh"}
    assert protocol.standards, "which standards"
    assert protocol.tested_with, "which stacks made its traffic"
    assert len(protocol.lacks["en"]) == len(protocol.lacks["zh"]), "what is missing, in both languages"
    assert not protocol.lacks["zh"] or CHINESE.search("".join(protocol.lacks["zh"]))
