"""`bittern db`: what the store holds, backups of it, and bringing it to this program's schema."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.help import HelpfulCommand, HelpfulGroup
from api.cli.options import terminal_of
from api.cli.records import opened

if TYPE_CHECKING:
    from api.cli.terminal import Terminal
    from api.storage.embedded_backup import BadBackup, Manifest

app = typer.Typer(cls=HelpfulGroup, no_args_is_help=True, rich_markup_mode=None)
File = Annotated[Path, typer.Argument(metavar="FILE", help="help.option.backup_file")]
MEGABYTE = 1_000_000


@app.command("info", cls=HelpfulCommand, help="help.db_info", epilog="help.epilog")
def info(
    context: typer.Context,
    store: option.StoreUrl = None,
    as_json: option.Json = False,
    lang: option.Lang = None,
) -> None:
    """Kind, version, size, and how much of what there is."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    from api.output.documents import dumps, plain
    from api.storage.admission import stored_datasets

    with opened(store) as source:
        health = source.health()
        rows = {name: count for name in stored_datasets() if (count := source.count(name))}
    document = {**vars(health), "rows": rows}
    if as_json:
        terminal.data(dumps({"schema": "bittern.store/v1", "data": plain(document)}))
        return
    for name, value in document.items():
        if name != "rows":
            terminal.data(terminal.texts.get(f"db.{name}", value="–" if value is None else value))
    for name, count in rows.items():
        terminal.data(f"  {name:<14}{count:>14,}")


@app.command("backup", cls=HelpfulCommand, help="help.db_backup", epilog="help.epilog")
def backup(
    context: typer.Context,
    file: File,
    store: option.StoreUrl = None,
    as_json: option.Json = False,
    lang: option.Lang = None,
    quiet: option.Quiet = False,
) -> None:
    """While the store is written or read; the file is whole or not there."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, quiet=quiet)
    root = _there(store)
    if file.exists():
        raise Failure(ExitCode.INPUT, "error.db.there", path=file)
    from api.storage.embedded_backup import back_up
    from api.wiring import wall_clock

    made = back_up(root, file, wall_clock())
    _told(terminal, "db.backed_up", file, made, as_json)
    terminal.tell("db.without_key")


@app.command("verify", cls=HelpfulCommand, help="help.db_verify", epilog="help.epilog")
def verify(context: typer.Context, file: File, as_json: option.Json = False, lang: option.Lang = None) -> None:
    """Exit code 7 when anything of it is missing or changed."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    from api.storage.embedded_backup import BadBackup, check_backup

    try:
        made = check_backup(file)
    except BadBackup as error:
        raise _bad(error) from None
    _told(terminal, "db.verified", file, made, as_json)


@app.command("restore", cls=HelpfulCommand, help="help.db_restore", epilog="help.epilog")
def restore(
    context: typer.Context,
    file: File,
    store: option.StoreUrl = None,
    as_json: option.Json = False,
    lang: option.Lang = None,
    quiet: option.Quiet = False,
) -> None:
    """Where no store is yet: all of it, checked, or nothing."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, quiet=quiet)
    from api.storage.embedded_backup import BadBackup
    from api.storage.embedded_backup import restore as put_back

    try:
        made = put_back(file, _folder(store))
    except BadBackup as error:
        raise _bad(error) from None
    _told(terminal, "db.restored", file, made, as_json)


@app.command("migrate", cls=HelpfulCommand, help="help.db_migrate", epilog="help.epilog")
def migrate(
    context: typer.Context,
    store: option.StoreUrl = None,
    dry: Annotated[bool, typer.Option("--dry-run", help="help.option.migrate_dry")] = False,
    as_json: option.Json = False,
    lang: option.Lang = None,
) -> None:
    """Forward only; the database as it was is kept beside."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    root = _there(store)
    from api.output.documents import dumps, plain
    from api.storage.embedded_migration import migrate as bring

    done = bring(root, dry=dry)
    if as_json:
        body = {"found": done.found, "schema": done.schema, "kept": str(done.kept) if done.kept else None}
        terminal.data(dumps({"schema": "bittern.migration/v1", "data": plain(body)}))
    elif done.found == done.schema:
        terminal.tell("db.current", schema=done.schema)
    elif done.kept is None:
        terminal.tell("db.would_migrate", found=done.found, schema=done.schema)
    else:
        terminal.tell("db.migrated", found=done.found, schema=done.schema, path=done.kept)


def _folder(url: str | None) -> Path:
    """The folder of an embedded store. Raises Failure for another kind, and when none is named."""
    if url is None:
        raise Failure(ExitCode.USAGE, "error.no_store")
    import os

    from api.storage.address import EmbeddedAddress, read_address

    address = read_address(url, os.environ)
    if not isinstance(address, EmbeddedAddress):
        raise Failure(ExitCode.USAGE, "error.db.elastic")
    return address.path


def _there(url: str | None) -> Path:
    """The folder of an embedded store that exists. Raises Failure."""
    root = _folder(url)
    if not (root / "bittern.db").is_file():
        raise Failure(ExitCode.STORE, "error.no_store_here", path=root)
    return root


def _bad(error: BadBackup) -> Failure:
    return Failure(ExitCode.INTEGRITY, f"error.db.{error.reason}", path=error.path, part=error.part)


def _told(terminal: Terminal, key: str, file: Path, made: Manifest, as_json: bool) -> None:
    from api.output.documents import dumps, plain

    if as_json:
        body = {"file": str(file), "at": made.at, "schema": made.schema, "parts": len(made.parts), "bytes": made.bytes}
        terminal.data(dumps({"schema": "bittern.backup/v1", "data": plain(body)}))
    else:
        size = f"{made.bytes / MEGABYTE:.1f}"
        terminal.tell(key, path=file, parts=len(made.parts), megabytes=size, at=made.at)
