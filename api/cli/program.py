"""The tree of commands, and how the program begins and ends."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

import typer
from typer.completion import get_completion_inspect_parameters
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from api.cli import (
    about,
    alerts,
    analyze,
    assess,
    assets,
    audit,
    baseline,
    doctor,
    incidents,
    notify,
    playbook,
    replay,
    rules,
    suppress,
    user,
)
from api.cli import demo as demonstration
from api.cli import keys as signing_keys
from api.cli import report as reporting
from api.cli import serve as serving
from api.cli import triage as deciding
from api.cli import worker as working
from api.cli.failures import explain
from api.cli.help import HelpfulCommand, HelpfulGroup
from api.cli.terminal import Terminal, make_terminal
from api.cli.usage import explain_usage
from api.texts import Texts

Command = TyperCommand | TyperGroup
COMPLETING = "_BITTERN_COMPLETE"
"""The variable by which a shell asks for completions."""

app = typer.Typer(
    name="bittern",
    help="help.bittern",
    epilog="help.epilog",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    cls=HelpfulGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("analyze", cls=HelpfulCommand, help="help.analyze", epilog="help.epilog")(analyze.analyze)
DECISIONS: dict[str, Callable[..., None]] = {
    "ack": deciding.ack, "assign": deciding.assign, "close": deciding.close, "comment": deciding.comment,
    "learn": suppress.learn, "mute": suppress.mute, "approve": suppress.approve, "undo": suppress.undo,
}  # fmt: skip
for name, decide in DECISIONS.items():
    alerts.app.command(name, cls=HelpfulCommand, help=f"help.alerts_{name}", epilog="help.epilog")(decide)
app.add_typer(alerts.app, name="alerts", help="help.alerts")
app.add_typer(incidents.app, name="incidents", help="help.incidents")
app.add_typer(assets.app, name="assets", help="help.assets")
app.add_typer(rules.app, name="rules", help="help.rules")
app.add_typer(baseline.app, name="baseline", help="help.baseline")
app.add_typer(playbook.app, name="playbook", help="help.playbook")
app.command("serve", cls=HelpfulCommand, help="help.serve", epilog="help.epilog")(serving.serve)
app.command("worker", cls=HelpfulCommand, help="help.worker", epilog="help.epilog")(working.worker)
app.command("replay", cls=HelpfulCommand, help="help.replay", epilog="help.epilog")(replay.replay)
app.command("demo", cls=HelpfulCommand, help="help.demo", epilog="help.epilog")(demonstration.demo)
app.add_typer(assess.app, name="assess", help="help.assess")
app.add_typer(user.app, name="user", help="help.user")
app.add_typer(user.tokens, name="token", help="help.token")
app.add_typer(audit.app, name="audit", help="help.audit")
app.add_typer(reporting.app, name="report", help="help.report")
app.add_typer(signing_keys.app, name="keys", help="help.keys")
app.add_typer(notify.app, name="notify", help="help.notify")
app.command("doctor", cls=HelpfulCommand, help="help.doctor", epilog="help.epilog")(doctor.doctor)
app.command("version", cls=HelpfulCommand, help="help.version")(about.version)
app.command("completion", cls=HelpfulCommand, help="help.completion")(about.completion)


def run(arguments: Sequence[str], terminal: Terminal | None = None) -> int:
    """Runs one command line and gives its exit code (`ExitCode`); raises nothing."""
    terminal = terminal or make_terminal(list(arguments))
    try:
        command = typer.main.get_command(app)
        assert isinstance(command, TyperGroup)
        translate(command, terminal.texts)
        if COMPLETING in os.environ:
            get_completion_inspect_parameters()  # makes the shells known, which add_completion=False leaves out
            command.main(args=list(arguments), prog_name="bittern", obj=terminal)
        # Not by Typer's main, which would end an interrupted run without a word and tell errors in English only.
        with command.make_context("bittern", list(arguments), obj=terminal) as context:
            command.invoke(context)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except typer.Exit as end:
        return end.exit_code
    except typer.TyperException as error:
        return explain_usage(error, terminal)
    except BaseException as error:  # the last resort: whatever happens, a person gets a sentence
        return explain(error, terminal)
    return 0


def translate(command: Command, words: Texts) -> None:
    """Puts the texts in the place of the keys that commands and options carry."""
    for each in every_command(command):
        each.help, each.epilog = _text(each.help, words), _text(each.epilog, words)
        each.short_help = each.help.splitlines()[0] if each.help else None
        for parameter in each.params:
            if isinstance(parameter, TyperArgument | TyperOption):
                parameter.help = _text(parameter.help, words)


def every_command(command: Command) -> Iterator[Command]:
    """The command and all below it."""
    yield command
    for below in getattr(command, "commands", {}).values():
        yield from every_command(below)


def _text(key: str | None, words: Texts) -> str | None:
    """The text of a key; Typer's own words (of --help) stay."""
    return words.by_key.get(key, key) if key else None
