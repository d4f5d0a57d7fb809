"""`bittern analyze`: the whole pipeline once, over capture files."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.failures import bad_filter
from api.cli.options import terminal_of, zone_of
from api.cli.terminal import Terminal

if TYPE_CHECKING:
    from api.output.report import Report

Format: TypeAlias = Literal["table", "json", "ndjson", "ecs", "html"]
BY_ENDING: dict[str, Format] = {
    ".html": "html",
    ".htm": "html",
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
}


def analyze(
    context: typer.Context,
    captures: option.Captures,
    capture_filter: option.Filter = None,
    full: Annotated[bool, typer.Option("--full", help="help.option.full")] = False,
    baseline: option.BaselineFolder = None,
    learn: Annotated[Path | None, typer.Option("--learn", metavar="DIR", help="help.option.learn")] = None,
    site: option.Site = None,
    rules: option.RuleFolders = None,
    store: option.StoreToFill = None,
    events: Annotated[Path | None, typer.Option("--events", metavar="PATH", help="help.option.events")] = None,
    form: Annotated[Format | None, typer.Option("--format", help="help.option.format")] = None,
    output: option.Output = "-",
    severity_min: option.SeverityMin = None,
    fail_on: Annotated[option.Severity | None, typer.Option("--fail-on", help="help.option.fail_on")] = None,
    time_zone: option.TimeZone = "UTC",
    lang: option.Lang = None,
    jobs: Annotated[int | None, typer.Option("--jobs", metavar="N", min=1, help="help.option.jobs")] = None,
    quiet: option.Quiet = False,
    no_color: option.NoColor = False,
    verbose: option.Verbose = 0,
    read: Annotated[bool, typer.Option("-r", hidden=True)] = False,  # `-r FILE` as in other programs
) -> None:
    """Everything is checked before the first packet is read: what is wrong is told at once."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, quiet=quiet, verbose=verbose, plain=no_color)
    zone = zone_of(terminal, time_zone)
    if jobs is not None:
        os.environ["POLARS_MAX_THREADS"] = str(jobs)  # read once, when Polars is imported, which is below
    from api.analysis import Options, analyse
    from api.cli.inputs import check_inputs, refuse_captures, rules_in_force
    from api.cli.progress import following
    from api.cli.results import Destination
    from api.output.report import make_report
    from api.output.told import Teller
    from sensors._core import BadFilter

    asked = Options(
        paths=tuple(captures),
        capture_filter=capture_filter,
        full=full,
        baseline=baseline,
        learn=learn,
        site=site,
        rules=tuple(rules or ()),
        store=store,
        events=events,
    )
    check_inputs(asked, terminal)
    refuse_captures(captures, Path(output), "--output")
    loaded = rules_in_force(asked.rules, terminal)
    with ExitStack() as stack:
        destination = stack.enter_context(Destination(output, terminal))
        try:
            with following(terminal) as progress:
                analysis = analyse(asked, loaded, progress)
        except BadFilter as error:
            raise bad_filter(capture_filter or "", error, terminal.texts) from error
        report = make_report(analysis, asked, loaded, Teller(loaded, terminal.lang), zone, severity_min)
        destination.write(report, form or BY_ENDING.get(Path(output).suffix.lower(), "table"))
    _tell(report, terminal, asked.learn)
    code = _exit_code(report, fail_on)
    raise typer.Exit(code)


def _tell(report: Report, terminal: Terminal, learn: Path | None) -> None:
    from api.output.analysis_table import notice_text
    from api.output.reasons import capture_reason
    from api.output.told import safe

    for notice in report.notices:
        if notice.loud:
            terminal.warn("cli.said", text=notice_text(report, notice))
    for bad in report.unread:
        terminal.error("error.capture", path=safe(bad.path), why=capture_reason(bad, terminal.texts))
    for path, why in report.analysis.passed_over:
        terminal.more("cli.passed_over", path=path, why=terminal.texts.word("passed_over", why))
    if learn is not None:
        terminal.tell("cli.learned", count=f"{report.analysis.learned or 0:,}", path=learn)
    if written := report.analysis.written:
        terminal.tell("cli.stored", events=f"{written.events_new:,}", alerts=f"{written.alerts_new:,}")
        if written.dead_letters:
            terminal.warn("cli.dead_letters", count=f"{written.dead_letters:,}")


def _exit_code(report: Report, fail_on: str | None) -> ExitCode:
    """Alerts for triage count, whatever --severity-min hides; posture and health have lists of their own."""
    from api.output.report import at_least
    from response.alerts import TRIAGE_CLASSES

    if report.unread:
        return ExitCode.INPUT
    if fail_on is not None:
        found = (alert for alert in report.analysis.alerts if alert.rule_class in TRIAGE_CLASSES)
        if any(at_least(alert, fail_on) for alert in found):
            return ExitCode.ALERTS
    return ExitCode.OK
