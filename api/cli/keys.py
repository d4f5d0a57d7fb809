"""`bittern keys`: the key pairs that sign reports and certificates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.help import HelpfulCommand, HelpfulGroup
from api.cli.options import terminal_of

if TYPE_CHECKING:
    from api.cli.terminal import Terminal
    from api.output.documents import Json
    from response.reports.signing import KeyFolder, KeyTrouble, PublicKey

app = typer.Typer(cls=HelpfulGroup, no_args_is_help=True, rich_markup_mode=None)
DEFAULT = "report"
SEED = 32
Keys = Annotated[Path | None, typer.Option("--keys", metavar="DIR", envvar="BITTERN_KEYS", help="help.option.keys")]
Data = Annotated[Path, typer.Option("--data", metavar="DIR", envvar="BITTERN_DATA", help="help.option.report_data")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="help.option.key_name")]
PasswordFile = Annotated[
    Path | None,
    typer.Option(
        "--password-file", metavar="FILE", envvar="BITTERN_KEY_PASSWORD_FILE", help="help.option.key_password"
    ),
]
DATA = Path("bittern-data")


def folder_of(keys: Path | None, data: Path) -> KeyFolder:
    """The folder of keys: the one that is named, else that of the data folder."""
    from response.reports.signing import KEYS, KeyFolder

    return KeyFolder(keys or data / KEYS)


def password_in(file: Path | None) -> bytes | None:
    """The first line of the file; None without one."""
    return (file.read_bytes().splitlines() or [b""])[0] or None if file else None


def trouble(error: KeyTrouble) -> Failure:
    """A key that cannot be used, told with how to mend it."""
    code = (
        ExitCode.PERMISSION
        if error.reason in ("exposed", "wrong_password", "needs_password")
        else ExitCode.CONFIGURATION
    )
    return Failure(code, f"error.key.{error.reason}", name=error.about)


@app.command("create", cls=HelpfulCommand, help="help.keys_create", epilog="help.epilog")
def create(
    context: typer.Context,
    name: Name = DEFAULT,
    keys: Keys = None,
    data: Data = DATA,
    password_file: PasswordFile = None,
    as_json: option.Json = False,
    lang: option.Lang = None,
) -> None:
    """The fingerprint goes to standard output, so that it can be handed on."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    import secrets

    from response.reports.signing import KeyTrouble

    place = folder_of(keys, data)
    try:
        made = place.create(name, secrets.token_bytes(SEED), password_in(password_file))
    except KeyTrouble as error:
        raise trouble(error) from None
    terminal.tell("keys.created", name=name, folder=place.folder)
    _show([made], place, terminal, as_json)


@app.command("show", cls=HelpfulCommand, help="help.keys_show", epilog="help.epilog")
def show(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="help.option.key_name")] = None,
    keys: Keys = None,
    data: Data = DATA,
    as_json: option.Json = False,
    lang: option.Lang = None,
) -> None:
    """One key, or all in the folder."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    from response.reports.signing import KeyTrouble

    place = folder_of(keys, data)
    try:
        found = [place.public(name)] if name else place.publics()
    except KeyTrouble as error:
        raise trouble(error) from None
    if not found and not as_json:
        terminal.tell("keys.none", folder=place.folder)
        return
    _show(found, place, terminal, as_json)


@app.command("export", cls=HelpfulCommand, help="help.keys_export", epilog="help.epilog")
def export(
    context: typer.Context,
    name: Name = DEFAULT,
    keys: Keys = None,
    data: Data = DATA,
    output: option.Output = "-",
    lang: option.Lang = None,
) -> None:
    """The half that checks signatures, for those who verify."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    from api.cli.results import Destination
    from response.reports.signing import KeyTrouble

    try:
        pem = folder_of(keys, data).public(name).pem.decode()
    except KeyTrouble as error:
        raise trouble(error) from None
    with Destination(output, terminal) as destination:
        destination.put(pem)


def _show(found: list[PublicKey], place: KeyFolder, terminal: Terminal, as_json: bool) -> None:
    from api.output.documents import listing

    documents: list[Json] = [
        {
            "name": key.name,
            "algorithm": "Ed25519",
            "fingerprint": key.fingerprint,
            "signs": place.signs(key.name),
            "password": place.signs(key.name) and place.locked(key.name),
        }
        for key in found
    ]
    if as_json:
        terminal.data(listing("bittern.keys/v1", documents))
        return
    for key in found:
        kind = "signs" if place.signs(key.name) else "checks"
        locked = kind == "signs" and place.locked(key.name)
        told = terminal.texts.get(f"keys.{'locked' if locked else kind}")
        terminal.data(f"{key.name:<20} {key.fingerprint}  {told}")
