"""An assessment and a judgement as JSON objects, and back. Times are ISO text there (`response.times`), as in all
records; the same object is stored, answered by the API and hashed by the report."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from response.compliance.assessment import Assessment, Judgement
from response.times import time_ns, time_text

Made = TypeVar("Made")
TIMES = frozenset({"start", "end", "made_at", "at", "expires", "due", "first", "last"})
"""Fields of the records in `assessment.py` that are times in ns."""


def assessment_document(assessment: Assessment) -> dict[str, Any]:
    """An assessment as a JSON object."""
    return {**_plain(assessment)}


def part_document(part: Any) -> dict[str, Any]:
    """A record of `assessment.py` as a JSON object."""
    return {**_plain(part)}


def read_assessment(document: Mapping[str, Any]) -> Assessment:
    """The assessment that `assessment_document` wrote. Raises KeyError, TypeError, ValueError for anything else."""
    return _made(Assessment, document)


def judgement_document(control: str, judgement: Judgement) -> dict[str, Any]:
    """A judgement of a control as a JSON object."""
    return {"control": control, "framework": control.partition(":")[0], **_plain(judgement)}


def read_judgement(document: Mapping[str, Any]) -> Judgement:
    """The judgement that `judgement_document` wrote."""
    return _made(Judgement, document)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _told(field.name, getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def _told(name: str, value: Any) -> Any:
    return time_text(value) if name in TIMES and isinstance(value, int) else _plain(value)


_hints = cache(get_type_hints)


def _made(kind: type[Made], document: Mapping[str, Any]) -> Made:
    hints: dict[str, Any] = _hints(kind)  # type: ignore[arg-type]  # a class is hashable
    given = {}
    for field in fields(kind):  # type: ignore[arg-type]  # every caller names a dataclass
        if field.name in document:
            value = document[field.name]
            is_time = field.name in TIMES and isinstance(value, str)
            given[field.name] = time_ns(value) if is_time else _typed(hints[field.name], value)
    return kind(**given)


def _typed(hint: Any, value: Any) -> Any:
    """A value of a JSON object as the type that a field has: dataclasses, tuples of them, or as it is."""
    if value is None:
        return None
    origin, inner = get_origin(hint), get_args(hint)
    if origin is types.UnionType:
        return _typed(next(each for each in inner if each is not type(None)), value)
    if origin is tuple:
        return tuple(_typed(inner[0], each) for each in value)
    if isinstance(hint, type) and is_dataclass(hint):
        return _made(hint, value)
    return value
