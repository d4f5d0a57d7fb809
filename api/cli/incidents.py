"""`bittern incidents`: alerts with one cause, as a store holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli import options as option
from api.cli.alerts import LOOKED_THROUGH, SHORTEST, Status, teller_for
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.help import HelpfulCommand, HelpfulGroup
from api.cli.options import terminal_of, zone_of
from api.cli.records import ListFormat, format_of, opened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.cli.terminal import Terminal
    from response.ports import Store
    from response.records import Stored

app = typer.Typer(cls=HelpfulGroup, no_args_is_help=True, rich_markup_mode=None)


@app.command("list", cls=HelpfulCommand, help="help.incidents_list", epilog="help.epilog")
def list_incidents(
    context: typer.Context,
    store: option.StoreUrl = None,
    status: Annotated[list[Status] | None, typer.Option("--status", help="help.option.incident_status")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="help.option.incident_limit")] = 50,
    cursor: Annotated[str | None, typer.Option("--cursor", metavar="TEXT", help="help.option.cursor")] = None,
    form: Annotated[ListFormat, typer.Option("--format", help="help.option.list_format")] = "table",
    as_json: option.Json = False,
    rules: option.RuleFolders = None,
    time_zone: option.TimeZone = "UTC",
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """The latest first."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    zone = zone_of(terminal, time_zone)
    from api.cli.results import page_of
    from api.output.documents import line, listing
    from api.output.incident_lines import incident_block, incident_document
    from response.records import RecordQuery

    asked = {"status": [str(word.value) for word in status]} if status else {}
    with opened(store) as source:
        found = source.records(RecordQuery("incident", asked, limit=limit, cursor=cursor))
    live = [stored for stored in found.items if stored.body["alerts"]]
    documents = [incident_document(stored, terminal.texts) for stored in live]
    chosen = format_of(form, as_json)
    if chosen == "json":
        terminal.data(listing("bittern.incidents/v1", documents, cursor=found.cursor))
    elif chosen == "ndjson" and documents:
        terminal.data("\n".join(map(line, documents)))
    elif chosen == "table" and live:
        page = page_of(terminal)
        for number, stored in enumerate(live):
            if number:
                page.gap()
            incident_block(page, stored, teller_for(rules, terminal), zone)
        terminal.data(page.text())
    elif chosen == "table":
        terminal.tell("cli.no_incidents")
    if found.cursor and chosen != "json":
        terminal.tell("cli.more", cursor=found.cursor)


@app.command("show", cls=HelpfulCommand, help="help.incidents_show", epilog="help.epilog")
def show_incident(
    context: typer.Context,
    incident_id: Annotated[str, typer.Argument(metavar="ID", help="help.option.incident_id")],
    store: option.StoreUrl = None,
    as_json: option.Json = False,
    rules: option.RuleFolders = None,
    time_zone: option.TimeZone = "UTC",
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """Everything about one incident."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    zone = zone_of(terminal, time_zone)
    from api.cli.results import page_of
    from api.output.documents import dumps, plain
    from api.output.incident_lines import incident_document, incident_page
    from response.holds.record import document
    from response.store_errors import NotFound

    with opened(store) as source:
        stored = one_incident(source, incident_id, terminal)
        hold = _hold_of(source, stored.id)
        alerts = []
        for name in stored.body["alerts"]:
            try:
                alerts.append(source.alert(name))
            except NotFound:
                continue
    if as_json:
        data = {**incident_document(stored, terminal.texts), "hold": plain(hold and document(stored.id, hold))}
        terminal.data(dumps({"schema": "bittern.incident/v1", "data": data}))
        return
    page = page_of(terminal)
    incident_page(page, stored, alerts, teller_for(rules, terminal), zone, hold)
    terminal.data(page.text())


def _hold_of(source: Store, incident: str) -> Mapping[str, Any] | None:
    """The record of its hold; None where it never was held."""
    from response.holds.record import KIND
    from response.store_errors import NotFound

    try:
        return source.record(KIND, incident).body
    except NotFound:
        return None


def one_incident(source: Store, incident_id: str, terminal: Terminal) -> Stored:
    """The incident with this id, or with an id that begins so. Raises Failure with ids that are near."""
    from api.cli.usage import nearest
    from response.records import RecordQuery
    from response.store_errors import NotFound

    try:
        return source.record("incident", incident_id)
    except NotFound:
        latest = source.records(RecordQuery("incident", limit=min(LOOKED_THROUGH, 500))).items
        begun = [stored for stored in latest if len(incident_id) >= SHORTEST and stored.id.startswith(incident_id)]
        if len(begun) == 1:
            return begun[0]
        near = nearest(incident_id, [stored.id for stored in begun or latest], terminal.texts)
        raise Failure(ExitCode.STORE, "error.no_incident", id=incident_id, near=near) from None
