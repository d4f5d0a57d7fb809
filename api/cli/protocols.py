"""`bittern protocols`: what is spoken on the network, recognised or only known by its shape, and who speaks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.help import HelpfulCommand, HelpfulGroup
from api.cli.options import terminal_of, zone_of
from api.cli.records import ListFormat, format_of, opened
from api.cli.usage import nearest

if TYPE_CHECKING:
    from datetime import tzinfo

    from api.cli.terminal import Terminal
    from response.spoken import Detail, Spoken

app = typer.Typer(cls=HelpfulGroup, no_args_is_help=True, rich_markup_mode=None)
CLIENTS_SHOWN = 4


@app.command("list", cls=HelpfulCommand, help="help.protocols_list", epilog="help.epilog")
def list_protocols(
    context: typer.Context,
    store: option.StoreUrl = None,
    form: Annotated[ListFormat, typer.Option("--format", help="help.option.list_format")] = "table",
    as_json: option.Json = False,
    time_zone: option.TimeZone = "UTC",
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """Known ones by name, then clusters of unknown ones, then what has no shape."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    zone = zone_of(terminal, time_zone)
    from response.spoken import spoken

    with opened(store) as source:
        found = spoken(source)
    from api.output.documents import line, listing
    from api.output.spoken import spoken_document

    form_asked = format_of(form, as_json)
    if form_asked == "json":
        terminal.data(listing("bittern.protocols/v1", map(spoken_document, found)))
    elif not found:
        terminal.tell("cli.no_protocols")
    elif form_asked == "ndjson":
        terminal.data("\n".join(line(spoken_document(each)) for each in found))
    else:
        _table(found, terminal, zone)


@app.command("show", cls=HelpfulCommand, help="help.protocols_show", epilog="help.epilog")
def show_protocol(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="help.option.protocol")],
    store: option.StoreUrl = None,
    as_json: option.Json = False,
    time_zone: option.TimeZone = "UTC",
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """By the word in `network.protocol`, by the name of a cluster, or `unrecognised`."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    zone = zone_of(terminal, time_zone)
    from response.spoken import detail, spoken

    with opened(store) as source:
        found = detail(source, name)
        known = () if found else tuple(each.name for each in spoken(source))
    if found is None:
        raise Failure(ExitCode.STORE, "error.no_protocol", name=name, near=nearest(name, known, terminal.texts))
    from api.output.documents import dumps
    from api.output.spoken import detail_document

    if as_json:
        terminal.data(dumps({"schema": "bittern.protocol/v1", "data": detail_document(found)}))
    else:
        _services(found, terminal, zone)


def _table(found: tuple[Spoken, ...], terminal: Terminal, zone: tzinfo) -> None:
    from api.cli.results import page_of
    from api.output.analysis_table import size
    from api.output.moments import clock
    from api.output.spoken import depth
    from api.output.told import safe

    words, page = terminal.texts, page_of(terminal)
    names = ("protocol", "depth", "servers", "clients", "packets", "bytes", "first_seen", "last_seen")
    heads = [words.get(f"column.{name}") for name in names]
    rows = [
        [
            safe(each.name),
            words.get(f"depth.{depth(each)}"),
            f"{len(each.servers):,}" if each.servers else "–",
            f"{len(each.clients):,}" if each.clients else "–",
            f"{each.packets:,}",
            size(each.bytes),
            clock(each.first, zone),
            clock(each.last, zone),
        ]
        for each in found
    ]
    page.columns(heads, rows)
    if not all(each.whole for each in found):
        page.line(words.get("protocols.not_whole"))
    terminal.data(page.text())


def _services(found: Detail, terminal: Terminal, zone: tzinfo) -> None:
    from api.cli.results import page_of
    from api.output.analysis_table import size
    from api.output.moments import clock, span
    from api.output.spoken import depth, standards, title
    from api.output.told import safe

    entry, words, page = found.spoken, terminal.texts, page_of(terminal)
    page.line((safe(title(entry, words.lang)), "strong"), f" · {span(entry.first, entry.last, zone)}")
    page.line(": ".join((words.get("column.depth"), words.get(f"depth.{depth(entry)}"))))
    if told := standards(entry):
        page.line(": ".join((words.get("column.standards"), "; ".join(told))))
    if found.shape:
        page.line(": ".join((words.get("column.shape"), safe(found.shape))))
    if found.promised:
        promised = ", ".join(f"{safe(name)} {count:,}" for name, count in found.promised.items())
        page.line(": ".join((words.get("protocols.promised"), promised)))
    heads = [words.get(f"column.{n}") for n in ("service", "packets", "bytes", "first_seen", "last_seen", "clients")]
    rows = [
        [
            safe(service.address if service.port is None else f"{service.address} {service.port}/{service.transport}"),
            f"{service.packets:,}",
            size(service.bytes),
            clock(service.first, zone),
            clock(service.last, zone),
            _clients(service.clients, terminal),
        ]
        for service in found.services
    ]
    page.columns(heads, rows, indent=2)
    terminal.data(page.text())


def _clients(clients: tuple[str, ...], terminal: Terminal) -> str:
    from api.output.told import safe

    shown = safe(" ".join(clients[:CLIENTS_SHOWN]))
    more = len(clients) - CLIENTS_SHOWN
    return terminal.texts.get("protocols.more", shown=shown, more=more) if more > 0 else shown or "–"
