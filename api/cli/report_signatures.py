"""`bittern report sign` and `bittern report verify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.keys import DATA, DEFAULT, Data, Keys, PasswordFile, folder_of, password_in, trouble
from api.cli.options import terminal_of

if TYPE_CHECKING:
    from api.cli.terminal import Terminal
    from api.output.documents import Json
    from response.reports.signing import KeyFolder, PublicKey, SigningKey
    from response.reports.verify import Verified

Report = Annotated[str, typer.Argument(metavar="ID|FILE", help="help.option.report")]


def signer_of(place: KeyFolder, name: str | None, password_file: Path | None) -> SigningKey | None:
    """The key that is named, else the usual one where it is there."""
    from response.reports.signing import KeyTrouble

    if name is None and not place.signs(DEFAULT):
        return None
    try:
        found: SigningKey = place.private(name or DEFAULT, password_in(password_file))
    except KeyTrouble as error:
        raise trouble(error) from None
    return found


def sign(
    context: typer.Context,
    report: Report,
    key: Annotated[str, typer.Option("--key", metavar="NAME", help="help.option.sign_key")] = DEFAULT,
    keys: Keys = None,
    data: Data = DATA,
    password_file: PasswordFile = None,
    lang: option.Lang = None,
) -> None:
    """Only a bundle that is as its manifest says."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    from api.reporting import Altered, signed_again
    from response.reports.verifier import Unreadable
    from sensors.whole_files import write_whole

    path = bundle_at(report, data)
    signer = signer_of(folder_of(keys, data), key, password_file)
    assert signer is not None
    try:
        signed = signed_again(path, signer)
    except Altered:
        raise Failure(ExitCode.INTEGRITY, "error.report.altered", file=path) from None
    except Unreadable as error:
        raise Failure(ExitCode.INPUT, "error.report.no_bundle", file=path, why=error) from None
    write_whole(path, signed)
    terminal.tell("report.signed", file=path, name=key, fingerprint=signer.public.fingerprint)


def verify(
    context: typer.Context,
    report: Report,
    key: Annotated[
        list[str] | None, typer.Option("--key", metavar="FILE|FINGERPRINT", help="help.option.verify_key")
    ] = None,
    keys: Keys = None,
    data: Data = DATA,
    as_json: option.Json = False,
    lang: option.Lang = None,
) -> None:
    """Offline; code 7 for anything but a bundle that is as a known key signed it."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    from api.output.documents import dumps
    from response.reports.signing import KeyTrouble
    from response.reports.verifier import Unreadable
    from response.reports.verify import verify as checked

    path = bundle_at(report, data)
    try:
        known, fingerprints = vouched(key or (), folder_of(keys, data).publics())
        found = checked(path, known, fingerprints)
    except KeyTrouble as error:
        raise trouble(error) from None
    except Unreadable as error:
        raise Failure(ExitCode.INTEGRITY, "error.report.no_bundle", file=path, why=error) from None
    if as_json:
        terminal.data(dumps({"schema": "bittern.report-verification/v1", "data": _document(found)}))
    else:
        _tell(found, terminal)
    if not found.holds:
        raise typer.Exit(ExitCode.INTEGRITY)


def vouched(asked: list[str] | tuple[()], here: list[PublicKey]) -> tuple[list[PublicKey], list[str]]:
    """The keys that are vouched for: those named, as file or fingerprint; else those in the folder of keys."""
    from response.reports.signing import read_public

    if not asked:
        return here, []
    files = [Path(each) for each in asked if Path(each).is_file()]
    return [read_public(file.read_bytes(), str(file)) for file in files], [e for e in asked if not Path(e).is_file()]


def bundle_at(report: str, data: Path) -> Path:
    """The bundle: a file or an unpacked one, else the report with this id in the data folder."""
    from api.reporting import REPORTS

    path = Path(report)
    if path.exists():
        return path
    kept = data / REPORTS / f"{path.name}.zip"
    if kept.is_file():
        return kept
    raise Failure(ExitCode.INPUT, "error.report.no_file", file=path, folder=data / REPORTS)


def _document(found: Verified) -> dict[str, Json]:
    files, key = found.files, found.key
    return {
        "report": files.report,
        "holds": found.holds,
        "evidence_root": files.root,
        "evidence_root_holds": files.root_holds,
        "files": files.files,
        "changed": list(files.changed),
        "missing": list(files.missing),
        "added": list(files.added),
        "signature": found.signature,
        "key": {"name": key.name, "fingerprint": key.fingerprint} if key else None,
    }


def _tell(found: Verified, terminal: Terminal) -> None:
    """What differs, a line each; whose key it was; the verdict last."""
    from api.output.told import safe

    words, files, key = terminal.texts, found.files, found.key
    for what, names in (("changed", files.changed), ("missing", files.missing), ("added", files.added)):
        for name in names:
            terminal.data(words.get(f"report.verify.{what}", name=safe(name)))
    if not files.root_holds:
        terminal.data(words.get("report.verify.root"))
    name, fingerprint = (key.name or "–", key.fingerprint) if key else ("", "")
    terminal.data(words.get(f"report.verify.{found.signature}", name=name, fingerprint=fingerprint))
    verdict = "report.verify.holds" if found.holds else "report.verify.fails"
    terminal.data(words.get(verdict, id=safe(files.report), files=files.files, root=safe(files.root)))
