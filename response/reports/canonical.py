"""Records of a report as JSON, and back: one form (RFC 8785), so that the same record has the same bytes everywhere.

Times are text with nine decimals; whole numbers that JSON's numbers cannot hold exactly are text too; half of a
surrogate pair, which is no text in any encoding, becomes its code point.
"""

from __future__ import annotations

import re
import types
from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import rfc8785

from response.times import time_ns, time_text

Record = TypeVar("Record")
TIMES = frozenset({"at", "start", "end", "first", "last", "made_at", "expires", "due", "first_seen", "last_seen"})
"""Fields that hold nanoseconds since the epoch."""
EXACT = 2**53 - 1
SURROGATE = re.compile("[\ud800-\udfff]")


class BadRecord(ValueError):
    """A JSON object that is no such record: `place` is where."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


def canonical(value: Any) -> bytes:
    """The canonical JSON of a record."""
    return rfc8785.dumps(plain(value))


def plain(value: Any) -> Any:
    """A record as JSON: dataclasses are objects, tuples are lists."""
    if isinstance(value, str):
        return text_of(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) <= EXACT else str(value)
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    kind: Any = type(value)
    if names := _names(kind):
        return {name: _field(name, getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {text_of(str(key)): plain(each) for key, each in value.items()}
    if isinstance(value, float):
        return value if value - value == 0 else None
    return text_of(str(value))


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """The fields of a dataclass; none for any other type."""
    return tuple(f.name for f in fields(kind)) if is_dataclass(kind) else ()


def text_of(text: str) -> str:
    """Text that every encoding can write."""
    if text.isascii() or not SURROGATE.search(text):
        return text
    return SURROGATE.sub(lambda found: f"U+{ord(found[0]):04X}", text)


def _field(name: str, value: Any) -> Any:
    is_time = name in TIMES and isinstance(value, int) and not isinstance(value, bool)
    return time_text(value) if is_time else plain(value)


def read(kind: type[Record], body: Any, place: str = "") -> Record:
    """The record that `plain` wrote. Unknown keys are passed over, absent ones take their default. Raises BadRecord."""
    if not isinstance(body, Mapping):
        raise BadRecord(place or kind.__name__)
    found = {}
    record: Any = kind
    hints: dict[str, Any] = _hints(record)
    for name, hint in hints.items():
        if name in body:
            found[name] = _value(hint, body[name], name, f"{place}.{name}" if place else name)
    try:
        return kind(**found)
    except TypeError as error:
        raise BadRecord(f"{place or kind.__name__}: {error}") from None


@cache
def _hints(kind: Hashable) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {f.name: hints[f.name] for f in fields(kind)}  # type: ignore[arg-type]  # always a dataclass


def _value(hint: Any, value: Any, name: str, place: str) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        if value is None:
            return None
        return _value(next(a for a in arguments if a is not types.NoneType), value, name, place)
    if origin is tuple:
        if not isinstance(value, list):
            raise BadRecord(place)
        return tuple(_value(arguments[0], each, name, f"{place}[{i}]") for i, each in enumerate(value))
    if is_dataclass(hint) and isinstance(hint, type):
        return read(hint, value, place)
    if hint is int:
        return _whole(value, name, place)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(hint, type) and not isinstance(value, hint):
        raise BadRecord(place)
    return value


def _whole(value: Any, name: str, place: str) -> int:
    try:
        if isinstance(value, str):
            return time_ns(value) if name in TIMES and "T" in value else int(value)
    except ValueError:
        raise BadRecord(place) from None
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadRecord(place)
    return value
