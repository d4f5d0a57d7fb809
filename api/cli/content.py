"""`bittern content`: signed bundles of rules, proofs, site model and baselines; made and looked into here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import options as option
from api.cli.content_failures import Trusted, shown_time, told_failure, trusted_keys
from api.cli.content_here import apply, roll_back, stage, status
from api.cli.content_publish import publish
from api.cli.content_pull import pull
from api.cli.exit_codes import ExitCode
from api.cli.help import HelpfulCommand, HelpfulGroup
from api.cli.keys import DATA, Data, Keys, PasswordFile, folder_of, password_in, trouble
from api.cli.moments import moment_of, span_of
from api.cli.options import terminal_of

if TYPE_CHECKING:
    from api.cli.terminal import Terminal
    from api.content.opening import Opened
    from api.output.documents import Json

KEY = "content"
app = typer.Typer(cls=HelpfulGroup, no_args_is_help=True, rich_markup_mode=None)
File = Annotated[Path, typer.Argument(metavar="FILE", help="help.option.content_file")]
Paths = list[Path] | None


@app.command("pack", cls=HelpfulCommand, help="help.content_pack", epilog="help.epilog")
def pack(
    context: typer.Context,
    version: Annotated[int, typer.Option("--version", metavar="N", min=1, help="help.option.content_version")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="PATH", help="help.option.content_output")],
    name: Annotated[str, typer.Option("--name", metavar="CONTENT", help="help.option.content_name")] = "content",
    rules: Annotated[Paths, typer.Option("--rules", metavar="DIR", help="help.option.content_rules")] = None,
    without_shipped: Annotated[bool, typer.Option("--without-shipped", help="help.option.without_shipped")] = False,
    proofs: Annotated[Paths, typer.Option("--proofs", metavar="DIR", help="help.option.content_proofs")] = None,
    site: option.Site = None,
    baselines: Annotated[Paths, typer.Option("--baseline", metavar="DIR", help="help.option.content_baseline")] = None,
    bring: Annotated[Paths, typer.Option("--bring-key", metavar="FILE", help="help.option.bring_key")] = None,
    sensors: Annotated[list[str] | None, typer.Option("--for", metavar="SENSOR", help="help.option.for")] = None,
    expires: Annotated[
        str | None, typer.Option("--expires", metavar="WHEN", help="help.option.content_expires")
    ] = None,
    needs: Annotated[str, typer.Option("--needs", metavar="RELEASE", help="help.option.needs")] = "0.1",
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="help.option.content_at")] = None,
    key: Annotated[str, typer.Option("--key", metavar="NAME", help="help.option.content_key")] = KEY,
    keys: Keys = None,
    data: Data = DATA,
    password_file: PasswordFile = None,
    lang: option.Lang = None,
) -> None:
    """What cannot be taken by a sensor is not packed."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    import time
    from zoneinfo import ZoneInfo

    from api.content import packing
    from api.content.manifest import Manifest
    from api.content.opening import open_bundle
    from api.content.trouble import BadContent
    from response.reports.signing import KeyTrouble
    from sensors.whole_files import write_whole

    zone = ZoneInfo("UTC")
    at_ns = moment_of(at, zone, "--at", terminal)
    made = time.time_ns() if at_ns is None else at_ns
    # A span counts from when it is made, so that the same command gives the same bytes.
    span = span_of(expires) if expires is not None else None
    until = made + span if span is not None else moment_of(expires, zone, "--expires", terminal)
    about = Manifest(
        name, version, made, (), until, tuple(sensors or ()), needs,
        not (without_shipped and rules),
    )  # fmt: skip
    try:
        signer = folder_of(keys, data).private(key, password_in(password_file))
        files = packing.Sources(rules or (), proofs or (), site, baselines or (), bring or ()).files()
        manifest = packing.manifest_of(files, about)
        bundle = packing.pack(files, manifest, signer)
        open_bundle(bundle, [signer.public]).check_parts()
    except KeyTrouble as error:
        raise trouble(error) from None
    except BadContent as error:
        raise told_failure(error, output, terminal, ExitCode.CONFIGURATION) from None
    write_whole(output, bundle)
    terminal.tell(
        "content.packed", label=manifest.label, file=output, parts=len(files), bytes=f"{len(bundle):,}", signer=key
    )


@app.command("show", cls=HelpfulCommand, help="help.content_show", epilog="help.epilog")
def show(context: typer.Context, file: File, as_json: option.Json = False, lang: option.Lang = None) -> None:
    """Whoever signed it: that is what `verify` is for."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    _tell(_opened(file, None, terminal), terminal, as_json=as_json)


@app.command("verify", cls=HelpfulCommand, help="help.content_verify", epilog="help.epilog")
def verify(
    context: typer.Context,
    file: File,
    trusted: Trusted,
    sensor: Annotated[str | None, typer.Option("--sensor", metavar="NAME", help="help.option.content_sensor")] = None,
    as_json: option.Json = False,
    lang: option.Lang = None,
) -> None:
    """Offline; code 7 for a bundle that no trusted key signed as it is."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    import time

    from api.content.receiving import release
    from api.content.trouble import BadContent

    opened = _opened(file, trusted, terminal)
    if troubles := list(opened.manifest.admission(time.time_ns(), release(), sensor)):
        raise told_failure(BadContent(*troubles), file, terminal, ExitCode.INTEGRITY)
    _tell(opened, terminal, as_json=as_json)


def _opened(file: Path, trusted: Path | None, terminal: Terminal) -> Opened:
    """A bundle whose parts hold. Raises Failure."""
    from api.content.opening import load_bundle, open_bundle
    from api.content.trouble import BadContent

    try:
        opened = open_bundle(load_bundle(file), trusted_keys(trusted) if trusted is not None else None)
        opened.check_parts()
    except BadContent as error:
        raise told_failure(error, file, terminal, ExitCode.INTEGRITY) from None
    return opened


def _tell(opened: Opened, terminal: Terminal, *, as_json: bool) -> None:
    from api.cli.results import page_of
    from api.output.documents import dumps
    from api.output.moments import iso

    found = opened.manifest
    until = iso(found.expires) if found.expires is not None else None
    if as_json:
        parts: list[Json] = [{"path": p.path, "sha256": p.sha256, "size": p.size} for p in found.parts]
        sensors: list[Json] = list(found.sensors)
        body: dict[str, Json] = {
            "name": found.name,
            "version": found.version,
            "made_at": iso(found.made_at),
            "expires": until,
            "sensors": sensors,
            "bittern": found.bittern,
            "with_shipped": found.with_shipped,
            "digest": opened.digest,
            "key": {"name": opened.signer.name, "fingerprint": opened.signer.fingerprint} if opened.signer else None,
            "parts": parts,
        }
        terminal.data(dumps({"schema": "bittern.content-bundle/v1", "data": body}))
        return
    words, page = terminal.texts, page_of(terminal)
    signed = (
        words.get("content.signed", key=opened.signer.name, fingerprint=opened.signer.fingerprint)
        if opened.signer
        else words.get("content.unchecked")
    )
    for key, value in (
        ("content.is", found.label),
        ("content.made", shown_time(found.made_at)),
        ("content.until", shown_time(found.expires) if found.expires is not None else words.get("content.never")),
        ("content.sensors", ", ".join(found.sensors) or words.get("content.all")),
        ("content.release", found.bittern),
        ("content.shipped", words.get(f"content.shipped_{'too' if found.with_shipped else 'not'}")),
        ("content.signature", signed),
    ):
        page.line(value, label=(words.get(key) + "  ", "strong"))
    page.columns(
        [words.get("content.part"), words.get("content.octets"), "SHA-256"],
        [[part.path, f"{part.size:,}", part.sha256[:16]] for part in found.parts],
    )
    terminal.data(page.text())


BELOW = (
    (publish, "publish"), (pull, "pull"), (stage, "stage"), (apply, "apply"), (roll_back, "rollback"),
    (status, "status"),
)  # fmt: skip
for function, name in BELOW:
    app.command(name, cls=HelpfulCommand, help=f"help.content_{name}", epilog="help.epilog")(function)
