"""`bittern doctor`: is this machine fit, and what mends it when it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.options import terminal_of

if TYPE_CHECKING:
    from api.cli.doctor_checks import Check
    from api.output.documents import Json
    from api.texts import Texts

MARKS = {"ok": ("✔", "good"), "warn": ("⚠", "warn"), "fail": ("✖", "bad")}


def doctor(
    context: typer.Context,
    store: option.StoreUrl = None,
    rules: option.RuleFolders = None,
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

    checks = examine(Patient(store=store, rules=tuple(rules or ()), time_zone=time_zone))
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
        data: list[Json] = [{"check": c.name, "status": c.status, "text": text, "fix": fix} for c, text, fix in said]
        terminal.data(listing("bittern.doctor/v1", data, failed=sum(c.status == "fail" for c in checks)))
    else:
        page = page_of(terminal)
        for check, text, fix in said:
            page.line(text, label=(f"{MARKS[check.status][0]} ", MARKS[check.status][1]))
            if fix:
                page.line((fix, "strong"), indent=2, label="→ ")
        terminal.data(page.text())
    if any(check.status == "fail" for check in checks):
        raise typer.Exit(ExitCode.CONFIGURATION)


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
    return told
