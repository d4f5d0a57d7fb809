"""`bittern rules`: what the rules are, whether they are sound, what they cover, and whether their proofs hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.help import HelpfulCommand, HelpfulGroup
from api.cli.options import terminal_of
from api.cli.records import ListFormat, format_of
from api.cli.usage import nearest

if TYPE_CHECKING:
    from api.cli.terminal import Terminal
    from api.output.documents import Json
    from detection.sigma.load import RuleSet
    from detection.sigma.model import Correlation, Rule

app = typer.Typer(cls=HelpfulGroup, no_args_is_help=True, rich_markup_mode=None)
SHOWN_ISSUES = 200


@app.command("list", cls=HelpfulCommand, help="help.rules_list", epilog="help.epilog")
def list_rules(
    context: typer.Context,
    rules: option.RuleFolders = None,
    form: Annotated[ListFormat, typer.Option("--format", help="help.option.list_format")] = "table",
    as_json: option.Json = False,
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """By name; base rules of correlations, which raise nothing of their own, are left out."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    loaded = _loaded(rules, terminal)
    from api.cli.results import page_of
    from api.output.documents import line, listing
    from api.output.rule_lines import rule_document, rule_table
    from api.proving import speaking

    chosen, form_asked = speaking(loaded), format_of(form, as_json)
    if form_asked == "json":
        terminal.data(listing("bittern.rules/v1", [rule_document(rule, terminal.lang) for rule in chosen]))
    elif form_asked == "ndjson":
        terminal.data("\n".join(line(rule_document(rule, terminal.lang)) for rule in chosen))
    else:
        page = page_of(terminal)
        rule_table(page, chosen, terminal.texts)
        terminal.data(page.text())


@app.command("show", cls=HelpfulCommand, help="help.rules_show", epilog="help.epilog")
def show_rule(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="help.option.rule_name")],
    rules: option.RuleFolders = None,
    as_json: option.Json = False,
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """Everything about one rule, with its file."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    loaded = _loaded(rules, terminal)
    every: list[Rule | Correlation] = [*loaded.rules, *loaded.correlations]
    rule = next((r for r in every if name in (r.name, r.id)), None)
    if rule is None:
        raise _unknown([name], [each.name for each in every], terminal)
    from api.cli.results import page_of
    from api.output.documents import dumps
    from api.output.rule_lines import rule_document, rule_page

    if as_json:
        terminal.data(dumps({"schema": "bittern.rule/v1", "data": rule_document(rule, terminal.lang)}))
    else:
        page = page_of(terminal)
        rule_page(page, rule, terminal.texts)
        terminal.data(page.text())


@app.command("validate", cls=HelpfulCommand, help="help.rules_validate", epilog="help.epilog")
def validate(
    context: typer.Context,
    folders: Annotated[
        list[Path] | None, typer.Argument(metavar="[DIR|FILE]...", help="help.option.rule_paths")
    ] = None,
    as_json: option.Json = False,
    lang: option.Lang = None,
) -> None:
    """Exit code 3 when there is anything to mend."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    from api.analysis import shipped_rules
    from api.cli.inputs import techniques
    from api.output.documents import listing
    from api.output.issues import issue_document, issue_line
    from detection.sigma.load import RuleSet

    loaded = RuleSet.load(folders or [shipped_rules()], techniques())
    count = len(loaded.rules) + len(loaded.correlations)
    if as_json:
        data: list[Json] = [issue_document(issue, terminal.texts) for issue in loaded.issues]
        terminal.data(listing("bittern.rule-issues/v1", data, rules=count))
    else:
        for issue in loaded.issues[:SHOWN_ISSUES]:
            terminal.data(issue_line(issue, terminal.texts))
        terminal.tell("cli.validated", rules=count, issues=len(loaded.issues))
    if loaded.issues:
        raise typer.Exit(ExitCode.CONFIGURATION)
    if not count:
        raise Failure(ExitCode.CONFIGURATION, "error.no_rules", path=", ".join(map(str, folders or ())))


@app.command("test", cls=HelpfulCommand, help="help.rules_test", epilog="help.epilog")
def prove_rules(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="[RULE]...", help="help.option.rule_names")] = None,
    rules: option.RuleFolders = None,
    proofs: Annotated[Path | None, typer.Option("--proofs", metavar="DIR", help="help.option.proofs")] = None,
    as_json: option.Json = False,
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """Runs the proofs of rules through the whole pipeline; exit code 1 when one does not hold."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    loaded = _loaded(rules, terminal)
    from api.cli.proofs import prove, show_trials
    from api.proving import speaking

    chosen = speaking(loaded)
    if missing := sorted(set(names or ()) - {rule.name for rule in chosen}):
        raise _unknown(missing, [rule.name for rule in chosen], terminal)
    terminal.tell("cli.proving_rules", rules=len(names or chosen))
    trials = prove(loaded, [rule for rule in chosen if not names or rule.name in names], proofs, terminal)
    show_trials(trials, terminal, as_json=as_json)
    if not all(trial.holds for trial in trials):
        raise typer.Exit(ExitCode.ALERTS)


@app.command("coverage", cls=HelpfulCommand, help="help.rules_coverage", epilog="help.epilog")
def coverage(
    context: typer.Context,
    rules: option.RuleFolders = None,
    form: Annotated[Literal["table", "json"], typer.Option("--format", help="help.option.coverage_format")] = "table",
    as_json: option.Json = False,
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """Techniques of ATT&CK for ICS that rules name, by tactic; JSON is a layer of ATT&CK Navigator."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    loaded = _loaded(rules, terminal)
    from api.cli.results import page_of
    from api.output.coverage import coverage_table, navigator_layer
    from api.output.documents import dumps
    from api.proving import speaking

    chosen = speaking(loaded)
    if format_of(form, as_json) == "json":
        terminal.data(dumps(navigator_layer(chosen)))
    else:
        page = page_of(terminal)
        coverage_table(page, chosen, terminal.texts)
        terminal.data(page.text())


def _unknown(names: list[str], known: list[str], terminal: Terminal) -> Failure:
    near = nearest(names[0], known, terminal.texts) if len(names) == 1 else ""
    return Failure(ExitCode.USAGE, "error.no_rule", name=", ".join(names), near=near)


def _loaded(folders: list[Path] | None, terminal: Terminal) -> RuleSet:
    from api.cli.inputs import rules_in_force

    return rules_in_force(folders or (), terminal)
