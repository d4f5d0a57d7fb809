"""Cursors that hold all they need: the place after the last item of a page, bound to the query that made them."""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace

from detection.occurrence import text_id
from response.ports import MOST_PER_PAGE, AlertQuery, EventQuery
from response.records import RecordQuery
from response.store_errors import Invalid

Place = tuple[int, str]
"""Sort value (ns, a count, a rank) and id of the last item of a page."""


def write_cursor(query: AlertQuery | EventQuery | RecordQuery, place: Place) -> str:
    """A cursor for what follows `place` under `query`."""
    return urlsafe_b64encode(json.dumps([_digest(query), *place]).encode()).decode().rstrip("=")


def read_cursor(query: AlertQuery | EventQuery | RecordQuery) -> Place | None:
    """The place that the query's cursor names, None without one. Raises Invalid for a foreign or broken cursor."""
    if query.cursor is None:
        return None
    try:
        padded = query.cursor + "=" * (-len(query.cursor) % 4)
        digest, value, item = json.loads(urlsafe_b64decode(padded))
    except (binascii.Error, ValueError, TypeError) as error:
        raise Invalid("cursor", "not_a_cursor") from error
    if digest != _digest(query):
        raise Invalid("cursor", "cursor_of_another_query")
    if not isinstance(value, int) or not isinstance(item, str):
        raise Invalid("cursor", "not_a_cursor")
    return value, item


def _digest(query: AlertQuery | EventQuery | RecordQuery) -> str:
    return text_id("cursor", repr(replace(query, cursor=None, limit=0)))[:8]


def check_limit(query: AlertQuery | EventQuery | RecordQuery) -> None:
    """Raises Invalid unless the page size is between 1 and `MOST_PER_PAGE`."""
    if not 1 <= query.limit <= MOST_PER_PAGE:
        raise Invalid("limit", "limit_out_of_range", value=query.limit, most=MOST_PER_PAGE)
