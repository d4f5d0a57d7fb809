"""`bittern assets`: what identity facts say of the devices on the network, with the evidence."""

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
    from response.ports import AssetRecord

app = typer.Typer(cls=HelpfulGroup, no_args_is_help=True, rich_markup_mode=None)
IN_LIST = ("name", "vendor", "model", "firmware")


@app.command("list", cls=HelpfulCommand, help="help.assets_list", epilog="help.epilog")
def list_assets(
    context: typer.Context,
    store: option.StoreUrl = None,
    form: Annotated[ListFormat, typer.Option("--format", help="help.option.list_format")] = "table",
    as_json: option.Json = False,
    time_zone: option.TimeZone = "UTC",
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """By key."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    zone = zone_of(terminal, time_zone)
    with opened(store) as source:
        assets = source.assets()
    from api.output.documents import asset_document, line, listing

    form_asked = format_of(form, as_json)
    if form_asked == "json":
        terminal.data(listing("bittern.assets/v1", map(asset_document, assets)))
    elif not assets:
        terminal.tell("cli.no_assets")
    elif form_asked == "ndjson":
        terminal.data("\n".join(line(asset_document(asset)) for asset in assets))
    else:
        _table(assets, terminal, zone)


@app.command("show", cls=HelpfulCommand, help="help.assets_show", epilog="help.epilog")
def show_asset(
    context: typer.Context,
    key: Annotated[str, typer.Argument(metavar="KEY|IP|MAC", help="help.option.asset")],
    store: option.StoreUrl = None,
    as_json: option.Json = False,
    time_zone: option.TimeZone = "UTC",
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """By its key, or by an address that one asset has."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    zone = zone_of(terminal, time_zone)
    with opened(store) as source:
        asset = _one(source.assets(), key, terminal)
    from api.output.documents import asset_document, dumps

    if as_json:
        terminal.data(dumps({"schema": "bittern.asset/v1", "data": asset_document(asset)}))
    else:
        _facts(asset, terminal, zone)


def _one(assets: tuple[AssetRecord, ...], key: str, terminal: Terminal) -> AssetRecord:
    """The asset with this key, or the only one with this address. Raises Failure with what is near."""
    wanted = key.upper().replace(":", "-")
    names = {asset.key: (asset.key, *_values(asset, "address"), *_values(asset, "mac")) for asset in assets}
    named = [asset for asset in assets if asset.key == key]
    named = named or [a for a in assets if key in names[a.key] or wanted in names[a.key]]
    if len(named) == 1:
        return named[0]
    near = ", ".join(asset.key for asset in named[:5])
    near = terminal.texts.get("usage.near", text="", near=near) if near else ""
    known = {name for each in names.values() for name in each}
    raise Failure(ExitCode.STORE, "error.no_asset", name=key, near=near or nearest(key, known, terminal.texts))


def _table(assets: tuple[AssetRecord, ...], terminal: Terminal, zone: tzinfo) -> None:
    from api.cli.results import page_of
    from api.output.moments import clock
    from api.output.told import safe

    words, page = terminal.texts, page_of(terminal)
    heads = [words.get(f"column.{name}") for name in ("address", "mac", "last_seen", "roles", "identity")]
    rows = [
        [
            safe(" ".join(_values(asset, "address")[:3])) or "–",
            safe(" ".join(_values(asset, "mac")[:1])) or "–",
            clock(asset.last_seen, zone),
            safe(words.get("alert.joint").join(words.word("role", role) for role in asset.roles)),
            safe(" · ".join(value for name in IN_LIST for value in _values(asset, name)[:1])),
        ]
        for asset in assets
    ]
    page.columns(heads, rows, wrapped=2)
    terminal.data(page.text())


def _facts(asset: AssetRecord, terminal: Terminal, zone: tzinfo) -> None:
    from api.cli.results import page_of
    from api.output.alert_lines import packet_names
    from api.output.moments import clock, span
    from api.output.told import safe

    words, page = terminal.texts, page_of(terminal)
    page.line((safe(asset.key), "strong"), f" · {span(asset.first_seen, asset.last_seen, zone)}")
    roles = words.get("alert.joint").join(words.word("role", role) for role in asset.roles) or "–"
    page.line(safe(f"{words.get('column.segment')} {asset.segment or '–'} · {words.get('column.roles')} {roles}"))
    heads = [words.get(f"column.{name}") for name in ("attribute", "confidence", "last_seen", "value")]
    rows = [
        [
            safe(words.word("attribute", name)),
            f"{value.confidence:.2f}",
            clock(value.last_seen, zone),
            safe(f"{value.value}  ({', '.join([value.evidence, *packet_names(value.packets[:1])])})"),
        ]
        for name, values in sorted(asset.attributes.items())
        for value in values
    ]
    page.columns(heads, rows, indent=2)
    terminal.data(page.text())


def _values(asset: AssetRecord, attribute: str) -> list[str]:
    """Values, the surest first."""
    found = asset.attributes.get(attribute, ())
    return [value.value for value in sorted(found, key=lambda v: (-v.confidence, v.first_seen, v.value))]
