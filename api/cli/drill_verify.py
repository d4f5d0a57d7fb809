"""`bittern drill verify`: whether a certificate is as a known key signed it, offline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.keys import DATA, Data, Keys, folder_of, trouble
from api.cli.options import terminal_of
from api.cli.report_signatures import vouched


def verify(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="help.option.certificate_file")],
    key: Annotated[
        list[str] | None, typer.Option("--key", metavar="FILE|FINGERPRINT", help="help.option.verify_key")
    ] = None,
    keys: Keys = None,
    data: Data = DATA,
    as_json: option.Json = False,
    lang: option.Lang = None,
) -> None:
    """Offline; code 7 for anything but a certificate that is as a known key signed it."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    from api.output.documents import dumps
    from api.output.told import safe
    from response.drill_certificate import NoCertificate, check
    from response.reports.signing import KeyTrouble

    try:
        text = file.read_bytes()
    except FileNotFoundError:
        raise Failure(ExitCode.INPUT, "error.drill_no_file", file=file) from None
    try:
        known, fingerprints = vouched(key or (), folder_of(keys, data).publics())
        found = check(text, known, fingerprints)
    except KeyTrouble as error:
        raise trouble(error) from None
    except NoCertificate:
        raise Failure(ExitCode.INTEGRITY, "error.drill_no_certificate", file=file) from None
    signer = found.key
    if as_json:
        body = {
            "id": found.data["id"],
            "holds": found.holds,
            "signature": found.signature,
            "state": found.data["state"],
            "key": {"name": signer.name, "fingerprint": signer.fingerprint} if signer else None,
        }
        terminal.data(dumps({"schema": "bittern.drill-verification/v1", "data": body}))
    else:
        name, fingerprint = (signer.name or "–", signer.fingerprint) if signer else ("", "")
        terminal.data(terminal.texts.get(f"drill.verify.{found.signature}", name=name, fingerprint=fingerprint))
        verdict = "drill.verify.holds" if found.holds else "drill.verify.fails"
        state = terminal.texts.get(f"drill.state.{'passed' if found.data['state'] == 'passed' else 'failed'}")
        terminal.data(terminal.texts.get(verdict, id=safe(str(found.data["id"])), state=state))
    if not found.holds:
        raise typer.Exit(ExitCode.INTEGRITY)
