"""`bittern doctor`: are this machine and what is installed on it fit, and what mends them when they are not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.options import terminal_of
from api.cli.sensor_content import ContentFolder
from api.cli.worker import Below

if TYPE_CHECKING:
    from api.cli.doctor_checks import Check
    from api.output.documents import Json
    from api.texts import Texts

Data = Annotated[Path | None, typer.Option("--data", metavar="DIR", help="help.option.doctor_data")]
Interfaces = Annotated[
    list[str] | None, typer.Option("--interface", "-i", metavar="IF", help="help.option.doctor_interface")
]
TlsCert = Annotated[Path | None, typer.Option("--tls-cert", metavar="FILE", help="help.option.tls_cert")]
Fix = Annotated[bool, typer.Option("--fix", help="help.option.fix")]
MARKS = {"ok": ("✔", "good"), "warn": ("⚠", "warn"), "fail": ("✖", "bad")}


def doctor(
    context: typer.Context,
    store: option.StoreUrl = None,
    rules: option.RuleFolders = None,
    data: Data = None,
    spools: Below = None,
    interfaces: Interfaces = None,
    certificate: TlsCert = None,
    content: ContentFolder = None,
    mend: Fix = False,
    time_zone: option.TimeZone = "UTC",
    as_json: option.Json = False,
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """Exit code 3 when a check fails; warnings do not count."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    from api.cli.doctor_checks import Patient, examine
    from api.cli.results import page_of
    from api.output.documents import listing
    from api.wiring import wall_clock

    patient = Patient(
        store=store or (f"embedded:{data / 'store'}" if data else None),
        rules=tuple(rules or ()),
        time_zone=time_zone,
        data=data,
        spools=_spools(data, spools),
        interfaces=tuple(dict.fromkeys(interfaces or ())),
        certificate=certificate,
        content=content,
        now=wall_clock(),
    )
    checks = examine(patient, mend=mend)
    words = terminal.texts
    said = [
        (
            check,
            words.get(check.key, **_parameters(check, words)),
            words.get(check.fix, **check.parameters) if check.fix else None,
        )
        for check in checks
    ]
    if as_json:
        found: list[Json] = [
            {"check": c.name, "status": c.status, "text": text, "fix": fix, "mended": c.is_mended}
            for c, text, fix in said
        ]
        terminal.data(listing("bittern.doctor/v1", found, failed=sum(c.status == "fail" for c in checks)))
    else:
        page = page_of(terminal)
        for check, text, fix in said:
            told = words.get("doctor.mended", text=text) if check.is_mended else text
            page.line(told, label=(f"{MARKS[check.status][0]} ", MARKS[check.status][1]))
            if fix:
                page.line((fix, "strong"), indent=2, label="→ ")
        terminal.data(page.text())
    if any(check.status == "fail" for check in checks):
        raise typer.Exit(ExitCode.CONFIGURATION)


def _spools(data: Path | None, folder: Path | None) -> tuple[Path, ...]:
    """The spools of an installation: all below a folder, or the one that `bittern run` has beside its store."""
    if folder is not None:
        return tuple(sorted(each for each in folder.iterdir() if each.is_dir())) if folder.is_dir() else (folder,)
    return (data / "spool",) if data is not None and (data / "spool").is_dir() else ()


def _parameters(check: Check, words: Texts) -> dict[str, object]:
    """A store's error, and why a dissector is refused, are told in the reader's language."""
    from api.output.reasons import store_reason
    from response.store_errors import StoreError
    from sensors.fields.dissectors import Refused

    error, refused = check.parameters.get("error"), check.parameters.get("refused")
    failed = check.parameters.get("failed")
    told = {**check.parameters, **(store_reason(error, words) if isinstance(error, StoreError) else {})}
    if isinstance(refused, tuple) and isinstance(failed, dict):
        no = {
            each.target: words.get(f"dissector.{each.code}", **each.parameters)
            for each in refused
            if isinstance(each, Refused)
        }
        told["why"] = "; ".join(f"{name}: {why}" for name, why in (no | failed).items())
    troubles = check.parameters.get("troubles")
    if isinstance(troubles, tuple) and troubles:
        from api.content.trouble import told as told_trouble

        told["why"] = "; ".join(told_trouble(each, words) for each in troubles)
    return told
