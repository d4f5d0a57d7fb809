"""`bittern assess list`: the assessments that a store holds."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from api.cli import options as option
from api.cli.help import HelpfulCommand
from api.cli.options import terminal_of, zone_of
from api.cli.records import opened

if TYPE_CHECKING:
    from datetime import tzinfo

    from api.cli.terminal import Terminal
    from api.output.documents import Json
    from response.records import Stored

TOLD = ("made_at", "name", "made_by", "start", "end", "site", "site_digest", "zones", "previous")


def add_to(app: typer.Typer) -> None:
    """Puts the command into `bittern assess`."""
    app.command("list", cls=HelpfulCommand, help="help.assess_list", epilog="help.epilog")(list_assessments)


def list_assessments(
    context: typer.Context,
    store: option.StoreUrl = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="help.option.limit")] = 50,
    cursor: Annotated[str | None, typer.Option("--cursor", metavar="TEXT", help="help.option.cursor")] = None,
    form: Annotated[Literal["table", "json"], typer.Option("--format", help="help.option.list_format")] = "table",
    as_json: option.Json = False,
    time_zone: option.TimeZone = "UTC",
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """The latest first."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    zone = zone_of(terminal, time_zone)
    from api.output.documents import listing
    from response.records import RecordQuery

    with opened(store) as source:
        found = source.records(RecordQuery("assessment", limit=limit, cursor=cursor))
    if as_json or form == "json":
        terminal.data(listing("bittern.assessments/v1", map(_document, found.items), cursor=found.cursor))
        return
    if not found.items:
        terminal.tell("cli.no_assessment")
        return
    _table(found.items, terminal, zone)
    if found.cursor:
        terminal.tell("cli.more", cursor=found.cursor)


def _states(record: Stored) -> Counter[str]:
    return Counter(verdict["state"] for verdict in record.body["verdicts"])


def _document(record: Stored) -> Json:
    from api.output.documents import plain

    told = {name: plain(record.body.get(name)) for name in TOLD}
    frameworks: Json = [used["id"] for used in record.body["frameworks"]]
    return {"id": record.id, **told, "frameworks": frameworks, "states": plain(_states(record))}


def _table(records: tuple[Stored, ...], terminal: Terminal, zone: tzinfo) -> None:
    from api.cli.results import page_of
    from api.output.moments import clock
    from api.output.page import Part
    from api.output.told import safe
    from response.compliance.assessment import STATES
    from response.times import time_ns

    rows: list[list[Part]] = []
    for record in records:
        counts = _states(record)
        frameworks = ", ".join(used["id"] for used in record.body["frameworks"])
        made = clock(time_ns(record.body["made_at"]), zone)
        numbers = [str(counts[state]) for state in STATES]
        rows.append([record.id, made, safe(record.body["name"]), safe(record.body["made_by"]), *numbers, frameworks])
    words = terminal.texts
    names = ("assessment", "made", "name", "who", *STATES, "framework")
    page = page_of(terminal)
    page.columns([words.get(f"column.{name}") for name in names], rows)
    terminal.data(page.text())
