"""`bittern assess attest`, `override`, `evidence`: what people say of a control, and what they can look at for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from api.cli import options as option
from api.cli.assess_choice import one_assessment, refuse_unknown
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.help import HelpfulCommand
from api.cli.moments import moment_of
from api.cli.options import terminal_of, zone_of
from api.cli.records import opened
from api.cli.triage import Who, name_of_user

if TYPE_CHECKING:
    from api.cli.terminal import Terminal
    from response.compliance.assessment import Judgement

State: TypeAlias = Literal["pass", "fail", "inconclusive", "not_applicable"]
Control = Annotated[str, typer.Argument(metavar="CONTROL", help="help.option.control")]
Stated = Annotated[State, typer.Option("--state", help="help.option.state")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="help.option.assess_reason")]
Expires = Annotated[str | None, typer.Option("--expires", metavar="TIME", help="help.option.expires")]


def add_to(app: typer.Typer) -> None:
    """Puts the commands into `bittern assess`."""
    for name, command in (("attest", attest), ("override", override), ("evidence", evidence)):
        app.command(name, cls=HelpfulCommand, help=f"help.assess_{name}", epilog="help.epilog")(command)


def attest(
    context: typer.Context,
    control: Control,
    state: Stated,
    reason: Reason,
    expires: Expires = None,
    who: Who = None,
    store: option.StoreUrl = None,
    as_json: option.Json = False,
    time_zone: option.TimeZone = "UTC",
    lang: option.Lang = None,
) -> None:
    """It is kept with its line in the audit log."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    _judge(terminal, control, ("attested", state, reason, name_of_user(who)), expires, time_zone, store, as_json)


def override(
    context: typer.Context,
    control: Control,
    state: Stated,
    reason: Reason,
    expires: Annotated[str, typer.Option("--expires", metavar="TIME", help="help.option.expires")],
    who: Who = None,
    store: option.StoreUrl = None,
    as_json: option.Json = False,
    time_zone: option.TimeZone = "UTC",
    lang: option.Lang = None,
) -> None:
    """It is kept with its line in the audit log."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    _judge(terminal, control, ("override", state, reason, name_of_user(who)), expires, time_zone, store, as_json)


def _judge(
    terminal: Terminal,
    control: str,
    said: tuple[str, str, str, str],
    expires: str | None,
    time_zone: str,
    store: str | None,
    as_json: bool,
) -> None:
    from api.assessing import library
    from api.wiring import wall_clock
    from response.compliance.assessment import Judgement
    from response.compliance.judging import BadJudgement, check, keep_judgement

    controls = [each.name for framework in library().frameworks.values() for each in framework.controls]
    refuse_unknown("error.no_control", (control,), controls, terminal.texts)
    basis, state, reason, who = said
    until = moment_of(expires, zone_of(terminal, time_zone), "--expires", terminal, ahead=True)
    judgement = Judgement(basis, state, reason, who, wall_clock(), until)
    try:
        check(judgement)
    except BadJudgement as error:
        why = terminal.texts.get(f"assess.judgement.{error.code}")
        raise Failure(ExitCode.USAGE, "error.judgement", why=why) from None
    with opened(store) as source:
        keep_judgement(source, control, judgement)
    _say(terminal, control, judgement, as_json)


def _say(terminal: Terminal, control: str, judgement: Judgement, as_json: bool) -> None:
    from api.output.documents import dumps, plain
    from response.compliance.documents import judgement_document

    if as_json:
        document = plain(judgement_document(control, judgement))
        terminal.data(dumps({"schema": "bittern.judgement/v1", "data": document}))
        return
    words = terminal.texts
    told = {
        "basis": words.get(f"assess.basis.{judgement.basis}"),
        "state": words.get(f"assess.state.{judgement.state}"),
    }
    terminal.tell("cli.judged", control=control, **told)


def evidence(
    context: typer.Context,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="help.option.query")],
    assessment: Annotated[str | None, typer.Argument(metavar="[ID]", help="help.option.assessment")] = None,
    store: option.StoreUrl = None,
    site: option.Site = None,
    as_json: option.Json = False,
    rules: option.RuleFolders = None,
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """Without the site model the rows that the assessment kept; with it all of them, found anew. Exit code 1 when they
    are others than then."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    from api.assessing import found_again, site_text
    from api.cli.results import page_of
    from api.output.assess_json import result_document
    from api.output.assess_lines import evidence_page
    from api.output.documents import dumps, line, plain

    model = site_text(site) if site is not None else None
    with opened(store) as source:
        made = one_assessment(source, assessment)
        refuse_unknown("error.no_query", (query,), [each.query for each in made.results], terminal.texts)
        if model is not None and model.digest != made.site_digest:
            raise Failure(ExitCode.CONFIGURATION, "error.other_site", digest=made.site_digest)
        again = found_again(source, model, made, query, rules or ()) if model is not None else None
    result = next(each for each in made.results if each.query == query)
    rows = again.rows if again is not None else result.sample
    if as_json:
        data = {**result_document(result), "found": [plain(row) for row in rows], "assessment": made.id}
        terminal.data(dumps({"schema": "bittern.evidence/v1", "data": data}))
    else:
        page = page_of(terminal)
        evidence_page(page, result, [line(plain(row)) for row in rows], terminal.texts)
        terminal.data(page.text())
    if again is not None:
        _compare(terminal, query, result.digest, again.result.digest, again.result.rows)


def _compare(terminal: Terminal, query: str, then: str, now: str, count: int) -> None:
    if then == now:
        terminal.tell("cli.evidence_holds", digest=now)
        return
    terminal.error("error.evidence_differs", query=query, count=count, digest=now)
    raise typer.Exit(ExitCode.ALERTS)
