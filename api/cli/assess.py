"""`bittern assess`: frameworks, assessments of a store, and the difference between two."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from api.cli import assess_judge, assess_list
from api.cli import options as option
from api.cli.assess_choice import one_assessment, refuse_unknown
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.help import HelpfulCommand, HelpfulGroup
from api.cli.moments import moment_of
from api.cli.options import terminal_of, zone_of
from api.cli.records import opened
from api.cli.triage import Who, name_of_user

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from api.cli.terminal import Terminal
    from api.output.documents import Json
    from response.compliance.assessment import Assessment
    from response.compliance.query import Parameters

State: TypeAlias = Literal["pass", "fail", "inconclusive", "not_applicable"]
FailOn: TypeAlias = Literal["fail", "inconclusive"]
Form: TypeAlias = Literal["table", "json"]
Framework = Annotated[list[str] | None, typer.Option("--framework", metavar="ID", help="help.option.framework")]
Formats = Annotated[Form, typer.Option("--format", help="help.option.list_format")]
Earlier = Annotated[str | None, typer.Argument(metavar="[ID]", help="help.option.assessment")]

app = typer.Typer(cls=HelpfulGroup, no_args_is_help=True, rich_markup_mode=None)


@app.command("frameworks", cls=HelpfulCommand, help="help.assess_frameworks", epilog="help.epilog")
def list_frameworks(
    context: typer.Context,
    form: Formats = "table",
    as_json: option.Json = False,
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """By id."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    from api.assessing import library
    from api.cli.results import page_of
    from api.output.assess_json import framework_document
    from api.output.assess_lines import frameworks_table
    from api.output.documents import listing

    known = library()
    if as_json or form == "json":
        terminal.data(listing("bittern.frameworks/v1", map(framework_document, known.frameworks.values())))
        return
    page = page_of(terminal)
    frameworks_table(page, known, terminal.texts)
    terminal.data(page.text())


@app.command("run", cls=HelpfulCommand, help="help.assess_run", epilog="help.epilog")
def run_one(
    context: typer.Context,
    site: Annotated[Path, typer.Option("--site", metavar="FILE", help="help.option.assess_site")],
    store: option.StoreUrl = None,
    framework: Framework = None,
    zone: Annotated[list[str] | None, typer.Option("--zone", metavar="ID", help="help.option.zone")] = None,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="help.option.assess_name")] = "assessment",
    since: Annotated[str | None, typer.Option("--since", metavar="TIME", help="help.option.assess_since")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help="help.option.assess_until")] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", metavar="WORD", help="help.option.set")] = None,
    who: Who = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="help.option.assess_dry_run")] = False,
    fail_on: Annotated[FailOn | None, typer.Option("--fail-on", help="help.option.assess_fail_on")] = None,
    form: Formats = "table",
    as_json: option.Json = False,
    rules: option.RuleFolders = None,
    time_zone: option.TimeZone = "UTC",
    lang: option.Lang = None,
    quiet: option.Quiet = False,
    no_color: option.NoColor = False,
) -> None:
    """Everything is checked before the store is read."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, quiet=quiet, plain=no_color)
    local = zone_of(terminal, time_zone)
    from api.assessing import NothingStored, Order, assess, library, site_text
    from api.cli.inputs import rules_in_force
    from api.wiring import wall_clock
    from response.compliance.running import keep_assessment

    model = site_text(site)
    refuse_unknown("error.no_framework", framework or (), library().frameworks, terminal.texts)
    refuse_unknown("error.no_zone", zone or (), [each.id for each in model.site.zones], terminal.texts)
    rules_in_force(rules or (), terminal)
    order = Order(
        name=name,
        who=name_of_user(who),
        now=wall_clock(),
        frameworks=tuple(dict.fromkeys(framework or ())),
        zones=tuple(dict.fromkeys(zone or ())),
        start=moment_of(since, local, "--since", terminal),
        end=moment_of(until, local, "--until", terminal),
        parameters=_parameters(settings or (), terminal),
        rules=tuple(rules or ()),
    )
    with opened(store) as source:
        try:
            made = assess(source, model, order)
        except NothingStored:
            raise Failure(ExitCode.STORE, "error.empty_period") from None
        if not dry_run:
            keep_assessment(source, made)
    _show(made, "json" if as_json else form, terminal, local)
    if dry_run:
        terminal.tell("cli.not_kept")
    else:
        terminal.tell("cli.assessed", id=made.id)
    raise typer.Exit(_exit_code(made, fail_on))


@app.command("show", cls=HelpfulCommand, help="help.assess_show", epilog="help.epilog")
def show_one(
    context: typer.Context,
    assessment: Earlier = None,
    store: option.StoreUrl = None,
    framework: Framework = None,
    state: Annotated[State | None, typer.Option("--state", help="help.option.only_state")] = None,
    form: Formats = "table",
    as_json: option.Json = False,
    time_zone: option.TimeZone = "UTC",
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """The whole, or the controls of some frameworks or of one state."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    local = zone_of(terminal, time_zone)
    from api.assessing import library

    refuse_unknown("error.no_framework", framework or (), library().frameworks, terminal.texts)
    with opened(store) as source:
        made = one_assessment(source, assessment)
    if framework is None and state is None:
        _show(made, "json" if as_json else form, terminal, local)
        return
    chosen = [
        v for v in made.verdicts if (not framework or v.framework in framework) and (state is None or v.state == state)
    ]
    from api.cli.results import page_of
    from api.output.assess_json import verdict_document
    from api.output.assess_lines import controls_table
    from api.output.documents import listing

    if as_json or form == "json":
        terminal.data(listing("bittern.verdicts/v1", map(verdict_document, chosen), assessment=made.id))
        return
    page = page_of(terminal)
    controls_table(page, chosen, library(), terminal.texts)
    terminal.data(page.text())


@app.command("diff", cls=HelpfulCommand, help="help.assess_diff", epilog="help.epilog")
def diff(
    context: typer.Context,
    assessment: Earlier = None,
    before: Earlier = None,
    store: option.StoreUrl = None,
    form: Formats = "table",
    as_json: option.Json = False,
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """The later first, then what it is compared with."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    from api.cli.results import page_of
    from api.output.assess_lines import differences_table
    from api.output.documents import listing
    from response.compliance.planning import differences

    with opened(store) as source:
        made = one_assessment(source, assessment)
        former = one_assessment(source, before or made.previous) if before or made.previous else None
    found = differences(former.verdicts if former else (), made.verdicts)
    if as_json or form == "json":
        rows: list[Json] = [{"control": each.control, "before": each.before, "after": each.after} for each in found]
        terminal.data(listing("bittern.assessment-diff/v1", rows, assessment=made.id,
                              before=former.id if former else None))  # fmt: skip
    elif not found:
        terminal.tell("cli.no_difference")
    else:
        page = page_of(terminal)
        differences_table(page, found, terminal.texts)
        terminal.data(page.text())


def _show(made: Assessment, form: str, terminal: Terminal, local: ZoneInfo) -> None:
    from api.cli.results import page_of
    from api.output.assess_lines import assessment_page
    from api.output.documents import dumps, plain
    from response.compliance.documents import assessment_document

    if form == "json":
        document = plain(assessment_document(made))
        terminal.data(dumps({"schema": "bittern.assessment/v1", "data": document}))
        return
    page = page_of(terminal)
    assessment_page(page, made, terminal.texts, local)
    terminal.data(page.text())


def _exit_code(made: Assessment, fail_on: str | None) -> ExitCode:
    bad = {"fail": ("fail",), "inconclusive": ("fail", "inconclusive")}.get(fail_on or "", ())
    return ExitCode.ALERTS if any(verdict.state in bad for verdict in made.verdicts) else ExitCode.OK


def _parameters(settings: list[str] | tuple[str, ...], terminal: Terminal) -> dict[str, Parameters]:
    """`QUERY.NAME=NUMBER` by query. Raises BadParameter."""
    from response.compliance.evidence import QUERIES

    known = {query.name: query.parameters for query in QUERIES}
    given: dict[str, dict[str, float]] = {}
    for text in settings:
        name, _, value = text.partition("=")
        query, _, parameter = name.partition(".")
        usual = known.get(query, {}).get(parameter)
        try:
            if not isinstance(usual, int | float):
                raise ValueError
            given.setdefault(query, {})[parameter] = float(value) if "." in value else int(value)
        except ValueError:
            why = terminal.texts.get("cli.bad_parameter", text=text)
            raise typer.BadParameter(why, param_hint="--set") from None
    return dict(given)


assess_list.add_to(app)
assess_judge.add_to(app)
