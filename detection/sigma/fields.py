"""What a field name in a rule stands for: a column of the dataset, or a declared key of `ot.details`."""

from __future__ import annotations

from dataclasses import dataclass

from detection.sigma.wrong import WrongError, unlisted, wrong
from sensors.fields import Detail, vocabulary

DETAILS = "ot.details."
TEXT_TYPES = frozenset({"dict", "utf8", "json"})
TEXT_LIST_TYPES = frozenset({"list<dict>", "list<utf8>"})
INTEGER_RANGES = {"i64": (-(2**63), 2**63 - 1), "key": (0, 2**63 - 1), "u16": (0, 2**16 - 1), "u32": (0, 2**32 - 1)}
FLOAT_TYPES = frozenset({"f32", "f64"})
NUMBER_TYPES = FLOAT_TYPES | INTEGER_RANGES.keys()


class FieldError(WrongError):
    """A field a rule may not name."""


@dataclass(frozen=True)
class DetailColumn:
    """A key of `ot.details`, taken out once per batch from the rows of the `sections` that declare it with `type`."""

    key: str
    type: str
    sections: tuple[str, ...]

    @property
    def column(self) -> str:
        return f"{DETAILS}{self.key}<{','.join(self.sections)}>"


@dataclass(frozen=True)
class Target:
    """A field of a rule: its name, its type (vocabulary), and the frame's column that holds it."""

    name: str
    type: str
    column: str
    detail: DetailColumn | None = None

    @property
    def is_list(self) -> bool:
        return self.type.startswith("list<")

    @property
    def is_text(self) -> bool:
        return self.type in TEXT_TYPES or self.type in TEXT_LIST_TYPES


def find_target(dataset: str, name: str, sections: frozenset[str] | None = None) -> Target:
    """The target of `name` in a rule over `dataset`.

    `sections` are the protocols (or link kinds) the rule requires, None for any; they settle the type of a detail that
    several protocols declare. Raises FieldError.
    """
    known = vocabulary().rule_fields(dataset)
    if name in known:
        return Target(name, known[name].type, name)
    if not name.startswith(DETAILS):
        raise FieldError(unlisted("field_absent", name, known, dataset=dataset, field=name))
    if DETAILS.rstrip(".") not in known:
        raise FieldError(wrong("no_details", dataset=dataset))
    return _detail_target(name, sections)


def _detail_target(name: str, sections: frozenset[str] | None) -> Target:
    key = name.removeprefix(DETAILS)
    declared = [entries[key] for entries in vocabulary().details.values() if key in entries]
    if not declared:
        keys = {f"{DETAILS}{each}" for entries in vocabulary().details.values() for each in entries}
        raise FieldError(unlisted("detail_absent", name, keys, field=name))
    chosen = _chosen(declared, sections)
    if not chosen:
        raise FieldError(wrong("detail_elsewhere", field=name, protocols=tuple(detail.protocol for detail in declared)))
    types = {detail.type for detail in chosen}
    if len(types) > 1:
        places = tuple(f"{detail.protocol} ({detail.type})" for detail in chosen)
        raise FieldError(wrong("detail_differs", field=name, protocols=places))
    column = DetailColumn(key, types.pop(), tuple(sorted(detail.protocol for detail in chosen)))
    return Target(name, column.type, column.column, column)


def _chosen(declared: list[Detail], sections: frozenset[str] | None) -> list[Detail]:
    return declared if sections is None else [detail for detail in declared if detail.protocol in sections]
