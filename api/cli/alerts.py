"""`bittern alerts list, show`: what a store holds for triage."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.help import HelpfulCommand, HelpfulGroup
from api.cli.moments import moment_of
from api.cli.options import terminal_of, zone_of
from api.cli.records import AlertFormat, format_of, opened
from api.cli.usage import nearest

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from api.cli.terminal import Terminal
    from api.output.told import Teller
    from response.alerts import Alert
    from response.ports import Page, Store

LOOKED_THROUGH, SHORTEST = 5000, 4
"""Alerts, the latest, in which an id is looked for that is not known; letters that such a beginning must have."""

app = typer.Typer(cls=HelpfulGroup, no_args_is_help=True, rich_markup_mode=None)


class Status(StrEnum):
    """Words of `--status` (an option that may be repeated takes an enumeration, no Literal)."""

    NEW = "new"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"


class RuleClass(StrEnum):
    """Words of `--class`."""

    THREAT = "threat"
    POLICY = "policy"
    POSTURE = "posture"
    HEALTH = "health"


@app.command("list", cls=HelpfulCommand, help="help.alerts_list", epilog="help.epilog")
def list_alerts(
    context: typer.Context,
    store: option.StoreUrl = None,
    severity_min: option.SeverityMin = None,
    status: Annotated[list[Status] | None, typer.Option("--status", help="help.option.status")] = None,
    rule: Annotated[list[str] | None, typer.Option("--rule", metavar="NAME", help="help.option.rule")] = None,
    rule_class: Annotated[list[RuleClass] | None, typer.Option("--class", help="help.option.class")] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="TIME", help="help.option.since")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help="help.option.until")] = None,
    text: Annotated[str | None, typer.Option("--text", metavar="WORDS", help="help.option.text")] = None,
    drill: Annotated[bool, typer.Option("--drill", help="help.option.drill_alerts")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=5000, help="help.option.limit")] = 50,
    cursor: Annotated[str | None, typer.Option("--cursor", metavar="TEXT", help="help.option.cursor")] = None,
    form: Annotated[AlertFormat, typer.Option("--format", help="help.option.list_format")] = "table",
    as_json: option.Json = False,
    rules: option.RuleFolders = None,
    time_zone: option.TimeZone = "UTC",
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """The latest first."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    zone = zone_of(terminal, time_zone)
    from response.ports import AlertQuery

    query = AlertQuery(
        severity=severity_min,
        classes=tuple(rule_class or ()),
        statuses=tuple(status or ()),
        rules=tuple(rule or ()),
        start=moment_of(since, zone, "--since", terminal),
        end=moment_of(until, zone, "--until", terminal),
        text=text,
        drill=drill,
        triage=not rule_class,
        limit=limit,
        cursor=cursor,
    )
    with opened(store) as source:
        page = source.alerts(query)
    teller = teller_for(rules, terminal)
    for name in rule or ():
        if name not in teller.known:
            terminal.warn("error.no_rule", name=name, near=nearest(name, teller.known, terminal.texts))
    _show(page, format_of(form, as_json), teller, zone, terminal)


@app.command("show", cls=HelpfulCommand, help="help.alerts_show", epilog="help.epilog")
def show_alert(
    context: typer.Context,
    alert_id: Annotated[str, typer.Argument(metavar="ID", help="help.option.alert_id")],
    store: option.StoreUrl = None,
    form: Annotated[AlertFormat, typer.Option("--format", help="help.option.list_format")] = "table",
    as_json: option.Json = False,
    rules: option.RuleFolders = None,
    time_zone: option.TimeZone = "UTC",
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """Everything about one alert."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    zone = zone_of(terminal, time_zone)
    from response.triage.story import around

    with opened(store) as source:
        alert = one_alert(source, alert_id, terminal)
        known = around(source, alert)
    from api.cli.results import page_of
    from api.output.alert_lines import alert_page
    from api.output.documents import alert_document, dumps, line
    from api.output.ecs import render_ecs

    teller, form_asked = teller_for(rules, terminal), format_of(form, as_json)
    if form_asked == "json":
        terminal.data(dumps({"schema": "bittern.alert/v1", "data": alert_document(alert, teller)}))
    elif form_asked == "ndjson":
        terminal.data(line(alert_document(alert, teller)))
    elif form_asked == "ecs":
        terminal.data(render_ecs([alert], teller))
    else:
        from api.output.stories import else_lines

        page = page_of(terminal)
        alert_page(page, alert, teller, zone)
        else_lines(page, alert, known, teller, zone)
        terminal.data(page.text())


def one_alert(source: Store, alert_id: str, terminal: Terminal) -> Alert:
    """The alert with this id, or with an id that begins so. Raises Failure with ids that are near."""
    from response.ports import AlertQuery
    from response.store_errors import NotFound

    try:
        return source.alert(alert_id)
    except NotFound:
        latest = source.alerts(AlertQuery(limit=LOOKED_THROUGH, triage=False)).items
        begun = [alert for alert in latest if len(alert_id) >= SHORTEST and alert.id.startswith(alert_id)]
        if len(begun) == 1:
            return begun[0]
        near = nearest(alert_id, [alert.id for alert in begun or latest], terminal.texts)
        raise Failure(ExitCode.STORE, "error.no_alert", id=alert_id, near=near) from None


def _show(found: Page[Alert], form: str, teller: Teller, zone: ZoneInfo, terminal: Terminal) -> None:
    from api.cli.results import page_of
    from api.output.alert_lines import alert_block
    from api.output.documents import alert_document, line, listing
    from api.output.ecs import render_ecs

    documents = [alert_document(alert, teller) for alert in found.items]
    if form == "json":
        terminal.data(listing("bittern.alerts/v1", documents, cursor=found.cursor))
    elif form == "ndjson" and documents:
        terminal.data("\n".join(map(line, documents)))
    elif form == "ecs" and documents:
        terminal.data(render_ecs(found.items, teller))
    elif form == "table":
        page = page_of(terminal)
        for number, alert in enumerate(found.items):
            if number:
                page.gap()
            alert_block(page, alert, teller, zone)
        if found.items:
            terminal.data(page.text())
        else:
            terminal.tell("cli.no_alerts")
    if found.cursor and form != "json":
        terminal.tell("cli.more", cursor=found.cursor)


def teller_for(rules: option.RuleFolders, terminal: Terminal) -> Teller:
    from api.cli.inputs import rules_in_force
    from api.health_rules import with_health
    from api.output.told import Teller

    return Teller(with_health(rules_in_force(rules or (), terminal)), terminal.lang)
