"""From a document to a rule: shape and words. Whether fields and values make sense is for `validate` to say."""

from __future__ import annotations

from detection.sigma.condition import ConditionError, Name, Node, names_in, parse_condition
from detection.sigma.document import Document, Yaml
from detection.sigma.model import MODIFIERS, Detection, Issue, Item, Rule, Scalar, Step
from detection.sigma.placeholders import MODIFIER, PLACEHOLDERS, expanded
from detection.sigma.read_head import HEAD_KEYS, read_head
from detection.sigma.reading import Reading
from detection.sigma.wrong import unlisted, wrong

NOTHING = Name("")


def read_rule(document: Document) -> tuple[Rule | None, list[Issue]]:
    """The rule a document states and everything wrong with its shape; no rule when it cannot be used."""
    reading = Reading(document)
    reading.known(keys=(*HEAD_KEYS, "logsource", "detection", "fields"))
    reading.known("logsource", keys=("product", "category", "definition"))
    if reading.table("logsource"):
        reading.word("logsource", "product", among=("bittern",))
    dataset = reading.text("logsource", "category", required=bool(reading.table("logsource", required=False)))
    detections = _detections(reading)
    condition = _condition(reading, detections)
    head = read_head(reading)
    if not reading.usable:
        return None, reading.issues
    return Rule(**head, dataset=dataset, detections=detections, condition=condition), reading.issues


def _detections(reading: Reading) -> dict[str, Detection]:
    found: dict[str, Detection] = {}
    for name, block in reading.table("detection").items():
        if name == "condition":
            continue
        if name == "timeframe":
            reading.complain(("detection", name), wrong("timeframe"))
            continue
        found[name] = Detection(name, _alternatives(reading, block, ("detection", name)))
    return found


def _alternatives(reading: Reading, block: Yaml, path: tuple[Step, ...]) -> tuple[tuple[Item, ...], ...]:
    if isinstance(block, list) and block:
        return tuple(_items(reading, entry, (*path, number)) for number, entry in enumerate(block))
    return (_items(reading, block, path),)


def _items(reading: Reading, block: Yaml, path: tuple[Step, ...]) -> tuple[Item, ...]:
    if isinstance(block, str | int | float):
        reading.complain(path, wrong("value_without_field", detection=str(path[1])))
        return ()
    if not isinstance(block, dict) or not block:
        reading.complain(path, wrong("detection_empty", detection=str(path[1])))
        return ()
    return tuple(_item(reading, key, value, (*path, key)) for key, value in block.items())


def _item(reading: Reading, key: str, value: Yaml, path: tuple[Step, ...]) -> Item:
    field, *modifiers = key.split("|")
    if not field:
        reading.complain(path, wrong("no_field_named", key=key))
    for modifier in modifiers:
        if modifier not in MODIFIERS:
            reading.complain(path, unlisted("unknown_modifier", modifier, MODIFIERS, modifier=modifier))
    if len(set(modifiers)) < len(modifiers):
        reading.complain(path, wrong("modifier_twice", key=key))
    values = _values(reading, value, path)
    if MODIFIER in modifiers:
        modifiers = [modifier for modifier in modifiers if modifier != MODIFIER]
        values = _expanded(reading, values, path)
    return Item(field, tuple(modifiers), values, path)


def _expanded(reading: Reading, values: tuple[Scalar, ...], path: tuple[Step, ...]) -> tuple[Scalar, ...]:
    found: list[Scalar] = []
    for value in values:
        listed = expanded(value) if isinstance(value, str) else None
        if listed is None:
            known = tuple(f"%{name}%" for name in PLACEHOLDERS)
            reading.complain(path, unlisted("unknown_placeholder", str(value), known, placeholder=str(value)))
        else:
            found += listed
    return tuple(found)


def _values(reading: Reading, value: Yaml, path: tuple[Step, ...]) -> tuple[Scalar, ...]:
    entries = value if isinstance(value, list) else [value]
    if not entries:
        reading.complain(path, wrong("empty_list", key=str(path[-1])))
    found: list[Scalar] = []
    for number, entry in enumerate(entries):
        if entry is None or isinstance(entry, str | bool | int | float):
            found.append(entry)
        else:
            where = (*path, number) if isinstance(value, list) else path
            reading.complain(where, wrong("value_not_scalar", key=str(path[-1])))
    return tuple(found)


def _condition(reading: Reading, detections: dict[str, Detection]) -> Node:
    path = ("detection", "condition")
    if isinstance(reading.value(*path), list):
        reading.complain(path, wrong("conditions_listed"))
        return NOTHING
    text = reading.text(*path)
    if not text:
        return NOTHING
    try:
        node = parse_condition(text, tuple(detections))
    except ConditionError as error:
        reading.complain(path, error.wrong)
        return NOTHING
    for unused in sorted(set(detections) - set(names_in(node))):
        reading.complain(("detection", unused), wrong("detection_unused", detection=unused), fatal=False)
    return node
