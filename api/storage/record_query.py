"""What a query over generic records means, the same for both stores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.storage.cursors import check_limit
from response.records import KINDS, AuditLine, Body, Deed, RecordQuery, Scalar, word_text
from response.store_errors import Invalid
from response.times import time_ns


def check_records(query: RecordQuery) -> None:
    """Raises Invalid for a kind or a field that no store knows."""
    check_limit(query)
    kind = KINDS.get(query.kind)
    if kind is None:
        raise Invalid("kind", "none_of", value=query.kind, words=tuple(KINDS))
    for name in query.equals:
        if name not in kind.words:
            raise Invalid(name, "none_of", value=name, words=kind.words)


def wanted_words(wanted: Scalar | Sequence[Scalar]) -> tuple[str, ...]:
    """The value or values of an equality, as they are compared."""
    values = (wanted,) if wanted is None or isinstance(wanted, (str, int, float, bool)) else wanted
    return tuple(word_text(value) for value in values if value is not None)


def place_of(kind: str, body: Body) -> int:
    """The time that a record is sorted by, ns. Raises Invalid when the body has none."""
    if kind not in KINDS:
        raise Invalid("kind", "none_of", value=kind, words=tuple(KINDS))
    name = KINDS[kind].time
    try:
        return time_ns(body[name])
    except (KeyError, ValueError, AttributeError) as error:
        raise Invalid(f"{kind} {name}", "not_a_time", value=str(body.get(name))) from error


def line_from(record: Mapping[str, Any]) -> AuditLine:
    """The line of the audit log that was written as `record`."""
    deed = Deed(
        time_ns(record["at"]), record["who"], record["what"], record["kind"], record["id"], record["parameters"]
    )
    return AuditLine(record["number"], deed, record["previous"], record["hash"])
