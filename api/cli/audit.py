"""`bittern audit`: the log of who did what, and whether its chain holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.help import HelpfulCommand, HelpfulGroup
from api.cli.options import terminal_of, zone_of
from api.cli.records import ListFormat, format_of, opened

if TYPE_CHECKING:
    from api.output.documents import Json
    from response.records import AuditLine

app = typer.Typer(cls=HelpfulGroup, no_args_is_help=True, rich_markup_mode=None)
READ_AT_ONCE = 1000


@app.command("list", cls=HelpfulCommand, help="help.audit_list", epilog="help.epilog")
def list_lines(
    context: typer.Context,
    store: option.StoreUrl = None,
    after: Annotated[int, typer.Option("--after", metavar="NUMBER", min=0, help="help.option.audit_after")] = 0,
    form: Annotated[ListFormat, typer.Option("--format", help="help.option.list_format")] = "table",
    as_json: option.Json = False,
    time_zone: option.TimeZone = "UTC",
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """From the first line on."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    zone = zone_of(terminal, time_zone)
    from api.output.documents import line, listing, plain
    from api.output.moments import clock
    from api.output.told import safe
    from response.records import line_record

    with opened(store) as source:
        lines: list[AuditLine] = []
        while more := source.audit(lines[-1].number if lines else after, READ_AT_ONCE):
            lines += more
    records = [plain({**line_record(each.number, each.deed, each.previous), "hash": each.hash}) for each in lines]
    form_asked = format_of(form, as_json)
    if form_asked == "json":
        terminal.data(listing("bittern.audit/v1", records))
    elif not lines:
        terminal.tell("cli.no_audit")
    elif form_asked == "ndjson":
        terminal.data("\n".join(map(line, records)))
    else:
        for each in lines:
            deed = each.deed
            subject = f"{deed.kind} {deed.id}" if deed.kind else ""
            told = " ".join(f"{name}={_word(value)}" for name, value in deed.parameters.items())
            when = clock(deed.at, zone)
            terminal.data(safe(f"{each.number:>6}  {when}  {deed.who}  {deed.what}  {subject}  {told}".rstrip()))


def _word(value: Json) -> str:
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


@app.command("verify", cls=HelpfulCommand, help="help.audit_verify", epilog="help.epilog")
def verify(
    context: typer.Context,
    store: option.StoreUrl = None,
    head: Annotated[str | None, typer.Option("--head", metavar="HASH", help="help.option.audit_head")] = None,
    as_json: option.Json = False,
    lang: option.Lang = None,
) -> None:
    """Exit code 7 when a line was changed, removed or added."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    from api.output.documents import dumps
    from response.audit import check_chain

    with opened(store) as source:
        found = check_chain(source, known_head=head)
    if as_json:
        body: Json = {"lines": found.lines, "broken": found.broken, "head": found.head, "head_known": found.head_known}
        terminal.data(dumps({"schema": "bittern.audit-check/v1", "data": body}))
    elif found.broken is not None:
        terminal.error("audit.broken", number=found.broken)
    elif found.head_known is False:
        terminal.error("audit.cut", head=head)
    else:
        terminal.tell("audit.holds", lines=found.lines, head=found.head)
    if found.broken is not None or found.head_known is False:
        raise typer.Exit(ExitCode.INTEGRITY)
