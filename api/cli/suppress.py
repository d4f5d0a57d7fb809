"""`bittern alerts learn, mute, approve, undo`: what holds alerts back, with its effect told first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from api.cli import options as option
from api.cli.alerts import one_alert
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.moments import span_of
from api.cli.options import terminal_of, zone_of
from api.cli.records import opened
from api.cli.triage import Id, Reason, Who, name_of_user

if TYPE_CHECKING:
    from api.cli.terminal import Terminal
    from response.alerts import Alert
    from response.ports import Store
    from response.records import Stored
    from response.triage.desk import TriageDesk
    from response.triage.preview import Effect
    from response.triage.scope import Scope, Span

Form: TypeAlias = Literal["exact", "range", "role"]
MuteScope: TypeAlias = Literal["key", "pair", "rule", "zone"]
Record = Annotated[str, typer.Argument(metavar="RECORD", help="help.option.record_id")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="help.option.dry_run")]
OBJECTS = re.compile(r"([a-z]+):(\d+)-(\d+)")
VALUES = re.compile(r"(-?\d+(?:\.\d+)?)\.\.(-?\d+(?:\.\d+)?)")


def learn(
    context: typer.Context,
    alert_id: Id,
    reason: Reason,
    form: Annotated[Form, typer.Option("--form", help="help.option.form")] = "exact",
    within: Annotated[str | None, typer.Option("--range", metavar="RANGE", help="help.option.range")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help="help.option.until")] = None,
    dry_run: DryRun = False,
    who: Who = None,
    store: option.StoreUrl = None,
    as_json: option.Json = False,
    time_zone: option.TimeZone = "UTC",
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """Learns an alert."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    from response.triage.desk import By, Learning

    now = _now()
    objects, values = _range(within, terminal)
    end = _until(until, now, time_zone, terminal) if until else None
    learning = Learning(form, objects, values, end)
    with opened(store) as source:
        desk, alert = _desk(source, terminal), one_alert(source, alert_id, terminal)
        scope = desk.scope_to_learn(alert, learning)
        effect = desk.preview(scope, now, end, "learned")
        if dry_run:
            _tell(terminal, effect, None, as_json)
            return
        stored = desk.learn(alert.id, alert.etag, learning, By(name_of_user(who), now, reason))
    _tell(terminal, effect, stored.id, as_json)
    terminal.tell("cli.learned_now" if stored.body["state"] == "active" else "cli.learned_later", id=stored.id)


def mute(
    context: typer.Context,
    alert_id: Id,
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="help.option.until")],
    reason: Reason,
    like: Annotated[MuteScope, typer.Option("--like", help="help.option.like")] = "key",
    dry_run: DryRun = False,
    who: Who = None,
    store: option.StoreUrl = None,
    as_json: option.Json = False,
    time_zone: option.TimeZone = "UTC",
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """Mutes an alert and its like."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    from response.triage.desk import By

    now = _now()
    end = _until(until, now, time_zone, terminal)
    with opened(store) as source:
        desk, alert = _desk(source, terminal), one_alert(source, alert_id, terminal)
        asked = _scope(alert, like, terminal)
        effect = desk.preview(asked, now, end)
        if dry_run:
            _tell(terminal, effect, None, as_json)
            return
        stored = desk.mute(asked, end, By(name_of_user(who), now, reason))
    _tell(terminal, effect, stored.id, as_json)
    from api.output.moments import span

    terminal.tell("cli.muted", id=stored.id, until=span(end, end, zone_of(terminal, time_zone)))


def approve(
    context: typer.Context,
    record: Record,
    reason: Reason = "",
    who: Who = None,
    store: option.StoreUrl = None,
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """Approves what another person proposed to learn."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    from response.triage.desk import By

    with opened(store) as source:
        desk = _desk(source, terminal)
        found = _named(desk, record, terminal)
        desk.approve(found.id, By(name_of_user(who), _now(), reason))
    terminal.tell("cli.approved", id=found.id)


def undo(
    context: typer.Context,
    record: Record,
    reason: Reason = "",
    who: Who = None,
    store: option.StoreUrl = None,
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """Takes a mute or learned entry back."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    from response.triage.desk import By

    with opened(store) as source:
        desk = _desk(source, terminal)
        found = _named(desk, record, terminal)
        for alert in desk.undo(found.kind, found.id, By(name_of_user(who), _now(), reason)):
            terminal.warn("cli.undo_conflict", id=alert)
    terminal.tell("cli.undone", id=found.id)


def _desk(source: Store, terminal: Terminal) -> TriageDesk:
    from api.cli.inputs import rules_in_force
    from api.triage import desk_over

    return desk_over(source, rules_in_force((), terminal))


def _tell(terminal: Terminal, effect: Effect, record: str | None, as_json: bool) -> None:
    """What it does; `record` None when it was not done."""
    from api.output.documents import dumps, plain

    told = effect.record()
    if as_json:
        terminal.data(dumps({"schema": "bittern.effect/v1", "data": plain({"record": record, **told})}))
    terminal.tell("triage.effect", **{name: told[name] for name in ("open", "days", "recent", "counted")})
    for warning in told["warnings"]:
        terminal.warn(warning["code"], **warning["parameters"])
    if record is None:
        terminal.tell("cli.dry_run")


def _scope(alert: Alert, word: str, terminal: Terminal) -> Scope:
    from response.triage.scope import scope_like

    scope = scope_like(alert, word)
    if scope is None:
        why = terminal.texts.get("cli.scope_without", scope=word, id=alert.id)
        raise typer.BadParameter(why, param_hint="--like")
    return scope


def _named(desk: TriageDesk, named: str, terminal: Terminal) -> Stored:
    """The mute or learned entry with this id, or that of an alert with this id."""
    from response.store_errors import NotFound

    for kind in ("learned", "mute"):
        try:
            return desk.store.record(kind, named)
        except NotFound:
            continue
    found = desk.of_alert(one_alert(desk.store, named, terminal))
    if found is None:
        raise Failure(ExitCode.STORE, "error.no_suppression", id=named)
    return found


def _range(text: str | None, terminal: Terminal) -> tuple[Span | None, tuple[float, float] | None]:
    if text is None:
        return None, None
    if found := OBJECTS.fullmatch(text):
        return (found[1], int(found[2]), int(found[3])), None
    if found := VALUES.fullmatch(text):
        return None, (float(found[1]), float(found[2]))
    raise typer.BadParameter(terminal.texts.get("cli.bad_range", text=text), param_hint="--range")


def _until(text: str, now: int, time_zone: str, terminal: Terminal) -> int:
    from api.output.moments import moment

    ahead = span_of(text)
    if ahead is not None:
        return now + ahead
    try:
        return moment(text, zone_of(terminal, time_zone))
    except (ValueError, OverflowError):
        raise typer.BadParameter(terminal.texts.get("cli.bad_until", text=text), param_hint="--until") from None


def _now() -> int:
    import time

    return time.time_ns()
