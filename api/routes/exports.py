"""Alerts to take away: CSV, NDJSON, ECS; written as they are read, however many there are."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from api.alert_choice import Chosen
from api.alert_documents import alert_body
from api.auth.guard import Caller, Needs
from api.output.ecs import render_ecs
from api.storage.records import dumps
from api.wiring import Wiring, wiring_of
from response.alerts import Alert
from response.ports import AlertQuery
from response.records import Deed

router = APIRouter(prefix="/export", tags=["export"])
PAGE = 500
Form = Literal["csv", "ndjson", "ecs"]
MEDIA: dict[Form, str] = {"csv": "text/csv", "ndjson": "application/x-ndjson", "ecs": "application/x-ndjson"}
COLUMNS = (
    "id", "first_seen", "last_seen", "severity", "class", "status", "resolution", "assignee", "rule.name", "title",
    "what", "source.ip", "source.asset", "destination.ip", "destination.asset", "network.protocol", "count",
    "threat.technique.id", "incident", "sensor",
)  # fmt: skip
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula (OWASP, CSV injection): it gets an apostrophe."""
BYTE_ORDER_MARK = "\ufeff"
"""Without it spreadsheets in Chinese take UTF-8 for something else."""


@router.get(
    "/alerts",
    response_class=StreamingResponse,
    operation_id="export_alerts",
    responses={200: {"content": {kind: {"schema": {"type": "string"}} for kind in sorted(set(MEDIA.values()))}}},
)
def alerts(
    caller: Annotated[Caller, Depends(Needs("alerts:read"))],
    wiring: Annotated[Wiring, Depends(wiring_of)],
    chosen: Chosen,
    form: Annotated[Form, Query()] = "csv",
    lang: Annotated[Literal["en", "zh"], Query()] = "en",
) -> StreamingResponse:
    """Every alert that matches, the latest first. The audit log keeps who took them."""
    query = replace(chosen, limit=PAGE)
    first = wiring.store.alerts(query)  # before the answer begins: what is wrong is a problem, not a broken file
    wiring.store.commit([], Deed(wiring.clock(), caller.name, "alerts.export", None, None, {"form": form}))
    lines = {"csv": _csv, "ndjson": _ndjson, "ecs": _ecs}[form]
    headers = {"Content-Disposition": f'attachment; filename="alerts.{"csv" if form == "csv" else "ndjson"}"'}
    found = _pages(wiring, query, first.items, first.cursor)
    return StreamingResponse(lines(found, wiring, lang), media_type=MEDIA[form], headers=headers)


def _pages(
    wiring: Wiring, query: AlertQuery, items: tuple[Alert, ...], cursor: str | None
) -> Iterator[tuple[Alert, ...]]:
    yield items
    while cursor is not None:
        page = wiring.store.alerts(replace(query, cursor=cursor))
        cursor = page.cursor
        yield page.items


def _csv(pages: Iterator[tuple[Alert, ...]], wiring: Wiring, lang: Literal["en", "zh"]) -> Iterator[str]:
    yield BYTE_ORDER_MARK
    yield _row(COLUMNS)
    for page in pages:
        for alert in page:
            body = alert_body(alert, wiring.tellers, brief=True)
            told = body["told"][lang]
            yield _row([_cell({**body, "title": told["title"], "what": told["what"]}.get(name)) for name in COLUMNS])


def _row(cells: tuple[str, ...] | list[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


def _cell(value: object) -> str:
    text = "" if value is None else ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"'{text}" if text.startswith(STARTS_FORMULA) else text


def _ndjson(pages: Iterator[tuple[Alert, ...]], wiring: Wiring, lang: Literal["en", "zh"]) -> Iterator[str]:
    for page in pages:
        for alert in page:
            yield dumps(alert_body(alert, wiring.tellers)) + "\n"


def _ecs(pages: Iterator[tuple[Alert, ...]], wiring: Wiring, lang: Literal["en", "zh"]) -> Iterator[str]:
    for page in pages:
        if page:
            yield render_ecs(page, wiring.tellers[lang])
